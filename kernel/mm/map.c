/* map.c - making, cutting and changing mappings; see map.h. */

#include "mm/map.h"

#include "core/report/event.h"
#include "core/sched.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "mm/xlate/gather.h"
#include "mm/space/pagecache.h"
#include "mm/phys/reclaim.h"
#include "mm/phys/vmstat.h"
#include "uapi/errno.h"
#include "uapi/layout.h"

/* Mappings end at or below this address. */
#define MAP_TOP USYSCALL

/* --- an area holds its file --------------------------------------------- */

static void map_area_copied(struct vma *v)
{
	if (!v->object)
		return;
	__atomic_fetch_add(&v->object->nareas, 1, __ATOMIC_SEQ_CST);
	if (v->flags & VMA_SHARED)
		object_count_shared(v->object, 1);
	v->object->ops->get(v->object);
}

static void map_area_gone(struct vma *v)
{
	if (!v->object)
		return;
	__atomic_fetch_sub(&v->object->nareas, 1, __ATOMIC_SEQ_CST);
	if (v->flags & VMA_SHARED)
		object_count_shared(v->object, -1);
	v->object->ops->put(v->object);
}

const struct vma_hooks aspace_area_hooks = {
	.copied = map_area_copied,
	.gone = map_area_gone,
};

/* Sv39 reserves W without R: a page that can be written can be read. */
static u8 map_with_read(u8 prot)
{
	return prot & VMA_W ? prot | VMA_R : prot;
}

/* --- mmap -------------------------------------------------------------- */

/* The address of the new mapping: the highest gap, or with @fixed the one asked for. */
static int map_choose_place(struct aspace *as, const struct map_request *req, va_t *out)
{
	if (!req->fixed)
		return vma_gap(&as->areas, req->len, ALIGN_UP(as->brk, PAGE_SIZE), as->top,
			       out)
			       ? 0
			       : -ENOMEM;
	*out = req->addr;
	if (req->addr > MAP_TOP || req->len > MAP_TOP - req->addr)
		return -EINVAL;
	return 0;
}

/* Shared memory without a file gets all its frames at once: only fork shares it, and
 * fork shares frames, so a frame that came later would not be shared. */
static bool map_wants_frames(const struct map_request *req)
{
	return req->shared && !req->object;
}

/* Puts an area without pages at @at, in the place of all areas there, which lie wholly
 * within.  -ENOMEM only if there are none. */
static int map_area(struct aspace *as, const struct map_request *req, va_t at,
		    struct vma **area)
{
	struct vma like = {
		.start = at,
		.end = at + req->len,
		.prot = map_with_read(req->prot),
		.kind = req->object ? VMA_file : VMA_anon,
		.flags = (u8)((req->shared ? VMA_SHARED : 0) |
			      (req->no_write ? VMA_NOWRITE : 0)),
		.object = req->object,
		.offset = req->offset,
	};
	int err;

	aspace_zap(as, like.start, like.end);
	err = vma_replace(&as->areas, &like, area);
	if (!err)
		map_area_copied(*area);
	return err;
}

/* Maps where no area is. */
static int map_free(struct aspace *as, const struct map_request *req, va_t at)
{
	struct vma *area;
	int err = map_area(as, req, at, &area);

	if (err || !map_wants_frames(req))
		return err;
	err = aspace_populate(as, area, area->start, area->end);
	if (err) {
		aspace_zap(as, area->start, area->end);
		vma_remove(&as->areas, area);
	}
	return err;
}

/* @pg: a chain linked by hash_next, or NULL. */
static void map_drop_frames(struct page *pg)
{
	while (pg) {
		struct page *next = pg->hash_next;

		pg->hash_next = NULL;
		frame_put(pg);
		sched_point();
		pg = next;
	}
}

/* A chain of @n cleared frames; @n > 0.  NULL: there are not that many, or the caller was
 * killed. */
static struct page *map_get_frames(u64 n)
{
	struct page *chain = NULL;

	for (; n > 0; n--) {
		struct page *pg = frame_alloc(FRAME_anon, FRAME_ZERO);

		if (!pg)
			break;
		vmstat_inc(VM_page_zeroed);
		pg->hash_next = chain;
		chain = pg;
		if (sched_point_killed())
			break;
	}
	if (n > 0) {
		map_drop_frames(chain);
		return NULL;
	}
	return chain;
}

/* Makes the tables for single pages in [lo, hi).  A large leaf needs none: it leaves one
 * when it is taken out (pt_take_large). */
