/* super.h - shared by the cases about 2 MiB leaves: memory that covers them, and a
 * pattern in it. */
#pragma once

#include "mapping.h"

#define REGION (2ul << 20)
#define REGION_PAGES (REGION / PAGE)

static inline int level_if_on(void)
{
	return booted("super", "off") ? 0 : 1;
}

/* --- memory to look at --------------------------------------------------- */

/* Moves the break up to a multiple of 2 MiB without touching anything; returns it. */
static inline word align_break(void)
{
	word brk = (word)sbrk(0, EAGER), up = (brk + REGION - 1) & -REGION;

	if (up != brk)
		EQ(sbrk((int)(up - brk), LAZY), brk);
	return up;
}

static inline word heap_regions(int n, int mode)
{
	word base = align_break();

	EQ(sbrk(n * (int)REGION, mode), base);
	return base;
}

static inline word stamp(word page, word seed)
{
	return page * 2654435761ul + seed;
}

/* Stamps the first and the last word of each page of [lo, hi). */
static inline void fill(word lo, word hi, word seed)
{
	for (word p = lo; p < hi; p += PAGE) {
		*(volatile word *)p = stamp(p, seed);
		*(volatile word *)(p + PAGE - 8) = ~stamp(p, seed);
	}
}

static inline void check_filled(word lo, word hi, word seed)
{
	for (word p = lo; p < hi; p += PAGE)
		if (*(volatile word *)p != stamp(p, seed) ||
		    *(volatile word *)(p + PAGE - 8) != ~stamp(p, seed))
			FAIL("page 0x%lx has 0x%lx", p, *(volatile word *)p);
}
