/* super.c - 2 MiB leaves for a program's private memory (super=on).
 *
 * Where a heap or an anonymous mapping covers an aligned 2 MiB, one leaf maps it, if a
 * block of that many frames is free.  Otherwise it gets pages; no call fails for want of
 * a block.  A large leaf lies in one area.
 *
 * A large leaf is split before a part of it changes: at an edge of an area, for
 * PROT_NONE, when pages are given back, or when a block that a child shares is written.
 * Splitting never fails: the table that it takes is set aside when the leaf is made
 * (pt.h).  So a program takes as many frames with large leaves as without.
 *
 * A block that was mapped at a first touch has more pages than were touched.  Its first
 * frame is marked, and when memory runs out super_shed() takes the surplus back.
 *
 * Several spaces may have leaves on one block.  Once one of them splits its leaf, the
 * frames of the block are counted one by one for all of them (frame_split).
 *
 * A program that asks for the entry of a leaf gets the block to itself first, while memory
 * is plentiful (aspace_own_large). */

#include "core/option/options.h"
#include "core/report/event.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/build.h"
#include "mm/xlate/gather.h"
#include "mm/phys/vmstat.h"
#include "uapi/errno.h"

/* In struct page.flags of a block's first frame; constant once the block is mapped. */
#define BLOCK_MAY_BE_SHED 1u

/* Takes free frames only: no cache is emptied to make a block. */
static struct page *super_alloc(void)
{
	struct page *pg = frame_alloc_order(FRAME_anon, SUPER_ORDER, FRAME_NOWAIT);

	if (!pg)
		vmstat_inc(VM_super_fallback);
	return pg;
}

static bool super_map(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	struct gather g;
	int err;

	gather_init(&g, &as->root.tlb);
	err = pt_put_large(&as->pt, va, pte_make(frame_pa(pg), flags), &g);
	gather_finish(&g);
	if (err)
		return false;
	as->resident += SUPER_PAGES;
	vmstat_inc(VM_super_mapped);
	return true;
}

bool aspace_is_plenty(u64 pages)
{
	return frame_count(FRAME_free) >= frame_total() / 2 + pages;
}

/* --- making ------------------------------------------------------------- */

/* Whether the area may have a large leaf there, if nothing is there yet. */
static bool super_has_room(const struct super_place *at)
{
	va_t base = ALIGN_DOWN(at->va, SUPER_SIZE);

	/* Only single pages can be PROT_NONE. */
	return opt(SUPER) == SUPER_ON && base >= at->lo && base + SUPER_SIZE <= at->hi &&
	       at->area->prot && (at->area->kind == VMA_heap || at->area->kind == VMA_anon);
}

static bool super_map_zeroed(struct aspace *as, const struct super_place *at, u64 used,
			     u16 mark)
{
	u64 flags = prot_to_pte(at->area->prot) | used;
	struct page *pg;

	if (!super_has_room(at) || !pt_large_fits(&as->pt, at->va))
		return false;
	pg = super_alloc();
	if (!pg)
		return false;
	for (u64 i = 0; i < SUPER_PAGES; i++) {
		page_zero(frame_va(pg + i));
		sched_point();
	}
	vmstat_add(VM_page_zeroed, SUPER_PAGES);
	pg->flags = mark;
	aspace_before_leaf(as, flags);
	if (super_map(as, ALIGN_DOWN(at->va, SUPER_SIZE), pg, flags))
		return true;
	frame_put(pg);
	return false;
}

bool super_map_fresh(struct aspace *as, const struct super_place *at, u64 used)
{
	return super_map_zeroed(as, at, used, 0);
}

bool super_map_touched(struct aspace *as, const struct vma *area, va_t va, u64 used)
{
	struct super_place at = { area, va, area->start, area->end };

	return super_has_room(&at) && aspace_is_plenty(SUPER_PAGES) &&
	       super_map_zeroed(as, &at, used, BLOCK_MAY_BE_SHED);
}

int super_put(struct aspace_builder *b, va_t va, struct page *pg, u64 flags)
{
	return super_map(b->space, va, pg, flags) ? 0 : -ENOMEM;
}

struct page *super_copy(struct page *from)
{
	struct page *pg = super_alloc();

	if (pg)
		pg->flags = from->flags;
	for (u64 i = 0; pg && i < SUPER_PAGES; i++) {
		page_copy(frame_va(pg + i), frame_va(from + i));
		sched_point();
	}
	return pg;
}

/* --- sharing ends -------------------------------------------------------- */

bool super_keep(struct pt_cur *c, u64 used)
{
	if (!frame_reunite(frame_of_pa(pte_pa(pte_load(c->slot))), SUPER_ORDER))
		return false;
	pte_set_bits(c->slot, PTE_W | used);
	pte_clear_bits(c->slot, PTE_COW);
	return true;
}

/* Puts a copy of the block in its place.  Nobody can write to the old one meanwhile, as
 * the leaf has no W. */
