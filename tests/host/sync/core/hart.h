/* hart.h - for tests on the host: what spinlock.c needs of a hart. */
#pragma once

#include "lib/types.h"

#include "arch/riscv/cpu.h"

struct hart {
	struct cpu cpu;
	u32 irq_depth, top_rank, spin_depth;
	bool irq_was_on, in_interrupt;
};

extern __thread struct hart sync_hart;

static inline struct hart *hart_current(void)
{
	return &sync_hart;
}
