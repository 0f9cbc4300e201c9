/* threads.h - the threads of a process.
 *
 * A process starts with one thread and may get more (clone).  They share its address space,
 * descriptors and current directory.  Each has a slot of its own with a kernel stack, and a
 * trap frame in the process's trap frame page.
 *
 * A thread leaves: it gives up the space, and never runs its program again.  Once nothing
 * uses its kernel stack any more it is gone.  The last thread that leaves gives back what
 * the process has; the process is a zombie when all of its threads are gone.
 *
 * What fork, exit and exec do for a process with one thread costs nothing more because of
 * the others: they look at `several` first. */
#pragma once

#include "core/sched.h"
#include "core/sync/waitq.h"
#include "lib/list.h"

struct aspace;
struct file;
struct inode;
struct proc;

/* (P) proc_lock  (S) only the thread itself */

/* In the slot of a thread. */
struct peer {
	struct list link;       /* (P) threads.all, until it is joined         */
	int tid;                /* (P) 0: the slot is free                     */
	bool left;              /* (P) it never runs its program again         */
	bool gone;              /* (P) its stack is not in use                 */
	bool claimed;           /* (P) a join() is about to free it            */
	bool retired;           /* (P) it is to leave, but its process goes on */
	u64 value;              /* (P) what it ended with                      */
	struct aspace *emptied; /* (S) left by it as the last: aspace_bury()   */
	struct file *held;      /* (S) references until the end of this system */
	struct inode *held_cwd; /* (S) call: fds.h                             */
};

/* In the slot of a process. */
struct threads {
	struct list all;       /* (P) struct proc.peer.link                          */
	bool several;          /* (P) it has had more than one thread since its exec;
			    *     set by the first one while it is the only one    */
	bool ending;           /* (P) all of them are to leave                       */
	u32 running;           /* (P) have not left                                  */
	u32 stacks;            /* (P) are not gone                                   */
	u32 frames;            /* (P) bit n: trap frame n is taken                   */
	struct cputime joined; /* (P) of those that were joined                  */
	struct waitq left;     /* waits until a thread is gone or joined; if several */
};

/* The slot of the running thread; that of its process, if it is the first one. */
struct proc *threads_self(void);

/* @p is a new process, and its slot that of its only thread. */
void threads_init(struct proc *p, int pid);

/* Starts a thread of the running process at @fn(@arg), with the stack pointer @stack and
 * @tls in tp.  Returns its number.  -EAGAIN: no slot, or NTHREAD threads; -EINTR. */
s64 threads_clone(va_t fn, u64 arg, va_t stack, u64 tls) MUST_CHECK;

/* Waits until thread @tid, or with -1 any other but the first, is gone.  *out: its slot,
 * until threads_join_done().  0: none is yet, with JOIN_NOHANG.  -ESRCH: there is no such
 * thread; -EDEADLK: the caller itself; -EINTR. */
s64 threads_join(int tid, int options, struct proc **out) MUST_CHECK;

/* @joined: the slot is given back; else the thread can be joined again. */
void threads_join_done(struct proc *slot, bool joined);

/* For these two the process has several threads.  All threads of the process are to leave,
 * the caller among them; its status will be @status, unless another thread was first.
 * False: only the caller is to leave. */
bool threads_end(u64 status);

/* The running thread leaves, with @value for join().  True: it was the last one, and still
 * has the space. */
bool threads_leave(u64 value) MUST_CHECK;

/* For exec: all other threads leave.  Returns when they are gone.  -EINTR: the caller
 * itself is to leave. */
int threads_stop_others(void) MUST_CHECK;

/* --- proc_lock held ------------------------------------------------------- */

/* Nothing uses the stack of @slot any more.  True: nor that of any thread of its process;
 * then only the process's own slot is left. */
bool threads_gone(struct proc *slot) MUST_CHECK;

/* Marks all threads of @p to die. */
void threads_kill(struct proc *p);

/* How long the threads of @p have run. */
struct cputime threads_cputime(struct proc *p);
