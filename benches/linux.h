/* linux.h - what user.h is for kernels of the xv6 family, for Linux on riscv64: system
 * calls alone, without a C library.  Numbers: the generic list of Linux,
 * asm-generic/unistd.h. */
#pragma once

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

#define CALL_CLOSE 57
#define CALL_LSEEK 62
#define CALL_READ 63
#define CALL_WRITE 64
#define CALL_EXIT 93
#define CALL_FUTEX 98
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

static inline long seek_to(int fd, long offset)
{
	return CALL(CALL_LSEEK, fd, offset, 0);
}

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
	return sbrk(bytes);
}

static inline void alarm_return(void)
{
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
