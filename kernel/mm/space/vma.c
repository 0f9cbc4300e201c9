/* vma.c - the areas of an address space.
 *
 * Most programs have half a dozen areas, but one may make ten thousand mappings, and each
 * fault looks an area up.  So there is a list, which gives the neighbours, and a treap
 * for finding: a search tree by address that is also a heap by random weights.  Its
 * shape is that of a search tree filled in random order, so its expected depth is
 * logarithmic.  It was chosen because insertion and removal are loops of a few lines,
 * without rotations or colours. */
#include "mm/space/vma.h"

#include "core/thread.h"
#include "lib/assert.h"
#include "mm/phys/slab.h"
#include "uapi/errno.h"

/* So many areas can always be had: enough for ordinary programs in every process slot. */
#define VMAS_KEPT 640

static struct slab_cache vma_slab;

const char *const vma_kind_name[VMA_NKINDS] = {
#define X(kind, what) #kind,
	VMA_KINDS(X)
#undef X
};

void vma_init(void)
{
	slab_init(&vma_slab, "vma", sizeof(struct vma));
	slab_keep(&vma_slab, VMAS_KEPT);
}

/* --- the tree ----------------------------------------------------------- */

/* Divides @t: areas that start below @at go to the tree *low, the others to *high. */
static void vma_tree_split(struct vma *t, va_t at, struct vma **low, struct vma **high)
{
	while (t) {
		if (t->start < at) {
			*low = t;
			low = &t->right;
			t = t->right;
		} else {
			*high = t;
			high = &t->left;
			t = t->left;
		}
	}
	*low = *high = NULL;
}

static void vma_tree_insert(struct vma **at, struct vma *v)
{
	while (*at && (*at)->weight >= v->weight)
		at = v->start < (*at)->start ? &(*at)->left : &(*at)->right;
	vma_tree_split(*at, v->start, &v->left, &v->right);
	*at = v;
}

static void vma_tree_remove(struct vma **at, struct vma *v)
{
	struct vma *low = v->left, *high = v->right;

	while (*at != v)
		at = v->start < (*at)->start ? &(*at)->left : &(*at)->right;
	while (low && high) {
		if (low->weight > high->weight) {
			*at = low;
			at = &low->right;
			low = low->right;
		} else {
			*at = high;
			at = &high->left;
			high = high->left;
		}
	}
	*at = low ? low : high;
}

/* --- finding ------------------------------------------------------------ */

struct vma *vma_find_next(const struct vma_set *set, va_t va)
{
	struct vma *best = NULL, *t = set->root;

	while (t) {
		if (t->end > va) {
			best = t;
			t = t->left;
		} else {
			t = t->right;
		}
	}
	return best;
}

struct vma *vma_find(struct vma_set *set, va_t va)
{
	struct vma *v = set->last;

	if (v && v->start <= va && va < v->end)
		return v;
	v = vma_find_next(set, va);
	if (!v || va < v->start)
		return NULL;
	set->last = v;
	return v;
}

struct vma *vma_next(const struct vma_set *set, const struct vma *v)
{
	return v->link.next == &set->areas ? NULL
					   : list_entry(v->link.next, struct vma, link);
}

struct vma *vma_prev(const struct vma_set *set, const struct vma *v)
{
	return v->link.prev == &set->areas ? NULL
					   : list_entry(v->link.prev, struct vma, link);
}

bool vma_overlaps(const struct vma_set *set, va_t lo, va_t hi)
{
	const struct vma *v = vma_find_next(set, lo);

	return v && v->start < hi;
}

/* The last area that starts below @va, or NULL. */
static struct vma *vma_find_below(const struct vma_set *set, va_t va)
{
	struct vma *best = NULL, *t = set->root;

	while (t) {
		if (t->start < va) {
			best = t;
			t = t->right;
		} else {
			t = t->left;
		}
	}
	return best;
}

/* Goes downwards from hole to hole; @hi is the end of the hole at hand. */
bool vma_gap(const struct vma_set *set, u64 len, va_t lo, va_t hi, va_t *start)
{
	const struct vma *v = vma_find_below(set, hi);

	while (hi > lo && hi - lo >= len && !sched_point_killed()) {
		va_t floor = v ? v->end : 0;

		if (hi > floor && hi - floor >= len) {
			*start = hi - len;
			return true;
		}
		if (!v)
			break;
		hi = MIN(hi, v->start);
		v = vma_prev(set, v);
	}
	return false;
}

/* --- adding and removing ------------------------------------------------ */

void vma_set_init(struct vma_set *set, const struct vma_hooks *hooks)
{
	*set = (struct vma_set){ .random = (uintptr_t)set >> 4 | 1, .hooks = hooks };
	list_init(&set->areas);
}

/* xorshift32 (Marsaglia 2003). */
static u32 vma_next_weight(struct vma_set *set)
{
	set->random ^= set->random << 13;
	set->random ^= set->random >> 17;
	set->random ^= set->random << 5;
	return set->random;
}

/* Adds a copy of @like, which overlaps nothing, after @before in the list. */
static struct vma *vma_add(struct vma_set *set, const struct vma *like, struct list *before)
{
	struct vma *v = slab_alloc(&vma_slab, 0);

	if (!v)
		return NULL;
	*v = *like;
	v->weight = vma_next_weight(set);
	list_add(before, &v->link);
	vma_tree_insert(&set->root, v);
	set->count++;
	return v;
}

