/* poll.h - waiting for several files at once.
 *
 * Whoever makes a file ready calls poll_wake() after that, in any context.  One who waits
 * counts itself in, notes poll_events(), looks at its files, and if none is ready waits for
 * an event after the one that it noted.  So no event is lost, and while nobody waits an
 * event costs one load. */
#pragma once

#include "lib/types.h"

extern u32 poll_waiting; /* (A) threads between poll_begin() and poll_end() */

void poll_begin(void);
void poll_end(void);

u64 poll_events(void);

/* Waits until poll_events() is not @seen any more, or it is @deadline (as clock_now()
 * counts).  0, -ETIMEDOUT, -EINTR. */
int poll_wait(u64 seen, u64 deadline) MUST_CHECK;

void poll_wake_slowly(void);

static inline void poll_wake(void)
{
	if (__atomic_load_n(&poll_waiting, __ATOMIC_RELAXED))
		poll_wake_slowly();
}
