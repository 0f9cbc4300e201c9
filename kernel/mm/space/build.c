/* build.c - filling an address space for exec, before a thread runs in it. */

#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

int aspace_add_usyscall(struct aspace *as, struct page *usyscall)
{
	struct area_spec spec = {
		.start = USYSCALL,
		.end = USYSCALL + PAGE_SIZE,
		.prot = VMA_R,
		.kind = VMA_system,
	};
	int err = aspace_add(as, &spec);

	if (!err)
		err = pt_map(&as->pt, USYSCALL, frame_pa(usyscall), PAGE_SIZE,
			     PTE_V | PTE_R | PTE_U);
	if (!err)
		frame_get(usyscall);
	return err;
}

int aspace_add_guard(struct aspace *as, va_t va)
{
	struct pt_cur c = pt_at(&as->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	pte_store(c.slot, (pte_t){ PTE_GUARD });
	return 0;
}

void *aspace_page(struct aspace *as, va_t va)
{
	struct vma *area = vma_find(&as->areas, va);
	struct pt_cur c;

	va = ALIGN_DOWN(va, PAGE_SIZE);
	if (!area)
		return NULL;
	c = pt_at(&as->pt, va);
	if (!pte_is_valid(pte_load(c.slot))) {
		if (aspace_map_fresh(as, area, va, 0))
			return NULL;
		c = pt_at(&as->pt, va);
	}
	return frame_va(frame_of_pa(pte_pa(pte_load(c.slot))));
}

int aspace_map_shared(struct aspace *as, va_t va, struct page *pg)
{
	struct vma *area = vma_find(&as->areas, va);

	if (!area)
		return -EFAULT;
	return aspace_map_frame(as, va, pg, prot_to_pte(area->prot & ~VMA_W));
}

int aspace_fill(struct aspace *as, va_t start, va_t end)
{
	int err;

	mutex_lock(&as->lock);
	err = aspace_populate(as, vma_find(&as->areas, start), start, end);
	mutex_unlock(&as->lock);
	return err;
}

int aspace_write(struct aspace *as, va_t va, const void *src, u64 n)
{
	while (n) {
		u64 offset = va & (PAGE_SIZE - 1);
		u64 chunk = MIN(n, PAGE_SIZE - offset);
		char *page = aspace_page(as, va);

		if (!page)
			return -ENOMEM;
		memcpy(page + offset, src, chunk);
		va += chunk;
		src = (const char *)src + chunk;
		n -= chunk;
	}
	return 0;
}
