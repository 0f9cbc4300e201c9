/* event.h - the events of the memory system: each fault, and each change of a mapping.
 *
 * They are recorded while the option `events` is on, in a ring for each hart, and read with
 * snapshot(SNAP_EVENTS).  The newest EVENT_RING of each hart are kept. */
#pragma once

#define EVENT_RING 1024

/* X(id, name, what was done); `pages` from `va` on */
#define EVENT_KINDS(X)                                         \
	X(ZERO, "fault", "brought in: zeros")                  \
	X(FILE, "fault", "brought in: a page of the file")     \
	X(COPY, "fault", "copied: it was copy-on-write")       \
	X(REUSE, "fault", "kept: nobody shares it any more")   \
	X(DIRTY, "fault", "writable: its file will change")    \
	X(SPURIOUS, "fault", "A or D clear, or a stale entry") \
	X(REFUSED, "fault", "refused")                         \
	X(SPLIT, "split", "a 2 MiB leaf became pages")         \
	X(MAP, "map", "mapped")                                \
	X(UNMAP, "unmap", "unmapped")                          \
	X(PROTECT, "protect", "has these rights now")          \
	X(DISCARD, "discard", "dropped by madvise()")          \
	X(MOVE, "move", "moved here by mremap()")              \
	X(GROW, "grow", "more heap")                           \
	X(SHRINK, "shrink", "less heap")                       \
	X(FORK, "fork", "a child, with a copy")                \
	X(EXEC, "exec", "a new space")                         \
	X(EXIT, "exit", "the space is gone")

enum event_kind {
#define X(id, name, what) EVENT_##id,
	EVENT_KINDS(X) EVENT_NKINDS
#undef X
};

#define EVENT_IS_FAULT(kind) ((kind) <= EVENT_REFUSED)

struct event {
	unsigned long long time; /* ns since boot                                */
	unsigned long long va;   /* the first address; FORK: the child's PID     */
	unsigned int pages;      /* of 4 KiB                                     */
	int pid;                 /* whose space                                  */
	unsigned int number;     /* of all events of that hart, from 1 on        */
	unsigned char kind;      /* enum event_kind                              */
	unsigned char detail;    /* faults: enum access; MAP, PROTECT: rights    */
	unsigned char hart;
	unsigned char reserved; /* 0 */
};
