/* rwlock.h - spin locks that many readers, or one writer, hold at a time.
 *
 * As with a spin lock, the holder never sleeps, and interrupts are off on its hart.  A
 * writer that waits keeps new readers out, so readers cannot starve it; so a hart that
 * reads must not take the same lock for reading again.  Not ranked. */
#pragma once

#include "lib/types.h"

#define RWLOCK_WRITER (1u << 31)  /* a writer holds it                */
#define RWLOCK_WAITING (1u << 16) /* times the writers that wait      */
#define RWLOCK_READER 1u          /* times the readers that hold it   */

struct rwlock {
	u32 state; /* (A) a sum of these; 0: free */
};

void rwlock_read_lock(struct rwlock *lk);
void rwlock_read_unlock(struct rwlock *lk);
void rwlock_write_lock(struct rwlock *lk);
void rwlock_write_unlock(struct rwlock *lk);

/* The same without waiting.  False: the lock is not taken. */
bool rwlock_read_try(struct rwlock *lk) MUST_CHECK;
bool rwlock_write_try(struct rwlock *lk) MUST_CHECK;

/* Whether a writer waits now; for tests. */
static inline bool rwlock_is_wanted(const struct rwlock *lk)
{
	u32 state = __atomic_load_n(&lk->state, __ATOMIC_ACQUIRE);

	return (state & ~RWLOCK_WRITER) >= RWLOCK_WAITING;
}
