/* thread.h - what threads of a process ask the kernel for. */
#pragma once

/* The options of join(). */
#define JOIN_NOHANG 1 /* returns 0 if the thread has not ended yet */

/* futex(int *word, op, value, timeout).
 * Waiting: sleeps if *word is @value, until another thread of the process wakes it, at most
 * @timeout ns (0: no limit).  -EAGAIN: *word differs; -ETIMEDOUT.  Without errno all of
 * these are -1, so a caller looks at *word again.
 * Waking: wakes up to @value threads that wait for @word; returns how many.
 * A word is known by its address in one process: a futex in shared memory does not wake
 * threads of other processes. */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
