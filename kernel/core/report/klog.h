/* klog.h - messages of the kernel to the person at the console. */
#pragma once

#include <stdarg.h>

#include "core/clock.h"
#include "lib/types.h"

/* Print a message; fmt.h has the formats.  The text of a call is not mixed with that of
 * others.  Any context. */
void printk(const char *format, ...) PRINTF_LIKE(1, 2);
void vprintk(const char *format, va_list args);

/* For a message that a program can cause as often as it likes.  Each place that uses this
 * prints its first KLOG_BURST messages of a second, and then how many more there were,
 * with @text in front.  Any context in which a timer may be started. */
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
	u64 end;            /* (klog) end of the second, time base cycles       */
	u32 said, left_out; /* (klog) in that second; left_out != 0: over is armed */
	struct timer over;
};

/* Counts one message, and returns whether it is to be printed. */
bool klog_admits(struct klog_limit *limit) MUST_CHECK;

/* For our own bugs only: prints the message, hart, thread, process and backtrace, and
 * stops all harts.  Any context. */
NORETURN void panic(const char *format, ...) PRINTF_LIKE(1, 2);

/* Copies up to @n bytes of the messages since boot, from byte *@from on, or from the oldest
 * that is kept; *@from is then that.  Returns how many. */
u64 klog_read(u64 *from, char *to, u64 n);

/* Messages go to @put from now on; before, they go to the console of the firmware. */
void klog_set_output(void (*put)(const char *text, size_t n));
