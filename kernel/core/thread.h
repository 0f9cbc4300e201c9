/* thread.h - what runs: a kernel stack, a context, a place in a run queue.
 * Each process (proc/) has one or more.  A kernel thread has no process and no pid; it runs
 * in the address space that happens to be loaded, and never touches user memory. */
#pragma once

#include "core/current.h"
#include "lib/types.h"

/* Starts a kernel thread that runs @fn(@arg).  One caller at a time.  -ENOMEM: no memory
 * for its stack, or too many kernel threads. */
int kthread_start(const char *name, void (*fn)(void *), void *arg) MUST_CHECK;

/* With CHECK=1, asserts that the caller may sleep: it is no interrupt handler, holds no
 * spin lock, has interrupts on, as far as locks go, and is in no section of sync/rcu.h.
 * Functions that sleep only now and then call it each time. */
#ifdef PAGODA_CHECK
void thread_may_sleep(void);
#else
static inline void thread_may_sleep(void)
{
}
#endif

/* Lets another thread run first, if one is ready on this hart.  No spin lock held. */
void thread_yield(void);

/* A scheduling point for long loops: yields if the turn is over.  No spin lock held. */
void sched_point(void);

/* Whether the running thread has been killed; a long loop asks, and ends early. */
bool thread_killed(void);

/* Whether a wait of the running thread is to end: it has been killed, or a signal has come
 * for it.  Then, with @restarts, the system call can be made again from its start. */
bool thread_interrupted(bool restarts);

/* A system call of the running thread that waits until @end, in any unit, begins.  If it is
 * made again after an interruption without a handler, the result is the @end that it had
 * then; else it is @end. */
u64 thread_resumed_end(u64 end);

/* The wait of this call was interrupted.  Unless a handler runs, the call is made again. */
void thread_resume_until(u64 end);

/* The running thread, which makes a system call, writes to a pipe that nobody reads. */
void thread_broke_pipe(void);

/* Both, for a loop whose length a program chooses; it calls this at least every
 * millisecond.  A loop that gives memory back, or must not end half-way, ignores the
 * result. */
static inline bool sched_point_killed(void)
{
	sched_point();
	return thread_killed();
}
