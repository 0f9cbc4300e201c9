/* spin_type.h - struct spinlock; its functions are in spinlock.h and spin_fast.h. */
#pragma once

#include "core/sync/lock_rank.h"
#include "lib/types.h"

struct cpu;

struct spinlock {
	struct cpu *holder; /* (A) the hart that holds it; NULL: free; or SPIN_COUNTED */
	bool irq;           /* (C) interrupt handlers take it                   */
	u8 rank;            /* (C) enum lock_rank                               */
	u16 counted;        /* (C) after boot: number of its lockcount, or 0    */
	const char *name;   /* (C) */
};

#define SPINLOCK_INIT(lockname, lockrank)                                     \
	{                                                                     \
		.rank = RANK_##lockrank, .irq = RANK_IS_IRQ(RANK_##lockrank), \
		.name = (lockname)                                            \
	}
