/* hart.h - for tests on the host: what spinlock.c needs of a hart. */
#pragma once

#include "lib/types.h"

struct hart {
	u32 index, irq_depth, top_rank, spin_depth;
	bool irq_was_on;
};

extern __thread struct hart sync_hart;

static inline struct hart *hart_current(void)
{
	return &sync_hart;
}

static inline u32 hart_index(void)
{
	return sync_hart.index;
}
