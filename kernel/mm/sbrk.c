/* sbrk.c - moving the break. */

#include "mm/aspace.h"
#include "mm/aspace_priv.h"
#include "mm/reclaim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* The heap may take the place of the USYSCALL page, but not of the trap frame. */
#define BREAK_MAX TRAPFRAME

/* The area that [lo, hi) becomes part of: the heap that ends at @lo, or a new one. */
static int extend_heap(struct aspace *as, va_t lo, va_t hi, struct vma **area)
{
	struct area_spec spec = {
		.start = lo, .end = hi, .prot = VMA_R | VMA_W, .kind = VMA_heap,
	};
	int err;

	if (hi > USYSCALL && lo <= USYSCALL) {
		err = aspace_unmap(as, USYSCALL, USYSCALL + PAGE_SIZE);
		if (err)
			return err;
	}
	err = aspace_insert(as, &spec, area);
	return err == -EEXIST ? -ENOMEM : err;
}

static int grow(struct aspace *as, va_t lo, va_t hi, bool lazy)
{
	struct vma *area;
	int err;

	if (!lazy && !mem_has((hi - lo) / PAGE_SIZE))
		return -ENOMEM;
	err = extend_heap(as, lo, hi, &area);
	if (err)
		return err;
	if (!lazy)
		err = aspace_populate(as, area, lo, hi);
	if (err) {
		aspace_zap(as, lo, hi);
		vma_remove(&as->areas, area);
		return err;
	}
	vma_merge(&as->areas, area);
	return 0;
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