/* Does not call the hook. */
static void vma_free(struct vma_set *set, struct vma *v)
{
	vma_tree_remove(&set->root, v);
	list_del(&v->link);
	set->count--;
	if (set->last == v)
		set->last = NULL;
	slab_free(&vma_slab, v);
}

static bool vma_range_is_good(va_t start, va_t end)
{
	return IS_ALIGNED(start | end, PAGE_SIZE) && start < end;
}

int vma_insert(struct vma_set *set, const struct vma *like, struct vma **out)
{
	struct vma *next = vma_find_next(set, like->start), *v;

	ASSERT(vma_range_is_good(like->start, like->end) && like->kind < VMA_NKINDS);
	if (next && next->start < like->end)
		return -EEXIST;
	v = vma_add(set, like, next ? next->link.prev : set->areas.prev);
	if (!v)
		return -ENOMEM;
	*out = v;
	return 0;
}

void vma_remove(struct vma_set *set, struct vma *v)
{
	if (set->hooks)
		set->hooks->gone(v);
	vma_free(set, v);
}

/* The first area there becomes the new one, so that nothing has to be allocated. */
int vma_replace(struct vma_set *set, const struct vma *like, struct vma **out)
{
	struct vma *v = vma_find_next(set, like->start), *next, old;

	if (!v || v->start >= like->end)
		return vma_insert(set, like, out);
	ASSERT(vma_range_is_good(like->start, like->end) && v->start >= like->start);
	while ((next = vma_next(set, v)) && next->start < like->end) {
		vma_remove(set, next);
		sched_point();
	}
	ASSERT(v->end <= like->end);
	if (set->hooks)
		set->hooks->gone(v);
	old = *v;
	*v = *like;
	v->weight = old.weight;
	v->link = old.link;
	v->left = old.left;
	v->right = old.right;
	*out = v;
	return 0;
}

void vma_set_fini(struct vma_set *set)
{
	struct vma *v, *next;

	list_for_each_safe(v, next, &set->areas, link) {
		vma_remove(set, v);
		sched_point();
	}
}

/* --- changing ----------------------------------------------------------- */

/* The order of the areas stays the same, so list and tree do not change. */
static void vma_move(struct vma *v, va_t start, va_t end)
{
	v->offset += start - v->start;
	v->start = start;
	v->end = end;
}

int vma_resize(struct vma_set *set, struct vma *v, va_t start, va_t end)
{
	const struct vma *prev = vma_prev(set, v), *next = vma_next(set, v);

	ASSERT(vma_range_is_good(start, end));
	if ((prev && start < prev->end) || (next && next->start < end))
		return -EEXIST;
	vma_move(v, start, end);
	return 0;
}

int vma_split(struct vma_set *set, struct vma *v, va_t at, struct vma **upper)
{
	struct vma part = *v, *new;

	ASSERT(IS_ALIGNED(at, PAGE_SIZE) && v->start < at && at < v->end);
	vma_move(&part, at, v->end);
	new = vma_add(set, &part, &v->link);
	if (!new)
		return -ENOMEM;
	v->end = at;
	if (set->hooks)
		set->hooks->copied(new);
	if (upper)
		*upper = new;
	return 0;
}

/* Whether @b begins where @a ends and differs in nothing else. */
static bool vma_goes_on(const struct vma *a, const struct vma *b)
{
	return a->end == b->start && a->kind == b->kind && a->prot == b->prot &&
	       a->flags == b->flags && a->object == b->object &&
	       (!a->object || a->offset + (a->end - a->start) == b->offset);
}

void vma_join(struct vma_set *set, struct vma *v)
{
	struct vma *next = vma_next(set, v);
	va_t end = next->end;

	ASSERT(vma_goes_on(v, next));
	vma_remove(set, next);
	v->end = end;
}

struct vma *vma_merge(struct vma_set *set, struct vma *v)
{
	struct vma *prev = vma_prev(set, v), *next = vma_next(set, v);

	if (next && vma_goes_on(v, next))
		vma_join(set, v);
	if (prev && vma_goes_on(prev, v)) {
		vma_join(set, prev);
		v = prev;
	}
	return v;
}

struct vma *vma_around(const struct vma_set *set, va_t lo, va_t hi)
{
	struct vma *v = vma_find_next(set, lo);

	return v && v->start < lo && hi < v->end ? v : NULL;
}

void vma_cut(struct vma_set *set, va_t lo, va_t hi)
{
	struct vma *v = vma_find_next(set, lo);

	ASSERT(vma_range_is_good(lo, hi) && !vma_around(set, lo, hi));
	if (v && v->start < lo) {
		v->end = lo;
		v = vma_next(set, v);
	}
	while (v && v->end <= hi) {
		struct vma *next = vma_next(set, v);

		sched_point();
		vma_remove(set, v);
		v = next;
	}
	if (v && v->start < hi)
		vma_move(v, hi, v->end);
}

#ifdef PAGODA_CHECK
void vma_check(const struct vma_set *set)
{
	const struct vma *v;
	va_t end = 0;
	u32 n = 0;

	vma_for_each(v, set) {
		const struct vma *t = set->root;

		ASSERT(vma_range_is_good(v->start, v->end) && end <= v->start);
		while (t && t != v) {
			const struct vma *child = v->start < t->start ? t->left : t->right;

			ASSERT(!child || child->weight <= t->weight);
			t = child;
		}
		ASSERT(t == v && v->link.next->prev == &v->link);
		end = v->end;
		n++;
	}
	ASSERT(n == set->count);
	ASSERT(!set->last || vma_find_next(set, set->last->start) == set->last);
}
#endif
