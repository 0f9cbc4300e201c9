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
#include "lib/describe.h"
#include "mm/phys/slab.h"
#include "mm/space/vma_gap.h"
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

/* @v is in the list already.  The subtree in whose place it comes is divided: what lies
 * below @v becomes its left subtree, the rest its right one. */
static void vma_tree_insert(struct vma_set *set, struct vma *v)
{
	struct vma **at = &set->root, *up = NULL, *t;
	struct vma **low = &v->left, **high = &v->right, *low_up = v, *high_up = v;

	while (*at && (*at)->weight >= v->weight) {
		up = *at;
		at = v->start < up->start ? &up->left : &up->right;
	}
	t = *at;
	*at = v;
	v->up = up;
	v->hole = t ? t->hole : 0; /* as those above know it */
	while (t) {
		if (t->start < v->start) {
			*low = t;
			t->up = low_up;
			low_up = t;
			low = &t->right;
			t = t->right;
		} else {
			*high = t;
			t->up = high_up;
			high_up = t;
			high = &t->left;
			t = t->left;
		}
	}
	*low = *high = NULL;
	vma_tree_update_path(set, low_up, v);
	vma_tree_update_path(set, high_up, v);
}

/* The same for the last area: it has a place on the way from @prev, which was the last
 * (NULL: there was none), up to the root.  What is too light comes to lie below it, and so
 * leaves that way: on average each insertion takes constant time. */
static inline void vma_tree_append(struct vma_set *set, struct vma *v, struct vma *prev)
{
	struct vma *up = prev, *below = NULL;

	while (up && up->weight < v->weight) {
		below = up;
		up = up->up;
	}
	v->left = below;
	v->right = NULL;
	v->up = up;
	v->hole = below ? below->hole : 0; /* as those above know it */
	if (below)
		below->up = v;
	*(up ? &up->right : &set->root) = v;
	vma_tree_update(set, v);
}

