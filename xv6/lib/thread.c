/* thread.c - threads, mutexes and condition variables, by clone() and futex().
 *
 * A thread's stack is a mapping of its own, with the guard page first.  A table has the
 * stacks, since a thread cannot free the one it runs on: thread_join() does. */
#include "user/thread.h"

#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "thread_priv.h"
#include "uapi/limits.h"
#include "user/user.h"

#define STACK (16 * 1024)
#define MAP_ANONYMOUS 0x20

int mprotect(void *at, uint64 length, int prot);

int threads_started;

static int lock;
static struct {
	int tid; /* 0: free */
	char *map;
} table[NTHREAD]; /* (lock) */

struct start {
	void *(*fn)(void *);
	void *arg;
};

void thread_exit(void *value)
{
	leave((uint64)value);
}

int thread_self(void)
{
	return gettid();
}

static void thread_main(void *at)
{
	struct start s = *(struct start *)at;

	thread_exit(s.fn(s.arg));
}

static char *stack_alloc(void)
{
	char *map = mmap(0, PGSIZE + STACK, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == (char *)-1)
		return 0;
	if (mprotect(map, PGSIZE, PROT_NONE) == 0)
		return map;
	munmap(map, PGSIZE + STACK);
	return 0;
}

/* The lock is held until the thread is in the table: others may look for it at once. */
int thread_create(void *(*fn)(void *), void *arg)
{
	char *map = stack_alloc();
	struct start *s;
	int i = 0, tid = -1;

	if (!map)
		return -1;
	threads_started = 1;
	s = (struct start *)(void *)(map + PGSIZE + STACK) - 1;
	s->fn = fn;
	s->arg = arg;
	word_lock(&lock);
	while (i < NTHREAD && table[i].tid)
		i++;
	if (i < NTHREAD)
		tid = clone(thread_main, s, s, 0);
	if (tid > 0) {
		table[i].tid = tid;
		table[i].map = map;
	}
	word_unlock(&lock);
	if (tid < 0)
		munmap(map, PGSIZE + STACK);
	return tid;
}

int thread_join(int tid, void **value)
{
	uint64 got;

	if (tid <= 0 || join(tid, &got, 0) != tid)
		return -1;
	word_lock(&lock);
	for (int i = 0; i < NTHREAD; i++) {
		if (table[i].tid != tid)
			continue;
		munmap(table[i].map, PGSIZE + STACK);
		table[i].tid = 0;
	}
	word_unlock(&lock);
	if (value)
		*value = (void *)got;
	return tid;
}

/* --- mutexes --------------------------------------------------------------- */

void mutex_init(struct mutex *m)
{
	m->word = 0;
}

int mutex_trylock(struct mutex *m)
{
	return word_trylock(&m->word);
}

void mutex_lock(struct mutex *m)
{
	word_lock(&m->word);
}

void mutex_unlock(struct mutex *m)
{
	word_unlock(&m->word);
}

/* --- condition variables -------------------------------------------------- */

void cond_init(struct cond *c)
{
	c->sequence = 0;
}

/* A signal that comes after the mutex was given up changes the sequence, and then the
 * kernel does not let the thread sleep. */
void cond_wait(struct cond *c, struct mutex *m)
{
	int now = __atomic_load_n(&c->sequence, __ATOMIC_SEQ_CST);

	word_unlock(&m->word);
	futex(&c->sequence, FUTEX_WAIT, now, 0);
	word_lock(&m->word);
}

static void cond_wake(struct cond *c, int n)
{
	__atomic_fetch_add(&c->sequence, 1, __ATOMIC_SEQ_CST);
	futex(&c->sequence, FUTEX_WAKE, n, 0);
}

void cond_signal(struct cond *c)
{
	cond_wake(c, 1);
}

void cond_broadcast(struct cond *c)
{
	cond_wake(c, 0x7fffffff);
}
