/* job.h - the foreground job, which ^C ends and ^Z stops.
 *
 * The job is everything that was started by the shell that last asked for a command line,
 * since then, except background processes.  Our shell says when it asks and what is in the
 * background, by job() (uapi/job.h).  A shell that does not, such as xv6's, is recognized
 * by what it does:
 *   - a program is a shell once it has written a prompt (text that does not end its
 *     line), has read from the console, and then starts a process.  Before that, ^C ends
 *     it like any other program: cat reads but starts nothing, xargs does not prompt;
 *   - a child of init that no shell started is a shell once it reads the console;
 *   - a shell asks for a line when it reads the console;
 *   - its processes that have lost their parent are in the background.
 * When a shell ends, the shell that started it takes over, with its own job.
 *
 * Each process has the number of the job that it is part of.  ^Z, SIGTSTP and their kind
 * stop only processes of a shell that has said that it can continue them; others would
 * never go on. */
#pragma once

#include "lib/types.h"
#include "proc/signal/sigstate.h"

struct proc;

/* In struct proc.  All under proc_lock. */
struct job {
	bool shell;       /* reads command lines                                 */
	bool told;        /* a shell that calls job()                            */
	bool prompted;    /* has written a prompt and then read a line           */
	bool controls;    /* a shell that continues jobs                         */
	bool background;  /* in the background, as is all that it starts         */
	bool interrupted; /* by ^C; for a shell: its job was, since it asked     */
	bool suspended;   /* with its job, until it goes on                      */
	bool at_prompt;   /* a shell that has not forked or waited since it asked */
	bool may_break;   /* a shell in wait4() with WAIT_INTERRUPT              */
	int owner;        /* pid of the shell whose job it is part of; 0: none   */
	int group;        /* the job that it is part of; 0: none                 */
	int starts;       /* of a shell: the job of what it starts now           */
	int front;        /* of a shell: its job in the foreground               */
};

/* @child is new, and inherits from @parent.  proc_lock held. */
void job_inherit(struct proc *child, struct proc *parent);

/* @p ends or becomes another program, and is no longer a shell.  proc_lock held. */
void job_no_shell(struct proc *p);

/* The running process is about to read the console.  If it is of a job that could be in
 * the foreground but is not, SIGTTIN stops that: -EINTR, or -EIO if it ignores or blocks
 * that signal, or has lost its parent, so that nobody would learn of the stop. */
int job_reads_console(void) MUST_CHECK;

/* The same for a process that is about to change the mode of the console, with SIGTTOU. */
int job_changes_console(void) MUST_CHECK;

/* Whether the shell that started @p, or an ancestor of it, continues jobs.  proc_lock
 * held. */
bool job_is_controlled(const struct proc *p);

/* Shell @shell, which continues jobs, ends: continues what it has started, has lost its
 * parent, and is stopped.  proc_lock held. */
void job_orphans(const struct proc *shell);

/* Sends @sig to all processes of job @group; 0: to the running one.  -ESRCH: there is none.
 * @sig 0: only looks.  proc_lock held. */
int job_signal(int group, int sig, struct signal_note note) MUST_CHECK;

/* ^C: kills the foreground job.  False: there is none, or the shell is at its prompt.  Any
 * context. */
bool job_interrupt(void);

/* ^Z: stops the foreground job.  False: there is none, or no shell that continues it. */
bool job_suspend(void);

/* The pid that the next process will get. */
int proc_next_pid(void);

#define PID_MAX 0x3fffffff /* numbers above it can be those of jobs */