/* @v is in the list no more. */
static void vma_tree_remove(struct vma_set *set, struct vma *v)
{
	struct vma *top = v->up, *up = top, *low = v->left, *high = v->right, *rest;
	struct vma **at = &set->root;

	if (top)
		at = top->left == v ? &top->left : &top->right;
	while (low && high) {
		if (low->weight > high->weight) {
			*at = low;
			low->up = up;
			up = low;
			at = &low->right;
			low = low->right;
		} else {
			*at = high;
			high->up = up;
			up = high;
			at = &high->left;
			high = high->left;
		}
	}
	rest = low ? low : high;
	*at = rest;
	if (rest)
		rest->up = up;
	vma_tree_update_path(set, up, top);
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

struct vma *vma_search(struct vma_set *set, va_t va)
{
	struct vma *v = vma_find_next(set, va);

	if (!v || va < v->start)
		return NULL;
	set->last = v;
	return v;
}

bool vma_overlaps(const struct vma_set *set, va_t lo, va_t hi)
{
	const struct vma *v = vma_find_next(set, lo);

	return v && v->start < hi;
}

/* --- adding and removing ------------------------------------------------ */

/* All sets draw the same weights, so the same calls cost the same in every process. */
void vma_set_init(struct vma_set *set, const struct vma_hooks *hooks)
{
	*set = (struct vma_set){ .random = 0x9e3779b9, .hooks = hooks };
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

/* A copy of @like, in no set yet.  NULL: no memory. */
static inline struct vma *vma_alloc(struct vma_set *set, const struct vma *like)
{
	void *obj = set->spare;
	struct vma *v;

	if (!obj && !slab_alloc_many(&vma_slab, 0, &obj, 1))
		return NULL;
	set->spare = NULL;
	v = obj;
	v->start = like->start;
	v->end = like->end;
	v->prot = like->prot;
	v->kind = like->kind;
	v->flags = like->flags;
	v->object = like->object;
	v->offset = like->offset;
	return v;
}

/* Adds @v, which has a weight, after @prev, the last area (NULL: there is none). */
static inline void vma_append(struct vma_set *set, struct vma *v, struct vma *prev)
{
	list_add_tail(&set->areas, &v->link);
	set->count++;
	vma_tree_append(set, v, prev);
}

/* Adds @v, which overlaps nothing, before @next; NULL: as the last. */
static void vma_add(struct vma_set *set, struct vma *v, struct vma *next)
{
	v->weight = vma_next_weight(set);
	if (!next) {
		vma_append(set, v, vma_last(set));
		return;
	}
	list_add_tail(&next->link, &v->link);
	set->count++;
	vma_tree_insert(set, v);
	vma_tree_update(set, next);
}

/* Does not call the hook. */
static void vma_free(struct vma_set *set, struct vma *v)
{
	struct vma *next = vma_next(set, v);

	if (set->last == v)
		set->last = vma_prev(set, v);
	list_del(&v->link);
	vma_tree_remove(set, v);
	vma_tree_update(set, next);
	set->count--;
	if (set->spare)
		slab_free(&vma_slab, v);
	else
		set->spare = v;
}

static bool vma_range_is_good(va_t start, va_t end)
{
	return IS_ALIGNED(start | end, PAGE_SIZE) && start < end;
}

int vma_insert(struct vma_set *set, const struct vma *like, struct vma **out)
{
	struct vma *last = vma_last(set), *next = NULL, *v;

	ASSERT(vma_range_is_good(like->start, like->end) && like->kind < VMA_NKINDS);
	if (last && like->start < last->end)
		next = vma_find_next(set, like->start);
	if (next && next->start < like->end)
		return -EEXIST;
	v = vma_alloc(set, like);
	if (!v)
		return -ENOMEM;
	vma_add(set, v, next);
	set->last = v;
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
	v->up = old.up;
	v->left = old.left;
	v->right = old.right;
	v->hole = old.hole;
	vma_tree_update(set, v);
	vma_tree_update(set, vma_next(set, v));
	*out = v;
	return 0;
}

/* Areas that are allocated or freed at a time. */
#define VMA_BATCH 16

/* List and tree are given up as a whole. */
void vma_set_fini(struct vma_set *set)
{
	void *gone[VMA_BATCH];
	struct vma *v, *next;
	u32 n = 0;

	list_for_each_safe(v, next, &set->areas, link) {
		if (set->hooks)
			set->hooks->gone(v);
		gone[n++] = v;
		if (n == VMA_BATCH) {
			slab_free_many(&vma_slab, gone, n);
			n = 0;
			sched_point();
		}
	}
	slab_free_many(&vma_slab, gone, n);
	if (set->spare)
		slab_free(&vma_slab, set->spare);
	vma_set_init(set, set->hooks);
}

/* The copies have the weights of the areas, and so their tree has the same shape. */
int vma_copy_all(struct vma_set *to, const struct vma_set *from)
{
	void *fresh[VMA_BATCH];
	const struct vma *like;
	struct vma *v = NULL, *prev;
	u32 n = 0;
	int err = 0;

	ASSERT(!to->count);
	to->random = from->random;
	vma_for_each(like, from) {
		if (like->kind == VMA_usyscall)
			continue;
		if (!n) {
			n = MIN(from->count - to->count, VMA_BATCH);
			n = slab_alloc_many(&vma_slab, 0, fresh, n);
			err = sched_point_killed() ? -EINTR : n ? 0 : -ENOMEM;
			if (err)
				break;
		}
		prev = v;
		v = fresh[--n];
		*v = *like;
		vma_append(to, v, prev);
		if (to->hooks)
			to->hooks->copied(v);
	}
	slab_free_many(&vma_slab, fresh, n);
	return err;
}

/* --- changing ----------------------------------------------------------- */

/* The order of the areas stays the same, and so do list and tree, but for the holes. */
static void vma_move(const struct vma_set *set, struct vma *v, va_t start, va_t end)
{
	bool below = start != v->start, above = end != v->end;

	v->offset += start - v->start;
	v->start = start;
	v->end = end;
	if (below)
		vma_tree_update(set, v);
	if (above)
		vma_tree_update(set, vma_next(set, v));
}

int vma_resize(struct vma_set *set, struct vma *v, va_t start, va_t end)
{
	const struct vma *prev = vma_prev(set, v), *next = vma_next(set, v);

	ASSERT(vma_range_is_good(start, end));
	if ((prev && start < prev->end) || (next && next->start < end))
		return -EEXIST;
	vma_move(set, v, start, end);
	return 0;
}

int vma_split(struct vma_set *set, struct vma *v, va_t at, struct vma **upper)
{
	struct vma *new;

	ASSERT(IS_ALIGNED(at, PAGE_SIZE) && v->start < at && at < v->end);
	new = vma_alloc(set, v);
	if (!new)
		return -ENOMEM;
	v->end = new->start = at;
	new->offset += at - v->start;
	vma_add(set, new, vma_next(set, v));
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

	ASSERT(vma_goes_on(v, next));
	v->end = next->end;
	vma_remove(set, next);
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

void vma_cut(struct vma_set *set, va_t lo, va_t hi)
{
	struct vma *v = vma_find(set, lo);

	ASSERT(vma_range_is_good(lo, hi) && !vma_around(set, lo, hi));
	if (!v)
		v = vma_find_next(set, lo);
	if (v && v->start < lo) {
		vma_move(set, v, v->start, lo);
		v = vma_next(set, v);
	}
	while (v && v->end <= hi) {
		struct vma *next = vma_next(set, v);

		sched_point();
		vma_remove(set, v);
		v = next;
	}
	if (v && v->start < hi)
		vma_move(set, v, hi, v->end);
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
		ASSERT(!t || !t->up);
		while (t && t != v) {
			const struct vma *child = v->start < t->start ? t->left : t->right;

			ASSERT(!child || (child->weight <= t->weight && child->up == t));
			t = child;
		}
		ASSERT(t == v && v->link.next->prev == &v->link);
		ASSERT(!set->knows_holes || v->hole == vma_tree_hole(set, v));
		end = v->end;
		n++;
	}
	ASSERT(n == set->count);
	ASSERT(!set->last || vma_find_next(set, set->last->start) == set->last);
}
#endif

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_FIELD(vma, start);
DESCRIBE_FIELD(vma, end);
DESCRIBE_FIELD(vma, prot);
DESCRIBE_FIELD(vma, kind);
DESCRIBE_FIELD(vma, flags);
DESCRIBE_FIELD(vma, offset);
DESCRIBE_FIELD(vma, link);
DESCRIBE_FIELD(vma_set, areas);
DESCRIBE_ARRAY("vma_kind_name", vma_kind_name);
DESCRIBE_NUMBER(VMA_stack);
