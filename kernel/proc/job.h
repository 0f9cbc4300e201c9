/* job.h - the foreground job, which ^C ends.
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
 * When a shell ends, the shell that started it takes over, with its own job. */
#pragma once

#include "lib/types.h"

struct proc;

/* In struct proc.  All under proc_lock. */
struct job {
	bool shell;       /* reads command lines                                 */
	bool told;        /* a shell that calls job()                            */
	bool prompted;    /* has written a prompt and then read a line           */
	bool background;  /* in the background, as is all that it starts         */
	bool interrupted; /* by ^C; for a shell: its job was, since it asked     */
	bool at_prompt;   /* a shell that has not forked or waited since it asked */
	bool may_break;   /* a shell in wait4() with WAIT_INTERRUPT              */
	int owner;        /* pid of the shell whose job it is part of; 0: none   */
	int mark;         /* the pid that was next when it asked for a line      */
};

/* @child is new, and inherits from @parent.  proc_lock held. */
void job_inherit(struct proc *child, struct proc *parent);

/* @p ends or becomes another program, and is no longer a shell.  proc_lock held. */
void job_no_shell(struct proc *p);

/* The running process is about to read the console. */
void job_reads_console(void);

/* ^C: kills the foreground job.  False: there is none, or the shell is at its prompt.  Any
 * context. */
bool job_interrupt(void);

/* The pid that the next process will get. */
int proc_next_pid(void);
