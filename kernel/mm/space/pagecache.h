/* pagecache.h - the page cache: the pages of one file, found by their index.
 *
 * The same pages serve read, write, mmap and exec.  One hash table finds the pages of all
 * objects, so adding a page needs no memory beside its frame.
 *
 * The cache holds one reference on each page; whoever looks a page up gets another.  A
 * page that only the cache refers to can be reclaimed, and counts as available
 * (mem_available); if it has PG_DIRTY bits it is written to the disk first.
 *
 * A page can be taken out of its object while others still refer to it, when the file is
 * truncated or its text replaced.  It then has no object, and is freed with the last
 * reference. */
#pragma once

#include "core/sync/waitq.h"
#include "lib/list.h"
#include "mm/phys/frame.h"

/* Flags of a page (struct page.flags); changed by the functions below, atomically. */
#define PG_UPTODATE 1u              /* contents are valid                              */
#define PG_BUSY 2u                  /* somebody fills it: wait                         */
#define PG_WRITEBACK 4u             /* on its way to the disk                          */
#define PG_TEXT 8u                  /* mapped as program text: replace, do not write   */
#define PG_USED 16u                 /* looked up since reclaim last passed it          */
#define PG_DIRTY(i) (0x100u << (i)) /* 1 KiB block i (0..3) is newer than the disk */
#define PG_DIRTY_ANY 0xf00u

struct object;

struct object_ops {
	/* Fills @pg, which is PG_BUSY, with page @pg->index of the file, and with zeros
	 * past the end; then calls object_filled(), with the inode still locked.  May
	 * sleep; takes the inode lock and inner ones.  0 or -errno. */
	int (*read_page)(struct object *obj, struct page *pg);

	/* @pg, which may have PG_DIRTY bits, was taken out of @obj.  No spin lock held.
	 * This pointer may be NULL. */
	void (*forget_page)(struct object *obj, struct page *pg);

	/* --- for mappings; area lock held, they may sleep ------------------- */

	/* Take and give back a reference on the file; put may sleep. */
	void (*get)(struct object *obj);
	void (*put)(struct object *obj);

	/* How many pages there are up to the end of the file. */
	u64 (*pages)(struct object *obj);

	/* Programs are going to write to the object's page *pg: gives it blocks on the
	 * disk and marks it dirty.  May replace it in the object by a copy: then *pg is
	 * the copy, and the caller's reference moves to it.  -ESTALE: *pg is not the
	 * object's any more; -ENOMEM, -ENOSPC, -EIO, -EROFS. */
	int (*prepare_write)(struct object *obj, struct page **pg);

	/* The object's page *pg has PG_TEXT and is going to be mapped shared: replaces it
	 * by a copy, from which no program runs.  Otherwise as prepare_write. */
	int (*own_page)(struct object *obj, struct page **pg);

	/* Programs have written to @pg: marks it dirty, if it is still the object's. */
	void (*mark_dirty)(struct object *obj, struct page *pg);
};

struct object {
	const struct object_ops *ops; /* (C) */
	struct list pages;            /* (pagelist) cached pages of this object */
	u32 npages;                   /* (pagelist; A to read) */
	u32 nareas;                   /* (A) areas of address spaces that map it */
	u32 nshared;                  /* (pagelist) of these, shared ones        */
	u32 ndirty; /* (A) for the file system: pages that are not on the disk yet */
};

/* Writes dirty pages to the disk, so that they can be reclaimed. */
struct object_writer {
	bool (*usable)(void);    /* whether write_all() can make pages clean; any context */
	void (*write_all)(void); /* sleeps; takes the inode lock; no transaction open */
};

void object_cache_init(void);                          /* at boot, after frame_init */
void object_set_writer(const struct object_writer *w); /* at boot */
void object_init(struct object *obj, const struct object_ops *ops);

/* Finds page @index, or reads it in; the caller gets a reference.  Sleeps; no inode lock
 * held.  0, -ENOMEM, or what read_page() returns. */
int object_get_page(struct object *obj, u64 index, struct page **out) MUST_CHECK;

/* Marks @pg as program text (PG_TEXT), so that writes replace it.  False: the object has
 * shared areas, or @pg is not its page any more; run from a copy instead.
 *
 * A page is never both text and mapped shared.  Otherwise a shared write would change a
 * program that runs, and replacing the page would part the shared mappings.  A shared
 * area calls own_page() before it maps a page that has the mark already.
 *
 * The inode lock is held: a writer holds it from its look at PG_TEXT to its last byte. */
bool object_give_text(struct object *obj, struct page *pg);

/* Adds @by to the count of shared areas that map the object. */
void object_count_shared(struct object *obj, int by);

bool object_any_shared(void); /* whether any object has shared areas */

/* Page @index if it is cached and up to date, with a reference, else NULL; never sleeps. */
struct page *object_find_page(struct object *obj, u64 index);

/* The same without a reference, for a section (core/sync/rcu.h), to whose end the page may
 * be read.  Takes no lock, so it may miss a page that comes or goes. */
struct page *object_peek_page(struct object *obj, u64 index);

/* --- for the file system, which guards these by its inode lock ------------------- */

/* Adds a busy page @index; the caller gets a reference.  NULL: it is cached already, or
 * no frame is free.  Never sleeps. */
struct page *object_begin_fill(struct object *obj, u64 index);

/* Ends filling a busy page.  @err not 0: takes it out of the cache. */
void object_filled(struct page *pg, int err);

/* The same for a page of object_begin_fill(), whose reference it drops. */
void object_end_fill(struct page *pg, int err);

/* Makes @pg, a filled frame of kind FRAME_cache, page @index.  If there is a page @index
 * already, somebody is about to fill it, and it is dropped.  The caller keeps its
 * reference, the cache takes one of its own. */
void object_insert_page(struct object *obj, u64 index, struct page *pg);

/* Whether @pg is still a page of @obj.  The inode lock keeps the answer true. */
bool object_has_page(const struct object *obj, const struct page *pg);

/* Puts @with, filled, in the place of @pg.  References are as in object_insert_page(). */
void object_replace_page(struct object *obj, struct page *pg, struct page *with);

/* Takes all pages from index @first on out of the object. */
void object_drop_pages(struct object *obj, u64 first);

/* --- flags ----------------------------------------------------------------------- */

/* rv64 has no atomic operations on halfwords; these work on the word that holds it. */
typedef u32 __attribute__((may_alias)) page_word_t;

_Static_assert(offsetof(struct page, kind) % 4 == 0, "page flags lie in one word");
_Static_assert(offsetof(struct page, flags) == offsetof(struct page, kind) + 2,
	       "page flags are the upper half of that word");

static inline u32 page_flags(const struct page *pg)
{
	return __atomic_load_n(&pg->flags, __ATOMIC_ACQUIRE);
}

/* For a page that nobody else can see yet. */
static inline void page_init_flags(struct page *pg, u32 bits)
{
	pg->flags = (u16)bits;
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
