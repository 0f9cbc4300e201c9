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
	struct pt_cur at;       /* in the parent's table */
	const struct vma *area; /* the first of those at hand: fork_last_alike() */
	bool weakened;          /* entries of the parent lost W */
};

/* Whether a write to the page of leaf @e, which is possible now, has to copy it from now
 * on.  A private leaf that may be written has W or PTE_COW. */
static bool fork_is_cow(const struct fork *f, pte_t e)
{
	return e.bits & PTE_W && !(f->area->flags & VMA_SHARED);
}

/* The flags of the child's leaf, as the child has touched nothing yet. */
static u64 fork_flags(bool cow, pte_t e)
{
	u64 flags = e.bits & PTE_FLAGS & ~(PTE_TOUCHED | PTE_D);

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

/* Shares the frames of slots @from[0] to [n - 1].  Returns how many. */
static u64 fork_share_run(struct fork *f, pte_t *from, pte_t *to, unsigned n)
{
	u64 shared = 0;

	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&from[i]);
		bool cow = fork_is_cow(f, e);

		if (!fork_is_page(e))
			continue;
		if (cow)
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
	bool cow = fork_is_cow(f, e);
	int err;

	if (cow)
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
	int err = 0;

	if (!pg) {
		slots = aspace_builder_slot(&f->to, va);
		if (!slots)
			return -ENOMEM;
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
	unsigned pages = 0;

	for (unsigned i = 0; i < n; i++) {
		pte_t e = pte_load(&slot[i]);

		if (!fork_is_page(e))
			continue;
		pages++;
		if (fork_is_cow(f, e))
			fork_protect(f, &slot[i], e);
	}
	return pages;
}

/* The table of the parent lends the run to the child's, if that is worth while.  A table
 * that lent the same run before, and has it still, needs no look at its entries. */
static int fork_lend(struct fork *f, struct page *table, unsigned n, bool *lent)
{
	struct tie_range r = tie_range(table);
	unsigned at = level_index(f->at.va, 0);
	pte_t *to;

	*lent = false;
	if (f->area->object || f->area->flags & VMA_SHARED || n < FORK_LEND_SLOTS)
		return 0;
	if (table->flags && (at >= r.hi || at + n <= r.lo))
		return 0; /* it lends something else */
	if (!table->flags || r.lo != at || r.hi != at + n) {
		tie_settle(table);
		r = (struct tie_range){ .lo = (u16)at, .hi = (u16)(at + n) };
		r.pages = (u16)fork_protect_run(f, f->at.slot, n);
	}
	if (r.pages < FORK_LEND_PAGES)
		return 0;
	to = aspace_builder_slot(&f->to, f->at.va);
	if (!to)
		return -ENOMEM;
	pt_lend(table, pt_table_at_slot(to), r);
	f->to.space->resident += r.pages;
	vmstat_add(VM_fork_shared, r.pages);
	*lent = true;
	return 0;
}

static int fork_large(struct fork *f, bool copy)
{
	pte_t e = pte_load(f->at.slot);

	if (!pte_is_leaf(e))
		return 0;
	return copy ? fork_copy_large(f, f->at.va, frame_of_pa(pte_pa(e)),
				      fork_flags(false, e))
		    : fork_share_large(f, &f->at, e);
}

/* Copies the @n slots of level 0 under the cursor, or their frames.  The child gets no
 * table if they are empty. */
static int fork_copy_slots(struct fork *f, unsigned n, bool copy)
{
	pte_t *from = f->at.slot, *to;
	unsigned i = 0;

	while (i < n && !fork_is_page(pte_load(&from[i])))
		i++;
	if (i == n)
		return 0;
	to = aspace_builder_slot(&f->to, f->at.va);
	if (!to)
		return -ENOMEM;
	if (copy)
		return fork_copy_run(f, from + i, to + i, n - i);
	f->to.space->resident += fork_share_run(f, from + i, to + i, n - i);
	return 0;
}

static int fork_run(struct fork *f, unsigned n, bool copy)
{
	struct page *table = pt_table_of(&f->at);
	bool lent = false;
	int err = 0;

	if (table->flags & TIE_BORROWS)
		tie_settle(table);
	if (opt(FORK) == FORK_TABLES)
		err = fork_lend(f, table, n, &lent);
	return err || lent ? err : fork_copy_slots(f, n, copy);
}

/* Copies what is in the areas at hand, which end at @end. */
static int fork_pages(struct fork *f, va_t end)
{
	bool copy = opt(FORK) == FORK_COPY && !(f->area->flags & VMA_SHARED);
	unsigned n;
	int err;

	pt_check_changeable(f->at.pt);
	for (pt_move(&f->at, f->area->start); f->at.va < end; pt_skip(&f->at, n)) {
		if (sched_point_killed())
			return -EINTR;
		n = pt_run(&f->at, end);
		err = f->at.level > 0 ? fork_large(f, copy) : fork_run(f, n, copy);
		if (err)
			return err;
	}
	return 0;
}

/* The last of the areas from @a on that touch, and that need no telling apart here: their
 * pages are copied in one go. */
static const struct vma *fork_last_alike(const struct vma_set *areas, const struct vma *a)
{
	const struct vma *next;

	while ((next = vma_next(areas, a)) && next->start == a->end &&
	       next->kind == a->kind && next->flags == a->flags) {
		a = next;
		sched_point();
	}
	return a;
}

static int fork_all(struct fork *f)
{
	const struct vma_set *areas = &f->from->areas;
	int err = vma_copy_all(&f->to.space->areas, areas);

	f->at = pt_peek(&f->from->pt, f->from->guarded ? f->from->guard : 0);
	if (!err && f->from->guarded && aspace_has_guard(&f->at))
		err = aspace_builder_add_guard(&f->to, f->at.va);
	f->area = vma_find_next(areas, 0);
	while (!err && f->area) {
		const struct vma *last = fork_last_alike(areas, f->area);

		if (last->kind != VMA_usyscall) /* each process has its own */
			err = fork_pages(f, last->end);
		f->area = vma_next(areas, last);
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
	aspace_builder_set_top(&f.to, from->top);
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
