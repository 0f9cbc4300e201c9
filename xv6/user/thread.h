/* thread.h - threads for xv6 programs: they share memory, descriptors and the current
 * directory of their process.  exit() and the return from main() end all of them.
 *
 * Not part of user.h, because programs of the labs have functions of their own with such
 * names.  A program's own function replaces the one of the library. */
#pragma once

#include "../kernel/types.h"

/* --- library ------------------------------------------------------------ */

/* Starts a thread that calls fn(arg), on a stack of 16 KiB with a guard page below it.
 * Returns its number, or -1.  From the first call on malloc() and free() may be used by all
 * threads. */
int thread_create(void *(*fn)(void *), void *arg);

/* Waits until thread @tid, which thread_create() gave, has ended, and frees its stack.
 * @value, unless 0, gets what its function has returned.  Returns @tid, or -1. */
int thread_join(int tid, void **value);

/* Ends the calling thread, as a return from its function does. */
void thread_exit(void *value) __attribute__((noreturn));
int thread_self(void); /* its number; that of the first thread is the pid */

/* All zero: free.  Its holder must not take it again. */
struct mutex {
	int word;
};
void mutex_init(struct mutex *m);
void mutex_lock(struct mutex *m);
int mutex_trylock(struct mutex *m); /* 1 taken, 0 not */
void mutex_unlock(struct mutex *m);

/* The caller of cond_wait() has locked @m, and looks at its condition again after it: a
 * wait may end without a signal. */
struct cond {
	int sequence;
};
void cond_init(struct cond *c);
void cond_wait(struct cond *c, struct mutex *m);
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

/* --- system calls: -1 is failure ---------------------------------------- */

/* Calls fn(arg) in a new thread with the stack pointer @stack, which is the end of the
 * memory for it, and @tls in register tp.  fn() must not return.  Returns the number of the
 * thread. */
int clone(void (*fn)(void *), void *arg, void *stack, void *tls);
void leave(uint64 value) __attribute__((noreturn));

/* @tid -1: any thread but the first.  @options JOIN_NOHANG: 0 if it still runs. */
int join(int tid, uint64 *value, int options);
int gettid(void);

#define JOIN_NOHANG 1

/* FUTEX_WAIT: sleeps if *@word is @value, at most @ns nanoseconds (0: no limit), until
 * another thread wakes it; -1 if it did not sleep until then.  FUTEX_WAKE: wakes up to
 * @value threads that wait for @word; returns how many. */
int futex(int *word, int op, int value, uint64 ns);

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
