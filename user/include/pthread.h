/* pthread.h - threads, with their POSIX names.
 *
 * A process has at most NTHREAD threads (uapi/limits.h).  exit(), a return from main() and
 * a fault end all of them, exec leaves the caller alone, and fork() copies the caller
 * alone: the child of a process with several threads may only exec or exit, since another
 * thread may have held a lock of the library at that moment.
 *
 * malloc() and the streams of stdio may be used by all threads; the text of two printf()
 * may mix.  errno is each thread's own.  Functions return 0 or an error number. */
#pragma once

#include <stddef.h>
#include <time.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

typedef struct pthread *pthread_t;

typedef struct {
	size_t stack_size;
	int detached;
} pthread_attr_t;

typedef struct {
	int word, type;
	void *owner; /* if PTHREAD_MUTEX_RECURSIVE */
	unsigned count;
} pthread_mutex_t;

typedef struct {
	int type;
} pthread_mutexattr_t;

typedef struct {
	int sequence; /* changes at each signal */
} pthread_cond_t;

typedef int pthread_condattr_t; /* there are none */

typedef struct {
	int word; /* 0 not yet, 1 running, 2 done */
} pthread_once_t;

#define PTHREAD_STACK_MIN 4096
#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1
#define PTHREAD_MUTEX_NORMAL 0
#define PTHREAD_MUTEX_DEFAULT PTHREAD_MUTEX_NORMAL
#define PTHREAD_MUTEX_RECURSIVE 1

/* clang-format off */
#define PTHREAD_MUTEX_INITIALIZER { 0, PTHREAD_MUTEX_NORMAL, NULL, 0 }
#define PTHREAD_COND_INITIALIZER { 0 }
#define PTHREAD_ONCE_INIT { 0 }
/* clang-format on */

/* @attr NULL: a stack of 64 KiB, which gets pages as it grows, and a guard page below it.
 * EAGAIN: there are NTHREAD threads, or too many processes; ENOMEM. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
		   void *arg);
int pthread_join(pthread_t thread, void **value);
int pthread_detach(pthread_t thread);
pthread_t pthread_self(void);
int pthread_equal(pthread_t a, pthread_t b);

/* The last thread that calls it ends the process, as exit(0). */
__attribute__((noreturn)) void pthread_exit(void *value);

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t bytes);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int state);

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr);
int pthread_mutex_destroy(pthread_mutex_t *m);
int pthread_mutex_lock(pthread_mutex_t *m);
int pthread_mutex_trylock(pthread_mutex_t *m); /* EBUSY */
int pthread_mutex_unlock(pthread_mutex_t *m);
int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type);

int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr);
int pthread_cond_destroy(pthread_cond_t *c);
int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m);

/* @until: as clock_gettime() counts.  ETIMEDOUT. */
int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m,
			   const struct timespec *until);
int pthread_cond_signal(pthread_cond_t *c);
int pthread_cond_broadcast(pthread_cond_t *c);

int pthread_once(pthread_once_t *once, void (*fn)(void));

__END_DECLS
