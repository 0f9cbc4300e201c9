/* spinlock.c - test-and-set locks, and the interrupt switch that goes with them.
 *
 * No queue: where there are more harts than processors below them, a lock
 * that has to go to one certain waiter waits until the host runs that one.
 *
 * Layer core; see spinlock.h.  Under PAGODA_CHECK the ranks of lock_rank.h
 * are enforced. */

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
/* A bit per rank held; a lock needs a rank above all of them. */
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

/* Waits by reading alone: a store would take the line away.  False: this hart
 * panics, and takes the lock whoever holds it. */
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
