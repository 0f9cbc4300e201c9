/* fork.c - a copy of an address space.
 *
 * fork=cow: both sides keep the same frames; pages that may be written lose W
 * and get PTE_COW on both, and the fault path sorts out who copies.
 * fork=copy: every private page is copied at once.
 * On failure the parent may be left with write-protected pages that nobody
 * shares; its next write finds that out and goes on. */

#include "core/sched.h"
#include "lib/string.h"
#include "mm/aspace.h"
#include "mm/aspace_priv.h"
#include "mm/vmstat.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

struct fork {
	struct aspace *from, *to;
	const struct vma *area;
	bool weakened; /* entries of the parent lost W */
};

static int put_leaf(struct fork *f, va_t va, struct page *pg, u64 flags)
{
	struct pt_cur c = pt_at(&f->to->pt, va);

	if (pt_reach(&c, 0))
		return -ENOMEM;
	pt_set_leaf(&c, pte_make(frame_pa(pg), flags));
	f->to->resident++;
	return 0;
}

/* The child's A and D start from nothing: it has touched nothing yet. */
static int share_page(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));
	u64 flags;
	int err;

	bool cow = !(f->area->flags & VMA_SHARED) && f->area->prot & VMA_W;

	if (cow && e.bits & PTE_W) {
		pte_set_bits(c->slot, PTE_COW);
		e = pte_clear_bits(c->slot, PTE_W);
		f->weakened = true;
	}
	flags = e.bits & PTE_FLAGS & ~(PTE_A | PTE_D);
	if (cow)
		flags = (flags & ~PTE_W) | PTE_COW;
	vmstat_inc(VM_fork_shared);
	frame_get(pg);
	err = put_leaf(f, c->va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

static int copy_page(struct fork *f, const struct pt_cur *c, pte_t e)
{
	struct page *pg = frame_alloc(FRAME_anon, 0);
	u64 flags = e.bits & PTE_FLAGS & ~(PTE_A | PTE_D);
	int err;

	if (!pg)
		return -ENOMEM;
	vmstat_inc(VM_fork_copied);
	page_copy(frame_va(pg), frame_va(frame_of_pa(pte_pa(e))));
	if (flags & PTE_X)
		icache_dirty();
	err = put_leaf(f, c->va, pg, flags);
	if (err)
		frame_put(pg);
	return err;
}

static int fork_area_pages(struct fork *f)
{
	int err = 0;

	pt_for_each(c, &f->from->pt, f->area->start, f->area->end) {
		pte_t e = pte_load(c.slot);

		if (!pte_is_leaf(e) && !pte_is_parked(e, c.level))
			continue;
		if (aspace_fork_copies && !(f->area->flags & VMA_SHARED))
			err = copy_page(f, &c, e);
		else
			err = share_page(f, &c, e);
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
	err = vma_insert(&f->to->areas, a, &copy);
	if (err)
		return err;
	aspace_area_hooks.copied(copy);
	return fork_area_pages(f);
}

/* Guards lie between areas and are copied as what they are. */
static int fork_guards(struct fork *f)
{
	int err = 0;

	pt_for_each(c, &f->from->pt, 0, f->from->brk) {
		pte_t e = pte_load(c.slot);

		if (pte_is_guard(e, c.level) && !pte_is_parked(e, c.level))
			err = aspace_add_guard(f->to, c.va);
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
		tlb_shootdown(&f->from->tlb, 0, TRAPFRAME);
	return err;
}

int aspace_fork(struct aspace *from, const struct aspace_pages *pages, struct aspace **out)
{
	struct fork f = { .from = from };
	bool has_page; /* USYSCALL, or its heap has grown over it */
	int err = aspace_alloc(pages->trapframe, &f.to);

	if (err)
		return err;
	mutex_lock(&from->lock);
	f.to->brk = from->brk;
	err = fork_all(&f);
	has_page = from->brk <= USYSCALL;
	mutex_unlock(&from->lock);
	if (!err && has_page)
		err = aspace_add_usyscall(f.to, pages->usyscall);
	if (err)
		aspace_destroy(f.to);
	else
		*out = f.to;
	return err;
}