static int map_reach_tables(struct aspace *as, va_t lo, va_t hi)
{
	pt_for_each(c, &as->pt, lo, hi) {
		if (pt_point(&c))
			return -EINTR;
		if (c.level > 0 && !pte_is_leaf(pte_load(c.slot)) && pt_reach(&c, 0))
			return -ENOMEM;
	}
	return 0;
}

/* All that mapping over other areas may lack.  An error leaves the areas as they were; so
 * they are cut last. */
static int map_prepare_over(struct aspace *as, const struct map_request *req, va_t at,
			    struct page **chain)
{
	va_t end = at + req->len;
	int err = 0;

	*chain = NULL;
	if (map_wants_frames(req)) {
		*chain = map_get_frames(req->len / PAGE_SIZE);
		err = *chain ? map_reach_tables(as, at, end) : -ENOMEM;
	}
	if (!err)
		err = aspace_cut_edges(as, at, end);
	if (err)
		map_drop_frames(*chain);
	return err;
}

/* Maps over other areas. */
static int map_over(struct aspace *as, const struct map_request *req, va_t at)
{
	struct page *pg;
	struct vma *area;
	int err = map_prepare_over(as, req, at, &pg);

	if (err)
		return err;
	err = map_area(as, req, at, &area);
	ASSERT(!err); /* it takes the place of an area */
	for (; pg; at += PAGE_SIZE) {
		struct page *next = pg->hash_next;

		pg->hash_next = NULL;
		err = aspace_map_frame(as, at, pg, prot_to_pte(area->prot));
		ASSERT(!err);
		sched_point(); /* must not end half-way */
		pg = next;
	}
	return 0;
}

static int map_locked(struct aspace *as, const struct map_request *req, va_t *out)
{
	int err = map_choose_place(as, req, out);

	if (err)
		return err;
	if (vma_overlaps(&as->areas, *out, *out + req->len))
		return map_over(as, req, *out);
	return map_free(as, req, *out);
}

int aspace_map(struct aspace *as, const struct map_request *req, va_t *out)
{
	int err;

	if (map_wants_frames(req) && !mem_has(req->len / PAGE_SIZE))
		return -ENOMEM;
	mutex_lock(&as->lock);
	err = map_locked(as, req, out);
	mutex_unlock(&as->lock);
	if (!err)
		event(EVENT_MAP, *out, req->len / PAGE_SIZE, req->prot);
	return err;
}

int aspace_munmap(struct aspace *as, va_t addr, u64 len)
{
	int err;

	if (addr > MAP_TOP || len > MAP_TOP - addr)
		return -EINVAL;
	mutex_lock(&as->lock);
	err = aspace_unmap(as, addr, addr + len);
	mutex_unlock(&as->lock);
	if (!err)
		event(EVENT_UNMAP, addr, len / PAGE_SIZE, 0);
	return err;
}

/* --- protection -------------------------------------------------------- */

/* False: a shared mapping in [lo, hi) would get W, and its file is not open for writing. */
static bool map_may_protect(struct aspace *as, va_t lo, va_t hi, u8 prot)
{
	struct vma *v = prot & VMA_W ? vma_find_next(&as->areas, lo) : NULL;

	for (; v && v->start < hi; v = vma_next(&as->areas, v)) {
		if (v->flags & VMA_NOWRITE)
			return false;
		sched_point();
	}
	return true;
}

/* Whether areas of the program cover [lo, hi).  Also false if the thread is to die. */
static bool map_all_in_areas(struct aspace *as, va_t lo, va_t hi)
{
	while (lo < hi) {
		struct vma *v = vma_find(&as->areas, lo);

		if (!v || v->kind == VMA_usyscall || sched_point_killed())
			return false;
		lo = v->end;
	}
	return true;
}

/* The flags of page @e under the new protection of @v.  W comes by a later fault, which
 * knows whether to copy the page or tell its file first. */
static u64 map_new_flags(const struct vma *v, pte_t e)
{
	u64 keep = e.bits & (PTE_TOUCHED | PTE_D);

	if (!v->prot)
		return prot_to_pte(0) | keep;
	keep |= prot_to_pte(v->prot & ~VMA_W);
	if (v->prot & VMA_W && !(v->flags & VMA_SHARED))
		keep |= PTE_COW;
	return keep;
}

