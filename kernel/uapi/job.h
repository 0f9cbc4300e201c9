/* job.h - what a shell tells the kernel about its jobs, for ^C and ^Z.
 *
 * There are no process groups.  ^C ends the foreground job: all processes that the shell
 * which prompted last has started since then, except those in the background.  ^Z stops it,
 * with SIGTSTP, if the shell can continue it.
 *
 * Jobs have numbers, for kill(-number) and JOB_FOREGROUND: that of a job which was started
 * in the background is the pid of its first process.  A process that ends or execs stays
 * what it was, and what it starts is part of the same job. */
#pragma once

/* job() */
#define JOB_PROMPT 0      /* the caller is a shell, about to ask for a command line     */
#define JOB_BACKGROUND 1  /* the caller and all that it starts are in the background    */
#define JOB_INTERRUPTED 2 /* -> 1: ^C was typed since the caller's last prompt; else 0  */
#define JOB_CONTROL \
	3 /* the caller can continue jobs -> the number of the one that it \
		       * starts since its last prompt                               */
#define JOB_FOREGROUND \
	4 /* job(how, number): that one of the caller's is in the foreground; \
			  * ESRCH: it has ended                                        */

/* Options of wait4().  With WAIT_INTERRUPT ^C ends the wait of a shell,
 * with EINTR; that alone does nothing to the process that it waits for. */
#define WAIT_NOHANG 1
/* A child that has stopped or goes on counts, too, once for each time; its status is
 * POSIX's in any case. */
#define WAIT_UNTRACED 2
#define WAIT_CONTINUED 8
#define WAIT_INTERRUPT 0x100
/* The status that wait4() stores is POSIX's: of a process that a signal has ended, too. */
#define WAIT_POSIX 0x200
