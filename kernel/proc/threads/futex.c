/* futex.c - see futex.h.
 *
 * A waiter is known by its space and address, and waits on a queue of its own.  Its list,
 * one out of BUCKETS, is locked while the word is read and the waiter added, and while
 * waiters are woken. */

#include "proc/threads/futex.h"

#include "core/sched.h"
#include "core/sync/waitq.h"
#include "lib/list.h"
#include "mm/space/aspace.h"
#include "mm/uaccess.h"
#include "uapi/errno.h"

#define BUCKETS 16

struct futex_waiter {
	struct list link; /* (bucket) empty once it is woken */
	struct waitq wq;
	const struct aspace *as;
	va_t at;
	bool woken; /* (bucket) */
};

static struct futex_bucket {
	struct spinlock lock;
	struct list waiters; /* (lock) oldest first */
} buckets[BUCKETS];

void futex_init(void)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		spin_init(&buckets[i].lock, "futex", RANK_futex);
		list_init(&buckets[i].waiters);
	}
}

static struct futex_bucket *futex_bucket(va_t at)
{
	return &buckets[(at / sizeof(u32) ^ at / PAGE_SIZE) % BUCKETS];
}

/* (bucket) Adds the waiter and sleeps.  Without the lock meanwhile. */
static s64 futex_sleep(struct futex_bucket *b, struct futex_waiter *w, u64 end)
{
	int err = 0;

	list_add_tail(&b->waiters, &w->link);
	while (!w->woken && !err)
		err = end == ~0ul ? waitq_wait(&w->wq, &b->lock)
				  : waitq_wait_until(&w->wq, &b->lock, end);
	list_del(&w->link);
	return w->woken ? 0 : err;
}

s64 futex_wait(uptr_t at, u32 value, u64 end)
{
	struct futex_waiter w = { .as = thread_current()->as, .at = at.va };
	struct futex_bucket *b = futex_bucket(at.va);
	s64 err = 0;
	u32 now;

	if (at.va % sizeof(u32))
		return -EINVAL;
	waitq_init(&w.wq);
	while (!err) {
		spin_lock(&b->lock);
		if (copyin_nofault(&now, at, sizeof(now)) == sizeof(now)) {
			err = now == value ? futex_sleep(b, &w, end) : -EAGAIN;
			spin_unlock(&b->lock);
			return err;
		}
		spin_unlock(&b->lock);
		err = sched_point_killed() ? -EINTR : uaccess_fault_in(at, false);
	}
	return err;
}

s64 futex_wake(uptr_t at, u32 max)
{
	const struct aspace *as = thread_current()->as;
	struct futex_bucket *b = futex_bucket(at.va);
	struct futex_waiter *w, *next;
	u32 n = 0;

	if (at.va % sizeof(u32))
		return -EINVAL;
	if (!aspace_range_ok(as, at.va, sizeof(u32)))
		return -EFAULT;
	spin_lock(&b->lock);
	list_for_each_safe(w, next, &b->waiters, link) {
		if (n == max)
			break;
		if (w->as != as || w->at != at.va)
			continue;
		w->woken = true;
		list_del(&w->link);
		waitq_wake_all(&w->wq); /* under the lock: @w is on the waiter's stack */
		n++;
	}
	spin_unlock(&b->lock);
	return n;
}
