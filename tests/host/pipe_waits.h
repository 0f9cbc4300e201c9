/* pipe_waits.h - a thread that waits for the other end of a pipe, for rigs that link
 * kernel/ipc/pipe.c: shim_sleep() plays that end. */
#pragma once

#include "core/sync/waitlist.h"
#include "lib/assert.h"
#include "shim.h"

int waitlist_wait(struct waitlist *wl, struct spinlock *lk)
{
	(void)wl;
	spin_unlock(lk);
	ASSERT(shim_sleep && shim_sleep(NULL));
	spin_lock(lk);
	return 0;
}

void thread_broke_pipe(void)
{
}

void waitlist_wake_waiters(struct waitlist *wl)
{
	(void)wl;
}
