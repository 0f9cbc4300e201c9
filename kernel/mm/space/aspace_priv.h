/* aspace_priv.h - shared by the files that make up the address space. */
#pragma once

#include "mm/space/aspace.h"

struct aspace_builder;
struct gather;

/* Makes @lo and @hi edges of areas.  -ENOMEM: nothing changed.  (lock) */
int aspace_cut_edges(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* Tells the files of shared mappings in [lo, hi) which pages were written; later writes
 * are told of by a fault.  (lock) */
void aspace_write_back(struct aspace *as, va_t lo, va_t hi);

extern const struct vma_hooks aspace_area_hooks; /* map.c */

/* The flags of a user leaf with @prot; with none, of a parked page (aspace.h). */
u64 prot_to_pte(u32 prot);

/* Adds an area without pages.  -EEXIST, -ENOMEM.  (lock) */
int aspace_insert(struct aspace *as, const struct area_spec *spec,
		  struct vma **area) MUST_CHECK;

/* Before a leaf with @flags for a frame whose contents may be new to those who fetch
 * instructions: not where all that changes is who has the frame, or at which address. */
static inline void aspace_before_leaf(u64 flags)
{
	if (flags & PTE_X)
		icache_dirty();
}

/* Maps @pg at @va, where nothing is.  On success its reference moves to the space.
 * -ENOMEM.  (lock) */
int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags) MUST_CHECK;

/* Maps a cleared frame at @va (page-aligned, nothing there) for @area, with @used
 * of PTE_A and PTE_D.  -ENOMEM.  (lock) */
int aspace_map_fresh(struct aspace *as, const struct vma *area, va_t va,
		     u64 used) MUST_CHECK;

/* Brings in every absent page of [lo, hi), which lies in @area.  -ENOMEM, -EINTR (the
 * thread is to die): those that came stay.  (lock) */
int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi) MUST_CHECK;

/* Takes all pages out of [lo, hi) and gives them back.  (lock) */
void aspace_zap(struct aspace *as, va_t lo, va_t hi);

/* The same for all areas; nothing else has frames to give back.  (lock) */
void aspace_zap_areas(struct aspace *as);

/* The same, and the areas there, too.  No area reaches over both ends of [lo, hi).
 * Needs no memory and cannot fail: for shrinking and for undoing.  (lock) */
void aspace_trim(struct aspace *as, va_t lo, va_t hi);

/* The same for any range.  -ENOMEM: it would be a hole inside an area, which takes one
 * more area; nothing changed.  (lock) */
int aspace_unmap(struct aspace *as, va_t lo, va_t hi) MUST_CHECK;

/* A space without any area, in no list: for build.c, which owns it.  -ENOMEM. */
int aspace_alloc(struct page *trapframe, struct aspace **out) MUST_CHECK;

/* Gives back a space that is in no list and that no hart has loaded.  Sleeps. */
void aspace_free(struct aspace *as);

/* Boot: reads the options. */
void aspace_read_options(void);

extern bool aspace_fork_copies; /* fork=copy */
extern bool aspace_isolate;     /* isolate=on */

/* --- super.c: 2 MiB leaves.  (lock) for all of these --------------------- */

#define SUPER_ORDER 9
#define SUPER_SIZE (PAGE_SIZE << SUPER_ORDER)
#define SUPER_PAGES (1ul << SUPER_ORDER)

extern bool aspace_super; /* super=on */

static inline bool pte_is_large(pte_t e, int level)
{
	return level > 0 && pte_is_leaf(e);
}

/* Maps cleared memory around @va as a 2 MiB leaf, with @used of PTE_A and PTE_D, if
 * that lies in [lo, hi) of @area, nothing is there yet, and memory allows.
 * False: it did not. */
struct super_place {
	const struct vma *area;
	va_t va, lo, hi;
};
bool super_map_fresh(struct aspace *as, const struct super_place *at, u64 used) MUST_CHECK;

/* The same for a first touch at @va, while there is plenty of free memory. */
bool super_map_touched(struct aspace *as, const struct vma *area, va_t va,
		       u64 used) MUST_CHECK;

/* Memory has run out: gives back what first touches took beyond the page that was
 * touched, as far as it still holds zeros.  Returns how many frames that were.
 * @as is the running process's, so that nobody writes to it meanwhile. */
u64 super_shed(struct aspace *as);

/* Makes small leaves of the large one under the cursor, which then is at level 0. */
void super_split(struct pt_cur *c);

/* Sees to it that no large leaf lies across @va.  Never fails. */
void super_cut(struct aspace *as, va_t va);

/* Takes the large leaf under the cursor out; its reference moves to @g. */
void super_unmap(struct aspace *as, struct pt_cur *c, struct gather *g);

/* Maps a block at @va; on success its reference moves to the space.  -ENOMEM. */
int super_put(struct aspace_builder *b, va_t va, struct page *pg, u64 flags) MUST_CHECK;

/* A block with the contents of that of @from; NULL: none, or not in one piece. */
struct page *super_copy(struct page *from);
