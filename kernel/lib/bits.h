/* bits.h - bits of words. */
#pragma once

#include "lib/types.h"

/* The number of the lowest bit that is set in @word, which is not 0.  rv64imac has no
 * instruction for this, and the kernel does not link with libgcc. */
static inline u32 bits_lowest(u64 word)
{
	u32 n = 0;

	for (u32 half = 32; half; half /= 2) {
		if (!(word & ((1ull << half) - 1))) {
			word >>= half;
			n += half;
		}
	}
	return n;
}
