/* stats_locks.c - see stats_locks.h.
 *
 *	lock: kmem0: #test-and-set 0 #acquire() 1234
 *
 * is a line for each lock on the way to a frame (kmem) or to a cached block of a file
 * (bcache): how often it was taken, and how often somebody tried and found it taken.  The
 * kmem locks are that of the block lists and the word that guards each hart's list; those
 * called bcache are the locks of the buffers and of the page cache.  Last comes `tot= N`,
 * the sum of the first counts.  The labs' programs take the number after the first '='.
 *
 * Spin locks are counted from the first reading on; the lists count at all times, as it
 * costs them nothing. */

#include "obs/stats_locks.h"

#include "core/hart.h"
#include "core/sync/lockcount.h"
#include "lib/fmt.h"
#include "mm/phys/frame.h"

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

u32 stats_locks_text(char *to, u32 size)
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
