/* fork.c - a copy of an address space.
 *
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
#include "uapi/errno.h"
#include "uapi/layout.h"

struct fork {
	struct aspace *from; /* locked */
	struct aspace_builder to;
	const struct vma *area;
	bool weakened; /* entries of the parent lost W */
};

static int fork_put_leaf(struct fork *f, va_t va, struct page *pg, u64 flags)
{
	struct pt_cur c = pt_at(&f->to.space->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	pt_set_leaf(&c, pte_make(frame_pa(pg), flags));
	f->to.space->resident++;
	return 0;
}

/* Write-protects the parent's leaf if a write has to copy it.  Returns the flags of the
 * child's leaf, with A and D clear: the child has touched nothing yet. */
static u64 fork_protect(struct fork *f, const struct pt_cur *c, pte_t e)
{
	u64 flags;
	bool cow = !(f->area->flags & VMA_SHARED) && f->area->prot & VMA_W;

	if (cow && e.bits & PTE_W) {
		pte_set_bits(c->slot, PTE_COW);
		e = pte_clear_bits(c->slot, PTE_W);
		f->weakened = true;
	}
	flags = e.bits & PTE_FLAGS & ~(PTE_A | PTE_D);
	if (cow)
		flags = (flags & ~PTE_W) | PTE_COW;
	return flags;
}

static int fork_share_page(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));
	u64 flags = fork_protect(f, c, e);
	int err;

	vmstat_inc(VM_fork_shared);
	frame_get(pg);
	err = fork_put_leaf(f, c->va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

static int fork_share_large(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));
	u64 flags = fork_protect(f, c, e);
	int err;

	vmstat_add(VM_fork_shared, SUPER_PAGES);
	frame_get_block(pg, SUPER_ORDER);
	err = super_put(&f->to, c->va, pg, flags);
	if (err)
		frame_put_block(pg, SUPER_ORDER);
	return err;
}

static int fork_copy_page(struct fork *f, va_t va, struct page *from, u64 flags)
{
	struct page *pg = frame_alloc(FRAME_anon, 0);
	int err;

	if (!pg)
		return -ENOMEM;
	vmstat_inc(VM_fork_copied);
	page_copy(frame_va(pg), frame_va(from));
	aspace_before_leaf(f->to.space, flags);
	err = fork_put_leaf(f, va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

/* The child gets single pages if no block of 2 MiB is free. */
static int fork_copy_large(struct fork *f, va_t va, struct page *from, u64 flags)
{
	struct page *pg = super_copy(from);
	int err = 0;

	if (!pg) {
		for (u64 i = 0; i < SUPER_PAGES && !err; i++)
			err = sched_point_killed() ? -EINTR
						   : fork_copy_page(f, va + i * PAGE_SIZE,
								    from + i, flags);
		return err;
	}
	vmstat_add(VM_fork_copied, SUPER_PAGES);
	aspace_before_leaf(f->to.space, flags);
	err = super_put(&f->to, va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

static int fork_copy_leaf(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *from = frame_of_pa(pte_pa(e));
	u64 flags = e.bits & PTE_FLAGS & ~(PTE_A | PTE_D);

	return c->level > 0 ? fork_copy_large(f, c->va, from, flags)
			    : fork_copy_page(f, c->va, from, flags);
}

static int fork_area_pages(struct fork *f)
{
	int err = 0;

	pt_for_each(c, &f->from->pt, f->area->start, f->area->end) {
		pte_t e = pte_load(c.slot);

		if (pt_point(&c)) {
			err = -EINTR;
			break;
		}
		if (!pte_is_leaf(e) && !pte_is_parked(e, c.level))
			continue;
		if (opt(FORK) == FORK_COPY && !(f->area->flags & VMA_SHARED))
			err = fork_copy_leaf(f, &c, e);
		else if (c.level > 0)
			err = fork_share_large(f, &c, e);
		else
			err = fork_share_page(f, &c, e);
		if (err)
			break;
		sched_point();
	}
	return err;
}

static int fork_area(struct fork *f)
{
	const struct vma *a = f->area;
	struct vma *copy;
	int err;

	if (a->kind == VMA_system)
		return 0; /* each process has its own */
	err = vma_insert(&f->to.space->areas, a, &copy);
	if (err)
		return err;
	aspace_area_hooks.copied(copy);
	return fork_area_pages(f);
}

/* Guard pages lie between areas, below the break; the child gets the same ones. */
static int fork_guards(struct fork *f)
{
	int err = 0;

	pt_for_each(c, &f->from->pt, 0, f->from->brk) {
		pte_t e = pte_load(c.slot);

		if (pt_point(&c))
			err = -EINTR;
		else if (pte_is_guard(e, c.level) && !pte_is_parked(e, c.level))
			err = aspace_builder_add_guard(&f->to, c.va);
		if (err)
			break;
	}
	return err;
}

static int fork_all(struct fork *f)
{
	int err = fork_guards(f);

	for (struct vma *a = vma_find_next(&f->from->areas, 0); a && !err;
	     a = vma_find_next(&f->from->areas, a->end)) {
		f->area = a;
		err = fork_area(f);
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
