/* spinlock.c - test-and-set locks, and the interrupt switch that goes with them.
 *
 * Waiters do not queue: on a host with fewer processors than there are harts, a lock
 * that must go to a certain waiter stands idle until the host runs that hart.
 *
 * Builds with CHECK=1 check the ranks of lock_rank.h. */

#include "core/sync/spinlock.h"

#include "arch/riscv/csr.h"
#include "core/hart.h"
#include "core/report/panic.h"
#include "lib/assert.h"

void irq_push_off(void)
{
	bool on = irq_enabled();
	struct hart *h;

	irq_disable();
	h = hart_current();
	if (h->irq_depth++ == 0)
		h->irq_was_on = on;
}

void irq_pop_off(void)
{
	struct hart *h = hart_current();

	ASSERT(h->irq_depth > 0);
	if (--h->irq_depth == 0 && h->irq_was_on)
		irq_enable();
}

void spin_init(struct spinlock *lk, const char *name, enum lock_rank rank)
{
	*lk = (struct spinlock){ .name = name, .rank = rank };
}

bool spin_held(const struct spinlock *lk)
{
	return __atomic_load_n(&lk->holder, __ATOMIC_RELAXED) == hart_index() + 1;
}

#ifdef PAGODA_CHECK
/* top_rank has a bit for each rank held; @lk must rank above all of them. */
static void spin_rank_enter(const struct spinlock *lk)
{
	struct hart *h = hart_current();

	if (lk->rank == RANK_none)
		return;
	ASSERT(h->top_rank >> lk->rank == 0);
	h->top_rank |= 1u << lk->rank;
}

static void spin_rank_leave(const struct spinlock *lk)
{
	if (lk->rank != RANK_none)
		hart_current()->top_rank &= ~(1u << lk->rank);
}
#else
static inline void spin_rank_enter(const struct spinlock *lk)
{
	(void)lk;
}

static inline void spin_rank_leave(const struct spinlock *lk)
{
	(void)lk;
}
#endif

/* Waits until @lk is free, with loads alone: a store would take the cache line from its
 * holder.  False: this hart panics, and takes the lock even if it is held. */
static bool spin_wait_free(const struct spinlock *lk)
{
	while (__atomic_load_n(&lk->locked, __ATOMIC_RELAXED)) {
		if (panic_in_progress() && panic_stops_here())
			return false;
		cpu_relax();
	}
	return true;
}

void spin_lock(struct spinlock *lk)
{
	irq_push_off();
	ASSERT(!spin_held(lk));
	spin_rank_enter(lk);
	while (__atomic_exchange_n(&lk->locked, 1, __ATOMIC_ACQUIRE)) {
		if (!spin_wait_free(lk))
			break;
	}
	__atomic_store_n(&lk->holder, hart_index() + 1, __ATOMIC_RELAXED);
	hart_current()->spin_depth++;
}

void spin_unlock(struct spinlock *lk)
{
	ASSERT(spin_held(lk));
	spin_rank_leave(lk);
	hart_current()->spin_depth--;
	__atomic_store_n(&lk->holder, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&lk->locked, 0, __ATOMIC_RELEASE);
	irq_pop_off();
}
