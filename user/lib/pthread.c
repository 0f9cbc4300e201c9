/* pthread.c - threads, mutexes and condition variables, by clone() and futex().
 *
 * A thread's memory is one mapping: a guard page, the stack, struct pthread, and its
 * thread-local data, at which tp points. */
#include <pthread.h>

#include <errno.h>
#include <limits.h>
#include <pagoda.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"
#include "uapi/thread.h"

#define STACK_DEFAULT 65536
#define PAGE 4096ul
#define ROUND_UP(n, to) (((n) + (to)-1) & ~((to)-1))
#define NS 1000000000l

/* user.ld: the first ones are addresses, the others sizes in bytes. */
extern char __tls_base[], __tdata_size[], __tls_size[];

struct pthread {
	int tid;
	int start; /* a lock, taken until its creator does not use this any more */
	void *map; /* NULL: the first thread */
	size_t map_size;
	void *(*fn)(void *);
	void *arg;
	struct pthread *next; /* of the detached ones */
};

static __thread struct pthread *self; /* NULL: the first thread */
static struct pthread first;
static char *tls_template; /* thread-local data as it was at the start */
static int alive = 1;      /* threads that have not called pthread_exit() */
static int detached_lock;
static struct pthread *detached; /* (detached_lock) */

/* The first thread uses the data of the file in place, and changes it.  Without memory
 * pthread_create() fails. */
__attribute__((constructor)) static void pthread_begin(void)
{
	size_t n = (size_t)__tdata_size;

	tls_template = malloc(n + 1);
	if (tls_template)
		memcpy(tls_template, __tls_base, n);
}

/* --- making and ending -------------------------------------------------- */

static void pthread_free(struct pthread *t)
{
	if (t->map)
		munmap(t->map, t->map_size);
}

/* Frees the detached threads that have ended. */
static void pthread_sweep(void)
{
	struct pthread **link = &detached, *t;

	word_lock(&detached_lock);
	while ((t = *link)) {
		if (sys_join(t->tid, NULL, JOIN_NOHANG) == 0) {
			link = &t->next;
			continue;
		}
		*link = t->next;
		pthread_free(t);
	}
	word_unlock(&detached_lock);
}

static void pthread_main(struct pthread *t)
{
	self = t;
	word_lock(&t->start); /* from then on it may be detached or joined, and freed */
	pthread_exit(t->fn(t->arg));
}

/* Maps the memory of a thread.  NULL: no memory. */
static struct pthread *pthread_alloc(size_t stack_size, char **tls)
{
	size_t tls_size = ROUND_UP((size_t)__tls_size, 64), tdata = (size_t)__tdata_size;
	size_t size = PAGE + ROUND_UP(stack_size + tls_size + sizeof(struct pthread), PAGE);
	char *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	struct pthread *t;

	if (map == MAP_FAILED)
		return NULL;
	if (!tls_template || mprotect(map, PAGE, PROT_NONE)) {
		munmap(map, size);
		return NULL;
	}
	*tls = map + size - tls_size;
	memcpy(*tls, tls_template, tdata); /* the rest of a new mapping is zero */
	t = (struct pthread *)ROUND_UP((uintptr_t)*tls - 2 * sizeof(*t), 16);
	*t = (struct pthread){ .start = 1, .map = map, .map_size = size };
	return t;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
		   void *arg)
{
	struct pthread *t;
	char *tls;
	long tid;

	pthread_sweep();
	t = pthread_alloc(attr ? attr->stack_size : STACK_DEFAULT, &tls);
	if (!t)
		return ENOMEM;
	lock_needed = true;
	t->fn = fn;
	t->arg = arg;
	__atomic_fetch_add(&alive, 1, __ATOMIC_SEQ_CST);
	tid = sys_clone(pthread_main, t, t, tls);
	if (tid < 0) {
		__atomic_fetch_sub(&alive, 1, __ATOMIC_SEQ_CST);
		pthread_free(t);
		return (int)-tid;
	}
	t->tid = (int)tid;
	*thread = t;
	word_unlock(&t->start);
	return attr && attr->detached ? pthread_detach(t) : 0;
}

_Noreturn void pthread_exit(void *value)
{
	if (__atomic_sub_fetch(&alive, 1, __ATOMIC_SEQ_CST) == 0)
		exit(0);
	sys_leave(value);
}

int pthread_join(pthread_t thread, void **value)
{
	unsigned long got;
	long tid;

	do
		tid = sys_join(thread == &first ? getpid() : thread->tid, &got, 0);
	while (tid == -EINTR); /* a handler has run */

	if (tid < 0)
		return (int)-tid;
	if (value)
		*value = (void *)got;
	pthread_free(thread);
	return 0;
}

int pthread_detach(pthread_t thread)
{
	if (thread == &first)
		return 0;
	word_lock(&detached_lock);
	thread->next = detached;
	detached = thread;
	word_unlock(&detached_lock);
	return 0;
}

