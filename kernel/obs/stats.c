/* stats.c - what the kernel has counted, as text and as records.
 *
 * The text has the form of a lab of 2020: lines "NAME: NUMBER", copyin and copyinstr
 * first.  The first read makes it.  Each read takes the next bytes, whoever reads.  The
 * read after the last byte fails and drops the text, so the next one makes a new text.
 * There is no '=' in it: the lab's tests search for the first one.
 *
 * With stats=lab it has only the two lines that the lab has.  With stats=lock it is that of
 * the lock labs. */

#include "obs/stats.h"

#include "arch/riscv/tlb.h"
#include "core/hart.h"
#include "core/option/options.h"
#include "core/sync/lockcount.h"
#include "core/sync/lockwait.h"
#include "dev/chardev.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/uaccess.h"
#include "mm/phys/frame.h"
#include "mm/phys/vmstat.h"
#include "net/netstat.h"
#include "obs/snap/snap_priv.h"
#include "uapi/errno.h"
#include "uapi/limits.h"

#define TEXT_SIZE 4096
#define CHUNK 128
#define COPIES 2 /* counters before those of vmstat.h */
#define TLB 3    /* counters after them, and then those of netstat.h */
#define NSTATS (COPIES + VM_NSTAT + TLB + NETSTAT_COUNT)

static struct {
	struct spinlock lock;
	u32 length;          /* (lock) 0: there is no text               */
	u32 done;            /* (lock) bytes that were read              */
	u32 made;            /* (lock) texts so far                      */
	char buf[TEXT_SIZE]; /* (lock) */
} text = { .lock = SPINLOCK_INIT("statistics", device) };

static struct snap_counter stats_counter(u64 i)
{
	switch (i) {
	case 0:
		return (struct snap_counter){
			"copyin", "copies from a program; the console's by bytes",
			uaccess_count_copyin()
		};
	case 1:
		return (struct snap_counter){ "copyinstr", "strings fetched from a program",
					      uaccess_count_copyinstr() };
	case COPIES + VM_NSTAT:
		return (struct snap_counter){ "shootdown",
					      "times that harts had to forget translations",
					      tlb_count().shootdowns };
	case COPIES + VM_NSTAT + 1:
		return (struct snap_counter){ "shootdown_remote",
					      "of these: other harts had to be told",
					      tlb_count().remote };
	case COPIES + VM_NSTAT + 2:
		return (struct snap_counter){ "shootdown_harts",
					      "other harts that were told, in all",
					      tlb_count().remote_harts };
	default:
		i -= COPIES;
		if (i >= VM_NSTAT) {
			i -= VM_NSTAT + TLB;
			return (struct snap_counter){ netstat_name[i], netstat_what[i],
						      netstat_read(i) };
		}
		return (struct snap_counter){ vmstat_name[i], vmstat_what[i],
					      vmstat_read(i) };
	}
}

/* --- records ------------------------------------------------------------- */

/* A counter for each lock that somebody has waited for.  Each has a number of its own, so
 * the next piece goes on where this one ends. */
static void snap_lock_waits(struct snap *s)
{
	static const char *const kinds[] = { "spin", "mutex", "spun" };
	static const char *const what[] = {
		"times that a hart found this lock taken",
		"times that a thread slept for this mutex",
		"times that a thread found it taken by a running one"
	};
	const struct lockwait *w;
	char name[24];

	for (u32 n = 0; n < LOCKWAIT_KINDS * LOCKWAIT_MAX; n++) {
		u32 kind = n / LOCKWAIT_MAX;
		struct snap_counter c = { name, what[kind], 0 };

		w = lockwait_at((enum lockwait_kind)kind, n % LOCKWAIT_MAX);
		if (!w)
			continue;
		fmt_snprintf(name, sizeof(name), "%s:%s", kinds[kind], w->name);
		c.value = __atomic_load_n(&w->waits, __ATOMIC_RELAXED);
		if (!snap_add_counter(s, NSTATS + n, &c))
			return;
	}
}

void snap_stats(struct snap *s)
{
	for (u64 i = 0; i < NSTATS; i++) {
		struct snap_counter c = stats_counter(i);

		if (!snap_add_counter(s, i, &c))
			return;
	}
	snap_lock_waits(s);
}

/* --- text ---------------------------------------------------------------- */

