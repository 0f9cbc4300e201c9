/* truncate_maps.c - see truncate_maps.h.
 *
 * The caller has changed the file's size already.  A fault that read the old size holds
 * the area lock of its space until its page is mapped, so the page is found here; a later
 * fault reads the new size.  fork holds the parent's lock until the child has its pages
 * and is in the list, after the parent, so no page of the child is missed. */
#include "mm/truncate_maps.h"

#include "core/sched.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/pagecache.h"
#include "mm/space/watch.h"

bool mapping_walk_begin(struct aspace *as)
{
	if (as->shared && thread_current()->no_fault)
		return mutex_trylock(&as->lock);
	if (as->shared) {
		mutex_lock(&as->lock);
		return true;
	}
	__atomic_store_n(&as->walking, true, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&as->cutting, __ATOMIC_SEQ_CST))
		return true;
	mapping_walk_end(as);
	return false;
}

void mapping_walk_end(struct aspace *as)
{
	if (as->shared) {
		mutex_unlock(&as->lock);
		return;
	}
	__atomic_store_n(&as->walking, false, __ATOMIC_RELEASE);
}

/* Until `cutting` is cleared, no copy in software uses a frame of @as.  The wait is short:
 * a walk copies at most one page and waits for nothing. */
static void mapping_keep_walks_out(struct aspace *as)
{
	__atomic_store_n(&as->cutting, true, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&as->walking, __ATOMIC_SEQ_CST))
		thread_yield();
}

/* The address in @v, or past its end, where the first @bytes of the file end. */
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
		aspace_write_back(as, v->start, v->end, false);
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
