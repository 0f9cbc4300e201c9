/* super.c - 2 MiB leaves for memory of a program's own (super=on).
 *
 * Where a heap or an anonymous mapping covers an aligned 2 MiB, these are one
 * leaf over one block of frames, if such a block is free; else they are pages
 * as everywhere, and no call fails for want of a block.  A leaf lies in one area.
 * What is done to a part of it (an edge of an area, PROT_NONE, giving back, a
 * write to a block that a child shares) splits it first.  The table which that
 * takes was set aside when the leaf was made (pt.h), so that splitting never
 * fails, and a program with large leaves takes as many frames as without.
 *
 * Several spaces may have leaves on one block.  Once one of them splits its own,
 * the frames of the block are counted singly for all (frame_split). */

#include "core/sched.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/aspace_priv.h"
#include "mm/gather.h"
#include "mm/vmstat.h"
#include "uapi/errno.h"

bool aspace_super;

/* Blocks come from what is free: no cache is emptied for want of one. */
static struct page *block_alloc(void)
{
	struct page *pg = frame_alloc_order(FRAME_anon, SUPER_ORDER, FRAME_NOWAIT);

	if (!pg)
		vmstat_inc(VM_super_fallback);
	return pg;
}

static bool map_block(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	struct gather g;
	int err;

	gather_init(&g, &as->tlb);
	err = pt_put_large(&as->pt, va, pte_make(frame_pa(pg), flags), &g);
	gather_finish(&g);
	if (err)
		return false;
	as->resident += SUPER_PAGES;
	vmstat_inc(VM_super_mapped);
	return true;
}

/* --- making ------------------------------------------------------------- */

/* With what half of the memory there is at least free after it: a program that
 * touches a page here and there must not use it all up. */
bool super_plenty(void)
{
	return aspace_super && frame_count(FRAME_free) >= frame_total() / 2 + SUPER_PAGES;
}

static bool is_candidate(struct aspace *as, const struct super_place *at)
{
	va_t base = ALIGN_DOWN(at->va, SUPER_SIZE);

	return aspace_super && base >= at->lo && base + SUPER_SIZE <= at->hi &&
	       (at->area->kind == VMA_heap || at->area->kind == VMA_anon) &&
	       pt_large_fits(&as->pt, at->va);
}

bool super_map_fresh(struct aspace *as, const struct super_place *at, u64 used)
{
	struct page *pg;

	if (!is_candidate(as, at))
		return false;
	pg = block_alloc();
	if (!pg)
		return false;
	for (u64 i = 0; i < SUPER_PAGES; i++) {
		page_zero(frame_va(pg + i));
		sched_point();
	}
	vmstat_add(VM_page_zeroed, SUPER_PAGES);
	if (map_block(as, ALIGN_DOWN(at->va, SUPER_SIZE), pg,
		      prot_to_pte(at->area->prot) | used))
		return true;
	frame_put(pg);
	return false;
}

int super_put(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	return map_block(as, va, pg, flags) ? 0 : -ENOMEM;
}

struct page *super_copy(struct page *from)
{
	struct page *pg = block_alloc();

	for (u64 i = 0; pg && i < SUPER_PAGES; i++) {
		page_copy(frame_va(pg + i), frame_va(from + i));
		sched_point();
	}
	return pg;
}

/* --- unmaking ----------------------------------------------------------- */

void super_split(struct pt_cur *c)
{
	frame_split(frame_of_pa(pte_pa(pte_load(c->slot))));
	pt_split(c);
	vmstat_inc(VM_super_split);
}

void super_cut(struct aspace *as, va_t va)
{
	struct pt_cur c;

	if (!as->pt.reserve || IS_ALIGNED(va, SUPER_SIZE))
		return; /* no large leaf at all, or none across */
	c = pt_at(&as->pt, va);
	if (pte_is_large(pte_load(c.slot), c.level))
		super_split(&c);
}

void super_unmap(struct aspace *as, struct pt_cur *c, struct gather *g)
{
	pte_t e = pt_take_large(c);

	as->resident -= SUPER_PAGES;
	gather_add_large(g, c->va, frame_of_pa(pte_pa(e)));
}
