/* zap.c - taking pages and areas out of an address space. */

#include "core/thread.h"
#include "mm/phys/frame.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/pagecache.h"
#include "mm/xlate/gather.h"
#include "mm/xlate/tie.h"

/* The area at @va, if it is a shared mapping of a file, else NULL. */
static struct vma *aspace_shared_area(struct aspace *as, va_t va)
{
	struct vma *v = vma_find(&as->areas, va);

	return v && v->flags & VMA_SHARED && v->object ? v : NULL;
}

/* The page at @va is a file's, and D says that it was written. */
static void aspace_tell_file(struct aspace *as, va_t va, struct page *pg)
{
	struct vma *v = aspace_shared_area(as, va);

	if (v)
		v->object->ops->mark_dirty(v->object, pg);
}

/* Whether nothing is in the @n slots from @slot on, as when mmap() looks whether a place is
 * empty: then there is nothing to shoot down. */
__attribute__((noinline)) static bool aspace_run_is_empty(const pte_t *slot, unsigned n)
{
	while (n && !pte_load(slot).bits)
		slot++, n--;
	return !n;
}

/* Clears the @n slots of level 0 under the cursor, and moves their references to @g.
 * @quiet: no hart sets A or D meanwhile.  Returns how many frames the space had there. */
static u64 aspace_clear_run(struct aspace *as, const struct pt_cur *c, unsigned n,
			    struct gather *g, bool quiet)
{
	u64 frames = 0;

	gather_range(g, c->va, c->va + n * PAGE_SIZE);
	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&c->slot[i]);
		struct page *pg;

		if (!e.bits)
			continue;
		if (quiet)
			pte_put(&c->slot[i], (pte_t){ 0 });
		else
			e = pte_xchg(&c->slot[i], (pte_t){ 0 });
		if (!pte_is_leaf(e) && !pte_is_parked(e, 0)) {
			as->guarded = false;
			continue;
		}
		pg = frame_of_pa(pte_pa(e));
		frames += pg->kind != FRAME_usyscall;
		if (e.bits & PTE_D && pg->kind == FRAME_cache)
			aspace_tell_file(as, c->va + i * PAGE_SIZE, pg);
		gather_page(g, pg);
	}
	return frames;
}

/* The same for a run of a space that is given back.  Slots that a tie has may be empty: a
 * borrower has got nothing, or a lender leaves all to its last borrower. */
static void aspace_clear_last(struct aspace *as, struct pt_cur c, unsigned n,
			      struct gather *g)
{
	struct page *table = pt_table_of(&c);
	unsigned at = level_index(c.va, 0), end = at + n;
	struct tie_range r = tie_range(table);

	if (table->flags && at < r.hi && r.lo < end && tie_give_up(table)) {
		if (at < r.lo)
			as->resident -= aspace_clear_run(as, &c, r.lo - at, g, true);
		n = end - MIN(r.hi, end);
		c.va += (r.hi - at) * PAGE_SIZE;
		c.slot += r.hi - at;
	}
	as->resident -= aspace_clear_run(as, &c, n, g, true);
}

/* Clears the entries of [lo, hi) and moves their references to @g.  Files are told of the
 * shared pages that were written. */
static void aspace_gather_pages(struct aspace *as, va_t lo, va_t hi, struct gather *g)
{
	bool quiet = !as->shared && !__atomic_load_n(&as->cutting, __ATOMIC_RELAXED);
	unsigned n;

	pt_check_changeable(&as->pt);
	super_cut(as, lo);
	super_cut(as, hi);
	pt_for_each_run(c, n, pt_at_tie(&as->pt, lo, PT_OWN_TABLE), hi)
	{
		sched_point();
		if (c.level == 0 &&
		    (pte_load(c.slot).bits || !aspace_run_is_empty(c.slot, n)))
			as->resident -= aspace_clear_run(as, &c, n, g, quiet);
		else if (pte_is_large(pte_load(c.slot), c.level))
			super_unmap(as, &c, g);
	}
}

/* The same where the space is given back. */
static void aspace_gather_last(struct aspace *as, va_t lo, va_t hi, struct gather *g)
{
	unsigned n;

	pt_check_changeable(&as->pt);
	pt_for_each_run(c, n, pt_peek(&as->pt, lo), hi)
	{
		sched_point();
		if (c.level == 0)
			aspace_clear_last(as, c, n, g);
		else if (pte_is_large(pte_load(c.slot), c.level))
			super_unmap(as, &c, g);
	}
}

/* Takes W from the shared pages of files, so that the next write faults.  D still says
 * which pages were written.  False: it stopped, as the caller was killed. */
