/* poll.c - see poll.h. */

#include "core/poll.h"

#include "core/sync/waitq.h"

u32 poll_waiting;

static struct spinlock lock = SPINLOCK_INIT("poll", device);
static struct waitq waiters = WAITQ_INIT(waiters);
static u64 events; /* (lock) */

void poll_begin(void)
{
	__atomic_fetch_add(&poll_waiting, 1, __ATOMIC_SEQ_CST);
}

void poll_end(void)
{
	__atomic_fetch_sub(&poll_waiting, 1, __ATOMIC_SEQ_CST);
}

u64 poll_events(void)
{
	u64 seen;

	spin_lock(&lock);
	seen = events;
	spin_unlock(&lock);
	return seen;
}

int poll_wait(u64 seen, u64 deadline)
{
	int err = 0;

	spin_lock(&lock);
	while (!err && events == seen)
		err = waitq_wait_until(&waiters, &lock, deadline);
	spin_unlock(&lock);
	return err;
}

void poll_wake_slowly(void)
{
	spin_lock(&lock);
	events++;
	spin_unlock(&lock);
	waitq_wake_all(&waiters);
}
