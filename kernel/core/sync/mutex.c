/* mutex.c - see mutex.h.  The free case is one compare-and-swap, and so is the unlock if
 * nobody has waited.
 *
 * Whoever finds a mutex taken looks at it again and again while its owner runs on another
 * hart, for as long as it may take to sleep and to be woken.  Then it sleeps. */

#include "core/sync/mutex.h"

#include "core/clock.h"
#include "core/sched.h"
#include "core/sync/lockwait.h"
#include "lib/assert.h"

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
	*m = (struct mutex){ .rank = (u8)rank };
	spin_init(&m->lock, name, RANK_none);
	waitq_init(&m->wq);
}

#define MUTEX_WAITED 1ul   /* in state: the unlock must look for threads that wait   */
#define MUTEX_RESERVED 2ul /* the state: free, but only for a thread that has waited */

/* @from: the state that it must have.  Acquire and release. */
static inline bool mutex_change(struct mutex *m, u64 from, u64 to)
{
	return __atomic_compare_exchange_n(&m->state, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

static inline u64 mutex_state(const struct mutex *m)
{
	return __atomic_load_n(&m->state, __ATOMIC_RELAXED);
}

/* Whether a hart runs the owner that @state names.  That thread may be gone: it is only
 * compared. */
static bool mutex_owner_runs(u64 state)
{
	for (u32 i = 0; i < nharts; i++) {
		if (((u64)__atomic_load_n(&harts[i].cpu.thread, __ATOMIC_RELAXED) ^
		     state) <= MUTEX_WAITED)
			return true;
	}
	return false;
}

/* When a thread that begins to look at a mutex now had better sleep. */
static u64 mutex_watch_end(void)
{
	return clock_now() + clock_hz() / MUTEX_SPIN_HZ;
}

/* Looks at @m until it is free.  False: its owner does not run, or the time is @end. */
static bool mutex_watch(const struct mutex *m, u64 end)
{
	u64 state;

	while ((state = mutex_state(m)) != 0) {
		if (!mutex_owner_runs(state) || clock_now() >= end)
			return false;
	}
	return clock_now() < end;
}

/* (lock) Takes @m if that is possible now; else makes sure that the unlock comes here. */
static bool mutex_take_or_mark(struct mutex *m, const struct thread *self, bool waited)
{
	for (;;) {
		u64 state = mutex_state(m);
		u64 mine = (u64)self | (m->waiting ? MUTEX_WAITED : 0);

		if (state == 0 || (state == MUTEX_RESERVED && waited)) {
			if (mutex_change(m, state, mine))
				return true;
		} else if (state == MUTEX_RESERVED ||
			   mutex_change(m, state, state | MUTEX_WAITED)) {
			return false;
		}
	}
}

/* Waiters and those that wake them hold the lock, so no wake-up is lost: each unlock that
 * finds the mark wakes one, and that one sets the mark again while others wait.
 *
 * Whoever comes while a woken thread is on its way may take the mutex first.  If that
 * happens to a thread, the next unlock keeps the mutex for those that have waited: else a
 * thread that has it nearly all the time would lock out the others for ever. */
static __attribute__((noinline)) void mutex_take_slowly(struct mutex *m,
							const struct thread *self)
{
	u64 end = mutex_watch_end();
	bool waited = false;

	ASSERT(!mutex_held(m));
	if (mutex_owner_runs(mutex_state(m)))
		lockwait_note(LOCKWAIT_SPUN, m->lock.name); /* now, not while it has @m */
	while (mutex_watch(m, end)) {
		if (mutex_change(m, 0, (u64)self))
			return;
	}
	spin_lock(&m->lock);
	while (!mutex_take_or_mark(m, self, waited)) {
		if (waited)
			m->reserve = true;
		lockwait_note(LOCKWAIT_MUTEX, m->lock.name);
		m->waiting++;
		waitq_wait_quiet(&m->wq, &m->lock);
		m->waiting--;
		waited = true;
		spin_unlock(&m->lock);
		(void)mutex_watch(m, mutex_watch_end());
		spin_lock(&m->lock);
	}
	if (waited)
		m->reserve = false;
	spin_unlock(&m->lock);
}

static __attribute__((noinline)) void mutex_give_slowly(struct mutex *m)
{
	spin_lock(&m->lock);
	ASSERT(mutex_held(m));
	__atomic_store_n(&m->state, m->reserve ? MUTEX_RESERVED : 0, __ATOMIC_RELEASE);
	spin_unlock(&m->lock);
	waitq_wake_one(&m->wq);
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

	thread_may_sleep();
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

static inline void mutex_lock_ranked(struct mutex *m, bool nested)
{
	const struct thread *self = thread_current();

	mutex_rank_enter(m, nested);
	if (!mutex_change(m, 0, (u64)self))
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
	ASSERT(!mutex_held(m));
	if (!mutex_change(m, 0, (u64)thread_current()))
		return false;
	mutex_rank_note(m);
	return true;
}

void mutex_unlock(struct mutex *m)
{
	mutex_rank_leave(m);
	if (!mutex_change(m, (u64)thread_current(), 0))
		mutex_give_slowly(m);
}

bool mutex_held(const struct mutex *m)
{
	return (mutex_state(m) & ~MUTEX_WAITED) == (u64)thread_current();
}
