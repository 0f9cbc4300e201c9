/* watch.c - see watch.h. */

#include "mm/watch.h"

#include "core/waitq.h"
#include "mm/aspace.h"

static struct spinlock lock = SPINLOCK_INIT("watch", none);
static struct waitq gone = WAITQ_INIT(gone);

void aspace_watch(struct aspace *as)
{
	__atomic_fetch_add(&as->watchers, 1, __ATOMIC_RELAXED);
}

/* The space may be destroyed as soon as the count is 0: it is not touched after.
 * Whoever waits has looked at the count under the lock, so either it saw this, or
 * is on the queue by the time that the lock can be had here. */
void aspace_unwatch(struct aspace *as)
{
	if (__atomic_sub_fetch(&as->watchers, 1, __ATOMIC_ACQ_REL))
		return;
	spin_lock(&lock);
	waitq_wake_all(&gone);
	spin_unlock(&lock);
}

void aspace_wait_unwatched(struct aspace *as)
{
	if (!__atomic_load_n(&as->watchers, __ATOMIC_ACQUIRE))
		return;
	spin_lock(&lock);
	while (__atomic_load_n(&as->watchers, __ATOMIC_ACQUIRE))
		waitq_wait_quiet(&gone, &lock);
	spin_unlock(&lock);
}
