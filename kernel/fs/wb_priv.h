/* wb_priv.h - file pages that are newer than the disk.
 *
 * Each has a record, out of a fixed pool, that says where on the disk its dirty blocks
 * go: a commit needs neither inode locks nor memory.  The records are gathered until the
 * next commit takes them all. */
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
	u32 block[WB_PAGE_BLOCKS]; /* (wb) where it goes             */
};

void wb_init(void);

/* A free record, for wb_mark(). -EROFS after a disk error.  May sleep for a
 * commit: inode locks are fine, no transaction open. */
int wb_reserve(struct wb_rec **out) MUST_CHECK;
void wb_unreserve(struct wb_rec *rec);

/* Marks the blocks of @mask of @pg dirty; they go to block[].  A page without a record
 * gets *@rec, which is cleared then; if that is NULL, a free one, or else nothing
 * happens: false.  Inode lock held, contents already in the page. */
bool wb_mark(struct wb_rec **rec, struct page *pg, u32 mask, const u32 *block);

/* Forgets that the blocks of @mask are dirty: they were cut off.  Inode lock held. */
void wb_cancel(struct page *pg, u32 mask);

/* @with has taken the place of @pg: it is what is written then.  Inode lock held. */
void wb_move(struct page *pg, struct page *with);

/* --- for the commit, one at a time ------------------------------------------------- */

bool wb_pending(void);                      /* any context */
void wb_snapshot(struct list *out);         /* takes all records */
int wb_write(struct list *recs) MUST_CHECK; /* 0 or -EIO; they are used up */
