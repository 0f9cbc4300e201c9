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

int aspace_map_frame(struct aspace *as, va_t va, struct page *pg, u64 flags)
{
	struct pt_cur c = pt_at(&as->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	aspace_before_leaf(as, flags);
	pt_set_leaf(&c, pte_make(frame_pa(pg), flags));
	as->resident++;
	return 0;
}

int aspace_map_fresh(struct aspace *as, const struct vma *area, va_t va, u64 used)
{
	struct page *pg = frame_alloc(FRAME_anon, FRAME_ZERO);

	if (!pg)
		return -ENOMEM;
	vmstat_inc(VM_page_zeroed);
	if (aspace_map_frame(as, va, pg, prot_to_pte(area->prot) | used)) {
		frame_put(pg);
		return -ENOMEM;
	}
	return 0;
}

int aspace_populate(struct aspace *as, const struct vma *area, va_t lo, va_t hi)
{
	for (va_t va = lo, next; va < hi; va = next) {
		struct super_place at = { area, va, lo, hi };
		struct pt_cur c = pt_at(&as->pt, va);
		int err;

		if (sched_point_killed())
			return -EINTR;
		next = va + PAGE_SIZE;
		if (pte_is_valid(pte_load(c.slot)))
			continue;
		if (IS_ALIGNED(va, SUPER_SIZE) && super_map_fresh(as, &at, 0)) {
			next = va + SUPER_SIZE;
			continue;
		}
		err = aspace_map_fresh(as, area, va, 0);
		if (err)
			return err;
	}
	return 0;
}

int aspace_insert(struct aspace *as, const struct area_spec *spec, struct vma **area)
{
	struct vma like = {
		.start = spec->start,
		.end = spec->end,
		.prot = spec->prot,
		.kind = spec->kind,
	};

	pt_check_changeable(&as->pt);
	return vma_insert(&as->areas, &like, area);
}
