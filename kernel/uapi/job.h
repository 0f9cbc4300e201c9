/* job.h - what a shell tells the kernel about its jobs, for ^C.
 *
 * There are no process groups.  ^C ends the foreground job: all processes that the shell
 * which prompted last has started since then, except those in the background. */
#pragma once

/* job() */
#define JOB_PROMPT 0      /* the caller is a shell, about to ask for a command line     */
#define JOB_BACKGROUND 1  /* the caller and all that it starts are in the background    */
#define JOB_INTERRUPTED 2 /* -> 1: ^C was typed since the caller's last prompt; else 0  */

/* Options of wait4(); both may be given.  With WAIT_INTERRUPT ^C ends the wait of a shell,
 * with EINTR; that alone does nothing to the process that it waits for. */
#define WAIT_NOHANG 1
#define WAIT_INTERRUPT 0x100
/* The status that wait4() stores is POSIX's: of a process that a signal has ended, too. */
#define WAIT_POSIX 0x200
