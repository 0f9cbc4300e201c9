/* usyscall.h - what a program can know of itself without a system call: its pid, its
 * parent, the time.  The kernel keeps the page at USYSCALL up to date (kernel/uapi/info.h);
 * a program can only read it.
 *
 * Not for a program whose heap has grown past USYSCALL, just below 256 GiB: its own memory
 * is there then. */
#pragma once

#include "uapi/info.h"
#include "uapi/layout.h"
#include "uapi/limits.h"

#define USYSCALL_NS 1000000000ull /* in a second */

/* volatile: the kernel changes the parent, and fork() the pid, at any time. */
static inline const volatile struct usyscall *usyscall_page(void)
{
	return (const volatile struct usyscall *)USYSCALL;
}

/* What getpid() gives, in four instructions: three for the address, one load. */
static inline int ugetpid(void)
{
	return usyscall_page()->pid;
}

/* 1 from the moment that the parent has died. */
static inline int ugetppid(void)
{
	return usyscall_page()->ppid;
}

/* The counter that all harts share; user mode may read it. */
static inline unsigned long long utime_counter(void)
{
	unsigned long long now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}

static inline unsigned long long utime_since_boot(void)
{
	return utime_counter() - usyscall_page()->boot_time;
}

/* Time since boot: nanoseconds as in clock_ns(), ticks of 1/TICK_HZ second as in
 * uptime_ticks(). */
static inline long uclock_ns(void)
{
	unsigned long long hz = usyscall_page()->timebase_hz, count = utime_since_boot();

	/* in two parts, as the product would pass 64 bits after half an hour at 10 MHz */
	return (long)(count / hz * USYSCALL_NS + count % hz * USYSCALL_NS / hz);
}

static inline long uuptime(void)
{
	return (long)(utime_since_boot() / (usyscall_page()->timebase_hz / TICK_HZ));
}
