/* waitlist.c - see waitlist.h. */

#include "core/sync/waitlist.h"

#include "core/sched.h"
#include "uapi/errno.h"

struct waiter {
	struct list link; /* empty once woken */
	struct thread *thread;
};

int waitlist_wait(struct waitlist *wl, struct spinlock *lk)
{
	struct waiter w = { .thread = thread_current() };

	if (thread_wait_interrupted(true))
		return -EINTR;
	list_add_tail(&wl->waiters, &w.link);
	thread_prepare_sleep(true);
	spin_unlock(lk);
	thread_sleep();
	spin_lock(lk);
	list_del(&w.link);
	return 0;
}

/* Each @w stays while the lock is held: its thread takes the lock before it goes on. */
void waitlist_wake_waiters(struct waitlist *wl)
{
	while (!list_empty(&wl->waiters)) {
		struct waiter *w = list_first(&wl->waiters, struct waiter, link);

		list_del(&w->link);
		thread_wake(w->thread);
	}
}
