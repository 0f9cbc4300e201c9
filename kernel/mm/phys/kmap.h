/* kmap.h - the kernel's own mappings: direct map, devices. */
#pragma once

#include "lib/types.h"

/* All RAM, linearly; see docs/design.md section 2. */
#define DIRECT_BASE 0xffffffc000000000ul

static inline void *kmap_direct(pa_t pa)
{
	return (void *)(DIRECT_BASE + pa);
}

/* The physical address of kernel memory: the direct map, the kernel image. */
pa_t kmap_pa(const void *va);

/* Device registers, uncached as far as the machine goes; at boot, for ever. */
void *kmap_device(pa_t pa, u64 bytes);

#define KSTACK_PAGES 3
