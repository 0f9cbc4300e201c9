/* klog.c - printk.
 *
 * The text of a call is gathered in a buffer, so that it goes out in one piece. */

#include "core/report/klog.h"

#include "arch/riscv/sbi.h"
#include "core/report/panic.h"
#include "core/sync/spinlock.h"
#include "lib/describe.h"
#include "lib/fmt.h"

static struct spinlock lock = SPINLOCK_INIT("klog", klog);

struct text {
	char bytes[512];
	size_t used;
};

static struct text message; /* (lock) */
static struct text report;  /* only for the hart that panics */

static void klog_to_firmware(const char *s, size_t n)
{
	while (n--)
		sbi_putchar(*s++);
}

static void (*klog_output)(const char *, size_t) = klog_to_firmware;

void klog_set_output(void (*put)(const char *, size_t))
{
	klog_output = put;
}

/* The newest bytes of all messages but a panic's, which comes without the lock. */
#define KEPT 8192
static char kept[KEPT]; /* (lock) byte n is at n % KEPT */
static u64 written;     /* (lock) */

static void klog_put(const struct text *t)
{
	for (size_t i = 0; t == &message && i < t->used; i++)
		kept[written++ % KEPT] = t->bytes[i];
	klog_output(t->bytes, t->used);
}

u64 klog_read(u64 *from, char *to, u64 n)
{
	u64 done = 0;

	spin_lock(&lock);
	if (written > KEPT)
		*from = MAX(*from, written - KEPT);
	for (; done < n && *from + done < written; done++)
		to[done] = kept[(*from + done) % KEPT];
	spin_unlock(&lock);
	return done;
}

static void klog_gather(char c, void *arg)
{
	struct text *t = arg;

	if (t->used >= sizeof(t->bytes)) {
		klog_put(t);
		t->used = 0;
	}
	t->bytes[t->used++] = c;
}

static void klog_emit(struct text *t, const char *format, va_list args)
{
	t->used = 0;
	fmt_vprint(klog_gather, t, format, args);
	klog_put(t);
}

void vprintk(const char *format, va_list args)
{
	if (panic_stops_here()) { /* the holder of the lock may never release it */
		klog_emit(&report, format, args);
		return;
	}
	spin_lock(&lock);
	klog_emit(&message, format, args);
	spin_unlock(&lock);
}

void printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}

static void klog_limit_over(struct timer *t)
{
	struct klog_limit *limit = container_of(t, struct klog_limit, over);
	u32 left_out;

	spin_lock(&lock);
	left_out = limit->left_out;
	limit->left_out = 0;
	spin_unlock(&lock);
	printk("%s: %u more\n", limit->what, left_out);
}

bool klog_admits(struct klog_limit *limit)
{
	u64 now = clock_now(), end;
	bool admit, first;

	spin_lock(&lock);
	if (!limit->left_out && now >= limit->end) {
		limit->end = now + clock_hz();
		limit->said = 0;
	}
	admit = limit->said < KLOG_BURST;
	first = !admit && limit->left_out == 0;
	limit->said += admit;
	limit->left_out += !admit;
	end = limit->end;
	spin_unlock(&lock);
	if (first)
		timer_start(&limit->over, end, klog_limit_over);
	return admit;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("klog_kept", kept);
DESCRIBE_OBJECT("klog_written", written);