static bool aspace_protect_written(struct aspace *as, va_t lo, va_t hi, bool may_stop)
{
	struct gather g;
	bool stopped = false;

	pt_check_changeable(&as->pt);
	gather_init(&g, &as->root.tlb);
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);

		stopped = pt_point(&c) && may_stop;
		if (stopped)
			break;
		if (!pte_is_leaf(e) || !(e.bits & PTE_W) || !aspace_shared_area(as, c.va))
			continue;
		pte_clear_bits(c.slot, PTE_W);
		gather_range(&g, c.va, c.va + PAGE_SIZE);
	}
	gather_finish(&g);
	return !stopped;
}

/* Marks the pages that have D dirty in their files.  Nobody can write to them meanwhile,
 * so nobody else changes D. */
static void aspace_tell_written(struct aspace *as, va_t lo, va_t hi, bool may_stop)
{
	pt_for_each(c, &as->pt, lo, hi) {
		pte_t e = pte_load(c.slot);
		struct vma *v = e.bits & PTE_D ? aspace_shared_area(as, c.va) : NULL;

		if (pt_point(&c) && may_stop)
			break;
		if (!v || !pte_is_valid(e))
			continue;
		pte_clear_bits(c.slot, PTE_D);
		v->object->ops->mark_dirty(v->object, frame_of_pa(pte_pa(e)));
	}
}

/* The shootdown comes first: when the files are told, no hart can write by an old
 * translation.  A later write faults, so none is missed. */
void aspace_write_back(struct aspace *as, va_t lo, va_t hi, bool may_stop)
{
	if (aspace_protect_written(as, lo, hi, may_stop))
		aspace_tell_written(as, lo, hi, may_stop);
}

/* Another thread may write to a page of a file until the shootdown.  So with several
 * threads the files are told after a shootdown of their own; else such a write might never
 * reach the disk. */
static __attribute__((noinline)) void aspace_tell_first(struct aspace *as, va_t lo, va_t hi)
{
	if (object_any_shared())
		aspace_write_back(as, lo, hi, false);
}

void aspace_zap(struct aspace *as, va_t lo, va_t hi)
{
	struct gather g;

	if (as->shared)
		aspace_tell_first(as, lo, hi);
	gather_init(&g, &as->root.tlb);
	aspace_gather_pages(as, lo, hi, &g);
	gather_finish(&g);
}

static void aspace_clear_guard(struct aspace *as)
{
	struct pt_cur c = pt_at(&as->pt, as->guard);

	if (aspace_has_guard(&c))
		pte_put(c.slot, (pte_t){ 0 });
}

/* Between areas this close, or less, the empty slots are looked at: that costs less than to
 * begin anew. */
#define ZAP_HOLE (16 * PAGE_SIZE)

/* What lies between areas is empty, but for the guard.  A range ends soon after a large
 * leaf's size, so there is no long way without a scheduling point. */
void aspace_zap_all(struct aspace *as)
{
	struct vma *a = vma_find_next(&as->areas, 0);
	struct gather g;

	gather_init(&g, NULL);
	while (a) {
		va_t lo = a->start, hi = a->end;

		while ((a = vma_next(&as->areas, a)) && a->start - hi <= ZAP_HOLE &&
		       hi - lo < SUPER_SIZE)
			hi = a->end;
		aspace_gather_last(as, lo, hi, &g);
	}
	gather_finish(&g);
	if (as->guarded)
		aspace_clear_guard(as);
}

static int aspace_cut_edge(struct aspace *as, va_t va)
{
	struct vma *v = vma_find(&as->areas, va);

	if (!v || v->start == va)
		return 0;
	super_cut(as, va); /* a large leaf lies in one area */
	return vma_split(&as->areas, v, va, NULL);
}

int aspace_cut_edges(struct aspace *as, va_t lo, va_t hi)
{
	struct vma *v = vma_find(&as->areas, lo);
	bool cuts = v && v->start < lo;
	int err = aspace_cut_edge(as, lo);

	if (err)
		return err;
	err = aspace_cut_edge(as, hi);
	if (err && cuts)
		vma_join(&as->areas, v);
	return err;
}

/* The pages go first, while the area still holds the file that is told of them. */
void aspace_trim(struct aspace *as, va_t lo, va_t hi)
{
	aspace_zap(as, lo, hi);
	vma_cut(&as->areas, lo, hi);
}

int aspace_unmap(struct aspace *as, va_t lo, va_t hi)
{
	int err = vma_around(&as->areas, lo, hi) ? aspace_cut_edge(as, hi) : 0;

	if (!err)
		aspace_trim(as, lo, hi);
	return err;
}
