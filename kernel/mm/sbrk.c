/* sbrk.c - moving the break. */

#include "core/option/options.h"
#include "core/report/event.h"
#include "lib/assert.h"
#include "mm/space/aspace.h"
#include "mm/space/aspace_priv.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/vmstat.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* The highest break.  The heap may grow over the USYSCALL page, unless utop=usyscall or a
 * stack is below that page, but not over the trap frame. */
static va_t sbrk_top(const struct aspace *as)
{
	if (as->top < USYSCALL)
		return as->top;
	return opt(UTOP) == UTOP_USYSCALL ? USYSCALL : TRAPFRAME;
}

/* Makes [lo, hi) heap, without pages.  *area: the heap area that ended at @lo, now longer,
 * or else a new one.  -EEXIST: it would meet a mapping. */
static int sbrk_add_heap(struct aspace *as, va_t lo, va_t hi, struct vma **area)
{
	struct area_spec spec = {
		.start = lo,
		.end = hi,
		.prot = VMA_R | VMA_W,
		.kind = VMA_heap,
	};
	struct vma *below = lo ? vma_find(&as->areas, lo - 1) : NULL;

	if (!below || below->kind != VMA_heap || below->prot != spec.prot)
		return aspace_insert(as, &spec, area);
	*area = below;
	return vma_resize(&as->areas, below, below->start, hi);
}

/* The same with its pages, unless @lazy.  An error changes nothing. */
static int sbrk_add_full_heap(struct aspace *as, va_t lo, va_t hi, bool lazy)
{
	struct vma *area;
	int err = sbrk_add_heap(as, lo, hi, &area);

	if (err || lazy)
		return err;
	err = aspace_populate(as, area, lo, hi);
	if (err)
		aspace_trim(as, lo, hi);
	return err;
}

/* Turns the USYSCALL page into heap.  Only the frame can be missing (-ENOMEM): the area
 * exists, and so does the table, since it maps the trap frame, too. */
static int sbrk_take_usyscall(struct aspace *as, bool lazy)
{
	struct page *pg = lazy ? NULL : frame_alloc(FRAME_anon, FRAME_ZERO);
	struct vma *v = vma_find(&as->areas, USYSCALL);

	if (!lazy && !pg)
		return -ENOMEM;
	if (pg)
		vmstat_inc(VM_page_zeroed);
	aspace_zap(as, v->start, v->end);
	v->kind = VMA_heap;
	v->prot = VMA_R | VMA_W;
	if (pg && aspace_map_frame(as, USYSCALL, pg, prot_to_pte(v->prot)))
		ASSERT(!"no table for the USYSCALL page");
	vma_merge(&as->areas, v);
	return 0;
}

/* Whether there can be memory for so many pages is asked only where it would be long until
 * the want of it shows: the answer takes a look at all harts. */
#define SBRK_FEW 16

/* The USYSCALL page is taken last, so that a failure leaves it in place. */
static int sbrk_grow(struct aspace *as, va_t lo, va_t hi, bool lazy)
{
	struct vma *top = hi > USYSCALL ? vma_find(&as->areas, USYSCALL) : NULL;
	bool over = top && top->kind == VMA_usyscall;
	va_t end = over ? USYSCALL : hi;
	u64 pages = (hi - lo) / PAGE_SIZE;
	int err = 0;

	if (!lazy && pages > SBRK_FEW && !mem_has(pages))
		return -ENOMEM;
	if (lo < end)
		err = sbrk_add_full_heap(as, lo, end, lazy);
	if (err || !over)
		return err;
	err = sbrk_take_usyscall(as, lazy);
	if (err && lo < end)
		aspace_trim(as, lo, end);
	return err;
}

static int sbrk_move_break(struct aspace *as, va_t new, bool lazy)
{
	va_t lo = ALIGN_UP(as->brk, PAGE_SIZE), hi = ALIGN_UP(new, PAGE_SIZE);
	int err = 0;

	if (hi < lo)
		err = aspace_unmap(as, hi, lo);
	while (hi > lo) {
		err = sbrk_grow(as, lo, hi, lazy);
		if (err != -ENOMEM || !super_shed(as))
			break;
	}
	if (!err)
		as->brk = new;
	return err == -EEXIST ? -ENOMEM : err;
}

/* The pages that the heap gained or lost; a break that stays in its page is no event. */
static void sbrk_record(va_t old, va_t new, bool lazy)
{
	va_t lo = ALIGN_UP(MIN(old, new), PAGE_SIZE),
	     hi = ALIGN_UP(MAX(old, new), PAGE_SIZE);

	if (hi > lo)
		event(new > old ? EVENT_GROW : EVENT_SHRINK, lo, (hi - lo) / PAGE_SIZE,
		      lazy);
}

int aspace_sbrk(struct aspace *as, s64 delta, bool lazy, va_t *old)
{
	va_t new;
	int err = 0;

	mutex_lock(&as->lock);
	*old = as->brk;
	if (delta > 0 && as->brk + (u64)delta > sbrk_top(as))
		err = -ENOMEM;
	else if (delta > 0 || (delta < 0 && (u64)-delta <= as->brk))
		err = sbrk_move_break(as, as->brk + (u64)delta, lazy);
	new = as->brk;
	mutex_unlock(&as->lock);
	if (new != *old && __atomic_load_n(&events_on, __ATOMIC_RELAXED))
		sbrk_record(*old, new, lazy);
	return err;
}
