/* spinlock.c - test-and-set locks, and the interrupt switch that goes with them.
 *
 * Waiters do not queue: on a host with fewer processors than there are harts, a lock
 * that must go to a certain waiter stands idle until the host runs that hart.
 *
 * The free case of locks that no interrupt handler takes is in spin_fast.h. */

#include "core/sync/spinlock.h"

#include "arch/riscv/csr.h"
#include "core/hart.h"
#include "core/report/panic.h"
#include "core/sync/lockcount.h"
#include "core/sync/lockwait.h"
#include "lib/assert.h"

/* Inside other pairs interrupts are off already. */
static inline void irq_push(struct hart *h)
{
	if (!h->irq_depth)
		h->irq_was_on = irq_disable_if_on();
	h->irq_depth++;
}

static inline void irq_pop(struct hart *h)
{
	ASSERT(h->irq_depth > 0);
	if (--h->irq_depth == 0 && h->irq_was_on)
		irq_enable();
}

void irq_push_off(void)
{
	irq_push(hart_current());
}

void irq_pop_off(void)
{
	irq_pop(hart_current());
}

void spin_init(struct spinlock *lk, const char *name, enum lock_rank rank)
{
	*lk = (struct spinlock){ .name = name, .rank = rank, .irq = RANK_IS_IRQ(rank) };
}

/* The lock that stands for @lk: another one if @lk is counted. */
static const struct spinlock *spin_real(const struct spinlock *lk)
{
	const struct lockcount *c = lockcount_of(lk);

	return c ? &c->real : lk;
}

bool spin_held(const struct spinlock *lk)
{
	return __atomic_load_n(&spin_real(lk)->holder, __ATOMIC_RELAXED) == cpu_current();
}

#ifdef PAGODA_CHECK
/* top_rank has a bit for each rank held; @lk must rank above all of them.  That holds over
 * interrupts, too: a handler that takes a lock may have interrupted a holder of others. */
void spin_rank_fits(enum lock_rank rank)
{
	const struct hart *h = hart_current();

	ASSERT(RANK_IS_IRQ(rank) || !h->in_interrupt);
	ASSERT(rank == RANK_none || h->top_rank >> rank == 0);
}

void spin_rank_enter(const struct spinlock *lk)
{
	spin_rank_fits((enum lock_rank)lk->rank);
	hart_current()->spin_depth++;
	if (lk->rank != RANK_none)
		hart_current()->top_rank |= 1u << lk->rank;
}

void spin_rank_leave(const struct spinlock *lk)
{
	hart_current()->spin_depth--;
	if (lk->rank != RANK_none)
		hart_current()->top_rank &= ~(1u << lk->rank);
}
#endif

/* Waits until @lk is free or counted, with loads alone: a store would take the cache line
 * from its holder.  False: this hart panics, and takes the lock even if it is held. */
static bool spin_wait_free(const struct spinlock *lk)
{
	while (__atomic_load_n(&lk->holder, __ATOMIC_RELAXED) && !lockcount_of(lk)) {
		if (panic_in_progress() && panic_stops_here())
			return false;
		cpu_relax();
	}
	return true;
}

void spin_contend(struct spinlock *lk)
{
	struct lockcount *c = NULL;
	u32 missed = 0;

	ASSERT(!spin_held(lk));
	if (!lockcount_of(lk))
		lockwait_note(LOCKWAIT_SPIN, lk->name);
	for (;;) {
		if (!c && (c = lockcount_of(lk)) != NULL) {
			lk = &c->real;
		} else if (!spin_wait_free(lk)) {
			lk->holder = cpu_current();
			break;
		}
		if (spin_try(lk))
			break;
		missed++;
	}
	if (c)
		lockcount_add(c, missed);
}

void spin_lock_irq(struct spinlock *lk)
{
	irq_push(hart_current());
	spin_rank_enter(lk);
	if (!spin_try(lk))
		spin_contend(lk);
}

void spin_unlock_irq(struct spinlock *lk)
{
	spin_rank_leave(lk);
	if (lk->holder == cpu_current())
		spin_release(lk);
	else
		spin_unlock_counted(lk);
	irq_pop(hart_current());
}

void spin_unlock_counted(struct spinlock *lk)
{
	struct lockcount *c = lockcount_of(lk);

	ASSERT(c && c->real.holder == cpu_current());
	spin_release(&c->real);
}
