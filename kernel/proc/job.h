/* job.h - the foreground job, which ^C ends.
 *
 * It is what the shell that asked for a command line last has started since then, but
 * for what runs in the background.  Our shell says when it asks and what is in the
 * background (uapi/job.h).  A shell that says nothing, as those of xv6, is known by what
 * it does:
 *   - a program is a shell once it has written a prompt (text that does not end its
 *     line), has read from the console, and then starts a process.  Before that, ^C
 *     ends it as any other program: cat reads and starts nothing, xargs does not prompt;
 *   - what init has started, which is no shell, is one when it reads the console;
 *   - it asks for a line when it reads the console;
 *   - what it runs in the background has lost its parent.
 * When a shell ends, the one that started it goes on with its job. */
#pragma once

#include "lib/types.h"

struct proc;

/* In struct proc.  All under proc_lock. */
struct job {
	bool shell;       /* reads command lines                                 */
	bool told;        /* a shell that says what is to be known               */
	bool prompted;    /* has read a line that it had written a prompt for    */
	bool background;  /* and what it starts, too                             */
	bool interrupted; /* ^C has hit it, or, for a shell, its job since it asked */
	bool at_prompt;   /* a shell that has not forked or waited since it asked */
	bool may_break;   /* a shell in wait4() with WAIT_INTERRUPT              */
	int owner;        /* pid of the shell that started it; 0: none           */
	int mark;         /* the next pid when it asked for a line               */
};

/* proc_lock held.  @child is new, and gets what @parent passes on. */
void job_inherit(struct proc *child, struct proc *parent);

/* proc_lock held.  @p ends, or becomes another program: it is no shell now. */
void job_no_shell(struct proc *p);

/* The running process is about to read the console. */
void job_reads_console(void);

/* ^C: kills the foreground job; false: the shell is at its prompt, or will be. */
bool job_interrupt(void);

/* The pid that the next process will get. */
int proc_next_pid(void);
