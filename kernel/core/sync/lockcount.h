/* lockcount.h - counts how often spin locks are taken, and how often in vain.
 *
 * Locks that are not counted pay nothing for it.  A counted lock is held for ever, as far
 * as the first test of spin_lock() can see; so that function turns to the slow path, and
 * there to the lock `real` that stands for it.
 *
 * The owner of a lock registers it at boot.  Counting begins with the first call of
 * lockcount_start(), which whoever shows the counts makes, and does not end. */
#pragma once

#include "core/sync/spinlock.h"

#define LOCKCOUNT_MAX 40 /* locks that can be registered */

/* (C) constant after boot  (R) only with `real` held; others read it as a hint
 * (A) atomic */
struct lockcount {
	struct spinlock *lock; /* (C) */
	const char *name;      /* (C) as the labs' programs know it             */
	u32 on;                /* (A) 1: it is counted                          */
	u64 taken;             /* (R) since counting began                      */
	u64 missed;            /* (R) test-and-sets that found the lock held     */
	struct spinlock real;
};

/* At boot: @lk, which must not be freed, may be counted under this name. */
void lockcount_register(struct spinlock *lk, const char *name);

/* Counts all registered locks from now on.  No spin lock held. */
void lockcount_start(void);

/* Registered lock @i, or NULL after the last.  Its counts move on while they are read. */
const struct lockcount *lockcount_at(u32 i);

/* --- for spinlock.c ---------------------------------------------------------- */

extern struct lockcount lockcounts[LOCKCOUNT_MAX];

/* What counts @lk, or NULL: it is not counted. */
static inline struct lockcount *lockcount_of(const struct spinlock *lk)
{
	struct lockcount *c;

	if (!lk->counted)
		return NULL;
	c = &lockcounts[lk->counted - 1];
	return __atomic_load_n(&c->on, __ATOMIC_ACQUIRE) ? c : NULL;
}

/* (R) The lock was taken, after @missed attempts in vain. */
void lockcount_add(struct lockcount *c, u32 missed);
