/* build.c - making an address space before anyone else can see it: see build.h. */

#include "mm/space/build.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/vmstat.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/watch.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* --- beginning and ending ------------------------------------------------ */

int aspace_builder_start(struct aspace_builder *b, struct page *trapframe)
{
	*b = (struct aspace_builder){ 0 };
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
	int err;

	if (spec->populate && !mem_has((spec->end - spec->start) / PAGE_SIZE))
		return -ENOMEM;
	err = aspace_insert(b->space, spec, &b->area);
	if (err || !spec->populate)
		return err;
	err = aspace_populate(b->space, b->area, spec->start, spec->end);
	if (err) {
		b->area = NULL;
		aspace_trim(b->space, spec->start, spec->end);
	}
	return err;
}

int aspace_builder_add_usyscall(struct aspace_builder *b, struct page *usyscall)
{
	struct area_spec spec = {
		.start = USYSCALL,
		.end = USYSCALL + PAGE_SIZE,
		.prot = VMA_R,
		.kind = VMA_usyscall,
	};
	int err = aspace_builder_add(b, &spec);

	if (err)
		return err;
	_Static_assert(USYSCALL == TRAPFRAME - PAGE_SIZE, "it is next to the trap frame");
	pte_put(b->space->trap - 1, pte_make(frame_pa(usyscall), PTE_V | PTE_R | PTE_U));
	frame_get(usyscall);
	return 0;
}

pte_t *aspace_builder_slot(struct aspace_builder *b, va_t va)
{
	va_t base = ALIGN_DOWN(va, level_size(1));

	if (!b->table || b->base != base) {
		struct pt_cur c = pt_peek(&b->space->pt, base);

		if (pt_reach(&c, 0))
			return NULL;
		b->table = c.slot;
		b->base = base;
	}
	return &b->table[level_index(va, 0)];
}

static struct vma *builder_area(struct aspace_builder *b, va_t va)
{
	struct vma *area = b->area;

	return area && va >= area->start && va < area->end ? area
							   : vma_find(&b->space->areas, va);
}

static void builder_map(struct aspace_builder *b, pte_t *slot, struct page *pg, u64 flags)
{
	aspace_before_leaf(b->space, flags);
	pte_put(slot, pte_make(frame_pa(pg), flags));
	b->space->resident++;
}

int aspace_builder_add_guard(struct aspace_builder *b, va_t va)
{
	pte_t *slot = aspace_builder_slot(b, va);

	ASSERT(!b->space->guarded);
	if (!slot)
		return -ENOMEM;
	pte_put(slot, (pte_t){ PTE_GUARD });
	b->space->guarded = true;
	b->space->guard = va;
	return 0;
}

/* A private page at @slot; @flags are those of frame_alloc(). */
static void *builder_fresh(struct aspace_builder *b, va_t va, pte_t *slot, unsigned flags)
{
	struct vma *area = builder_area(b, va);
	struct page *pg = area ? frame_alloc(FRAME_anon, flags) : NULL;

	if (!pg)
		return NULL;
	builder_map(b, slot, pg, prot_to_pte(area->prot));
	return frame_va(pg);
}

void *aspace_builder_new_page(struct aspace_builder *b, va_t va)
{
	pte_t *slot = aspace_builder_slot(b, va);

	return slot ? builder_fresh(b, va, slot, 0) : NULL;
}

void *aspace_builder_page(struct aspace_builder *b, va_t va)
{
	pte_t *slot = aspace_builder_slot(b, va), e;

	if (!slot)
		return NULL;
	e = pte_load(slot);
	if (pte_is_valid(e))
		return frame_va(frame_of_pa(pte_pa(e)));
	vmstat_inc(VM_page_zeroed);
	return builder_fresh(b, va, slot, FRAME_ZERO);
}

int aspace_builder_map_shared(struct aspace_builder *b, va_t va, struct page *pg)
{
	struct vma *area = builder_area(b, va);
	pte_t *slot;

	if (!area)
		return -EFAULT;
	slot = aspace_builder_slot(b, va);
	if (!slot)
		return -ENOMEM;
	builder_map(b, slot, pg, prot_to_pte(area->prot & ~VMA_W));
	return 0;
}

int aspace_builder_fill(struct aspace_builder *b, va_t start, va_t end)
{
	return start < end ? aspace_populate(b->space, builder_area(b, start), start, end)
			   : 0;
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

void aspace_builder_set_top(struct aspace_builder *b, va_t top)
{
	b->space->top = top;
}
