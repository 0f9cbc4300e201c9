/* mutex.h - locks whose holder may sleep.
 *
 * For threads only, never in an interrupt.  No spin lock is held when a mutex is taken.
 * Not recursive.  The thread that took a mutex releases it.  Whoever waits gets it in the
 * end, even if other threads take it again and again. */
#pragma once

#include "core/sync/waitq.h"

#define MUTEX_SPIN_HZ 20000 /* 50 us: as long, a thread looks at it before it sleeps */

struct mutex {
	u64 state;            /* (A) 0: free; the address of the owner; bits of mutex.c */
	u32 waiting;          /* (lock) threads that wait on wq */
	bool reserve;         /* (lock) the next unlock is for one of these */
	u8 rank;              /* (C) enum lock_rank */
	struct spinlock lock; /* its name is that of the mutex */
	struct waitq wq;
};

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank);
void mutex_lock(struct mutex *m);

/* The same while the caller holds a mutex of the same rank; another rule must give the
 * order of the two. */
void mutex_lock_nested(struct mutex *m);
void mutex_unlock(struct mutex *m);

/* Takes @m if it is free.  Never sleeps, so it may be called under any other lock. */
bool mutex_trylock(struct mutex *m) MUST_CHECK;

/* Whether no thread has @m now.  What earlier holders have done is seen. */
static inline bool mutex_is_free(const struct mutex *m)
{
	return !__atomic_load_n(&m->state, __ATOMIC_ACQUIRE);
}

/* Whether the running thread holds @m; for assertions. */
bool mutex_held(const struct mutex *m);
