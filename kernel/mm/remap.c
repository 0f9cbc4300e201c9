/* remap.c - mappings that grow, shrink and move (mremap).
 *
 * A mapping that moves takes its page table entries along: frames, A and D bits,
 * copy-on-write and PROT_NONE stay as they are, and no page is copied.  Everything that
 * can fail comes before the first entry moves. */

#include "core/report/event.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "mm/space/aspace_priv.h"
#include "mm/xlate/gather.h"
#include "mm/map.h"
#include "mm/phys/reclaim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* Shared memory without a file has all its frames from the start (map.c). */
static bool remap_wants_frames(const struct vma *v)
{
	return v->flags & VMA_SHARED && !v->object;
}

/* Lets @v grow to @new_end.  -EEXIST: another area or the guard is in the way; -ENOMEM,
 * -EINTR.  An error changes nothing. */
static int remap_grow_in_place(struct aspace *as, struct vma *v, va_t new_end)
{
	va_t end = v->end;
	int err;

	if (as->guarded && as->guard >= end && as->guard < new_end)
		return -EEXIST;
	err = vma_resize(&as->areas, v, v->start, new_end);
	if (!err && remap_wants_frames(v)) {
		err = aspace_populate(as, v, end, new_end);
		if (err)
			aspace_trim(as, end, new_end);
	}
	return err;
}

/* The entries of [lo, hi) move up by @by bytes (modulo 2^64). */
struct move {
	va_t lo, hi, by;
};

/* Splits large leaves that will move, and makes tables for the new place. */
static int remap_reach_tables(struct aspace *as, const struct move *m)
{
	pt_for_each(c, &as->pt, m->lo, m->hi) {
		struct pt_cur to;

		if (pt_point(&c))
			return -EINTR;
		if (pte_is_large(pte_load(c.slot), c.level))
			super_split(&c);
		if (!pte_is_valid(pte_load(c.slot)))
			continue;
		to = pt_at(&as->pt, c.va + m->by);
		if (pt_reach(&to, 0))
			return -ENOMEM;
	}
	return 0;
}

/* On return no hart has translations of the old addresses, which may then mean something
 * else. */
static void remap_move_entries(struct aspace *as, const struct move *m)
{
	struct gather g;

	gather_init(&g, &as->root.tlb);
	pt_for_each(c, &as->pt, m->lo, m->hi) {
		struct pt_cur to;

		(void)pt_point(&c); /* goes on after a kill: all or nothing moves */
		if (!pte_is_valid(pte_load(c.slot)))
			continue;
		to = pt_at(&as->pt, c.va + m->by);
		gather_add(&g, c.va, NULL);
		pt_set_leaf(&to, pte_xchg(c.slot, (pte_t){ 0 }));
	}
	gather_finish(&g);
}

/* Adds an area of @len bytes at the new place, with tables, and cuts what moves out of
 * @from into an area of its own.  An error leaves all areas as they were. */
static int remap_prepare_place(struct aspace *as, const struct vma *from,
			       const struct move *m, u64 len)
{
	struct vma like = *from, *to;
	va_t at = m->lo + m->by;
	int err;

	like.start = at;
	like.end = at + len;
	like.offset += m->lo - from->start;
	err = vma_insert(&as->areas, &like, &to);
	if (err)
		return err;
	aspace_area_hooks.copied(to);
	err = remap_reach_tables(as, m);
	if (!err && remap_wants_frames(to))
		err = aspace_populate(as, to, m->hi + m->by, to->end);
	if (!err)
		err = aspace_cut_edges(as, m->lo, m->hi);
	if (err) {
		aspace_zap(as, at, at + len);
		vma_remove(&as->areas, to);
	}
	return err;
}

static int remap_move(struct aspace *as, const struct remap_request *req, va_t *out)
{
	struct move m = { req->addr, req->addr + req->old_len, 0 };
	struct vma *from = vma_find(&as->areas, req->addr);
	int err;

	if (!vma_gap(&as->areas, req->new_len, ALIGN_UP(as->brk, PAGE_SIZE), as->top, out))
		return -ENOMEM;
	m.by = *out - req->addr;
	err = remap_prepare_place(as, from, &m, req->new_len);
	if (err)
		return err;
	remap_move_entries(as, &m);
	from = vma_find(&as->areas, req->addr);
	ASSERT(from->start == m.lo && from->end == m.hi);
	vma_remove(&as->areas, from);
	return 0;
}

static int remap_grow(struct aspace *as, const struct remap_request *req, struct vma *v,
		      va_t *out)
{
	va_t top = v->end <= as->top ? as->top : USYSCALL;
	int err = -EEXIST;

	if (remap_wants_frames(v) && !mem_has((req->new_len - req->old_len) / PAGE_SIZE))
		return -ENOMEM;
	if (req->addr + req->old_len == v->end && req->new_len <= top - req->addr)
		err = remap_grow_in_place(as, v, req->addr + req->new_len);
	if (err != -EEXIST)
		return err;
	return req->may_move ? remap_move(as, req, out) : -ENOMEM;
}

static int remap_locked(struct aspace *as, const struct remap_request *req, va_t *out)
{
	struct vma *v = vma_find(&as->areas, req->addr);

	*out = req->addr;
	if (!v || (v->kind != VMA_anon && v->kind != VMA_file))
		return -EFAULT;
	if (req->old_len > v->end - req->addr)
		return -EFAULT;
	if (req->new_len < req->old_len)
		return aspace_unmap(as, req->addr + req->new_len, req->addr + req->old_len);
	return req->new_len > req->old_len ? remap_grow(as, req, v, out) : 0;
}

int aspace_mremap(struct aspace *as, const struct remap_request *req, va_t *out)
{
	int err;

	mutex_lock(&as->lock);
	err = remap_locked(as, req, out);
	mutex_unlock(&as->lock);
	if (!err)
		event(EVENT_MOVE, *out, req->new_len / PAGE_SIZE, 0);
	return err;
}
