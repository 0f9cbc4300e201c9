/* snap_priv.h - shared by the files that make the records of snapshot() and harvest(). */
#pragma once

#include "lib/types.h"
#include "uapi/snapshot.h"

struct aspace;
struct page;
struct program;
struct pt;
struct vma_set;

/* One piece while it is gathered, in a frame of the kernel. */
struct snap {
	struct aspace *as; /* watched; NULL: the kind needs none      */
	va_t start;
	struct snap_header *header; /* at the start of the frame               */
	u32 room;                   /* records that fit                        */
};

/* A new record, zeroed.  count < room. */
void *snap_add(struct snap *s);

/* The most entries that one piece looks at: others wait for the area lock meanwhile. */
#define SNAP_LOOK_MAX 16384

/* Each adds records from s->start on.  If the piece ends before the records do, it sets
 * header->next to the start of the next piece.  Those that use s->as are called with
 * its area lock held. */
void snap_table(struct snap *s, struct pt *pt, struct vma_set *areas);
void snap_path(struct snap *s, struct pt *pt, struct vma_set *areas);
void snap_areas(struct snap *s);
void snap_touched(struct snap *s);
void snap_frames(struct snap *s);
void snap_stats(struct snap *s);
void snap_options(struct snap *s);
void snap_ledger(struct snap *s);
void snap_calls(struct snap *s, struct program *pr);
void snap_frame(struct snap *s);
void snap_bytes(struct snap *s);
void snap_ram(struct snap *s);
void snap_events(struct snap *s);
void snap_disk(struct snap *s);
void snap_messages(struct snap *s);

/* Adds the counter that is number @index as a record, unless it is below s->start.
 * False: the piece is full, and the next one starts at @index. */
struct snap_counter {
	const char *name, *what;
	u64 value;
};
bool snap_add_counter(struct snap *s, u64 index, const struct snap_counter *c);

/* How many users @pg has: its references, without the one that keeps it while nobody
 * maps it (that of the page cache, or of the process on its USYSCALL page). */
u32 snap_users(const struct page *pg);

/* The enum snap_area_kind of areas of kind @vma_kind. */
u8 snap_area_kind(u8 vma_kind);
