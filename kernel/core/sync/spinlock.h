/* spinlock.h - locks that are held for a short time with interrupts off.
 *
 * Taking one turns interrupts off on this hart.  Releasing the last one that is held
 * turns them on again, if they were on before the first was taken.  A holder never
 * sleeps.  Interrupt handlers may take them. */
#pragma once

#include "core/sync/lock_rank.h"
#include "lib/types.h"

/* Volatile, not atomic: gcc makes an atomic store a swap. */
struct spinlock {
	u32 locked;          /* (A) 0: free, 1: held, or counted (lockcount.h)    */
	volatile u32 holder; /* (A) hart index + 1 of the holder; 0: none, or counted */
	u16 rank;            /* (C) enum lock_rank                                */
	u16 counted;         /* (C) after boot: number of its lockcount, or 0     */
	const char *name;    /* (C) */
};

#define SPINLOCK_INIT(lockname, lockrank)                   \
	{                                                   \
		.rank = RANK_##lockrank, .name = (lockname) \
	}

void spin_init(struct spinlock *lk, const char *name, enum lock_rank rank);
void spin_lock(struct spinlock *lk);
void spin_unlock(struct spinlock *lk);

/* Whether this hart holds @lk; for assertions. */
bool spin_held(const struct spinlock *lk);

/* Turn interrupts off, and on again, without a lock.  Pairs may nest. */
void irq_push_off(void);
void irq_pop_off(void);
