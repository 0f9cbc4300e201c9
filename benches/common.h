/* common.h - what both programs of the benchmark have: lines of text, the clock, and the
 * calls that differ between kernels.
 *
 * The same source is a program for this kernel and for stock xv6, which gets by with the
 * system calls of xv6's user library, and with -DBENCH_LINUX a program for Linux. */
#pragma once

#include "rows.h"

#ifdef BENCH_LINUX
#include "linux.h"
#else
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"
#include "pagoda.h"
#endif

#define PAGE 4096
#define INLINE static inline __attribute__((always_inline))

/* Hints, which do nothing.  tools/bench/plugin.c knows them. */
#define MARK_START 1
#define MARK_STOP 2
#define MARK_CLEAR 3
#define MARK_ROW 4 /* what was counted is that of a row */
#define MARK(number) __asm__ volatile("slti zero, zero, %0" : : "i"(number) : "memory")

/* Private memory without a file; @prot: 1 to read, 2 to write.  A negative result is no
 * address. */
static inline char *map_page(int prot)
{
	return (char *)CALL(CALL_MMAP, 0, PAGE, prot, 0x22, -1, 0);
}

static inline int unmap_page(char *at)
{
	return (int)CALL(CALL_MUNMAP, (long)at, PAGE);
}

/* From the start of the file. */
static inline long seek_to(int fd, long offset)
{
	return CALL(CALL_LSEEK, fd, offset, 0);
}

/* Writes to the disk what files hold. */
static inline void files_sync(void)
{
	CALL(CALL_SYNC, 0);
}

enum clock { CLOCK_INSTRET, CLOCK_TIME, CLOCK_UPTIME };

/* The clock of this run; nanoseconds, or instructions where the machine counts one
 * instruction as one nanosecond (-icount shift=0). */
extern enum clock clock_kind;
uint64 clock_now(void);

/* The best clock that this kernel lets programs read; says which. */
void clock_choose(void);

extern const char *self; /* the path of this program */
extern int counting;     /* instructions, not time   */

/* A line of the output is put together and then written by one call, because others write
 * to the console, too. */
void put(const char *text);
void put_number(uint64 n);
void put_line(void);

int same(const char *a, const char *b);
int digits(const char **text); /* the number that *text begins with, and past it */
