/* pagecache.h - the page cache: the pages of one file, found by their index.
 *
 * The pages serve read, write, mmap and exec alike.  The index is one hash
 * over all objects, so that taking a page in never needs memory of its own.
 *
 * A page in the cache has one reference of the cache's; whoever looks one up
 * gets another.  A page that only the cache refers to can be reclaimed, and counts as
 * available (mem_available); one with PG_DIRTY bits is written to the disk first.
 *
 * A page can be taken out of its object while others still refer to it (the file was
 * truncated, or its text replaced).  It then has no object any more and is freed with
 * the last reference. */
#pragma once

#include "core/sync/waitq.h"
#include "lib/list.h"
#include "mm/phys/frame.h"

/* Flags of a page (struct page.flags); changed by the functions below, atomically. */
#define PG_UPTODATE 1u              /* contents are valid                              */
#define PG_BUSY 2u                  /* somebody fills it: wait                         */
#define PG_WRITEBACK 4u             /* on its way to the disk                          */
#define PG_TEXT 8u                  /* mapped as program text: replace, do not write   */
#define PG_USED 16u                 /* looked up since the reclaimer last came by      */
#define PG_DIRTY(i) (0x100u << (i)) /* 1 KiB block i (0..3) is newer than the disk */
#define PG_DIRTY_ANY 0xf00u

struct object;

struct object_ops {
	/* Fills @pg (PG_BUSY, zeroed beyond the end of the file) with page
	 * @pg->index.  May sleep; takes inode locks and lower.  0 or -errno. */
	int (*read_page)(struct object *obj, struct page *pg);

	/* @pg, which may have PG_DIRTY bits, was taken out of @obj. May be NULL.
	 * No spin lock held. */
	void (*forget_page)(struct object *obj, struct page *pg);

	/* --- for mappings; area lock held, they may sleep ------------------- */

	/* References on what the object belongs to; put may sleep. */
	void (*get)(struct object *obj);
	void (*put)(struct object *obj);

	/* How many pages there are up to the end of the file. */
	u64 (*pages)(struct object *obj);

	/* @*pg, of the object, is going to be written by programs: gives it a place
	 * on the disk and marks it dirty.  May put another page in its place, and moves
	 * the caller's reference to that.  -ESTALE: not the object's any more. */
	int (*prepare_write)(struct object *obj, struct page **pg);

	/* @*pg, of the object, has PG_TEXT and is going to be mapped shared: sees to it
	 * that no program runs from the page that is.  Otherwise as prepare_write. */
	int (*own_page)(struct object *obj, struct page **pg);

	/* @pg was written since; nothing if it is not the object's any more. */
	void (*mark_dirty)(struct object *obj, struct page *pg);
};

struct object {
	const struct object_ops *ops; /* (C) */
	struct list pages;            /* (pagehash) cached pages of this object */
	u64 npages;                   /* (pagehash) */
	u64 nareas;                   /* (A) areas of address spaces that map it */
	u64 nshared;                  /* (pagehash) of these, shared ones        */
	u64 ndirty; /* (A) the file system's: pages newer than the disk or on their way */
};

/* Writes dirty pages to the disk, so that they can be reclaimed. */
struct object_writer {
	bool (*usable)(void);    /* any context: would write_all() do any good? */
	void (*write_all)(void); /* sleeps; no transaction open, locks up to inode's */
};

void object_cache_init(void);                          /* at boot, after frame_init */
void object_set_writer(const struct object_writer *w); /* at boot */
void object_init(struct object *obj, const struct object_ops *ops);

/* Page @index, read in if need be, with a reference for the caller.
 * 0 or -errno (-ENOMEM, -EIO).  No inode lock held. */
int object_get_page(struct object *obj, u64 index, struct page **out) MUST_CHECK;

/* A page is either program text or mapped shared, or else a program would change under
 * those who run it, or shared mappings of a page would part when it is replaced.
 * An object with shared areas gives no page as text; false: take a copy.  A shared
 * area asks own_page() for pages that were given before.  Called under the lock that
 * writers of the page hold from their look at PG_TEXT to their last byte: the inode's. */
bool object_give_text(struct object *obj, struct page *pg);
void object_count_shared(struct object *obj, int by);
bool object_any_shared(void); /* whether any object has shared areas */

/* Page @index if it is cached and up to date, with a reference, else NULL; never sleeps. */
struct page *object_find_page(struct object *obj, u64 index);

/* --- for the file system, which guards these by its inode lock ------------------- */

/* A new busy page @index with a reference for the caller, or NULL if it is cached
 * already or no frame is free now.  Never sleeps. */
struct page *object_begin_fill(struct object *obj, u64 index);

/* Ends what object_begin_fill() began and drops its reference; after an error
 * the page leaves the cache. */
void object_end_fill(struct page *pg, int err);

/* Makes @pg, of kind FRAME_cache and filled, page @index, which must not be cached;
 * if somebody is about to fill one, that one is dropped.  The caller keeps its
 * reference, the cache takes one. */
void object_insert_page(struct object *obj, u64 index, struct page *pg);

/* Whether @pg is a page of @obj still; stable while the inode lock is held. */
bool object_has_page(const struct object *obj, const struct page *pg);

/* Puts @with, filled, in the place of @pg; references as for object_insert_page(). */
void object_replace_page(struct object *obj, struct page *pg, struct page *with);

/* Takes the pages from index @first on out of the object. */
void object_drop_pages(struct object *obj, u64 first);

/* --- flags ----------------------------------------------------------------------- */

/* rv64 has no atomic operation on halfwords: they are done on the word around. */
typedef u32 __attribute__((may_alias)) page_word_t;

_Static_assert(offsetof(struct page, kind) % 4 == 0, "page flags lie in one word");
_Static_assert(offsetof(struct page, flags) == offsetof(struct page, kind) + 2,
	       "page flags are the upper half of that word");

static inline u32 page_flags(const struct page *pg)
{
	return __atomic_load_n(&pg->flags, __ATOMIC_ACQUIRE);
}

static inline void page_set_flags(struct page *pg, u32 bits)
{
	__atomic_fetch_or((page_word_t *)(void *)&pg->kind, bits << 16, __ATOMIC_ACQ_REL);
}

static inline void page_clear_flags(struct page *pg, u32 bits)
{
	__atomic_fetch_and((page_word_t *)(void *)&pg->kind, ~(bits << 16),
			   __ATOMIC_ACQ_REL);
}
