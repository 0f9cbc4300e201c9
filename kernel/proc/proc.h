/* proc.h - processes: what fork copies, exec replaces and exit gives back.
 *
 * There are NPROC slots, each with a kernel stack mapped at boot.  A slot is
 * free, or belongs to a process until its parent has waited for it.  A process with
 * several threads has a slot for each; that of the first is the process's own
 * (threads/threads.h).
 *
 * proc_lock (spin, rank proc) guards the tree: slots, parents, children,
 * zombies.  Everything else belongs to the process itself. */
#pragma once

#include "core/sched.h"
#include "core/sync/waitq.h"
#include "lib/list.h"
#include "mm/space/aspace.h"
#include "proc/job.h"
#include "proc/lab/sandbox.h"
#include "proc/signal/sigstate.h"
#include "proc/signal/stop.h"
#include "proc/threads/threads.h"
#include "uapi/info.h"
#include "uapi/job.h"
#include "uapi/limits.h"

struct file;
struct inode;
struct program;
struct signals;

/* (P) proc_lock  (S) only the process itself  (C) constant while it lives
 * (F) only the process itself while it has one thread, else files_lock */
struct proc {
	struct thread thread;       /* first; of the process, or one more of another */
	struct peer peer;           /* of that thread */
	struct sigthread sig;       /* of that thread; (P), and what it alone changes */
	int pid;                    /* (P) 0: the slot has no process        */
	struct threads threads;     /* of the process; from here on the slot of one more
				     * thread has nothing                    */
	struct aspace *as;          /* (P) that of its threads; NULL: none   */
	bool zombie;                /* (P) ended, off its stacks, not waited for */
	bool claimed;               /* (P) a wait() is about to free it      */
	struct stop stop;           /* (P) */
	int fatal;                  /* (P) the signal that kills it; 0: none   */
	u64 status;                 /* (P) for the parent; proc/signal/signal.h */
	struct signals *signals;    /* (P) NULL: it never asked for any      */
	struct proc *parent;        /* (P) init: itself; NULL: still in fork   */
	struct list children;       /* (P) struct proc.sibling               */
	struct list sibling;        /* (P) */
	struct waitq child_died;    /* it waits here for a child           */
	struct aspace_pages pages;  /* (S) */
	struct usyscall *usyscall;  /* (P) in pages.usyscall; NULL: it exits */
	struct spinlock files_lock; /* if it has several threads */
	struct file *files[NOFILE]; /* (F) proc/threads/fds.h */
	struct inode *cwd;          /* (F) */
	u32 cloexec;                /* (F) bit n: exec closes descriptor n    */
	struct program *program;    /* (P) what it runs; NULL: nothing yet, or it exits */
	struct job job;             /* (P) */
	u32 trace;                  /* (S) bit n: report system call n       */
	struct file *tracer;        /* (A) trace/calltrace.h; set once, or NULL */
	bool tracer_follows;        /* (C) from then on: so do its children  */
	bool counts_calls;          /* (P) so do its children: CALLTRACE_COUNT */
	struct sandbox_mask masked; /* (P) calls to refuse                   */
	struct sandbox *sandbox;    /* (P) NULL: none is masked              */
	bool binds_ports;           /* (S) has bound one: exit looks for them */
	bool eager_sbrk;            /* (S) has called sbrk without a mode    */
	struct proc_times {
		u64 started;             /* (C) time base                              */
		struct cputime children; /* (A) of those that were waited for, and
					  * theirs                            */
		struct told {
			u64 cycles, program;
		} self_told, children_told; /* (P) what usage() said last     */
	} times; /* last: a slot of one more thread leaves it as it is */
};

extern struct proc procs[NPROC];
extern struct spinlock proc_lock;

/* That of the running thread; NULL: it is a kernel thread. */
static inline struct proc *proc_current(void)
{
	return thread_current()->proc;
}

/* trap.c: from now on calls @fn for each program that a page fault kills, in its context,
 * before it dies; for obs/. */
