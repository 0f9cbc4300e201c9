/* kmap_init.h - building the kernel half of the address space, at boot.
 *
 * Without memory these functions panic. */
#pragma once

#include "mm/xlate/pt.h"

/* The boot root: the kernel half, and an empty user half.  The root of every process has a
 * copy of its upper half. */
extern struct pt kernel_pt;

/* Allocates the tables that all kernel mappings hang from. */
void kmap_init(void);

/* Maps the physical addresses [start, end) in the direct map, with large leaves where
 * possible.  What is mapped already stays as it is. */
void kmap_physical(pa_t start, pa_t end);

/* Maps the kernel image (text R+X, rodata R, data R+W), and its frames in the direct map
 * (text and rodata R, data R+W). */
void kmap_image(void);

/* Loads the boot root on the boot hart.  Other harts do it in entry.S. */
void kmap_enable(void);
