/* waitq.h - threads waiting for an event.
 *
 * The pattern is that of a condition variable: the condition is guarded by a
 * spin lock, the waiter loops
 *
 *	spin_lock(&x->lock);
 *	while (!condition) {
 *		err = waitq_wait(&x->wq, &x->lock);
 *		if (err)
 *			break;
 *	}
 *	spin_unlock(&x->lock);
 *
 * and a thread that makes the condition true, under the lock, calls a wake function before
 * or after it releases the lock.  No wake-up is lost: the waiter is on the queue before
 * the lock is released. */
#pragma once

#include "core/sync/spinlock.h"
#include "lib/list.h"

struct waitq {
	struct spinlock lock;
	struct list waiters; /* (lock) struct waiter, oldest first */
};

#define WAITQ_INIT(name)                               \
	{                                              \
		.lock = SPINLOCK_INIT("waitq", waitq), \
		.waiters = LIST_INIT((name).waiters)   \
	}

void waitq_init(struct waitq *wq);

/* Releases @lk (the only spin lock held), sleeps until woken, takes @lk again.
 * Returns 0, or -EINTR if the thread has been killed or is to take a signal; if that
 * was so before the call, it does not sleep.  After a signal the system call must not have
 * done anything yet, or not return -EINTR: it may be made again.  May return 0 without a
 * wake-up. */
int waitq_wait(struct waitq *wq, struct spinlock *lk) MUST_CHECK;

/* The same for waits that a kill must not end (for the disk, for locks). */
void waitq_wait_quiet(struct waitq *wq, struct spinlock *lk);

/* The same until @deadline (as clock_now() counts).  A call after it returns -ETIMEDOUT
 * without sleeping; after a signal the system call is not made again.  The quiet one
 * ignores kills. */
int waitq_wait_until(struct waitq *wq, struct spinlock *lk, u64 deadline) MUST_CHECK;
int waitq_wait_until_quiet(struct waitq *wq, struct spinlock *lk, u64 deadline) MUST_CHECK;

/* Wake the thread that has waited longest, or all.  Any context, interrupts included. */
void waitq_wake_one(struct waitq *wq);
void waitq_wake_all(struct waitq *wq);
