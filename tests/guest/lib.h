/* lib.h - the runtime of the test programs: system calls by number (any failure is -1),
 * a small printf, checks that name the place of a failure, and the registry of cases.
 * It shares nothing with user/, so that it tests the kernel and not a library. */
#pragma once

#include "uapi/fcntl.h"
#include "uapi/fsformat.h"
#include "uapi/info.h"
#include "uapi/console.h"
#include "uapi/job.h"
#include "uapi/layout.h"
#include "uapi/limits.h"
#include "uapi/poll.h"
#include "uapi/stat.h"
#include "uapi/syscalls.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096ul
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef unsigned long word;

/* System calls.  All return 64 bits, so that a test can see that -1 is all ones. */
long fork(void);
void exit(int status) __attribute__((noreturn));
long wait(int *status);
long pipe(int fd[2]);
long read(int fd, void *buf, long n);
long write(int fd, const void *buf, long n);
long close(int fd);
long kill(int pid);
long exec(const char *path, char *const argv[]);
long fstat(int fd, struct stat *st);
long chdir(const char *path);
long dup(int fd);
long getpid(void);
long sbrk(int n, int mode);
long pause(int ticks);
long uptime(void);
long open(const char *path, int flags);
long mknod(const char *path, int major, int minor);
long unlink(const char *path);
long link(const char *old, const char *new);
long mkdir(const char *path);
long trace(int mask);
long sysinfo(struct sysinfo *info);
long symlink(const char *target, const char *path);
long sigalarm(int ticks, void (*handler)(void));
long sigreturn(void);
long interpose(int mask, const char *path);
long sync(void);
long fsync(int fd);
long lseek(int fd, long offset, int whence);
long procinfo(struct procinfo *info, int max, long size);
long procinfo_old(void *info, int max);
long rename(const char *old, const char *new);
long wait4(int pid, int *status, int options);
long isatty(int fd);
long ftruncate(int fd, long length);
long bootarg(const char *name, char *buf, long size);
long setoption(const char *name, const char *value);
long job(int how, ...); /* JOB_FOREGROUND: the number */
long console(int how, struct console_info *info);
long clock(void); /* ns */
long readlink(const char *path, char *buf, long size);
long meminfo(struct meminfo *info);
long cpupin(int hart);
long rwlktest(int reset);
long connect(unsigned addr, int own, int port);
long bind(int port);
long unbind(int port);
long send(int own, unsigned addr, int port, const void *buf, long n);
long recv(int port, unsigned *addr, unsigned short *from, void *buf, long n);
long icmp_echo(unsigned addr, long n, long ms); /* ns */
long usage(struct usage *u);
long poll(struct pollfd *fds, long n, long ns);
long fcntl(int fd, int how, long arg);
long pread(int fd, void *buf, long n, long offset);
long pwrite(int fd, const void *buf, long n, long offset);
long calltrace(int fd, int follow);
long ecall_raw(long a0, long a1, long a2, long a3, long a4, long a5, long number);
#define NR_EXPLAIN 84 /* (pid, va, access, buf, size) */

#define EAGER 1 /* modes of sbrk */
#define LAZY 2

/* What the kernel left in the registers: argc, argv, sp. */
extern word start_regs[3];
extern char etext[], end[];

/* Strings and memory. */
void *memset(void *p, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *to, const char *from);
long number(const char *s);

