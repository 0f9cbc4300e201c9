/* spinlock.h - locks that are held for a short time with interrupts off.
 *
 * Taking one turns interrupts off on this hart.  Releasing the last one that is held
 * turns them on again, if they were on before the first was taken.  A holder never
 * sleeps.  Interrupt handlers may take them. */
#pragma once

#include "core/sync/lock_rank.h"
#include "lib/types.h"

struct spinlock {
	u32 locked;       /* (A) 1: held, 0: free                     */
	u32 holder;       /* (A) hart index + 1 of the holder, or 0   */
	u32 rank;         /* (C) enum lock_rank                       */
	const char *name; /* (C) */
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