static void map_protect_pages(struct aspace *as, const struct vma *v, struct gather *g)
{
	pt_for_each(c, &as->pt, v->start, v->end) {
		pte_t e = pte_load(c.slot), old;

		(void)pt_point(&c); /* goes on after a kill: entries and areas must agree */
		if (!pte_is_leaf(e) && !pte_is_parked(e, c.level))
			continue;
		if (c.level > 0 && !v->prot)
			super_split(&c); /* only single pages can be parked */
		/* Cleared first, so that the hardware cannot set D in between. */
		old = pte_xchg(c.slot, (pte_t){ 0 });
		e = pte_make(pte_pa(old), map_new_flags(v, old));
		if (old.bits & ~e.bits & PTE_RWX) /* harts may still use the old rights */
			gather_range(g, c.va, pt_end(&c));
		pt_set_leaf(&c, e);
	}
}

static int map_protect_locked(struct aspace *as, va_t lo, va_t hi, u8 prot)
{
	struct gather g;
	int err;

	if (!map_all_in_areas(as, lo, hi))
		return -ENOMEM;
	if (!map_may_protect(as, lo, hi, prot))
		return -EACCES;
	err = aspace_cut_edges(as, lo, hi);
	if (err)
		return err;
	aspace_before_leaf(as, prot_to_pte(prot));
	gather_init(&g, &as->root.tlb);
	while (lo < hi && !sched_point_killed()) {
		struct vma *v = vma_find(&as->areas, lo);

		if (v->prot != prot) {
			v->prot = prot;
			map_protect_pages(as, v, &g);
		}
		lo = v->end;
		vma_merge(&as->areas, v);
	}
	gather_finish(&g);
	return 0;
}

int aspace_protect(struct aspace *as, va_t addr, u64 len, u8 prot)
{
	int err;

	if (addr > MAP_TOP || len > MAP_TOP - addr)
		return -EINVAL;
	mutex_lock(&as->lock);
	err = map_protect_locked(as, addr, addr + len, map_with_read(prot));
	mutex_unlock(&as->lock);
	if (!err)
		event(EVENT_PROTECT, addr, len / PAGE_SIZE, prot);
	return err;
}

/* --- the rest of the family -------------------------------------------- */

int aspace_msync(struct aspace *as, va_t addr, u64 len)
{
	int err = 0;

	mutex_lock(&as->lock);
	if (addr > MAP_TOP || len > MAP_TOP - addr ||
	    !map_all_in_areas(as, addr, addr + len))
		err = -ENOMEM;
	else
		aspace_write_back(as, addr, addr + len, true);
	mutex_unlock(&as->lock);
	return err;
}

int aspace_discard(struct aspace *as, va_t addr, u64 len)
{
	va_t end = addr + len;
	int err = 0;

	mutex_lock(&as->lock);
	if (addr > MAP_TOP || len > MAP_TOP - addr || !map_all_in_areas(as, addr, end))
		err = -ENOMEM;
	while (!err && addr < end && !sched_point_killed()) {
		struct vma *v = vma_find(&as->areas, addr);

		if (!(v->flags & VMA_SHARED) && v->kind != VMA_image) {
			aspace_zap(as, addr, MIN(end, v->end));
			event(EVENT_DISCARD, addr, (MIN(end, v->end) - addr) / PAGE_SIZE,
			      0);
		}
		addr = v->end;
	}
	mutex_unlock(&as->lock);
	return err;
}

int aspace_prefetch(struct aspace *as, va_t addr, u64 len)
{
	va_t end = addr + len;

	if (addr > MAP_TOP || len > MAP_TOP - addr)
		return -ENOMEM;
	for (; addr < end && mem_has(frame_total() / 8) && !sched_point_killed();
	     addr += PAGE_SIZE) {
		if (aspace_fault(as, addr, ACCESS_READ))
			break; /* no error: this was only a hint */
	}
	return 0;
}

int aspace_mincore(struct aspace *as, va_t addr, u64 len, u8 *out)
{
	va_t end = addr + len;
	int err = 0;

	ASSERT(len <= PAGE_SIZE * PAGE_SIZE);
	memset(out, 0, len / PAGE_SIZE);
	mutex_lock(&as->lock);
	if (addr > MAP_TOP || len > MAP_TOP - addr || !map_all_in_areas(as, addr, end))
		err = -ENOMEM;
	pt_for_each(c, &as->pt, addr, err ? addr : end) {
		pte_t e = pte_load(c.slot);

		(void)pt_point(&c); /* goes on after a kill: not much is left */
		if (pte_is_leaf(e) || pte_is_parked(e, c.level))
			memset(out + (c.va - addr) / PAGE_SIZE, 1,
			       (MIN(pt_end(&c), end) - c.va) / PAGE_SIZE);
	}
	mutex_unlock(&as->lock);
	return err;
}
