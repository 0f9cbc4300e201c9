/* event.h - recording what happens to address spaces; see uapi/event.h.
 *
 * While the option `events` is off, an event costs a load and a branch. */
#pragma once

#include "lib/types.h"
#include "uapi/event.h"

extern bool events_on;

void event_record(enum event_kind kind, u64 va, u64 pages, u32 detail);

/* In a thread, and in no section of core/sync/rcu.h. */
static inline void event(enum event_kind kind, u64 va, u64 pages, u32 detail)
{
	if (__builtin_expect(__atomic_load_n(&events_on, __ATOMIC_RELAXED), false))
		event_record(kind, va, pages, detail);
}

/* At boot.  @pid gives the process of the running thread, or 0. */
void events_init_pid(int (*pid)(void));

/* From now on events are recorded, and numbered from 1 on: ring[h], zeroed, has EVENT_RING
 * records of hart h.  events_stop() returns when nobody uses the rings any more.  The
 * caller sees to it that one does not run beside the other. */
void events_start(struct event *const ring[]);
void events_stop(void);

/* How many events @hart has recorded: their numbers are 1 to that.  There are at most
 * 2^32 - 1; later ones are not recorded. */
u64 events_recorded(u32 hart);

/* Copies event @number of @hart; false: it was overwritten, or is not complete. */
bool event_read(u32 hart, u64 number, struct event *out);
