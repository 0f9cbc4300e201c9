/* pagoda.h - calls beyond those of stock xv6, by their numbers on this kernel.  Other
 * kernels of the xv6 family know no such numbers and answer -1. */
#pragma once

#include "ecall.h"

#define CALL_PAUSE 13
#define CALL_SYNC 64
#define CALL_LSEEK 66
#define CALL_MMAP 91
#define CALL_MUNMAP 92
#define CALL_SIGALARM 97
#define CALL_SIGRETURN 98
#define CALL_CLONE 110
#define CALL_FUTEX 111
#define CALL_JOIN 112
#define CALL_LEAVE 113
#define CALL_SIGACTION 121
#define CALL_SIGSEND 123
#define CALL_SIGRESUME 127
#define CALL_SBRK 12
#define SBRK_LAZILY 2 /* kernels before 2025 have one argument, and are never lazy */

#define HAS_INSTRET 1

static inline char *heap_lazy(int bytes)
{
	return (char *)CALL(CALL_SBRK, bytes, SBRK_LAZILY);
}

/* Until the clock ticks, which interrupts what runs: after that it does not for a while. */
static inline void tick_wait(void)
{
	CALL(CALL_PAUSE, 1);
}

static inline int alarm_set(int ticks, void (*handler)(void))
{
	return (int)CALL(CALL_SIGALARM, ticks, (long)handler);
}

static inline void alarm_return(void)
{
	CALL(CALL_SIGRETURN, 0);
}

#define SIGNAL 30 /* any that nobody else sends */

/* Where a handler returns to.  sp has to be as the kernel left it. */
__attribute__((naked, unused)) static void signal_return(void)
{
	__asm__("li a7, %0\n\tecall" : : "i"(CALL_SIGRESUME));
}

static inline int signal_set(void (*handler)(int))
{
	long action[3] = { (long)handler, (long)signal_return, 0 };

	return (int)CALL(CALL_SIGACTION, SIGNAL, (long)action, 0);
}

/* To the process @pid, which is the caller. */
static inline void signal_send(int pid)
{
	CALL(CALL_SIGSEND, pid, 0, SIGNAL);
}

/* fn(arg) in a new thread; it must end with thread_leave().  @tid gets its number. */
static inline int thread_start(void (*fn)(void *), void *arg, char *stack_end, int *tid)
{
	*tid = (int)CALL(CALL_CLONE, (long)fn, (long)arg, (long)stack_end, 0);
	return *tid;
}

static inline void thread_leave(void)
{
	CALL(CALL_LEAVE, 0);
}

static inline void thread_wait(int *tid)
{
	CALL(CALL_JOIN, *tid, 0, 0);
}

static inline long word_wait(int *word, int value)
{
	return CALL(CALL_FUTEX, (long)word, 0, value, 0);
}

static inline long word_wake(int *word)
{
	return CALL(CALL_FUTEX, (long)word, 1, 1, 0);
}
