/* calltrace.h - telling a pipe what calls a process makes; see uapi/calltrace.h.
 *
 * What a process does not have costs it nothing: `traced` is one of the bits of struct
 * thread, attends. */
#pragma once

#include "lib/types.h"

struct file;
struct proc;

/* A call that is being told. */
struct called {
	u32 used;   /* number that the program used */
	s64 number; /* the call, or -errno          */
	s64 result; /* of CALL_END: or -errno       */
	u64 arg[6];
};

/* For a process with p->tracer, at the beginning and the end of a call of the running
 * thread, which holds no lock.  Sleep. */
void calltrace_begin(const struct proc *p, const struct called *c);
void calltrace_end(const struct proc *p, const struct called *c);

/* exit: tells that @p, the running process, ends with @status, and gives the pipe back. */
void calltrace_leave(struct proc *p, int status);

/* fork: @child, which nobody else can see, does as @parent does. */
void calltrace_fork(struct proc *child, const struct proc *parent);
