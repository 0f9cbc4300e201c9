/* vma_gap.c - finding a place for a mapping.
 *
 * It is looked for from hole to hole while there are few areas.  The first search among
 * many gives each area the largest hole in its subtree; from then on whoever changes an
 * area or its neighbours keeps these right (vma_tree_update), and one way down the tree
 * finds the place.  Programs without many mappings pay nothing. */
#include "mm/space/vma_gap.h"

#include "core/thread.h"

#define VMA_FEW 16 /* areas, at most, that vma_gap() looks at one by one */

/* --- the largest hole --------------------------------------------------- */

static u64 vma_hole_below(const struct vma_set *set, const struct vma *v)
{
	const struct vma *prev = vma_prev(set, v);

	return v->start - (prev ? prev->end : 0);
}

static u64 vma_hole_in(const struct vma *t)
{
	return t ? t->hole : 0;
}

u64 vma_tree_hole(const struct vma_set *set, const struct vma *t)
{
	u64 hole = MAX(vma_hole_in(t->left), vma_hole_in(t->right));

	return MAX(hole, vma_hole_below(set, t));
}

void vma_tree_update_known(const struct vma_set *set, struct vma *v)
{
	for (; v; v = v->up) {
		u64 hole = vma_tree_hole(set, v);

		if (hole == v->hole)
			break;
		v->hole = hole;
	}
}

static void vma_learn_holes(struct vma_set *set)
{
	struct vma *v;

	vma_for_each(v, set)
		v->hole = 0;
	vma_for_each(v, set) {
		u64 hole = vma_hole_below(set, v);

		for (struct vma *t = v; t && t->hole < hole; t = t->up)
			t->hole = hole;
		sched_point();
	}
	set->knows_holes = true;
}

/* --- the place ----------------------------------------------------------- */

/* The last area that starts below @va with a hole of @len bytes or more below it, or
 * NULL.  Of the subtrees that begin below @va, the one that was met last is the highest. */
static const struct vma *vma_find_hole(const struct vma_set *set, u64 len, va_t va)
{
	const struct vma *t = set->root, *best = NULL;

	while (t) {
		if (t->start >= va) {
			t = t->left;
			continue;
		}
		if (vma_hole_in(t->left) >= len || vma_hole_below(set, t) >= len)
			best = t;
		t = t->right;
	}
	if (!best || vma_hole_below(set, best) >= len)
		return best;
	t = best->left;
	while (vma_hole_in(t->right) >= len || vma_hole_below(set, t) < len)
		t = vma_hole_in(t->right) >= len ? t->right : t->left;
	return t;
}

/* As vma_gap(), from hole to hole downwards; @hi is the end of the hole at hand. */
static bool vma_gap_among_few(const struct vma_set *set, u64 len, va_t lo, va_t hi,
			      va_t *start)
{
	const struct vma *v = vma_last(set);

	while (v && v->start >= hi)
		v = vma_prev(set, v);
	for (; hi >= lo && hi - lo >= len; v = vma_prev(set, v)) {
		if (!v || (v->end <= hi && hi - v->end >= len)) {
			*start = hi - len;
			return true;
		}
		hi = v->start;
	}
	return false;
}

/* As vma_gap(), by the largest holes.  The place is in the hole below @hi, or else directly
 * below an area. */
static bool vma_gap_among_many(const struct vma_set *set, u64 len, va_t lo, va_t hi,
			       va_t *start)
{
	const struct vma *v = vma_find_next(set, hi), *prev;

	if (hi < lo || hi - lo < len)
		return false;
	if (!v || v->start >= hi) {
		prev = v ? vma_prev(set, v) : vma_last(set);
		if (hi - MAX(lo, prev ? prev->end : 0) >= len) {
			*start = hi - len;
			return true;
		}
	}
	v = vma_find_hole(set, len, hi);
	if (!v || v->start < lo || v->start - lo < len)
		return false;
	*start = v->start - len;
	return true;
}

bool vma_gap(struct vma_set *set, u64 len, va_t lo, va_t hi, va_t *start)
{
	if (!set->knows_holes && set->count > VMA_FEW)
		vma_learn_holes(set);
	return set->knows_holes ? vma_gap_among_many(set, len, lo, hi, start)
				: vma_gap_among_few(set, len, lo, hi, start);
}
