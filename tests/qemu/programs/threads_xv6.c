/* threads_xv6.c - for test_threads.py: a program of the xv6 layer that uses threads, as
 * students write it.  Prints "CASE: OK" for each case, or what is wrong. */
#include "kernel/types.h"
#include "user/user.h"
#include "user/thread.h"

#define THREADS 6
#define ROUNDS 2000

static void fail(const char *what)
{
	printf("FAIL %s\n", what);
	exit(1);
}

static struct mutex m;
static int counter;

static void *count(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int was;

		mutex_lock(&m);
		was = counter;
		for (volatile int k = 0; k < 10; k++)
			;
		counter = was + 1;
		mutex_unlock(&m);
	}
	return arg;
}

static void all(void *(*fn)(void *))
{
	int tid[THREADS];
	void *value;

	for (uint64 i = 0; i < THREADS; i++)
		if ((tid[i] = thread_create(fn, (void *)(i + 10))) < 0)
			fail("thread_create");
	for (uint64 i = 0; i < THREADS; i++)
		if (thread_join(tid[i], &value) != tid[i] || value != (void *)(i + 10))
			fail("thread_join");
}

/* --- a queue ---------------------------------------------------------------- */

static struct cond filled, emptied;
static int queue[4], used, sum, left = 3 * ROUNDS;

static void *produce(void *arg)
{
	for (int i = 1; i <= ROUNDS; i++) {
		mutex_lock(&m);
		while (used == 4)
			cond_wait(&emptied, &m);
		queue[used++] = i;
		cond_signal(&filled);
		mutex_unlock(&m);
	}
	return arg;
}

static void *consume(void *arg)
{
	mutex_lock(&m);
	for (;;) {
		while (left && !used)
			cond_wait(&filled, &m);
		if (!left)
			break;
		sum += queue[--used];
		left--;
		cond_signal(&emptied);
		if (!left)
			cond_broadcast(&filled);
	}
	mutex_unlock(&m);
	return arg;
}

static void *either(void *arg)
{
	return (uint64)arg % 2 ? produce(arg) : consume(arg);
}

/* --- memory ------------------------------------------------------------------ */

static void *allocate(void *arg)
{
	char *piece[8] = { 0 };

	for (int i = 0; i < ROUNDS; i++) {
		int k = i % 8, n = 1 + (i * 37) % 300;

		if (piece[k] && piece[k][0] != (char)(uint64)arg + k)
			fail("malloc gave the same memory twice");
		free(piece[k]);
		piece[k] = malloc(n);
		if (!piece[k])
			fail("malloc");
		memset(piece[k], (char)(uint64)arg + k, n);
	}
	for (int k = 0; k < 8; k++)
		free(piece[k]);
	return arg;
}

static void *overflow(void *arg)
{
	volatile char big[30000];

	big[0] = 1;
	return arg + big[0];
}

int main(void)
{
	int status;
	char *brk;

	all(count);
	printf("count: %s\n", counter == THREADS * ROUNDS ? "OK" : "lost an update");
	all(either);
	printf("queue: %s\n", sum == 3 * ROUNDS * (ROUNDS + 1) / 2 ? "OK" : "wrong sum");
	all(allocate);
	brk = sbrk(0);
	for (int i = 0; i < 20; i++)
		all(count);
	printf("again: %s\n", sbrk(0) == brk ? "OK" : "memory was lost");
	printf("self: %s\n", thread_self() == getpid() ? "OK" : "wrong");
	if (fork() == 0) {
		thread_create(overflow, 0);
		sleep(100);
		exit(0);
	}
	wait(&status);
	printf("guard: %s\n", status == -1 ? "OK" : "the overflow was not noticed");
	if (mutex_trylock(&m) != 1 || mutex_trylock(&m) != 0)
		fail("mutex_trylock");
	if (thread_join(9999, 0) != -1 || thread_join(getpid(), 0) != -1)
		fail("thread_join");
	printf("all: OK\n");
	exit(0);
}
