/* watch.c - the list of all spaces, and watches on them: see watch.h. */

#include "mm/space/watch.h"

#include "core/sync/waitq.h"
#include "mm/space/aspace.h"

static struct spinlock lock = SPINLOCK_INIT("watch", none);
static struct waitq gone = WAITQ_INIT(gone);
static struct list spaces = LIST_INIT(spaces); /* (lock) */

void aspace_watch(struct aspace *as)
{
	__atomic_fetch_add(&as->watchers, 1, __ATOMIC_RELAXED);
}

/* Once the count is 0 the space may be destroyed, so it is not touched after that.  The
 * owner looks at the count under the lock: it either sees 0, or is on the queue before
 * the lock can be taken here. */
void aspace_unwatch(struct aspace *as)
{
	if (__atomic_sub_fetch(&as->watchers, 1, __ATOMIC_ACQ_REL))
		return;
	spin_lock(&lock);
	waitq_wake_all(&gone);
	spin_unlock(&lock);
}

void aspace_enlist(struct aspace *as)
{
	spin_lock(&lock);
	as->pt.lock = &as->lock;
	list_add_tail(&spaces, &as->link);
	spin_unlock(&lock);
}

void aspace_unlist(struct aspace *as)
{
	spin_lock(&lock);
	while (__atomic_load_n(&as->watchers, __ATOMIC_ACQUIRE))
		waitq_wait_quiet(&gone, &lock);
	list_del(&as->link);
	as->pt.lock = NULL;
	spin_unlock(&lock);
}

struct aspace *aspace_watch_next(struct aspace *as)
{
	struct list *next;

	spin_lock(&lock);
	next = as ? as->link.next : spaces.next;
	if (next != &spaces)
		aspace_watch(list_entry(next, struct aspace, link));
	spin_unlock(&lock);
	if (as)
		aspace_unwatch(as);
	return next == &spaces ? NULL : list_entry(next, struct aspace, link);
}
