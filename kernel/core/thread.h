/* thread.h - what runs: a kernel stack, a context, a place in a run queue.
 * Processes (proc/) have one each; kernel threads have no process and no pid,
 * borrow whatever address space is loaded and never touch user memory. */
#pragma once

#include "lib/types.h"

struct thread;

struct thread *thread_current(void);

/* Starts a kernel thread that runs @fn(@arg); @fn never returns.
 * At boot only; -ENOMEM if there is no stack. */
int kthread_start(const char *name, void (*fn)(void *), void *arg) MUST_CHECK;

/* Gives the processor away for now, if somebody else wants it. */
void thread_yield(void);

/* A scheduling point for long loops: yields when the slice is over or a
 * sleeper was woken.  No spin lock held. */
void sched_point(void);

/* Whether the running thread is to die; loops that may take long ask. */
bool thread_killed(void);

/* Both, for loops whose length a program chooses: at least every millisecond.  Loops that
 * give memory back or must not end half-way go on when it is true. */
static inline bool sched_point_killed(void)
{
	sched_point();
	return thread_killed();
}
