/* fork.c - a copy of an address space.
 *
 * fork=tables: as fork=cow, but where a table has many private pages, the child gets its
 * entries only when it needs one of them, or before the parent changes one (tie.h).
 * fork=cow: parent and child share all frames.  Private pages that may be written lose W
 * and get PTE_COW on both sides, and the first write to one copies it (fault.c).
 * fork=copy: every private page is copied at once.
 * After a failure the parent may have copy-on-write pages that nobody shares: its next
 * write to such a page makes it writable again without a copy. */

#include "core/option/options.h"
#include "core/sched.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/build.h"
#include "mm/phys/vmstat.h"
#include "mm/xlate/tie.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* Fewer slots, or pages in them, are not worth a tie: copying their entries is faster than
 * the fault that needs them. */
#ifndef FORK_LEND_SLOTS
#define FORK_LEND_SLOTS 64
#define FORK_LEND_PAGES 24
#endif

struct fork {
	struct aspace *from; /* locked */
	struct aspace_builder to;
	const struct vma *area;
	bool weakened; /* entries of the parent lost W */
};

/* Whether a write to a page of the area has to copy it. */
static bool fork_is_cow(const struct fork *f)
{
	return !(f->area->flags & VMA_SHARED) && f->area->prot & VMA_W;
}

/* The flags of the child's leaf, with A and D clear: the child has touched nothing yet. */
static u64 fork_flags(bool cow, pte_t e)
{
	u64 flags = e.bits & PTE_FLAGS & ~(PTE_A | PTE_D);

	return cow ? (flags & ~PTE_W) | PTE_COW : flags;
}

/* Write-protects the parent's copy-on-write leaf @e.  If other threads run in the parent,
 * the hardware may set A or D meanwhile. */
static void fork_protect(struct fork *f, pte_t *slot, pte_t e)
{
	if (f->from->shared) {
		pte_set_bits(slot, PTE_COW);
		pte_clear_bits(slot, PTE_W);
	} else {
		pte_put(slot, (pte_t){ (e.bits & ~PTE_W) | PTE_COW });
	}
	f->weakened = true;
}

static bool fork_is_page(pte_t e)
{
	return pte_is_leaf(e) || pte_is_parked(e, 0);
}

/* The slots in the child for a run of the parent's. */
static int fork_reach(struct fork *f, va_t va, pte_t **slots)
{
	struct pt_cur c = pt_at(&f->to.space->pt, va);

	pt_check_changeable(c.pt);
	if (pt_reach(&c, 0))
		return -ENOMEM;
	*slots = c.slot;
	return 0;
}

/* Shares the frames of slots @from[0] to [n - 1].  Returns how many. */
static u64 fork_share_run(struct fork *f, pte_t *from, pte_t *to, unsigned n)
{
	bool cow = fork_is_cow(f);
	u64 shared = 0;

	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&from[i]);

		if (!fork_is_page(e))
			continue;
		if (cow && e.bits & PTE_W)
			fork_protect(f, &from[i], e);
		frame_get(frame_of_pa(pte_pa(e)));
		pte_put(&to[i], pte_make(pte_pa(e), fork_flags(cow, e)));
		shared++;
	}
	vmstat_add(VM_fork_shared, shared);
	return shared;
}

static int fork_share_large(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));
	bool cow = fork_is_cow(f);
	int err;

	if (cow && e.bits & PTE_W)
		fork_protect(f, c->slot, e);
	vmstat_add(VM_fork_shared, SUPER_PAGES);
	frame_get_block(pg, SUPER_ORDER);
	err = super_put(&f->to, c->va, pg, fork_flags(cow, e));
	if (err)
		frame_put_block(pg, SUPER_ORDER);
	return err;
}

/* Puts a copy of the page into the child's slot. */
static int fork_copy_page(struct fork *f, pte_t *slot, struct page *from, u64 flags)
{
	struct page *pg = frame_alloc(FRAME_anon, 0);

	if (!pg)
		return -ENOMEM;
	vmstat_inc(VM_fork_copied);
	page_copy(frame_va(pg), frame_va(from));
	aspace_before_leaf(f->to.space, flags);
	pte_put(slot, pte_make(frame_pa(pg), flags));
	f->to.space->resident++;
	return 0;
}

static int fork_copy_run(struct fork *f, const pte_t *from, pte_t *to, unsigned n)
{
	int err = 0;

	for (unsigned i = 0; i < n && !err; i++) {
		pte_t e = pte_load(&from[i]);

		if (fork_is_page(e))
			err = sched_point_killed()
				      ? -EINTR
				      : fork_copy_page(f, &to[i], frame_of_pa(pte_pa(e)),
						       fork_flags(false, e));
	}
	return err;
}

/* The child gets single pages if no block of 2 MiB is free. */
static int fork_copy_large(struct fork *f, va_t va, struct page *from, u64 flags)
{
	struct page *pg = super_copy(from);
	pte_t *slots;
	int err;

	if (!pg) {
		err = fork_reach(f, va, &slots);
		if (err)
			return err;
		for (u64 i = 0; i < SUPER_PAGES && !err; i++)
			err = sched_point_killed()
				      ? -EINTR
				      : fork_copy_page(f, &slots[i], from + i, flags);
		return err;
	}
	vmstat_add(VM_fork_copied, SUPER_PAGES);
	aspace_before_leaf(f->to.space, flags);
	err = super_put(&f->to, va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

/* Takes W from the @n slots of the parent.  Returns how many hold frames. */
static unsigned fork_protect_run(struct fork *f, pte_t *slot, unsigned n)
{
	bool cow = fork_is_cow(f);
	unsigned pages = 0;

	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&slot[i]);

		if (!fork_is_page(e))
			continue;
		pages++;
		if (cow && e.bits & PTE_W)
			fork_protect(f, &slot[i], e);
	}
	return pages;
}

