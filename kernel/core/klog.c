/* klog.c - printk.
 *
 * A call's text is gathered in one buffer and handed over in one piece. */

#include "core/klog.h"

#include "arch/riscv/sbi.h"
#include "core/panic.h"
#include "core/spinlock.h"
#include "lib/fmt.h"

static struct spinlock lock = SPINLOCK_INIT("klog", klog);
static char text[512]; /* (lock) */
static size_t used;    /* (lock) */

static void firmware_output(const char *s, size_t n)
{
	while (n--)
		sbi_putchar(*s++);
}

static void (*output)(const char *, size_t) = firmware_output;

void klog_set_output(void (*put)(const char *, size_t))
{
	output = put;
}

static void gather(char c, void *arg)
{
	(void)arg;
	if (used >= sizeof(text)) {
		output(text, used);
		used = 0;
	}
	text[used++] = c;
}

static void emit(const char *format, va_list args)
{
	used = 0;
	fmt_vprint(gather, NULL, format, args);
	output(text, used);
}

void vprintk(const char *format, va_list args)
{
	if (panic_in_progress()) { /* whoever holds the lock may never let go */
		emit(format, args);
		return;
	}
	spin_lock(&lock);
	emit(format, args);
	spin_unlock(&lock);
}

void printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}
