/* thread.c - kernel threads, and what a thread asks about itself.
 * Run queues and switching: sched.c. */

#include "core/thread.h"

#include "core/coreup.h"
#include "core/hart.h"
#include "core/sched.h"
#include "core/sync/rcu.h"
#include "lib/assert.h"
#include "uapi/errno.h"

#define KTHREADS_MAX 8

static struct thread kthreads[KTHREADS_MAX];
static unsigned nkthreads;

int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	struct thread *t = &kthreads[nkthreads];
	u64 stack;

	if (nkthreads == KTHREADS_MAX)
		return -ENOMEM;
	stack = kstack_alloc();
	if (!stack)
		return -ENOMEM;
	nkthreads++;
	thread_init(t, name, stack, fn, arg);
	thread_start(t);
	return 0;
}

bool thread_killed(void)
{
	return __atomic_load_n(&thread_current()->killed, __ATOMIC_RELAXED);
}

/* During a call the trap frame still has its first argument. */
bool thread_interrupted(bool restarts)
{
	struct thread *t = thread_current();

	if (!__atomic_load_n(&t->stops, __ATOMIC_RELAXED))
		return false;
	if (restarts && t->tf) {
		t->interrupted = THREAD_RESTARTS;
		t->interrupted_a0 = t->tf->a0;
	}
	return true;
}

u64 thread_resumed_end(u64 end)
{
	struct thread *t = thread_current();

	if (t->resumes_until)
		end = t->resumes_until;
	t->resumes_until = 0;
	return end;
}

void thread_resume_until(u64 end)
{
	struct thread *t = thread_current();

	t->interrupted = THREAD_RESTARTS_ALONE;
	t->interrupted_a0 = t->tf->a0;
	t->resumes_until = end;
}

void thread_broke_pipe(void)
{
	thread_current()->broke_pipe = true;
}

#ifdef PAGODA_CHECK
void thread_may_sleep(void)
{
	const struct hart *h = hart_current();

	ASSERT(!h->in_interrupt && !h->spin_depth && !h->irq_depth);
	ASSERT(rcu_harts[h->cpu.index].turns % 2 == 0);
}
#endif
