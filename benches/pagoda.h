/* pagoda.h - calls beyond those of stock xv6, by their numbers on this kernel.  Other
 * kernels of the xv6 family know no such numbers and answer -1. */
#pragma once

#define CALL_LSEEK 66
#define CALL_MMAP 91
#define CALL_MUNMAP 92
#define CALL_SIGALARM 97
#define CALL_SIGRETURN 98
#define CALL_CLONE 110
#define CALL_FUTEX 111
#define CALL_JOIN 112
#define CALL_LEAVE 113
#define CALL_SBRK 12
#define SBRK_LAZILY 2 /* kernels before 2025 have one argument, and are never lazy */

#define HAS_INSTRET 1

static inline __attribute__((always_inline)) long call6(long number, const long *a)
{
	register long a0 __asm__("a0") = a[0];
	register long a1 __asm__("a1") = a[1];
	register long a2 __asm__("a2") = a[2];
	register long a3 __asm__("a3") = a[3];
	register long a4 __asm__("a4") = a[4];
	register long a5 __asm__("a5") = a[5];
	register long a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
			 : "memory");
	return a0;
}

#define CALL(number, ...) call6(number, (const long[6]){ __VA_ARGS__ })

static inline char *map_page(int prot)
{
	return (char *)CALL(CALL_MMAP, 0, 4096, prot, 0x22, -1, 0);
}

static inline int unmap_page(char *at)
{
	return (int)CALL(CALL_MUNMAP, (long)at, 4096);
}

static inline char *heap_lazy(int bytes)
{
	return (char *)CALL(CALL_SBRK, bytes, SBRK_LAZILY);
}

static inline long seek_to(int fd, long offset)
{
	return CALL(CALL_LSEEK, fd, offset, 0);
}

static inline int alarm_set(int ticks, void (*handler)(void))
{
	return (int)CALL(CALL_SIGALARM, ticks, (long)handler);
}

static inline void alarm_return(void)
{
	CALL(CALL_SIGRETURN, 0);
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
