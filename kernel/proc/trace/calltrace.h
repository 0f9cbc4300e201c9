/* calltrace.h - telling a pipe what calls a process makes; see uapi/calltrace.h.
 *
 * What a process does not have costs it nothing: `traced` is one of the bits of struct
 * thread, attends. */
#pragma once

#include "lib/types.h"
#include "proc/proc.h"

/* Whether the threads of @p are to be `traced`.  proc_lock held, or nobody else can see
 * @p. */
static inline bool calltrace_wanted(const struct proc *p)
{
	return p->trace || p->tracer || p->counts_calls;
}

/* For a process with a tracer: its running thread @t begins call @number (or -errno), for
 * which the program used the number @used; or has made it, with *@result.  It holds no
 * lock.  Sleeps. */
void calltrace_tell(const struct thread *t, u32 used, s64 number, const s64 *result);

/* Tells that a handler of signal @sig begins in the running thread of @p, which has a
 * tracer.  It holds no lock.  Sleeps. */
void calltrace_handler(const struct proc *p, int sig);

/* exit: tells that @p, the running process, ends with @status, and gives the pipe back. */
void calltrace_leave(struct proc *p, u64 status);

/* fork: @child, which nobody else can see, does as @parent does. */
void calltrace_fork(struct proc *child, const struct proc *parent);
