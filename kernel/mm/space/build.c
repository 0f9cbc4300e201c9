/* build.c - making an address space before anyone else can see it: see build.h. */

#include "mm/space/build.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/reclaim.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/watch.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* --- beginning and ending ------------------------------------------------ */

int aspace_builder_start(struct aspace_builder *b, struct page *trapframe)
{
	return aspace_alloc(trapframe, &b->space);
}

struct aspace *aspace_builder_finish(struct aspace_builder *b)
{
	struct aspace *as = b->space;

	ASSERT(as);
	b->space = NULL;
	aspace_enlist(as);
	return as;
}

void aspace_builder_abandon(struct aspace_builder *b)
{
	struct aspace *as = b->space;

	ASSERT(as);
	b->space = NULL;
	aspace_free(as);
}

/* --- filling ------------------------------------------------------------- */

int aspace_builder_add(struct aspace_builder *b, const struct area_spec *spec)
{
	struct vma *area;
	int err;

	if (spec->populate && !mem_has((spec->end - spec->start) / PAGE_SIZE))
		return -ENOMEM;
	err = aspace_insert(b->space, spec, &area);
	if (err || !spec->populate)
		return err;
	err = aspace_populate(b->space, area, spec->start, spec->end);
	if (err)
		aspace_trim(b->space, spec->start, spec->end);
	return err;
}

int aspace_builder_add_usyscall(struct aspace_builder *b, struct page *usyscall)
{
	struct area_spec spec = {
		.start = USYSCALL,
		.end = USYSCALL + PAGE_SIZE,
		.prot = VMA_R,
		.kind = VMA_system,
	};
	int err = aspace_builder_add(b, &spec);
	struct pt_cur c;

	if (err)
		return err;
	c = pt_at(&b->space->pt, USYSCALL); /* in the table of the trap frame */
	ASSERT(c.level == 0);
	pt_set_leaf(&c, pte_make(frame_pa(usyscall), PTE_V | PTE_R | PTE_U));
	frame_get(usyscall);
	return 0;
}

int aspace_builder_add_guard(struct aspace_builder *b, va_t va)
{
	struct pt_cur c = pt_at(&b->space->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	pt_set_leaf(&c, (pte_t){ PTE_GUARD });
	return 0;
}

void *aspace_builder_page(struct aspace_builder *b, va_t va)
{
	struct vma *area = vma_find(&b->space->areas, va);
	struct pt_cur c;

	va = ALIGN_DOWN(va, PAGE_SIZE);
	if (!area)
		return NULL;
	c = pt_at(&b->space->pt, va);
	if (!pte_is_valid(pte_load(c.slot))) {
		if (aspace_put_fresh(b->space, area, &c, 0))
			return NULL;
	}
	return frame_va(frame_of_pa(pte_pa(pte_load(c.slot))));
}

int aspace_builder_map_shared(struct aspace_builder *b, va_t va, struct page *pg)
{
	struct vma *area = vma_find(&b->space->areas, va);

	if (!area)
		return -EFAULT;
	return aspace_map_frame(b->space, va, pg, prot_to_pte(area->prot & ~VMA_W));
}

int aspace_builder_fill(struct aspace_builder *b, va_t start, va_t end)
{
	return aspace_populate(b->space, vma_find(&b->space->areas, start), start, end);
}

int aspace_builder_write(struct aspace_builder *b, va_t va, const void *src, u64 n)
{
	while (n) {
		u64 offset = va & (PAGE_SIZE - 1);
		u64 chunk = MIN(n, PAGE_SIZE - offset);
		char *page = aspace_builder_page(b, va);

		if (!page)
			return -ENOMEM;
		memcpy(page + offset, src, chunk);
		va += chunk;
		src = (const char *)src + chunk;
		n -= chunk;
	}
	return 0;
}

void aspace_builder_set_break(struct aspace_builder *b, va_t brk)
{
	b->space->brk = brk;
}
