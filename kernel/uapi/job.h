/* job.h - what a shell tells the kernel of its jobs, for ^C.
 *
 * There are no process groups.  ^C ends the foreground job: what the shell that
 * prompted last has started since then, but for what runs in the background. */
#pragma once

/* job() */
#define JOB_PROMPT 0      /* the caller is a shell, about to ask for a command line     */
#define JOB_BACKGROUND 1  /* the caller and all that it starts are in the background    */
#define JOB_INTERRUPTED 2 /* -> 1: ^C was typed since the caller's last prompt; else 0  */

/* wait4(): these options may be or'ed.  With the second, ^C ends the waiting of a
 * shell, with EINTR; what it waits for is not touched by that. */
#define WAIT_NOHANG 1
#define WAIT_INTERRUPT 0x100
