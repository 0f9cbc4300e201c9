/* wb_priv.h - file pages that are newer than the disk.
 *
 * Each dirty page has a record from a fixed pool, which says where on the disk its dirty
 * blocks go.  So a commit needs neither inode locks nor memory.  Each commit takes all the
 * records that there are. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

#define WB_PAGE_BLOCKS 4

struct object;
struct page;

struct wb_rec {
	struct list link;   /* (wb) */
	struct page *pg;    /* (wb) page->priv points back while it is not being written */
	struct object *obj; /* (wb) */
	u32 mask;           /* (wb) bit i: block i is dirty          */
	u32 block[WB_PAGE_BLOCKS]; /* (wb) where block i goes        */
};

void wb_init(void);

/* Reserves a free record, for wb_mark().  -EROFS: the disk cannot be written.  May sleep
 * for a commit: the caller may hold inode locks and has no operation open. */
int wb_reserve(bool *reserved) MUST_CHECK;
void wb_unreserve(bool reserved); /* if it is */

/* Whether all blocks of @pg in @mask are dirty: then they have a place, and block[i] is
 * where block i goes.  Inode lock held, so they do not move. */
bool wb_find(const struct page *pg, u32 mask, u32 *block);

/* Whether the blocks of @pg in @mask are dirty still, so that the next commit writes what
 * the caller has stored in them.  Inode lock held. */
bool wb_will_write(const struct page *pg, u32 mask);

/* Marks the blocks of @pg in @mask dirty; block i goes to @block[i].  A page without a
 * record gets the reserved one, and *reserved becomes false; or a free one, if none is
 * reserved.  Returns false, with nothing done, if there is none.  Inode lock held; the
 * contents are already in the page. */
bool wb_mark(bool *reserved, struct page *pg, u32 mask, const u32 *block);

/* The blocks in @mask left the file: they are not dirty any more.  Inode lock held. */
void wb_cancel(struct page *pg, u32 mask);

/* @with has taken the place of @pg, and is written instead of it.  Inode lock held. */
void wb_move(struct page *pg, struct page *with);

/* --- for the commit, one at a time ------------------------------------------------- */

bool wb_pending(void);                      /* any context */
void wb_snapshot(struct list *out);         /* takes all records */
int wb_write(struct list *recs) MUST_CHECK; /* 0 or -EIO; frees the records */
