/* lockcount.c - see lockcount.h. */

#include "core/sync/lockcount.h"

#include "lib/assert.h"

struct lockcount lockcounts[LOCKCOUNT_MAX];
static u32 ncounts; /* (C) after boot */

void lockcount_register(struct spinlock *lk, const char *name)
{
	struct lockcount *c = &lockcounts[ncounts];

	ASSERT(ncounts < LOCKCOUNT_MAX);
	*c = (struct lockcount){ .lock = lk, .name = name };
	spin_init(&c->real, name, (enum lock_rank)lk->rank);
	lk->counted = (u16)++ncounts;
}

const struct lockcount *lockcount_at(u32 i)
{
	return i < ncounts ? &lockcounts[i] : NULL;
}

void lockcount_add(struct lockcount *c, u32 missed)
{
	c->taken++;
	c->missed += missed;
}

/* The caller holds both locks of @c, and goes on with `real` alone.  Whoever waits for the
 * other one looks at `on` as long as it waits. */
static void lockcount_turn_on(struct lockcount *c)
{
	c->real.holder = c->lock->holder;
	__atomic_store_n(&c->lock->holder, SPIN_COUNTED, __ATOMIC_RELAXED);
	__atomic_store_n(&c->on, 1, __ATOMIC_RELEASE);
}

void lockcount_start(void)
{
	for (u32 i = 0; i < ncounts; i++) {
		struct lockcount *c = &lockcounts[i];

		if (__atomic_load_n(&c->on, __ATOMIC_ACQUIRE))
			continue;
		spin_lock(c->lock);
		if (!c->on)
			lockcount_turn_on(c);
		spin_unlock(c->lock);
	}
}
