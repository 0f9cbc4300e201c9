/* snap_areas.c - what the addresses of a process mean, and how many pages they have. */

#include "core/thread.h"
#include "mm/space/aspace.h"
#include "obs/snap/snap_priv.h"
#include "uapi/layout.h"

/* How many of the @pages frames from @pg on, which one leaf maps, have other users
 * too.  The frames of a large leaf are counted as one block, or after frame_split()
 * each by itself.  @pg NULL (no references are counted): all of them. */
static u64 snap_count_shared(const struct page *pg, u64 pages)
{
	u64 n = 0;

	if (!pg || __atomic_load_n(&pg->order, __ATOMIC_RELAXED) > 0)
		return !pg || snap_users(pg) > 1 ? pages : 0;
	for (u64 i = 0; i < pages; i++)
		n += snap_users(pg + i) > 1;
	return n;
}

static void snap_count_leaf(struct snap_area *r, const struct pt_cur *c, pte_t e)
{
	va_t lo = MAX(ALIGN_DOWN(c->va, level_size(c->level)), r->start);
	u64 pages = (MIN(pt_end(c), r->end) - lo) / PAGE_SIZE;
	u64 shared = snap_count_shared(pt_leaf_page(e), pages);

	r->resident += pages;
	r->shared += shared;
	r->private += pages - shared;
	r->large += c->level ? pages : 0;
	r->touched += e.bits & PTE_TOUCHED ? pages : 0;
	r->dirty += e.bits & PTE_D ? pages : 0;
}

static void snap_count_pages(struct aspace *as, struct snap_area *r)
{
	pt_for_each(c, &as->pt, r->start, r->end) {
		pte_t e = pte_load(c.slot);

		if (pte_is_leaf(e) || pte_is_parked(e, c.level))
			snap_count_leaf(r, &c, e);
		if (sched_point_killed())
			break;
	}
}

static void snap_add_area(struct snap *s, const struct vma *a)
{
	struct snap_area *r = snap_add(s);

	r->start = a->start;
	r->end = a->end;
	r->offset = a->offset;
	r->prot = a->prot;
	r->flags = a->flags & VMA_SHARED ? SNAP_AREA_IS_SHARED : 0;
	r->kind = snap_area_kind(a->kind);
	snap_count_pages(s->as, r);
}

/* Adds an entry that no area covers: a guard, or one of the two pages at the top. */
static void snap_add_stray(struct snap *s, const struct pt_cur *c, pte_t e)
{
	struct snap_area *r = snap_add(s);

	r->start = c->va;
	r->end = pt_end(c);
	r->kind = pte_is_guard(e, c->level) ? SNAP_AREA_GUARD
		  : c->va == TRAMPOLINE     ? SNAP_AREA_TRAMPOLINE
		  : c->va == TRAPFRAME      ? SNAP_AREA_TRAPFRAME
					    : SNAP_AREA_NONE;
	r->prot = (e.bits & PTE_R ? VMA_R : 0) | (e.bits & PTE_W ? VMA_W : 0) |
		  (e.bits & PTE_X ? VMA_X : 0);
	if (pte_is_leaf(e))
		snap_count_leaf(r, c, e);
}

static bool snap_is_full(struct snap *s, va_t next)
{
	if (s->header->count < s->room)
		return false;
	s->header->next = next;
	return true;
}

/* Adds the entries between two areas.  False: the piece is full, or the thread is to
 * die. */
static bool snap_add_between(struct snap *s, va_t lo, va_t hi)
{
	pt_for_each(c, &s->as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);

		if (sched_point_killed())
			return false;
		if (!pte_is_valid(e))
			continue;
		if (snap_is_full(s, c.va))
			return false;
		snap_add_stray(s, &c, e);
	}
	return true;
}

/* Adds what is kept empty below @a if that is a stack at the top of the space.  False: the
 * piece is full. */
static bool snap_add_guard(struct snap *s, const struct vma *a)
{
	const struct vma *below = vma_prev(&s->as->areas, a);
	va_t top = s->as->top;
	struct snap_area *r;

	if (a->kind != VMA_stack || top >= a->start || top < s->start ||
	    (below && below->end > top))
		return true;
	if (snap_is_full(s, top))
		return false;
	r = snap_add(s);
	r->start = top;
	r->end = a->start;
	r->kind = SNAP_AREA_GUARD;
	return true;
}

/* Areas that start below s->start were in an earlier piece. */
void snap_areas(struct snap *s)
{
	struct vma_set *areas = &s->as->areas;
	struct vma *a = vma_find_next(areas, s->start);
	va_t at = ALIGN_DOWN(s->start, PAGE_SIZE);

	for (; a; a = vma_next(areas, a)) {
		if (!snap_add_between(s, at, a->start) || !snap_add_guard(s, a))
			return;
		at = a->end;
		if (a->start < s->start)
			continue;
		if (snap_is_full(s, a->start))
			return;
		snap_add_area(s, a);
	}
	(void)snap_add_between(s, at, MAXVA);
}
