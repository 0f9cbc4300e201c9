/* mutex.c - see mutex.h.  The free case is one compare-and-swap. */

#include "core/sync/mutex.h"

#include "core/sched.h"
#include "lib/assert.h"

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
	*m = (struct mutex){ .rank = rank, .name = name };
	spin_init(&m->lock, name, RANK_none);
	waitq_init(&m->wq);
}

/* The owner of a mutex that is free, but only for a thread that has waited for it. */
#define RESERVED ((struct thread *)1)

static bool mutex_take_from(struct mutex *m, struct thread *from, struct thread *self)
{
	return __atomic_compare_exchange_n(&m->owner, &from, self, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_RELAXED);
}

static bool mutex_take(struct mutex *m, struct thread *self)
{
	return mutex_take_from(m, NULL, self);
}

/* Counts itself as waiting before it tries again: mutex_unlock() clears the owner before
 * it looks at the count, so one of the two sees the other.
 *
 * Whoever comes while a woken thread is on its way may take the mutex first.  If that
 * happens to a thread, the next unlock keeps the mutex for those that have waited: else a
 * thread that has it nearly all the time would lock out the others for ever. */
static void mutex_take_slowly(struct mutex *m, struct thread *self)
{
	bool waited = false;

	spin_lock(&m->lock);
	__atomic_fetch_add(&m->waiting, 1, __ATOMIC_SEQ_CST);
	while (!mutex_take(m, self) && !(waited && mutex_take_from(m, RESERVED, self))) {
		if (waited)
			__atomic_store_n(&m->reserve, true, __ATOMIC_RELAXED);
		waitq_wait_quiet(&m->wq, &m->lock);
		waited = true;
	}
	if (waited)
		__atomic_store_n(&m->reserve, false, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&m->waiting, 1, __ATOMIC_SEQ_CST);
	spin_unlock(&m->lock);
}

#ifdef PAGODA_CHECK
static void mutex_rank_note(const struct mutex *m)
{
	struct thread *t = thread_current();

	if (m->rank == RANK_none)
		return;
	t->mutex_rank |= 1u << m->rank;
	t->mutex_count[m->rank]++;
}

static void mutex_rank_enter(const struct mutex *m, bool nested)
{
	struct thread *t = thread_current();
	u32 above = m->rank + (nested ? 1 : 0);

	ASSERT(hart_current()->spin_depth == 0 && !hart_current()->in_interrupt);
	if (m->rank != RANK_none)
		ASSERT(t->mutex_rank >> above == 0);
	mutex_rank_note(m);
}

static void mutex_rank_leave(const struct mutex *m)
{
	struct thread *t = thread_current();

	if (m->rank != RANK_none && --t->mutex_count[m->rank] == 0)
		t->mutex_rank &= ~(1u << m->rank);
}
#else
static inline void mutex_rank_note(const struct mutex *m)
{
	(void)m;
}

static inline void mutex_rank_enter(const struct mutex *m, bool nested)
{
	(void)m;
	(void)nested;
}

static inline void mutex_rank_leave(const struct mutex *m)
{
	(void)m;
}
#endif

static void mutex_lock_ranked(struct mutex *m, bool nested)
{
	struct thread *self = thread_current();

	ASSERT(m->owner != self);
	mutex_rank_enter(m, nested);
	if (!mutex_take(m, self))
		mutex_take_slowly(m, self);
}

void mutex_lock(struct mutex *m)
{
	mutex_lock_ranked(m, false);
}

void mutex_lock_nested(struct mutex *m)
{
	mutex_lock_ranked(m, true);
}

bool mutex_trylock(struct mutex *m)
{
	struct thread *self = thread_current();

	ASSERT(m->owner != self);
	if (!mutex_take(m, self))
		return false;
	mutex_rank_note(m);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	ASSERT(mutex_held(m));
	mutex_rank_leave(m);
	__atomic_store_n(&m->owner,
			 __atomic_load_n(&m->reserve, __ATOMIC_RELAXED) ? RESERVED : NULL,
			 __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&m->waiting, __ATOMIC_SEQ_CST))
		return;
	/* A waiter that has found the mutex taken holds the lock until it is on the
	 * queue. */
	spin_lock(&m->lock);
	spin_unlock(&m->lock);
	waitq_wake_one(&m->wq);
}

bool mutex_held(const struct mutex *m)
{
	return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == thread_current();
}
