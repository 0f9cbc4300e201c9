/* rwlock.c - see rwlock.h. */

#include "core/sync/rwlock.h"

#include "arch/riscv/csr.h"
#include "core/report/panic.h"
#include "core/sync/spinlock.h"
#include "lib/assert.h"

#define READERS (RWLOCK_WAITING - 1)

/* Replaces *from by @to.  False: the state is another one, which *from is now. */
static bool rwlock_change(struct rwlock *lk, u32 *from, u32 to)
{
	return __atomic_compare_exchange_n(&lk->state, from, to, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* False: a writer holds the lock or waits. */
static bool rwlock_enter_read(struct rwlock *lk)
{
	u32 state = __atomic_load_n(&lk->state, __ATOMIC_RELAXED);

	while (state <= READERS) {
		if (rwlock_change(lk, &state, state + RWLOCK_READER))
			return true;
	}
	return false;
}

/* False: somebody holds the lock.  @waited: the caller is one of the writers that wait. */
static bool rwlock_enter_write(struct rwlock *lk, bool waited)
{
	u32 state = __atomic_load_n(&lk->state, __ATOMIC_RELAXED);

	while (!(state & (RWLOCK_WRITER | READERS))) {
		if (rwlock_change(lk, &state,
				  (state | RWLOCK_WRITER) - (waited ? RWLOCK_WAITING : 0)))
			return true;
	}
	return false;
}

/* Between two attempts.  True: this hart panics, and goes on without the lock. */
static bool rwlock_relax(void)
{
	if (panic_in_progress() && panic_stops_here())
		return true;
	cpu_relax();
	return false;
}

void rwlock_read_lock(struct rwlock *lk)
{
	irq_push_off();
	while (!rwlock_enter_read(lk)) {
		if (rwlock_relax())
			return;
	}
}

void rwlock_read_unlock(struct rwlock *lk)
{
	u32 before = __atomic_fetch_sub(&lk->state, RWLOCK_READER, __ATOMIC_RELEASE);

	ASSERT(before & READERS);
	irq_pop_off();
}

void rwlock_write_lock(struct rwlock *lk)
{
	irq_push_off();
	__atomic_fetch_add(&lk->state, RWLOCK_WAITING, __ATOMIC_RELAXED);
	while (!rwlock_enter_write(lk, true)) {
		if (rwlock_relax())
			return;
	}
}

void rwlock_write_unlock(struct rwlock *lk)
{
	u32 before = __atomic_fetch_and(&lk->state, ~RWLOCK_WRITER, __ATOMIC_RELEASE);

	ASSERT(before & RWLOCK_WRITER);
	irq_pop_off();
}

bool rwlock_read_try(struct rwlock *lk)
{
	irq_push_off();
	if (rwlock_enter_read(lk))
		return true;
	irq_pop_off();
	return false;
}

bool rwlock_write_try(struct rwlock *lk)
{
	irq_push_off();
	if (rwlock_enter_write(lk, false))
		return true;
	irq_pop_off();
	return false;
}
