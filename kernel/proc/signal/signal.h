/* signal.h - signals of POSIX: sending, and calling a program's handler.
 *
 * A process has a struct signals from its first call that changes anything on; before that
 * each signal does what it does by default.  A thread that has something to take has
 * `signalled` set: it looks at it on its way to the program, and waits that a kill would
 * end are over.
 *
 * A handler is called with a struct signal_frame on the program's stack (uapi/signal.h).
 * It returns by sigresume(), which takes the registers from there. */
#pragma once

#include "core/clock.h"
#include "proc/signal/sigstate.h"

struct proc;
struct thread;

/* (P) proc_lock */
struct signals {
	struct sigstate state; /* (P) */
	struct timer timer;    /* SIGALRM; armed under (P) */
	u64 due, interval;     /* (P) time base cycles; due 0: no alarm */
	u32 rang;              /* (A) the timer did, and nobody has seen it yet */
	struct thread *rings;  /* (A) the thread that is to see it, or NULL     */
};

/* The status of a process that @sig has ended: xv6's -1 in the lower half. */
#define STATUS_KILLED(sig) ((u64)(sig) << 32 | 0xffffffff)

/* What POSIX's wait() tells of such a status, or of an exit(). */
static inline int signal_wait_status(u64 status)
{
	return status >> 32 ? (int)(status >> 32) : (int)(status & 0xff) << 8;
}

/* At boot. */
void signal_init(void);

/* Sends @sig to @p.  proc_lock held.  Returns what becomes of it. */
enum signal_fate signal_post(struct proc *p, int sig, struct signal_note note);

/* Process @p is to die of @sig, if nothing else came before.  proc_lock held. */
void signal_end(struct proc *p, int sig);

/* The running thread has taken an exception.  True: it has a handler for this signal, which
 * will be called. */
bool signal_fault(int sig, int code, va_t addr, u64 access) MUST_CHECK;

/* The running thread wrote to a pipe that nobody reads. */
void signal_broken_pipe(void);

/* For the running thread, if `signalled` is set.  May not return. */
void signal_attend(struct thread *t);

/* The running thread has the mask @set until signal_mask_end(), or if its system call
 * returns -EINTR until a handler has run.  -ENOMEM. */
int signal_mask_begin(u32 set) MUST_CHECK;
void signal_mask_end(void);

/* fork: -ENOMEM.  @child has never run. */
int signal_fork(struct proc *child, struct proc *parent) MUST_CHECK;

/* exec, and exit of the last thread, or undoing signal_fork(). */
void signal_exec(struct proc *p);
void signal_drop(struct proc *p);

/* Tells threads of @p, which has signals, of those that they are to take: after each change
 * of a mask or an action, and when a thread has left.  proc_lock held. */
void signal_route(struct proc *p);
