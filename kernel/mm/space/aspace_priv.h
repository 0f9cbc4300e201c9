/* aspace_priv.h - shared by the files that make up the address space.
 *
 * (lock): the area lock is held, or nobody else can see the space yet (build.h). */
#pragma once

#include "mm/space/aspace.h"

struct aspace_builder;
struct gather;

/* Splits areas so that none reaches across @lo or @hi.  -ENOMEM: nothing changed.
 * (lock) */
int aspace_cut_edges(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* Tells the files of the shared mappings in [lo, hi) which pages were written.  The next
 * write to each page faults, and tells the file again.  With @may_stop it ends early if the
 * running thread is killed; what it did not come to is told when it is unmapped.  (lock) */
void aspace_write_back(struct aspace *as, va_t lo, va_t hi, bool may_stop);

extern const struct vma_hooks aspace_area_hooks; /* map.c */

/* The flags of a user leaf with the rights @prot; with none, those of a parked page
 * (access.h). */
u64 prot_to_pte(u32 prot);

/* Adds an area without pages.  -EEXIST, -ENOMEM.  (lock) */
int aspace_insert(struct aspace *as, const struct area_spec *spec,
		  struct vma **area) MUST_CHECK;

/* Called before a leaf with @flags is set for a frame whose contents instruction fetches
 * may not have seen yet.  Not needed where a frame only changes owner or address.  Harts
 * that run other threads of the space may not enter the kernel before they fetch. */
static inline void aspace_before_leaf(const struct aspace *as, u64 flags)
{
	if (!(flags & PTE_X))
		return;
	icache_dirty();
	if (as->shared)
		icache_sync_harts(tlb_users(&as->root.tlb));
}

/* Whether the cursor, which is at as->guard, is still on the guard. */
static inline bool aspace_has_guard(const struct pt_cur *c)
{
	return c->level == 0 && pte_load(c->slot).bits == PTE_GUARD;
}

/* Maps @pg at the page @va, where nothing is.  On success its reference moves to the
 * space.  -ENOMEM.  (lock) */
int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags) MUST_CHECK;

/* The same at the page under the cursor, which then is at level 0. */
int aspace_put_frame(struct aspace *as, struct pt_cur *c, struct page *pg,
		     u64 flags) MUST_CHECK;

/* Maps cleared frames at the pages of @area from the one under the cursor on, where
 * nothing is: one or more, up to @max, in one table.  @used: PTE_A and PTE_D, as the first
 * is to have them.  Returns how many, or -ENOMEM.  (lock) */
int aspace_put_fresh(struct aspace *as, const struct vma *area, struct pt_cur *c, u64 used,
		     u32 max) MUST_CHECK;

/* Whether half of the memory stays free when @pages more are taken.  What a program may
 * never touch is given to it only then: it must not take the memory of others. */
bool aspace_is_plenty(u64 pages);

/* Gives every page of [lo, hi), which lies in @area, a frame.  -ENOMEM, -EINTR (the thread
 * is to die): the pages brought in so far stay.  (lock) */
int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi) MUST_CHECK;

/* Takes all pages out of [lo, hi) and gives them back.  Needs no memory.  (lock) */
void aspace_zap(struct aspace *as, va_t lo, va_t hi);

/* Takes everything out of a space that no thread uses, its guard as well, but what
 * aspace_alloc() put there. */
void aspace_zap_all(struct aspace *as);

/* Takes pages and areas out of [lo, hi).  No area reaches past both ends.  Needs no memory
 * and cannot fail, so it serves for shrinking and for undoing.  (lock) */
void aspace_trim(struct aspace *as, va_t lo, va_t hi);

/* The same for any range.  -ENOMEM: it is a hole inside an area, which takes one more
 * area; nothing changed.  (lock) */
int aspace_unmap(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* A space without any area, in no list: for build.c, which owns it.  -ENOMEM. */
int aspace_alloc(struct page *trapframe, struct aspace **out) MUST_CHECK;

/* Gives back a space that is in no list and that no hart has loaded.  Sleeps. */
void aspace_free(struct aspace *as);

/* --- super.c: 2 MiB leaves.  (lock) for all of these --------------------- */

#define SUPER_ORDER 9
#define SUPER_SIZE (PAGE_SIZE << SUPER_ORDER)
#define SUPER_PAGES (1ul << SUPER_ORDER)

static inline bool pte_is_large(pte_t e, int level)
{
	return level > 0 && pte_is_leaf(e);
}

/* Maps the aligned 2 MiB around @va as one leaf over cleared memory.  False: nothing was
 * mapped, because they do not lie in [lo, hi), which is a part of @area, or something is
 * there already, or no block is free, or the area may have no large leaves.  @used: PTE_A
 * and PTE_D, as they are to be. */
struct super_place {
	const struct vma *area;
	va_t va, lo, hi;
};
bool super_map_fresh(struct aspace *as, const struct super_place *at, u64 used) MUST_CHECK;

/* The same for a first touch at @va, only while half of the memory is free. */
bool super_map_touched(struct aspace *as, const struct vma *area, va_t va,
		       u64 used) MUST_CHECK;

/* Called when memory has run out.  Splits the blocks that came with a first touch, and
 * gives back those of their pages that hold only zeros.  Returns how many frames those
 * were.  @as is the running process's; its other threads cannot write to such a block
 * meanwhile. */
u64 super_shed(struct aspace *as);

/* If no other space has the block of the copy-on-write leaf under the cursor: makes the
 * leaf writable and sets the bits @used (PTE_A and PTE_D). */
bool super_keep(struct pt_cur *c, u64 used) MUST_CHECK;

/* Replaces the large leaf under the cursor by small ones; the cursor is at level 0 then. */
void super_split(struct pt_cur *c);

/* Splits the large leaf that lies across @va, if there is one.  Never fails. */
void super_cut(struct aspace *as, va_t va);

/* Removes the large leaf under the cursor; its reference moves to @g. */
void super_unmap(struct aspace *as, struct pt_cur *c, struct gather *g);

/* Maps the block that @pg heads at @va; on success its reference moves to the space.
 * -ENOMEM. */
int super_put(struct aspace_builder *b, va_t va, struct page *pg, u64 flags) MUST_CHECK;

/* A new block with the contents of the block that @from heads.  NULL: no block is free. */
struct page *super_copy(struct page *from);
