/* waitq.c - see waitq.h. */

#include "core/sync/waitq.h"

#include "arch/riscv/csr.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "uapi/errno.h"

/* On the stack of the thread that waits. */
struct waiter {
	struct list link; /* (wq->lock) */
	struct thread *thread;
	bool woken; /* (A) it is on no queue, and no waker uses it any more */
};

void waitq_init(struct waitq *wq)
{
	spin_init(&wq->lock, "waitq", RANK_waitq);
	list_init(&wq->waiters);
}

static void waiter_join(struct waitq *wq, struct waiter *w, bool killable)
{
	w->thread = thread_current();
	w->woken = false;
	spin_lock_irq(&wq->lock);
	list_add_tail(&wq->waiters, &w->link);
	thread_prepare_sleep(killable);
	spin_unlock_irq(&wq->lock);
}

/* A waker that is not done with @w yet holds the lock. */
static void waiter_leave(struct waitq *wq, struct waiter *w)
{
	if (__atomic_load_n(&w->woken, __ATOMIC_ACQUIRE))
		return;
	spin_lock_irq(&wq->lock);
	if (!w->woken)
		list_del(&w->link);
	spin_unlock_irq(&wq->lock);
}

/* Joins the queue, releases @lk, sleeps, leaves the queue, takes @lk again. */
static void waitq_sleep(struct waitq *wq, struct spinlock *lk, bool killable)
{
	struct waiter w;

	waiter_join(wq, &w, killable);
	spin_unlock(lk);
	thread_sleep();
	waiter_leave(wq, &w);
	spin_lock(lk);
}

int waitq_wait(struct waitq *wq, struct spinlock *lk)
{
	if (thread_wait_interrupted(true))
		return -EINTR;
	waitq_sleep(wq, lk, true);
	return thread_wait_interrupted(true) ? -EINTR : 0;
}

void waitq_wait_quiet(struct waitq *wq, struct spinlock *lk)
{
	waitq_sleep(wq, lk, false);
}

struct alarm {
	struct timer timer;
	struct thread *thread;
};

static void alarm_ring(struct timer *t)
{
	thread_wake(container_of(t, struct alarm, timer)->thread);
}

static int waitq_sleep_until(struct waitq *wq, struct spinlock *lk, u64 deadline,
			     bool killable)
{
	struct alarm alarm = { .thread = thread_current() };
	struct waiter w;

	if (clock_now() >= deadline)
		return -ETIMEDOUT;
	waiter_join(wq, &w, killable);
	spin_unlock(lk);
	timer_start(&alarm.timer, deadline, alarm_ring);
	thread_sleep();
	timer_cancel(&alarm.timer);
	waiter_leave(wq, &w);
	spin_lock(lk);
	return 0;
}

int waitq_wait_until(struct waitq *wq, struct spinlock *lk, u64 deadline)
{
	int err;

	if (thread_wait_interrupted(false))
		return -EINTR;
	err = waitq_sleep_until(wq, lk, deadline, true);
	return thread_wait_interrupted(false) ? -EINTR : err;
}

int waitq_wait_until_quiet(struct waitq *wq, struct spinlock *lk, u64 deadline)
{
	return waitq_sleep_until(wq, lk, deadline, false);
}

static void waitq_wake_first(struct waitq *wq)
{
	struct waiter *w = list_first(&wq->waiters, struct waiter, link);

	list_del(&w->link);
	thread_wake(w->thread);
	__atomic_store_n(&w->woken, true, __ATOMIC_RELEASE);
}

void waitq_wake_one(struct waitq *wq)
{
	/* A waiter joins the queue before it releases the lock of the condition.  So a
	 * thread that has changed the condition under that lock sees the waiter here. */
	fence_all();
	if (list_empty(&wq->waiters))
		return;
	spin_lock_irq(&wq->lock);
	if (!list_empty(&wq->waiters))
		waitq_wake_first(wq);
	spin_unlock_irq(&wq->lock);
}

void waitq_wake_all(struct waitq *wq)
{
	fence_all();
	if (list_empty(&wq->waiters))
		return;
	spin_lock_irq(&wq->lock);
	while (!list_empty(&wq->waiters))
		waitq_wake_first(wq);
	spin_unlock_irq(&wq->lock);
}
