/* object.h - the page cache: the pages of one file, found by their index.
 *
 * The pages serve read, write, mmap and exec alike.  The index is one hash
 * over all objects, so that taking a page in never needs memory of its own.
 *
 * A page in the cache has one reference of the cache's; whoever looks one up
 * gets another.  A page with only the cache's reference, up to date and not dirty can be
 * reclaimed, and counts as available (mem_available).
 *
 * Flags of a page (struct page.flags), all atomic: */
#pragma once

#include "core/waitq.h"
#include "lib/list.h"
#include "mm/frame.h"

#define PG_UPTODATE 1u  /* contents are valid                              */
#define PG_BUSY 2u      /* somebody fills or replaces it: wait             */
#define PG_WRITEBACK 4u /* on its way to the disk                          */
#define PG_TEXT 8u      /* mapped as program text: replace, do not write   */
#define PG_DIRTY(i) (0x100u << (i)) /* 1 KiB block i (0..3) is newer than the disk */
#define PG_DIRTY_ANY 0xf00u

struct object;

struct object_ops {
	/* Fills @pg (PG_BUSY, zeroed beyond the end of the file) with page
	 * @pg->index.  May sleep; takes inode locks and lower.  0 or -errno. */
	int (*read_page)(struct object *obj, struct page *pg);
};

struct object {
	const struct object_ops *ops; /* (C) */
	struct list pages;            /* (pagehash) cached pages of this object */
	u64 npages;                   /* (pagehash) */
};

void object_cache_init(void); /* at boot, after frame_init */
void object_init(struct object *obj, const struct object_ops *ops);

/* Page @index, read in if need be, with a reference for the caller.
 * 0 or -errno (-ENOMEM, -EIO).  No inode lock held. */
int object_get_page(struct object *obj, u64 index, struct page **out) MUST_CHECK;

/* Page @index if it is cached and up to date, else NULL; never sleeps. */
struct page *object_find_page(struct object *obj, u64 index);
