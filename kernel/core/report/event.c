/* event.c - the rings of events.  They are used in sections (core/sync/rcu.h).
 *
 * Whoever records takes the next number of the ring of the hart that it runs on; it may be
 * interrupted, or go on on another hart, before the record is complete.  So the number in
 * the record is 0 while it is written.  A reader that finds the number before and after its
 * copy has the whole record. */

#include "core/report/event.h"

#include "core/clock.h"
#include "core/hart.h"
#include "core/sync/rcu.h"
#include "lib/describe.h"

bool events_on;

static struct event_ring {
	struct event *at; /* (A) NULL: nothing is recorded */
	u64 recorded;     /* (A) */
} rings[MAX_HARTS];

static int (*event_pid)(void); /* (C) */

static struct event *event_slot(u32 hart, u64 number)
{
	struct event *at = __atomic_load_n(&rings[hart].at, __ATOMIC_ACQUIRE);

	return at ? &at[number % EVENT_RING] : NULL;
}

/* from->number is 0. */
static void event_write(struct event *e, u64 number, const struct event *from)
{
	__atomic_store_n(&e->number, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	*e = *from;
	__atomic_store_n(&e->number, (u32)number, __ATOMIC_RELEASE);
}

void event_record(enum event_kind kind, u64 va, u64 pages, u32 detail)
{
	struct event new = {
		.time = clock_ns(),
		.va = va,
		.pages = (u32)MIN(pages, (u64)~0u),
		.kind = (u8)kind,
		.detail = (u8)detail,
	};
	struct event *e;
	u64 number;

	new.pid = event_pid();
	rcu_enter();
	new.hart = (u8)hart_index();
	number = __atomic_add_fetch(&rings[new.hart].recorded, 1, __ATOMIC_RELAXED);
	e = event_slot(new.hart, number);
	if (e && number == (u32)number)
		event_write(e, number, &new);
	rcu_leave();
}

void events_init_pid(int (*pid)(void))
{
	event_pid = pid;
}

void events_start(struct event *const ring[])
{
	for (u32 i = 0; i < nharts; i++) {
		__atomic_store_n(&rings[i].recorded, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&rings[i].at, ring[i], __ATOMIC_RELEASE);
	}
	__atomic_store_n(&events_on, true, __ATOMIC_RELEASE);
}

void events_stop(void)
{
	__atomic_store_n(&events_on, false, __ATOMIC_RELAXED);
	for (u32 i = 0; i < nharts; i++)
		__atomic_store_n(&rings[i].at, NULL, __ATOMIC_RELAXED);
	rcu_wait();
}

u64 events_recorded(u32 hart)
{
	return MIN(__atomic_load_n(&rings[hart].recorded, __ATOMIC_ACQUIRE), (u64)(u32)-1);
}

static bool event_copy(const struct event *e, u64 number, struct event *out)
{
	if (__atomic_load_n(&e->number, __ATOMIC_ACQUIRE) != (u32)number)
		return false;
	*out = *e;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&e->number, __ATOMIC_RELAXED) == (u32)number;
}

bool event_read(u32 hart, u64 number, struct event *out)
{
	const struct event *e;
	bool is_whole;

	rcu_enter();
	e = event_slot(hart, number);
	is_whole = e && event_copy(e, number, out);
	rcu_leave();
	return is_whole;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_ARRAY("event_rings", rings);
DESCRIBE_FIELD(event_ring, at);
DESCRIBE_FIELD(event_ring, recorded);