struct lock_text {
	char *to;
	u32 size, length;
	u64 missed; /* in all lines so far */
};

static void lock_text_line(struct lock_text *t, const char *name, u64 missed, u64 taken)
{
	t->length += fmt_snprintf(t->to + t->length, t->size - t->length,
				  "lock: %s: #test-and-set %lu #acquire() %lu\n", name,
				  missed, taken);
	t->missed += missed;
}

/* The text of the lock labs; returns its length.
 *
 *	lock: kmem0: #test-and-set 0 #acquire() 1234
 *
 * is a line for each lock on the way to a frame (kmem) or to a cached block of a file
 * (bcache): how often somebody tried and found it taken, and how often it was taken.  The
 * kmem locks are that of the block lists and the word that guards each hart's list; those
 * called bcache are the locks of the buffers and of the page cache.  Last comes `tot= N`,
 * the sum of the first counts: the labs' programs take the number after the first '='.
 *
 * Spin locks are counted from the first reading on; the lists count at all times, as it
 * costs them nothing. */
static u32 lock_text_make(char *to, u32 size)
{
	struct lock_text t = { .to = to, .size = size };
	const struct lockcount *c;
	char name[16];

	for (u32 i = 0; i < nharts; i++) {
		struct frame_list_uses uses = frame_list_uses(i);

		fmt_snprintf(name, sizeof(name), "kmem%u", i);
		lock_text_line(&t, name, uses.missed, uses.entered);
	}
	for (u32 i = 0; (c = lockcount_at(i)) != NULL; i++)
		lock_text_line(&t, c->name, c->missed, c->taken);
	t.length += fmt_snprintf(to + t.length, size - t.length, "tot= %lu\n", t.missed);
	return t.length;
}

/* (lock) */
static void stats_text_make(void)
{
	u32 kind = opt(STATS);
	u64 lines = kind == STATS_LAB ? COPIES : NSTATS;

	text.length = text.done = 0;
	text.made++;
	if (kind == STATS_LOCK) {
		text.length = lock_text_make(text.buf, TEXT_SIZE);
		return;
	}
	for (u64 i = 0; i < lines; i++) {
		struct snap_counter c = stats_counter(i);

		text.length += fmt_snprintf(text.buf + text.length, TEXT_SIZE - text.length,
					    "%s: %lu\n", c.name, c.value);
	}
}

struct place {
	u32 made; /* in which text */
	u32 at;   /* and where     */
};

/* Copies the next bytes of the text, at most @n and CHUNK, and leaves them there.
 * Returns how many; 0: the text has ended.  *place: where they are. */
static u64 stats_text_peek(char *to, u64 n, bool first, struct place *place)
{
	if (first && opt(STATS) == STATS_LOCK)
		lockcount_start();
	spin_lock(&text.lock);
	if (first && !text.length)
		stats_text_make();
	*place = (struct place){ text.made, text.done };
	n = MIN(MIN(n, (u64)(text.length - text.done)), (u64)CHUNK);
	memcpy(to, text.buf + text.done, n);
	spin_unlock(&text.lock);
	return n;
}

/* Takes the @n bytes at @from off the text; with @n 0, drops the text.  Does nothing if
 * another reader has read them meanwhile. */
static void stats_text_advance(u64 n, struct place from)
{
	spin_lock(&text.lock);
	if (text.made == from.made && text.done == from.at) {
		text.done = n ? text.done + n : 0;
		text.length = n ? text.length : 0;
	}
	spin_unlock(&text.lock);
}

static s64 stats_read(uptr_t dst, u64 n)
{
	char piece[CHUNK];
	struct place place;
	u64 done = 0;

	if (n == 0)
		return 0;
	while (done < n) {
		u64 got = stats_text_peek(piece, n - done, done == 0, &place);

		if (!got)
			break;
		if (copyout(uptr_add(dst, done), piece, got))
			return done ? (s64)done : -EFAULT;
		stats_text_advance(got, place);
		done += got;
	}
	if (done)
		return (s64)done;
	stats_text_advance(0, place);
	return -ENODATA;
}

static s64 stats_write(uptr_t src, u64 n)
{
	(void)src;
	(void)n;
	return -EPERM;
}

void stats_init(void)
{
	static const struct chardev device = {
		.name = "statistics",
		.read = stats_read,
		.write = stats_write,
	};

	chardev_register(STATS, &device);
}
