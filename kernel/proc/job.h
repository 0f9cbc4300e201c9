/* job.h - the foreground job, which ^C ends.
 *
 * It is what the shell that asked for a command line last has started since, but
 * for what runs in the background.  Our shell says when it asks and what is in
 * the background (uapi/job.h).  Shells of xv6 say nothing; of them is guessed:
 *   - a shell is what reads the console and was started by init, which is no
 *     shell itself, or is called sh or something that ends in sh after a digit
 *     or other sign, and was started by a shell;
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
	bool background;  /* and what it starts, too                             */
	bool interrupted; /* ^C has hit it, or, for a shell, its job since it asked */
	bool at_prompt;   /* a shell that has not forked or waited since it asked */
	bool may_break;   /* a shell in wait4() with WAIT_INTERRUPT              */
	int owner;        /* pid of the shell that started it; 0: none           */
	int mark;         /* a shell: the next pid when it asked for a line      */
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
