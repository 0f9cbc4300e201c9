/* lock.c - locks, and those that picolibc asks for: malloc() and stdio take them once a
 * program has a second thread. */
#include "sys.h"

#include <sys/lock.h>

#include "uapi/thread.h"

bool lock_needed;
struct __lock __lock___libc_recursive_mutex;

bool word_trylock(int *word)
{
	int free = 0;

	return __atomic_compare_exchange_n(word, &free, 1, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/* Whoever has waited leaves 2 there, as others may still wait. */
void word_lock(int *word)
{
	if (word_trylock(word))
		return;
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE))
		sys_futex(word, FUTEX_WAIT, 2, 0);
}

void word_unlock(int *word)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		sys_futex(word, FUTEX_WAKE, 1, 0);
}

static void *lock_self(void)
{
	void *self;

	__asm__("mv %0, tp" : "=r"(self));
	return self;
}

static bool lock_again(struct __lock *l)
{
	if (__atomic_load_n(&l->owner, __ATOMIC_RELAXED) != lock_self())
		return false;
	l->count++;
	return true;
}

void lock_take(struct __lock *l)
{
	if (lock_again(l))
		return;
	word_lock(&l->word);
	__atomic_store_n(&l->owner, lock_self(), __ATOMIC_RELAXED);
}

bool lock_try(struct __lock *l)
{
	if (lock_again(l))
		return true;
	if (!word_trylock(&l->word))
		return false;
	__atomic_store_n(&l->owner, lock_self(), __ATOMIC_RELAXED);
	return true;
}

void lock_give(struct __lock *l)
{
	if (l->count) {
		l->count--;
		return;
	}
	__atomic_store_n(&l->owner, NULL, __ATOMIC_RELAXED);
	word_unlock(&l->word);
}

/* --- what picolibc calls ------------------------------------------------------ */

/* picolibc's own locks are in streams.  Those of stdio.c have theirs from the start; any
 * other stream shares one. */
void __retarget_lock_init(_LOCK_T *lock)
{
	*lock = NULL;
}

void __retarget_lock_close(_LOCK_T lock)
{
	(void)lock;
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	if (lock_needed)
		lock_take(lock ? lock : &__lock___libc_recursive_mutex);
}

void __retarget_lock_release(_LOCK_T lock)
{
	if (lock_needed)
		lock_give(lock ? lock : &__lock___libc_recursive_mutex);
}

#define SAME_AS(name) __attribute__((alias(#name)))

void __retarget_lock_init_recursive(_LOCK_T *lock) SAME_AS(__retarget_lock_init);
void __retarget_lock_close_recursive(_LOCK_T lock) SAME_AS(__retarget_lock_close);
void __retarget_lock_acquire_recursive(_LOCK_T lock) SAME_AS(__retarget_lock_acquire);
void __retarget_lock_release_recursive(_LOCK_T lock) SAME_AS(__retarget_lock_release);
