/* kmap.h - the kernel's own mappings: direct map, devices. */
#pragma once

#include "lib/types.h"

/* The direct map: physical address pa is at DIRECT_BASE + pa (docs/design.md, section 2).
 * It has all RAM and the registers of devices. */
#define DIRECT_BASE 0xffffffc000000000ul
#define DIRECT_BYTES (128 * GIB) /* it can have addresses below this one */

/* The kernel image is at its physical address + this; kernel.ld has it, too. */
#define KERNEL_OFFSET 0xffffffff00000000ul

static inline void *kmap_direct(pa_t pa)
{
	return (void *)(DIRECT_BASE + pa);
}

/* The physical address of kernel memory: of the direct map, or of the kernel image. */
pa_t kmap_pa(const void *va);

/* Maps @bytes of device registers at @pa for good, in the direct map with large leaves
 * where possible, and returns their address; at boot.  Panics if there is no memory, or if
 * they do not end below DIRECT_BYTES.  Whether they are cached is up to the machine (its
 * physical memory attributes). */
void *kmap_device(pa_t pa, u64 bytes);

#define KSTACK_PAGES 3 /* mapped pages of each kernel stack */
