/* snap_priv.h - shared by the files behind snapshot() and harvest(). */
#pragma once

#include "lib/types.h"
#include "uapi/snapshot.h"

struct aspace;
struct page;
struct pt;
struct vma_set;

/* One piece while it is gathered, in a frame of the kernel. */
struct snap {
	struct aspace *as; /* watched; NULL: the kind needs none      */
	va_t start;
	struct snap_header *header; /* at the start of the frame               */
	u32 room;                   /* records that fit                        */
};

/* Room for one more record, cleared; count < room. */
void *snap_add(struct snap *s);

/* How many entries are looked at for one piece, while others wait for the lock. */
#define SNAP_LOOK_MAX 16384

/* Each gathers records from s->start on and sets header->next.  Where s->as is
 * needed its area lock is held. */
void snap_table(struct snap *s, struct pt *pt, struct vma_set *areas);
void snap_path(struct snap *s, struct pt *pt, struct vma_set *areas);
void snap_areas(struct snap *s);
void snap_touched(struct snap *s);
void snap_frames(struct snap *s);
void snap_stats(struct snap *s);
void snap_options(struct snap *s);
void snap_ledger(struct snap *s);

/* A counter as a record; false: the piece is full, and s->header->next says so. */
struct snap_counter {
	const char *name, *what;
	u64 value;
};
bool snap_add_counter(struct snap *s, u64 index, const struct snap_counter *c);

/* References on @pg but the one that keeps it while nobody maps it: the page
 * cache's, and the process's own on its USYSCALL page. */
u32 snap_users(const struct page *pg);

/* enum snap_area_kind of areas of kind @vma_kind. */
u8 snap_area_kind(u8 vma_kind);
