/* kmap.h - for tests on the host: RAM is a piece of the test's own memory. */
#pragma once

#include "lib/types.h"

#define DIRECT_BYTES (128 * GIB)

extern uintptr_t shim_direct; /* where physical address 0 would be */

static inline void *kmap_direct(pa_t pa)
{
	return (void *)(shim_direct + pa);
}

static inline pa_t kmap_pa(const void *va)
{
	return (uintptr_t)va - shim_direct;
}

/* Registers of a device; a test that has one defines it. */
void *kmap_device(pa_t pa, u64 bytes);
