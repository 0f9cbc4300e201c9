/* view.h - each view of the machine as JSON. */
#pragma once

#include "decode/cells.h"
#include "ram/kernel.h"
#include "view/text.h"

/* X(view, its arguments, what it is) */
#define VIEWS(X)                                                            \
	X(machine, "", "harts, memory by kind, and a panic")                \
	X(processes, "", "all processes, as ps tells")                      \
	X(counters, "", "what the kernel has counted, as stats -a tells")   \
	X(options, "", "the boot options, as vmctl -n tells")               \
	X(messages, "", "of the kernel, as dmesg tells")                    \
	X(events, "", "of the memory, with events=on, as vmtrace tells")    \
	X(memory, "", "what all frames are used for, as free -v tells")     \
	X(cells, "", "each frame: its kind and who has it")                 \
	X(areas, "PID", "the areas of a process, as maps tells")            \
	X(table, "PID", "the page table of a process, as vmprint() prints") \
	X(pages, "PID VA", "the state of each page from an address on")     \
	X(walk, "PID VA", "the walk to an address, as why tells")           \
	X(slots, "PID VA", "all entries of the tables on that walk")        \
	X(bytes, "PID VA", "the bytes of a page, as dump prints them")      \
	X(frame, "PA", "a frame and all who map it, as frame tells")

enum view {
#define X(name, arguments, what) VIEW_##name,
	VIEWS(X) VIEW_COUNT
#undef X
};

struct view_request {
	enum view view;
	int pid;     /* for those of a process; 0: the kernel half, but for areas */
	u64 address; /* for pages, walk, bytes, frame                              */

	/* For cells and memory: room for one of each frame of RAM (k->frames). */
	struct cell *cells;
};

extern const char *const view_name[VIEW_COUNT], *const view_arguments[VIEW_COUNT],
							*const view_what[VIEW_COUNT];

/* The names of places (enum snap_area_kind), of the fates of an access, of events. */
extern const char *const view_place_name[],
	*const view_fate_name[], *const view_event_name[], *const view_event_what[];

/* What an access by the kernel does. */
extern const char *const view_kernel_fate_name[];

/* What is true of a page of the cache, CACHED_*. */
void view_cached(u8 cached, struct text *t);

#define VIEW_RUNS 1024 /* at most so many runs of pages in one view */

/* Writes one object.  False: there is no such process or frame; it is {"why":"..."}. */
bool view_write(struct kernel *k, const struct view_request *r, struct text *t);
