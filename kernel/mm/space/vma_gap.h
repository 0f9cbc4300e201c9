/* vma_gap.h - for vma.c: the largest hole of each subtree of areas.
 *
 * Locking: as vma.h. */
#pragma once

#include "mm/space/vma.h"

static inline struct vma *vma_last(const struct vma_set *set)
{
	return list_empty(&set->areas) ? NULL
				       : list_entry(set->areas.prev, struct vma, link);
}

/* The largest hole directly below an area of the subtree @t, by the holes of its
 * children.  Bytes. */
u64 vma_tree_hole(const struct vma_set *set, const struct vma *t);

/* The hole below @v (or NULL), or a child of @v, is another now: brings the largest holes
 * of @v and of those above it up to date. */
void vma_tree_update_known(const struct vma_set *set, struct vma *v);

static inline void vma_tree_update(const struct vma_set *set, struct vma *v)
{
	if (set->knows_holes)
		vma_tree_update_known(set, v);
}

/* The same where all from @v up to below @top have other children now, and so may @top. */
static inline void vma_tree_update_path(const struct vma_set *set, struct vma *v,
					struct vma *top)
{
	if (!set->knows_holes)
		return;
	for (; v != top; v = v->up)
		v->hole = vma_tree_hole(set, v);
	vma_tree_update_known(set, top);
}
