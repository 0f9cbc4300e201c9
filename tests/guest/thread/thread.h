/* thread.h - threads for the cases that use them.  A case that fails in any of them ends
 * with all of them. */
#pragma once

#include "lib.h"
#include "uapi/thread.h"

long clone(void (*fn)(word arg), word arg, void *stack, void *tls);
long join(int tid, word *value, int options);
void leave(word value) __attribute__((noreturn));
long gettid(void);
long futex(volatile int *at, int op, int value, long ns);

#define STACK_PAGES 2

/* The stacks of the threads of one case, by index. */
static unsigned char stacks[NTHREAD][STACK_PAGES * PAGE] __attribute__((aligned(16)));

struct start {
	void (*fn)(word);
	word arg;
};

static void thread_main(word at)
{
	struct start s = *(struct start *)at;

	s.fn(s.arg);
	leave(s.arg);
}

/* Starts a thread on stack @i that calls @fn(@arg) and then leaves with the value @arg; tp
 * is @tls. */
static inline int thread_with(int i, void (*fn)(word), word arg, void *tls)
{
	struct start *s = (struct start *)(stacks[i] + sizeof(stacks[i])) - 1;
	long tid;

	*s = (struct start){ fn, arg };
	tid = clone(thread_main, (word)s, s, tls);
	if (tid < 0)
		FAIL("clone gives %ld", tid);
	return (int)tid;
}

static inline int thread(int i, void (*fn)(word), word arg)
{
	return thread_with(i, fn, arg, 0);
}

static inline void thread_join(int tid)
{
	EQ(join(tid, 0, 0), tid);
}

static inline int get(volatile int *at)
{
	return __atomic_load_n(at, __ATOMIC_SEQ_CST);
}

static inline void put(volatile int *at, int value)
{
	__atomic_store_n(at, value, __ATOMIC_SEQ_CST);
	futex(at, FUTEX_WAKE, NTHREAD, 0);
}

static inline void add(volatile int *at)
{
	__atomic_fetch_add(at, 1, __ATOMIC_SEQ_CST);
	futex(at, FUTEX_WAKE, NTHREAD, 0);
}

/* Waits until *at is @value: in user mode for a while, so that the processor keeps its
 * translations, and then asleep, as there may be more threads than processors. */
static inline void await(volatile int *at, int value)
{
	for (int i = 0; i < 20000; i++)
		if (get(at) == value)
			return;
	for (int now = get(at); now != value; now = get(at))
		futex(at, FUTEX_WAIT, now, 0);
}

static inline void sleep_for_ever(word unused)
{
	static volatile int never;

	(void)unused;
	for (;;)
		futex(&never, FUTEX_WAIT, 0, 0);
}

static inline void spin_for_ever(word unused)
{
	(void)unused;
	for (;;)
		__asm__ volatile("" ::: "memory");
}
