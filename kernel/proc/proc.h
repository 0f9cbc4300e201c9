/* proc.h - processes: what fork copies, exec replaces and exit gives back.
 *
 * There are NPROC slots, each with a kernel stack mapped at boot.  A slot is
 * free, or belongs to a process until its parent has waited for it.
 *
 * proc_lock (spin, rank proc) guards the tree: slots, parents, children,
 * zombies.  Everything else of a process is its own business. */
#pragma once

#include "core/sched.h"
#include "core/sync/waitq.h"
#include "lib/list.h"
#include "mm/space/aspace.h"
#include "proc/job.h"
#include "uapi/info.h"
#include "uapi/job.h"
#include "uapi/limits.h"

struct file;
struct inode;

/* (P) proc_lock  (S) only the process itself  (C) constant while it lives */
struct proc {
	struct thread thread;       /* first */
	int pid;                    /* (P) 0: the slot is free               */
	bool zombie;                /* (P) exited, off its stack, not waited for */
	int status;                 /* (P) for the parent                    */
	struct proc *parent;        /* (P) NULL: init                        */
	struct list children;       /* (P) struct proc.sibling               */
	struct list sibling;        /* (P) */
	struct waitq child_died;    /* the parent waits here                */
	struct aspace *as;          /* (S; P to look at from outside) */
	struct aspace_pages pages;  /* (S) */
	struct trapframe *tf;       /* (S) in pages.trapframe                */
	struct usyscall *usyscall;  /* (P) in pages.usyscall; NULL: exits */
	struct file *files[NOFILE]; /* (S) */
	struct inode *cwd;          /* (S) */
	struct job job;             /* (P) */
	u32 trace;                  /* (S) bit n: report system call n       */
	bool eager_sbrk;            /* (S) called sbrk without a mode once   */
};

extern struct proc procs[NPROC];
extern struct spinlock proc_lock;

static inline struct proc *proc_current(void)
{
	struct thread *t = thread_current();

	return t->is_kernel ? NULL : container_of(t, struct proc, thread);
}

/* trap.c: @fn is called for each program that is killed for a page fault, before it
 * dies, in its context; for obs/. */
void proc_set_fault_hook(void (*fn)(va_t va, enum access access));

/* trap.c: leaves the kernel for the first time. */
NORETURN void proc_enter_user(void);

/* Boot: slots and stacks. */
void proc_init(void);

/* Process 1: in its thread, before() is called, then it becomes the program
 * at @path, or failed(-errno); then after().  When it ends, ended(why) is called.
 * Neither failed() nor ended() returns. */
struct first_program {
	const char *path;
	void (*before)(void);
	void (*failed)(int err);
	void (*after)(void);
	void (*ended)(const char *why);
};
void proc_start_first(const struct first_program *program);

/* The running process: a copy of it; the child's pid, or -EAGAIN, -ENOMEM. */
s64 proc_fork(void) MUST_CHECK;

/* Ends the running process. */
NORETURN void proc_exit(int status);

bool proc_is_init(const struct proc *p);

/* The same for process 1, which dies of @why: the machine ends with it. */
NORETURN void proc_end_init(const char *why);

/* Waits for a child (@pid, or any if -1) to end.  Its pid and *status; 0 with
 * WAIT_NOHANG if none has yet; -ECHILD; -EINTR: killed, or ^C with WAIT_INTERRUPT.
 * The child is still there: proc_reap() lets it go. */
s64 proc_wait(int pid, int options, struct proc **child) MUST_CHECK;
void proc_reap(struct proc *child);

/* Marks process @pid to die.  -ESRCH. */
int proc_kill(int pid) MUST_CHECK;

/* Replaces the image of the running process; argc, or -errno with the old
 * image untouched.  @argv: user addresses of the strings, NULL-terminated; at
 * most @max with the NULL (up to MAXARGS), or -E2BIG. */
s64 proc_exec(const char *path, uptr_t argv, unsigned max) MUST_CHECK;

/* The same for the first process: strings of the kernel. */
int proc_exec_kernel(const char *path, const char *const *argv) MUST_CHECK;

/* table.c: looking from outside. */
unsigned proc_count(void);
struct proc *proc_find(int pid); /* NULL: no such pid; proc_lock held */
void proc_print_all(void);       /* for ^P */
bool proc_info(unsigned slot, struct procinfo *info); /* false: free slot */

/* The space of process @pid (0: the running one), watched (mm/space/watch.h), and its
 * pid and name; NULL: no such process, or no memory of its own any more or yet. */
struct aspace *proc_watch(int pid, struct procinfo *who) MUST_CHECK;

/* A slot with a new pid, and a trap frame; NULL with *err set. */
struct proc *proc_alloc(int *err);
void proc_free(struct proc *p); /* undoes proc_alloc(), never ran */
