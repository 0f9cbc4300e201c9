/* spin_fast.h - taking and releasing a spin lock; spinlock.h includes it.  The free case is
 * inline.  All others leave it at a test that it needs in any case: somebody holds the
 * lock, or this hart does not. */
#pragma once

#include "arch/riscv/cpu.h"
#include "arch/riscv/csr.h"
#include "core/sync/spin_type.h"

void spin_lock_slow(struct spinlock *lk);
void spin_unlock_slow(struct spinlock *lk);

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

#ifdef PAGODA_CHECK
static inline void spin_lock(struct spinlock *lk)
{
	spin_lock_slow(lk);
}

static inline void spin_unlock(struct spinlock *lk)
{
	spin_unlock_slow(lk);
}
#else
static inline void spin_lock(struct spinlock *lk)
{
	if (lk->irq || !spin_try(lk))
		spin_lock_slow(lk);
}

static inline void spin_unlock(struct spinlock *lk)
{
	if (lk->irq || lk->holder != cpu_current())
		spin_unlock_slow(lk);
	else
		spin_release(lk);
}
#endif