/* The table of the parent lends the run to the child's, if that is worth while.  A table
 * that lent the same run before, and has it still, needs no look at its entries. */
static int fork_lend(struct fork *f, struct pt_cur *c, unsigned n, bool *lent)
{
	struct page *table = pt_table_of(c);
	struct tie_range r = tie_range(table);
	unsigned at = level_index(c->va, 0), pages = r.pages;
	struct pt_cur to;

	*lent = false;
	if (f->area->object || f->area->flags & VMA_SHARED || n < FORK_LEND_SLOTS)
		return 0;
	if (table->flags && (at >= r.hi || at + n <= r.lo))
		return 0; /* it lends something else */
	if (!table->flags || r.lo != at || r.hi != at + n) {
		tie_settle(table);
		pages = fork_protect_run(f, c->slot, n);
	}
	if (pages < FORK_LEND_PAGES)
		return 0;
	to = pt_peek(&f->to.space->pt, c->va);
	if (pt_reach(&to, 0))
		return -ENOMEM;
	pt_lend(c, &to, n, pages);
	f->to.space->resident += pages;
	vmstat_add(VM_fork_shared, pages);
	*lent = true;
	return 0;
}

static int fork_large(struct fork *f, const struct pt_cur *c, bool copy)
{
	pte_t e = pte_load(c->slot);

	if (!pte_is_leaf(e))
		return 0;
	return copy ? fork_copy_large(f, c->va, frame_of_pa(pte_pa(e)),
				      fork_flags(false, e))
		    : fork_share_large(f, c, e);
}

/* Copies the @n slots of level 0 under the cursor, or their frames.  The child gets no
 * table if they are empty. */
static int fork_copy_slots(struct fork *f, const struct pt_cur *c, unsigned n, bool copy)
{
	unsigned i = 0;
	pte_t *to;
	int err;

	while (i < n && !fork_is_page(pte_load(&c->slot[i])))
		i++;
	if (i == n)
		return 0;
	err = fork_reach(f, c->va, &to);
	if (!err && copy)
		err = fork_copy_run(f, c->slot + i, to + i, n - i);
	else if (!err)
		f->to.space->resident += fork_share_run(f, c->slot + i, to + i, n - i);
	return err;
}

static int fork_run(struct fork *f, struct pt_cur *c, unsigned n, bool copy)
{
	struct page *table = pt_table_of(c);
	bool lent = false;
	int err = 0;

	if (table->flags & TIE_BORROWS)
		tie_settle(table);
	if (opt(FORK) == FORK_TABLES)
		err = fork_lend(f, c, n, &lent);
	return err || lent ? err : fork_copy_slots(f, c, n, copy);
}

static int fork_area_pages(struct fork *f)
{
	struct pt *from = &f->from->pt;
	bool copy = opt(FORK) == FORK_COPY && !(f->area->flags & VMA_SHARED);
	unsigned n;
	int err;

	pt_check_changeable(from);
	pt_for_each_run(c, n, pt_peek(from, f->area->start), f->area->end)
	{
		if (sched_point_killed())
			return -EINTR;
		err = c.level > 0 ? fork_large(f, &c, copy) : fork_run(f, &c, n, copy);
		if (err)
			return err;
	}
	return 0;
}

static int fork_guard(struct fork *f)
{
	struct pt_cur c = pt_peek(&f->from->pt, f->from->guard);

	return aspace_has_guard(&c) ? aspace_builder_add_guard(&f->to, c.va) : 0;
}

static int fork_all(struct fork *f)
{
	const struct vma *a;
	int err = vma_copy_all(&f->to.space->areas, &f->from->areas);

	if (!err && f->from->guarded)
		err = fork_guard(f);
	if (err)
		return err;
	vma_for_each(a, &f->from->areas) {
		f->area = a;
		if (a->kind != VMA_system) /* each process has its own */
			err = fork_area_pages(f);
		if (err)
			break;
	}
	if (f->weakened)
		tlb_shootdown(&f->from->root.tlb, 0, TRAPFRAME);
	return err;
}

/* The child joins the list of spaces while the parent is still locked: a thread that later
 * takes pages of a file out of the parent finds the child, too (truncate_maps.c). */
static int fork_once(struct aspace *from, const struct aspace_pages *pages,
		     struct aspace **out)
{
	struct fork f = { .from = from };
	int err = aspace_builder_start(&f.to, pages->trapframe);

	if (err)
		return err;
	mutex_lock(&from->lock);
	aspace_builder_set_break(&f.to, from->brk);
	err = fork_all(&f);
	if (!err && from->brk <= USYSCALL) /* else its heap has grown over the page */
		err = aspace_builder_add_usyscall(&f.to, pages->usyscall);
	if (!err)
		*out = aspace_builder_finish(&f.to);
	mutex_unlock(&from->lock);
	if (err)
		aspace_builder_abandon(&f.to);
	return err;
}

int aspace_fork(struct aspace *from, const struct aspace_pages *pages, struct aspace **out)
{
	int err = fork_once(from, pages, out);
	u64 shed = 0;

	if (err == -ENOMEM) {
		mutex_lock(&from->lock);
		shed = super_shed(from);
		mutex_unlock(&from->lock);
	}
	return shed ? fork_once(from, pages, out) : err;
}
