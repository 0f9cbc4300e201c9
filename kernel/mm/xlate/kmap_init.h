/* kmap_init.h - building the kernel half of the address space, at boot. */
#pragma once

#include "mm/xlate/pt.h"

/* The boot root: the kernel half, and nothing below it.  Every process's root
 * starts as a copy of its upper half. */
extern struct pt kernel_pt;

/* Allocates the tables that all kernel mappings hang from. */
void kmap_init(void);

/* Puts RAM [start, end) into the direct map, as large leaves where it can. */
void kmap_ram(pa_t start, pa_t end);

/* Maps the kernel image (text R+X, rodata R, data R+W), and takes the same
 * rights from its text and rodata in the direct map. */
void kmap_image(void);

/* Loads the boot root for the first time; the boot hart (others: entry.S). */
void kmap_enable(void);
