/* populate.c - adding areas to an address space, and pages to areas. */

#include "core/thread.h"
#include "mm/phys/vmstat.h"
#include "mm/space/aspace_priv.h"
#include "uapi/errno.h"

u64 prot_to_pte(u32 prot)
{
	u64 flags = PTE_V | PTE_U;

	if (!prot)
		return PTE_V | PTE_PARKED;
	flags |= prot & (VMA_R | VMA_W) ? PTE_R : 0; /* W without R is a reserved code */
	flags |= prot & VMA_W ? PTE_W : 0;
	flags |= prot & VMA_X ? PTE_X : 0;
	return flags;
}

int aspace_put_frame(struct aspace *as, struct pt_cur *c, struct page *pg, u64 flags)
{
	if (pt_reach(c, 0))
		return -ENOMEM;
	aspace_before_leaf(as, flags);
	pt_set_leaf(c, pte_make(frame_pa(pg), flags));
	as->resident++;
	return 0;
}

int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	struct pt_cur c = pt_at(&as->pt, va);

	return aspace_put_frame(as, &c, pg, flags);
}

/* Frames that aspace_populate() takes at a time.  To clear them takes about 10,000
 * instructions, during which it offers no scheduling point. */
#define POPULATE_BATCH 16

int aspace_put_fresh(struct aspace *as, const struct vma *area, struct pt_cur *c, u64 used,
		     u32 max)
{
	struct page *got[POPULATE_BATCH];
	u64 flags = prot_to_pte(area->prot);
	u32 n;

	if (pt_reach(c, 0))
		return -ENOMEM;
	n = pt_empty_run(c, MIN(max, POPULATE_BATCH));
	n = frame_alloc_many(FRAME_anon, FRAME_ZERO, got, n);
	if (!n)
		return -ENOMEM;
	vmstat_add(VM_page_zeroed, n);
	aspace_before_leaf(as, flags);
	pt_fill(c, got, n, flags);
	if (used)
		pte_set_bits(c->slot, used);
	as->resident += n;
	return (int)n;
}

int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi)
{
	struct pt_cur c = pt_at(&as->pt, lo);

	while (c.va < hi) {
		struct super_place at = { area, c.va, lo, hi };
		int n;

		if (sched_point_killed())
			return -EINTR;
		if (pte_is_valid(pte_load(c.slot))) {
			pt_next(&c);
		} else if (IS_ALIGNED(c.va, SUPER_SIZE) && super_map_fresh(as, &at, 0)) {
			c = pt_at(&as->pt, c.va + SUPER_SIZE);
		} else {
			n = aspace_put_fresh(as, area, &c, 0, (hi - c.va) / PAGE_SIZE);
			if (n < 0)
				return n;
			pt_skip(&c, n);
		}
	}
	return 0;
}

int aspace_insert(struct aspace *as, const struct area_spec *spec, struct vma **area)
{
	struct vma like; /* its links do not matter */

	like.start = spec->start;
	like.end = spec->end;
	like.prot = spec->prot;
	like.kind = spec->kind;
	like.flags = 0;
	like.object = NULL;
	like.offset = 0;
	pt_check_changeable(&as->pt);
	return vma_insert(&as->areas, &like, area);
}