void proc_set_fault_hook(void (*fn)(va_t va, enum access access));

/* trap.c: enters the running process's program for the first time. */
NORETURN void proc_enter_user(void);

/* At boot: makes the kernel stacks of all slots. */
void proc_init(void);

/* Starts process 1.  Its thread calls before(), becomes the program at @path, and calls
 * after(); or, if exec fails, failed(-errno).  When the program ends, ended(why) is called.
 * Neither failed() nor ended() returns. */
struct first_program {
	const char *path;
	void (*before)(void);
	void (*failed)(int err);
	void (*after)(void);
	void (*ended)(const char *why);
};
void proc_start_first(const struct first_program *program);

/* Makes a copy of the running process.  Returns the child's pid; -EAGAIN: no free slot;
 * -ENOMEM; -EINTR: killed. */
s64 proc_fork(void) MUST_CHECK;

/* Ends the running process, all of its threads.  @status: what it gave to exit(), 32 bits,
 * or STATUS_KILLED() of proc/signal/signal.h. */
NORETURN void proc_exit(u64 status);

/* Ends the running thread, with @value for join(); with the last one, the process. */
NORETURN void proc_exit_thread(u64 value);

bool proc_is_init(const struct proc *p);

/* Ends process 1, and with it the machine.  @why: what it died of, in words. */
NORETURN void proc_end_init(const char *why);

/* Waits until a child (@pid, or any if -1) has ended.  With WAIT_UNTRACED and
 * WAIT_CONTINUED one counts, too, that has stopped or goes on and of which that was not
 * told; then its stop.telling is set.  Returns its pid, with *child valid until
 * proc_wait_done().  Otherwise *child is NULL, and the result is 0: none has ended yet,
 * with WAIT_NOHANG; -ECHILD: no such child; -EINTR: killed, or with WAIT_INTERRUPT a ^C. */
s64 proc_wait(int pid, int options, struct proc **child) MUST_CHECK;

/* @told: the slot of @child, unless it only stopped or went on, is given back; else it can
 * be waited for again. */
void proc_wait_done(struct proc *child, bool told);

/* Marks process @pid to die.  -ESRCH: no such process; -EPERM: process 1. */
int proc_kill(int pid) MUST_CHECK;

/* Replaces the image of the running process.  Returns argc, or -errno with the old image
 * untouched.  @argv: user addresses of the strings, then NULL; @envp, too, or it is 0.
 * -E2BIG: one of them has more than @max entries, NULL included (@max <= MAXARGS), or a
 * string more than MAXARGLEN bytes, or all is too much for the stack: for one page of it if
 * @max is MAXARG, as in xv6, whatever stack the program has. */
s64 proc_exec(const char *path, uptr_t argv, uptr_t envp, unsigned max) MUST_CHECK;

/* The same for process 1, with strings of the kernel. */
int proc_exec_kernel(const char *path, const char *const *argv) MUST_CHECK;

/* table.c: processes seen from outside. */
unsigned proc_count(void);
void proc_print_all(void);                            /* for ^P */
bool proc_info(unsigned slot, struct procinfo *info); /* false: free slot */

/* The process @pid, or NULL.  proc_lock held. */
struct proc *proc_find(int pid);

/* The space of process @pid (0: the running one), with a watch on it (mm/space/watch.h);
 * *who gets its pid and name.  NULL: there is no such process, or it has no space now. */
struct aspace *proc_watch(int pid, struct procinfo *who) MUST_CHECK;

/* A slot for one more thread of @of, or with NULL for a new process.  NULL: none is
 * free. */
struct proc *proc_slot_take(struct proc *of);
void proc_slot_release(struct proc *p);

/* A slot with a new pid, a trap frame and a USYSCALL page; NULL with *err set. */
struct proc *proc_alloc(int *err);
void proc_free(struct proc *p); /* undoes proc_alloc() for @p, which has never run */
