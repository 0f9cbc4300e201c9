/* thread_priv.h - what the rest of the library needs to know of threads. */
#pragma once

#include "user/thread.h"

/* Whether thread_create() was called. */
extern int threads_started;

/* A lock: 0 free, 1 taken, 2 taken and somebody may wait.  These are not the mutex_lock()
 * of user/thread.h, which a program may replace. */
static inline int word_trylock(int *word)
{
	int free = 0;

	return __atomic_compare_exchange_n(word, &free, 1, 0, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Whoever has waited leaves 2 there, as others may still wait. */
static inline void word_lock(int *word)
{
	if (word_trylock(word))
		return;
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE))
		futex(word, FUTEX_WAIT, 2, 0);
}

static inline void word_unlock(int *word)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		futex(word, FUTEX_WAKE, 1, 0);
}
