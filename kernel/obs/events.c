/* events.c - the option `events`, and the events as records.  The rings take 32 KiB for
 * each hart while the option is on. */

#include "obs/events.h"

#include "core/option/options.h"
#include "core/report/event.h"
#include "core/sync/mutex.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "obs/snap/snap_priv.h"
#include "proc/proc.h"
#include "uapi/errno.h"

#define RING_ORDER 3

_Static_assert(EVENT_RING * sizeof(struct event) == PAGE_SIZE << RING_ORDER, "ring");

static struct mutex lock;
static struct page *rings[MAX_HARTS]; /* (lock) [0] NULL: nothing is recorded */

static int events_pid(void)
{
	const struct proc *p = thread_current()->proc;

	return p ? p->pid : 0;
}

void events_init(void)
{
	mutex_init(&lock, "events", RANK_events);
	events_init_pid(events_pid);
}

/* (lock) */
static void events_drop_rings(void)
{
	for (u32 i = 0; i < nharts && rings[i]; i++) {
		frame_put_block(rings[i], RING_ORDER);
		rings[i] = NULL;
	}
}

/* (lock) */
static int events_begin(void)
{
	struct event *ring[MAX_HARTS];

	for (u32 i = 0; i < nharts; i++) {
		rings[i] = frame_alloc_order(FRAME_pool, RING_ORDER, FRAME_ZERO);
		if (!rings[i]) {
			events_drop_rings();
			return -ENOMEM;
		}
		ring[i] = frame_va(rings[i]);
	}
	events_start(ring);
	return 0;
}

/* (lock) */
static void events_end(void)
{
	events_stop();
	events_drop_rings();
}

int events_follow_option(void)
{
	bool on;
	int err = 0;

	mutex_lock(&lock);
	on = opt(EVENTS) == EVENTS_ON;
	if (on && !rings[0])
		err = events_begin();
	else if (!on && rings[0])
		events_end();
	if (err)
		(void)option_set("events", "off");
	mutex_unlock(&lock);
	return err;
}

void snap_events(struct snap *s)
{
	u32 hart = (u32)(s->start >> 32);
	u64 number = MAX(s->start & (u32)-1, 1ul), end = events_recorded(hart);

	if (end > EVENT_RING)
		number = MAX(number, end - EVENT_RING + 1);
	for (; number <= end; number++) {
		struct event e;

		if (!event_read(hart, number, &e)) {
			if (events_recorded(hart) - number < EVENT_RING)
				return; /* it is being written: later */
			continue;
		}
		if (s->header->count == s->room) {
			s->header->next = SNAP_EVENTS_FROM(hart, number);
			return;
		}
		memcpy(snap_add(s), &e, sizeof(e));
	}
}
