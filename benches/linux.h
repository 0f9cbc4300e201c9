/* linux.h - what user.h is for kernels of the xv6 family, for Linux on riscv64: system
 * calls alone, without a C library.  Numbers: the generic list of Linux,
 * asm-generic/unistd.h. */
#pragma once

#include "ecall.h"

typedef unsigned int uint;
typedef unsigned long uint64;

/* Programs may read the register, but the kernel has stopped its counter. */
#define HAS_INSTRET 0

#define O_RDONLY 0
#define O_RDWR 2
#define O_CREATE 0x40

int fork(void);
void exit(int status) __attribute__((noreturn));
int wait(int *status);
int exec(const char *path, char **argv);
int open(const char *path, int flags);
int pipe(int *fds);
int link(const char *old, const char *new);
int unlink(const char *path);
int mkdir(const char *path);
int chdir(const char *path);
int uptime(void);
char *sbrk(int bytes);
int thread_start(void (*fn)(void *), void *arg, char *stack_end, int *tid);
void thread_wait(int *tid);
int alarm_set(int ticks, void (*handler)(void));
int signal_set(void (*handler)(int));

#define CALL_CLOSE 57
#define CALL_LSEEK 62
#define CALL_READ 63
#define CALL_WRITE 64
#define CALL_SYNC 81
#define CALL_EXIT 93
#define CALL_FUTEX 98
#define CALL_KILL 129
#define CALL_GETPID 172
#define CALL_MUNMAP 215
#define CALL_MMAP 222

static inline int getpid(void)
{
	return (int)CALL(CALL_GETPID, 0);
}

static inline int close(int fd)
{
	return (int)CALL(CALL_CLOSE, fd);
}

static inline int read(int fd, void *to, int n)
{
	return (int)CALL(CALL_READ, fd, (long)to, n);
}

static inline int write(int fd, const void *from, int n)
{
	return (int)CALL(CALL_WRITE, fd, (long)from, n);
}

static inline void tick_wait(void)
{
}

static inline char *heap_lazy(int bytes)
{
	return sbrk(bytes);
}

static inline void alarm_return(void)
{
}

#define SIGNAL 10 /* SIGUSR1 */

static inline void signal_send(int pid)
{
	CALL(CALL_KILL, pid, SIGNAL);
}

static inline void thread_leave(void)
{
	CALL(CALL_EXIT, 0);
}

#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

static inline long word_wait(int *word, int value)
{
	return CALL(CALL_FUTEX, (long)word, FUTEX_WAIT_PRIVATE, value, 0);
}

static inline long word_wake(int *word)
{
	return CALL(CALL_FUTEX, (long)word, FUTEX_WAKE_PRIVATE, 1);
}