pthread_t pthread_self(void)
{
	return self ? self : &first;
}

int pthread_equal(pthread_t a, pthread_t b)
{
	return a == b;
}

int pthread_attr_init(pthread_attr_t *attr)
{
	*attr = (pthread_attr_t){ .stack_size = STACK_DEFAULT };
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attr, size_t bytes)
{
	if (bytes < PTHREAD_STACK_MIN || bytes > INT_MAX)
		return EINVAL;
	attr->stack_size = bytes;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attr, int state)
{
	if (state != PTHREAD_CREATE_JOINABLE && state != PTHREAD_CREATE_DETACHED)
		return EINVAL;
	attr->detached = state;
	return 0;
}

/* One that has ended takes no signal: ESRCH. */
int pthread_kill(pthread_t thread, int sig)
{
	int tid = thread == &first ? getpid() : thread->tid;

	return (int)-sys_sigsend(0, tid, sig);
}

/* --- mutexes ------------------------------------------------------------ */

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
	attr->type = PTHREAD_MUTEX_DEFAULT;
	return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
	(void)attr;
	return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
	if (type != PTHREAD_MUTEX_NORMAL && type != PTHREAD_MUTEX_RECURSIVE)
		return EINVAL;
	attr->type = type;
	return 0;
}

int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
	*m = (pthread_mutex_t){ .type = attr ? attr->type : PTHREAD_MUTEX_DEFAULT };
	return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m)
{
	return __atomic_load_n(&m->word, __ATOMIC_RELAXED) ? EBUSY : 0;
}

static bool mutex_is_mine(pthread_mutex_t *m)
{
	return m->type == PTHREAD_MUTEX_RECURSIVE &&
	       __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == pthread_self();
}

int pthread_mutex_lock(pthread_mutex_t *m)
{
	if (mutex_is_mine(m)) {
		m->count++;
		return 0;
	}
	word_lock(&m->word);
	__atomic_store_n(&m->owner, pthread_self(), __ATOMIC_RELAXED);
	return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *m)
{
	if (mutex_is_mine(m)) {
		m->count++;
		return 0;
	}
	if (!word_trylock(&m->word))
		return EBUSY;
	__atomic_store_n(&m->owner, pthread_self(), __ATOMIC_RELAXED);
	return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *m)
{
	if (m->count) {
		m->count--;
		return 0;
	}
	__atomic_store_n(&m->owner, NULL, __ATOMIC_RELAXED);
	word_unlock(&m->word);
	return 0;
}

/* --- condition variables ------------------------------------------------ */

int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
	(void)attr;
	c->sequence = 0;
	return 0;
}

int pthread_cond_destroy(pthread_cond_t *c)
{
	(void)c;
	return 0;
}

/* A signal that comes after the mutex was given up changes the sequence, and then the
 * kernel does not let the thread sleep. */
static long cond_sleep(pthread_cond_t *c, pthread_mutex_t *m, long ns)
{
	int now = __atomic_load_n(&c->sequence, __ATOMIC_SEQ_CST);
	long result;

	pthread_mutex_unlock(m);
	result = sys_futex(&c->sequence, FUTEX_WAIT, now, ns);
	pthread_mutex_lock(m);
	return result;
}

int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	(void)cond_sleep(c, m, 0);
	return 0;
}

int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m,
			   const struct timespec *until)
{
	struct timespec now;
	long left;

	if (until->tv_nsec < 0 || until->tv_nsec >= NS)
		return EINVAL;
	if (until->tv_sec >= LONG_MAX / NS) /* in 292 years */
		return pthread_cond_wait(c, m);
	clock_gettime(CLOCK_REALTIME, &now);
	left = (until->tv_sec - now.tv_sec) * NS + until->tv_nsec - now.tv_nsec;
	return left <= 0 || cond_sleep(c, m, left) == -ETIMEDOUT ? ETIMEDOUT : 0;
}

static int cond_wake(pthread_cond_t *c, int n)
{
	__atomic_fetch_add(&c->sequence, 1, __ATOMIC_SEQ_CST);
	sys_futex(&c->sequence, FUTEX_WAKE, n, 0);
	return 0;
}

int pthread_cond_signal(pthread_cond_t *c)
{
	return cond_wake(c, 1);
}

int pthread_cond_broadcast(pthread_cond_t *c)
{
	return cond_wake(c, INT_MAX);
}

/* --- once --------------------------------------------------------------- */

int pthread_once(pthread_once_t *once, void (*fn)(void))
{
	int was = 0;

	if (__atomic_compare_exchange_n(&once->word, &was, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_ACQUIRE)) {
		fn();
		__atomic_store_n(&once->word, 2, __ATOMIC_RELEASE);
		sys_futex(&once->word, FUTEX_WAKE, INT_MAX, 0);
	}
	while (__atomic_load_n(&once->word, __ATOMIC_ACQUIRE) != 2)
		sys_futex(&once->word, FUTEX_WAIT, 1, 0);
	return 0;
}
