/* aspace_check.c - the invariants of an address space, checked in builds with CHECK=1. */

#ifdef PAGODA_CHECK

#include "lib/assert.h"
#include "mm/space/aspace.h"
#include "mm/space/aspace_priv.h"
#include "mm/xlate/tie.h"
#include "uapi/layout.h"

static void aspace_check_leaf(struct aspace *as, va_t va, pte_t e)
{
	struct vma *area = vma_find(&as->areas, va);
	struct page *pg = frame_of_pa(pte_pa(e));

	if (va >= TRAPFRAME && !(e.bits & PTE_U))
		return; /* trampoline or trap frame */
	ASSERT(area && pg && pg->refs > 0);
	ASSERT(e.bits & PTE_U);
	ASSERT(!(e.bits & PTE_W) || area->prot & VMA_W);
	ASSERT(!(e.bits & PTE_X) || area->prot & VMA_X);
	ASSERT(!(e.bits & PTE_COW) || !(e.bits & PTE_W));
	ASSERT(!(e.bits & PTE_W) || pg->refs == 1 || area->flags & VMA_SHARED);
}

static void aspace_check_large(const struct vma *area, va_t va, pte_t e)
{
	const struct page *pg = frame_of_pa(pte_pa(e));

	ASSERT(IS_ALIGNED(va | pte_pa(e), SUPER_SIZE));
	ASSERT(va >= area->start && va + SUPER_SIZE <= area->end && !area->object);
	ASSERT(pg->kind == FRAME_anon && (pg->order == SUPER_ORDER || !pg->order));
}

static u64 aspace_count_reserve(const struct pt *pt)
{
	u64 n = 0;

	for (struct page *table = pt->reserve; table; table = table->hash_next) {
		ASSERT(table->kind == FRAME_table && table->refs == 1);
		n++;
	}
	return n;
}

/* The pages of a slot that the space borrows, counted at the first slot of the tie: the
 * entries themselves may come at any moment.  False: it does not. */
static bool aspace_borrows(const struct pt_cur *c, u64 *pages)
{
	const struct page *table = c->level ? NULL : pt_table_of(c);
	unsigned i = level_index(c->va, 0);

	if (!table || !(table->flags & TIE_BORROWS) || !tie_covers(table, i))
		return false;
	if (i == tie_range(table).lo)
		*pages += tie_range(table).pages;
	return true;
}

/* Leaves ties as they are. */
void aspace_check(struct aspace *as)
{
	u64 resident = 0, large = 0;

	mutex_lock(&as->lock);
	vma_check(&as->areas);
	for (struct pt_cur c = pt_peek(&as->pt, 0); c.va < MAXVA; pt_next(&c)) {
		pte_t e = pte_load(c.slot);

		if (aspace_borrows(&c, &resident))
			continue;
		if (pte_is_parked(e, c.level))
			resident++;
		if (!pte_is_leaf(e))
			continue;
		ASSERT(!(e.bits & PTE_G)); /* a hart would use it in all spaces */
		aspace_check_leaf(as, c.va, e);
		if (e.bits & PTE_U && frame_of_pa(pte_pa(e))->kind != FRAME_usyscall)
			resident += level_size(c.level) / PAGE_SIZE;
		if (c.level == 0)
			continue;
		aspace_check_large(vma_find(&as->areas, c.va), c.va, e);
		large++;
	}
	ASSERT(resident == as->resident);
	ASSERT(large == aspace_count_reserve(&as->pt));
	mutex_unlock(&as->lock);
}

#endif
