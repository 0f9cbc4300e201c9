/* kmap.h - the kernel's own mappings: direct map, devices. */
#pragma once

#include "lib/types.h"

/* Where physical address 0 would be: all RAM, linearly; docs/design.md section 2. */
#define DIRECT_BASE 0xffffffc000000000ul

static inline void *kmap_direct(pa_t pa)
{
	return (void *)(DIRECT_BASE + pa);
}

/* The physical address of kernel memory: of the direct map, or of the kernel image. */
pa_t kmap_pa(const void *va);

/* Maps device registers for good, at boot.  Whether they are cached is up to the machine
 * (its physical memory attributes). */
void *kmap_device(pa_t pa, u64 bytes);

#define KSTACK_PAGES 3 /* of each kernel stack */
