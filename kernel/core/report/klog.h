/* klog.h - messages of the kernel to the person at the console. */
#pragma once

#include <stdarg.h>

#include "core/clock.h"
#include "lib/types.h"

/* fmt.h's formats.  Each call comes out in one piece; any context. */
void printk(const char *format, ...) PRINTF_LIKE(1, 2);
void vprintk(const char *format, va_list args);

/* What a program can cause as often as it likes: the first KLOG_BURST messages of a
 * second come from each place that says it so, then `WHAT: N more`.  Any context in
 * which a timer may be started. */
#define KLOG_BURST 10
#define printk_limited(text, ...)                                   \
	do {                                                        \
		static struct klog_limit limit_ = { .what = text }; \
                                                                    \
		if (klog_admits(&limit_))                           \
			printk(__VA_ARGS__);                        \
	} while (0)

struct klog_limit {
	const char *what;   /* constant */
	u64 end;            /* (klog) of the second, time base cycles           */
	u32 said, left_out; /* (klog) in it; left_out != 0: over is armed       */
	struct timer over;
};

/* Counts one message; whether it is to be printed. */
bool klog_admits(struct klog_limit *limit) MUST_CHECK;

/* For our own bugs only: prints hart, process, registers, backtrace, and
 * stops all harts. */
NORETURN void panic(const char *format, ...) PRINTF_LIKE(1, 2);

/* dev/ gives the real output once it is found; before that SBI's console. */
void klog_set_output(void (*put)(const char *text, size_t n));
