/* waitlist.h - threads waiting for an event that only threads make happen.
 *
 * Used like a wait queue (waitq.h), but the list is guarded by the spin lock of the
 * condition: whoever wakes holds it.  So it needs no lock of its own. */
#pragma once

#include "core/sync/spinlock.h"
#include "lib/list.h"

struct waitlist {
	struct list waiters; /* (lock of the condition) oldest first */
};

static inline void waitlist_init(struct waitlist *wl)
{
	list_init(&wl->waiters);
}

/* Releases @lk (the only spin lock held), sleeps until woken or killed, takes @lk again.
 * -EINTR: the thread was killed before the call, and did not sleep.  May return 0 without
 * a wake-up, so the caller looks at the condition again. */
int waitlist_wait(struct waitlist *wl, struct spinlock *lk) MUST_CHECK;

void waitlist_wake_waiters(struct waitlist *wl);

/* Wakes all.  The lock of the condition is held. */
static inline void waitlist_wake_all(struct waitlist *wl)
{
	if (!list_empty(&wl->waiters))
		waitlist_wake_waiters(wl);
}