/* %d %u %x with l, %p %s %c %%.  Each call is one write; text longer than 199 bytes is
 * cut. */
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void format(char *to, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void format_args(char *to, size_t size, const char *format, va_list args);

/* A random generator; each process can run its own from a seed. */
static inline uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Accesses that the compiler must neither remove nor move. */
static inline unsigned char load8(word address)
{
	unsigned char v;

	__asm__ volatile("lbu %0, 0(%1)" : "=r"(v) : "r"(address) : "memory");
	return v;
}

static inline void store8(word address, unsigned char v)
{
	__asm__ volatile("sb %0, 0(%1)" ::"r"(v), "r"(address) : "memory");
}

static inline void jump(word address)
{
	__asm__ volatile("jalr %0" ::"r"(address) : "ra", "memory");
}

/* Cases.  TEST(area, name) { ... } defines and registers one; it passes when it returns.
 * It runs in a child of its own, in an empty directory.  When it ends, the directory must
 * be empty, its children must have ended, and as many pages must be free as before. */
struct test {
	const char *area, *name;
	void (*run)(void);
	int slow;
};

#define TEST_ENTRY(area, name, slow)                                                 \
	static void area##_##name(void);                                             \
	static const struct test entry_##area##_##name                               \
		__attribute__((section(".tests"), used,                              \
			       aligned(8))) = { #area, #name, area##_##name, slow }; \
	static void area##_##name(void)
#define TEST(area, name) TEST_ENTRY(area, name, 0)
#define SLOW_TEST(area, name) TEST_ENTRY(area, name, 1)

/* A role is another main() of this program, for cases that check what exec() sets up.
 * It runs as `abitest @name ...`; its return value is the exit status. */
struct role {
	const char *name;
	int (*main)(int argc, char *argv[]);
};

#define ROLE(name)                                                                      \
	static int role_##name(int argc, char *argv[]);                                 \
	static const struct role role_entry_##name                                      \
		__attribute__((section(".roles"), used, aligned(8))) = { #name,         \
									 role_##name }; \
	static int role_##name(int argc, char *argv[])

/* Exit status of a child that has printed its FAIL line; its parent passes it on. */
#define REPORTED 0x7e57
#define KILLED (-1)

extern const char *test_name; /* for the FAIL line */
extern const char *test_self; /* absolute path of this program */
void test_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));
void test_equal(const char *file, int line, const char *what, long got, long want);

#define FAIL(...) test_fail(__FILE_NAME__, __LINE__, __VA_ARGS__)
#define CHECK(cond)                                \
	do {                                       \
		if (!(cond))                       \
			FAIL("not so: %s", #cond); \
	} while (0)
#define EQ(got, want) test_equal(__FILE_NAME__, __LINE__, #got, (long)(got), (long)(want))
#define REFUSED(call) EQ(call, -1)

/* A page table entry as it would be if heat= had not taken A (bit 6) and set bit 9. */
#define WITH_SEEN(pte) (((word)(pte) & ~0x200ul) | ((word)(pte) >> 3 & 0x40))

/* fork(); a failure prints a FAIL line and ends the case. */
long must_fork(void);
/* Waits for child @pid and returns its status; other children may end meanwhile. */
int reap(long pid);

/* Runs the statement in a child, whose exit status must be @want. */
#define CHILD(want, ...)                      \
	do {                                  \
		long child_pid = must_fork(); \
		if (child_pid == 0) {         \
			__VA_ARGS__;          \
			exit(0);              \
		}                             \
		EQ(reap(child_pid), want);    \
	} while (0)
#define KILLS(...) CHILD(KILLED, __VA_ARGS__)

/* Fails the case if it does not become true within @ticks. */
#define EVENTUALLY(cond, ticks)                           \
	do {                                              \
		for (int tick_ = 0; !(cond); tick_++) {   \
			if (tick_ == (ticks))             \
				FAIL("never: %s", #cond); \
			pause(1);                         \
		}                                         \
	} while (0)

/* Whether the machine was started with option @name=@value. */
int booted(const char *name, const char *value);
/* Until the case ends, sbrk() takes its pages at once, whatever the machine was started
 * with. */
void heap_eager(void);
/* For the runner, after each case.  A change by vmctl since the boot is lost. */
void heap_as_booted(void);

word free_memory(void);        /* bytes, by sysinfo */
word process_count(void);      /* by sysinfo */
int process_state(int pid);    /* PS_*, or 0 if there is no such process */
word process_cputime(int pid); /* microseconds                           */
int free_fds(void);            /* how many more this process can open */

/* Makes or checks a file with @n bytes of the pattern of @seed. */
void file_make(const char *path, long n, uint32_t seed);
void file_check(const char *path, long n, uint32_t seed);
int file_exists(const char *path);
long file_size(const char *path); /* -1 if there is no such file */
/* Empties the current directory, @depth levels below the process's own scratch
 * directory; returns how many entries it had. */
int directory_empty(int depth);
void pattern_fill(unsigned char *p, long n, uint32_t seed);
/* The index of the first byte at @p that differs from @seed's pattern, or -1. */
long pattern_wrong(const unsigned char *p, long n, uint32_t seed);

#define SCRATCH_SIZE 16384
extern unsigned char scratch[SCRATCH_SIZE]; /* free for use by the running case */
