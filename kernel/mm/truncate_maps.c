/* truncate_maps.c - see truncate_maps.h.
 *
 * The size of the file has changed before.  A fault that looked at the old size holds the
 * area lock of its space, so its page is found here; one that comes later sees the
 * new size.  A space that fork makes meanwhile is behind its parent in the list, and
 * both are locked for as long as it copies: it gets no page that is overlooked here. */
#include "mm/truncate_maps.h"

#include "core/sched.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/pagecache.h"
#include "mm/space/watch.h"

bool mapping_walk_begin(struct aspace *as)
{
	__atomic_store_n(&as->walking, true, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&as->cutting, __ATOMIC_SEQ_CST))
		return true;
	mapping_walk_end(as);
	return false;
}

void mapping_walk_end(struct aspace *as)
{
	__atomic_store_n(&as->walking, false, __ATOMIC_RELEASE);
}

/* A walk is a copy of at most a page, which nothing keeps waiting. */
static void mapping_keep_walks_out(struct aspace *as)
{
	__atomic_store_n(&as->cutting, true, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&as->walking, __ATOMIC_SEQ_CST))
		thread_yield();
}

/* Where the part of @v begins that lies behind @bytes of the file. */
static va_t mapping_past_end(const struct vma *v, u64 bytes)
{
	return bytes > v->offset ? v->start + (bytes - v->offset) : v->start;
}

/* (lock) */
static void mapping_cut_space(struct aspace *as, const struct object *obj, u64 bytes)
{
	struct vma *v;

	vma_for_each(v, &as->areas) {
		sched_point();
		if (v->object != obj || mapping_past_end(v, bytes) >= v->end)
			continue;
		mapping_keep_walks_out(as);
		aspace_zap(as, mapping_past_end(v, bytes), v->end);
		__atomic_store_n(&as->cutting, false, __ATOMIC_RELEASE);
	}
}

/* (lock) */
static void mapping_write_back_space(struct aspace *as)
{
	struct vma *v;

	vma_for_each(v, &as->areas) {
		sched_point();
		if (!v->object || !(v->flags & VMA_SHARED))
			continue;
		mapping_keep_walks_out(as);
		aspace_write_back(as, v->start, v->end);
		__atomic_store_n(&as->cutting, false, __ATOMIC_RELEASE);
	}
}

void mappings_write_back(void)
{
	struct aspace *as = NULL;

	if (!object_any_shared())
		return;
	while ((as = aspace_watch_next(as)) != NULL) {
		mutex_lock(&as->lock);
		mapping_write_back_space(as);
		mutex_unlock(&as->lock);
		sched_point();
	}
}

void mappings_cut(struct object *obj, u64 pages)
{
	struct aspace *as = NULL;

	if (!__atomic_load_n(&obj->nareas, __ATOMIC_SEQ_CST))
		return;
	while ((as = aspace_watch_next(as)) != NULL) {
		mutex_lock(&as->lock);
		mapping_cut_space(as, obj, pages * PAGE_SIZE);
		mutex_unlock(&as->lock);
		sched_point();
	}
}