static void super_copy_own(struct aspace *as, struct pt_cur *c)
{
	pte_t e = pte_load(c->slot);
	struct page *old = frame_of_pa(pte_pa(e)), *copy = super_copy(old);
	u64 flags = (e.bits & PTE_FLAGS & ~PTE_COW) | PTE_W;
	va_t base = ALIGN_DOWN(c->va, SUPER_SIZE);

	if (!copy)
		return;
	vmstat_inc(VM_super_owned);
	aspace_before_leaf(as, flags);
	e = pt_set_leaf(c, (pte_t){ 0 }); /* as in fault_cow_page() */
	tlb_shootdown(&as->root.tlb, base, base + SUPER_SIZE);
	/* The hardware may have set A during the copy. */
	pt_set_leaf(c, pte_make(frame_pa(copy), flags | (e.bits & PTE_A)));
	frame_put_block(old, SUPER_ORDER);
}

void aspace_own_large(struct aspace *as, va_t va)
{
	const struct vma *area = vma_find(&as->areas, va);
	struct pt_cur c = pt_at(&as->pt, va);
	pte_t e = pte_load(c.slot);

	if (!pte_is_large(e, c.level) ||
	    access_fate(area, e, c.level, ACCESS_WRITE) != FATE_COW)
		return;
	if (!super_keep(&c, 0) && aspace_is_plenty(SUPER_PAGES))
		super_copy_own(as, &c);
}

/* --- unmaking ----------------------------------------------------------- */

void super_split(struct pt_cur *c)
{
	frame_split(frame_of_pa(pte_pa(pte_load(c->slot))));
	pt_split(c);
	vmstat_inc(VM_super_split);
	event(EVENT_SPLIT, ALIGN_DOWN(c->va, SUPER_SIZE), SUPER_PAGES, 0);
}

void super_cut(struct aspace *as, va_t va)
{
	struct pt_cur c;

	if (!as->pt.reserve || IS_ALIGNED(va, SUPER_SIZE))
		return; /* there is no large leaf, or none can lie across @va */
	c = pt_peek(&as->pt, va);
	if (pte_is_large(pte_load(c.slot), c.level))
		super_split(&c);
}

void super_unmap(struct aspace *as, struct pt_cur *c, struct gather *g)
{
	pte_t e = pt_take_large(c);

	as->resident -= SUPER_PAGES;
	gather_add_large(g, c->va, frame_of_pa(pte_pa(e)));
}

/* --- when memory runs out ------------------------------------------------ */

static bool super_is_zero(const struct page *pg)
{
	const u64 *word = frame_va(pg);

	for (u64 i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

static bool super_has_zero_page(const struct page *pg)
{
	for (u64 i = 0; i < SUPER_PAGES; i++)
		if (super_is_zero(pg + i))
			return true;
	return false;
}

/* No other thread writes to the block under the cursor until it gets PTE_W back.  Returns
 * that, or 0 if nobody else could write anyway. */
static u64 super_freeze(struct aspace *as, struct pt_cur *c)
{
	if (!as->shared || !(pte_load(c->slot).bits & PTE_W))
		return 0;
	pte_clear_bits(c->slot, PTE_W);
	tlb_shootdown(&as->root.tlb, c->va, c->va + SUPER_SIZE);
	return PTE_W;
}

/* Splits the large leaf under the cursor and gives back its pages that hold zeros; the
 * others get @frozen back.  Returns how many were given back. */
static u64 super_shed_leaf(struct aspace *as, struct pt_cur *c, struct gather *g,
			   u64 frozen)
{
	u64 n = 0;

	super_split(c);
	for (u64 i = 0; i < SUPER_PAGES; i++) {
		struct page *pg = frame_of_pa(pte_pa(pte_load(&c->slot[i])));

		if (!super_is_zero(pg)) {
			pte_set_bits(&c->slot[i], frozen);
			continue;
		}
		pte_store(&c->slot[i], (pte_t){ 0 });
		gather_add(g, c->va + i * PAGE_SIZE, pg);
		n++;
	}
	as->resident -= n;
	return n;
}

/* The same for a leaf over a block that nobody else holds. */
static u64 super_shed_block(struct aspace *as, struct pt_cur *c, struct gather *g)
{
	struct page *pg = frame_of_pa(pte_pa(pte_load(c->slot)));
	u64 frozen = super_freeze(as, c);

	if (super_has_zero_page(pg))
		return super_shed_leaf(as, c, g, frozen);
	if (frozen)
		pte_set_bits(c->slot, frozen);
	return 0;
}

u64 super_shed(struct aspace *as)
{
	struct gather g;
	u64 n = 0;

	gather_init(&g, &as->root.tlb);
	for (struct vma *a = vma_find_next(&as->areas, 0); a && as->pt.reserve;
	     a = vma_next(&as->areas, a)) {
		pt_for_each(c, &as->pt, a->start, a->end) {
			pte_t e = pte_load(c.slot);
			struct page *pg = frame_of_pa(pte_pa(e));

			if (pte_is_large(e, c.level) && pg->flags & BLOCK_MAY_BE_SHED &&
			    frame_reunite(pg, SUPER_ORDER))
				n += super_shed_block(as, &c, &g);
			if (sched_point_killed())
				break;
		}
	}
	gather_finish(&g);
	vmstat_add(VM_super_shed, n);
	return n;
}
