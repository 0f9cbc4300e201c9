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
	ASSERT(e.bits & (PTE_W | PTE_COW) || area->flags & VMA_SHARED ||
	       !(area->prot & VMA_W));
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

struct aspace_tally {
	u64 resident, large;
};

static void aspace_check_slot(struct aspace *as, va_t va, int level, pte_t e,
			      struct aspace_tally *sum)
{
	if (pte_is_parked(e, level))
		sum->resident++;
	if (!pte_is_leaf(e))
		return;
	ASSERT(!(e.bits & PTE_G)); /* a hart would use it in all spaces */
	aspace_check_leaf(as, va, e);
	if (e.bits & PTE_U && frame_of_pa(pte_pa(e))->kind != FRAME_usyscall)
		sum->resident += level_size(level) / PAGE_SIZE;
	if (level == 0)
		return;
	aspace_check_large(vma_find(&as->areas, va), va, e);
	sum->large++;
}

/* A whole table of level 0, or one slot above.  Entries that the space borrows may come at
 * any moment: the tie says how many there are. */
static void aspace_check_run(struct aspace *as, const struct pt_cur *c, unsigned n,
			     struct aspace_tally *sum)
{
	const struct page *table = c->level ? NULL : pt_table_of(c);
	bool borrows = table && table->flags & TIE_BORROWS;

	ASSERT(n == (c->level ? 1 : PT_ENTRIES));
	if (borrows)
		sum->resident += tie_range(table).pages;
	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&c->slot[i]);

		if (e.bits && !(borrows && tie_covers(table, i)))
			aspace_check_slot(as, c->va + i * PAGE_SIZE, c->level, e, sum);
	}
}

/* Leaves ties as they are.  An sbrk() that shrinks or fails does it, so an empty
 * slot must cost little. */
void aspace_check(struct aspace *as)
{
	struct aspace_tally sum = { 0 };
	unsigned n;

	mutex_lock(&as->lock);
	vma_check(&as->areas);
	pt_for_each_run(c, n, pt_peek(&as->pt, 0), MAXVA) aspace_check_run(as, &c, n, &sum);
	ASSERT(sum.resident == as->resident);
	ASSERT(sum.large == aspace_count_reserve(&as->pt));
	mutex_unlock(&as->lock);
}

#endif
