/* spin_fast.h - taking and releasing a spin lock; spinlock.h includes it.
 *
 * The free case of locks that no interrupt handler takes is inline.  All others, counted
 * locks (lockcount.h) included, leave it at a test that it needs in any case. */
#pragma once

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "core/sync/spin_type.h"

/* Locks of kind irq (lock_rank.h).  Whoever knows that @lk is one may call these. */
void spin_lock_irq(struct spinlock *lk);
void spin_unlock_irq(struct spinlock *lk);

/* The other cases: somebody holds @lk, or it is counted; this hart is not its holder. */
void spin_contend(struct spinlock *lk);
void spin_unlock_counted(struct spinlock *lk);

/* The holder of a lock that is counted (lockcount.h).  It stays so. */
#define SPIN_COUNTED ((struct cpu *)1)

/* What the holder before has written is seen by whoever takes the lock: acquire. */
static inline bool spin_try(struct spinlock *lk)
{
	struct cpu *nobody = NULL;

	return __atomic_compare_exchange_n(&lk->holder, &nobody, cpu_current(), false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* A fence and a plain store: of an atomic store with release gcc makes a swap. */
static inline void spin_release(struct spinlock *lk)
{
	fence_release();
	*(struct cpu *volatile *)&lk->holder = NULL;
}

/* Checks of lock_rank.h, in builds with CHECK=1.  spin_rank_fits() asserts that a lock of
 * rank @rank may be taken now; functions that take one only now and then call it always. */
#ifdef PAGODA_CHECK
void spin_rank_fits(enum lock_rank rank);
void spin_rank_enter(const struct spinlock *lk);
void spin_rank_leave(const struct spinlock *lk);
#else
static inline void spin_rank_fits(enum lock_rank rank)
{
	(void)rank;
}

static inline void spin_rank_enter(const struct spinlock *lk)
{
	(void)lk;
}

static inline void spin_rank_leave(const struct spinlock *lk)
{
	(void)lk;
}
#endif

static inline void spin_lock(struct spinlock *lk)
{
	if (lk->irq) {
		spin_lock_irq(lk);
		return;
	}
	spin_rank_enter(lk);
	if (!spin_try(lk))
		spin_contend(lk);
}

static inline void spin_unlock(struct spinlock *lk)
{
	if (lk->irq) {
		spin_unlock_irq(lk);
		return;
	}
	spin_rank_leave(lk);
	if (lk->holder == cpu_current())
		spin_release(lk);
	else
		spin_unlock_counted(lk);
}
