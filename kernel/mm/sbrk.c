/* sbrk.c - moving the break. */

#include "lib/assert.h"
#include "mm/aspace.h"
#include "mm/aspace_priv.h"
#include "mm/reclaim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* The heap may take the place of the USYSCALL page, but not of the trap frame. */
#define BREAK_MAX TRAPFRAME

/* The USYSCALL page makes room for a heap that reaches it. */
static int clear_way(struct aspace *as, va_t lo, va_t hi)
{
	if (hi > USYSCALL && lo <= USYSCALL)
		return aspace_unmap(as, USYSCALL, USYSCALL + PAGE_SIZE);
	return 0;
}

/* The heap area that ends at @lo, or NULL. */
static struct vma *heap_below(struct aspace *as, va_t lo)
{
	struct vma *v = lo ? vma_find(&as->areas, lo - 1) : NULL;

	return v && v->kind == VMA_heap && v->prot == (VMA_R | VMA_W) ? v : NULL;
}

/* Makes [lo, hi) heap, without pages: the heap that is there grows, or a new one
 * begins. */
static int add_heap(struct aspace *as, va_t lo, va_t hi, struct vma **area)
{
	struct area_spec spec = {
		.start = lo,
		.end = hi,
		.prot = VMA_R | VMA_W,
		.kind = VMA_heap,
	};
	int err;

	/* Whatever else is in the way is so before the USYSCALL page goes. */
	if (vma_overlaps(&as->areas, lo, MIN(hi, USYSCALL)))
		return -ENOMEM;
	err = clear_way(as, lo, hi);
	if (err)
		return err;
	*area = heap_below(as, lo);
	if (*area)
		err = vma_resize(&as->areas, *area, (*area)->start, hi);
	else
		err = aspace_insert(as, &spec, area);
	return err == -EEXIST ? -ENOMEM : err;
}

/* Undoes add_heap(): cutting off an end of one area needs no memory. */
static void drop_heap(struct aspace *as, va_t lo, va_t hi)
{
	if (aspace_unmap(as, lo, hi))
		ASSERT(!"an area is split");
}

static bool has_memory(struct aspace *as, u64 pages)
{
	return mem_has(pages) || (super_shed(as) && mem_has(pages));
}

static int grow(struct aspace *as, va_t lo, va_t hi, bool lazy)
{
	struct vma *area;
	int err;

	if (!lazy && !has_memory(as, (hi - lo) / PAGE_SIZE))
		return -ENOMEM;
	err = add_heap(as, lo, hi, &area);
	if (err || lazy)
		return err;
	err = aspace_populate(as, area, lo, hi);
	if (err)
		drop_heap(as, lo, hi);
	return err;
}

static int move_break(struct aspace *as, va_t new, bool lazy)
{
	va_t lo = ALIGN_UP(as->brk, PAGE_SIZE), hi = ALIGN_UP(new, PAGE_SIZE);
	int err = 0;

	if (hi > lo)
		err = grow(as, lo, hi, lazy);
	else if (hi < lo)
		err = aspace_unmap(as, hi, lo);
	if (!err)
		as->brk = new;
	return err;
}

int aspace_sbrk(struct aspace *as, s64 delta, bool lazy, va_t *old)
{
	int err = 0;

	mutex_lock(&as->lock);
	*old = as->brk;
	if (delta > 0 && (u64)delta > BREAK_MAX - as->brk)
		err = -ENOMEM;
	else if (delta > 0 || (delta < 0 && (u64)-delta <= as->brk))
		err = move_break(as, as->brk + (u64)delta, lazy);
	mutex_unlock(&as->lock);
	return err;
}
