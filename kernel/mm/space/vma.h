/* vma.h - the areas of an address space: which addresses mean what.
 *
 * Areas are page-aligned, never empty, never overlap, and are kept sorted by address.
 * An address in no area is not the program's memory.  The areas say what may be at an
 * address, the page table says what is there now.
 *
 * An area may have an object, and then owns a reference on it.  The set calls its hooks
 * when an area is copied and when one is removed.
 *
 * Locking: the caller holds the lock of the address space, or builds it (build.h). */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

/* X(kind, what is in it) */
#define VMA_KINDS(X)                                                 \
	X(image, "segment of the program, or what lies between two") \
	X(heap, "memory up to the break")                            \
	X(stack, "stack")                                            \
	X(anon, "mapping of fresh memory")                           \
	X(file, "mapping of a file")                                 \
	X(usyscall, "what the kernel tells the program")

enum vma_kind {
#define X(kind, what) VMA_##kind,
	VMA_KINDS(X) VMA_NKINDS
#undef X
};

extern const char *const vma_kind_name[VMA_NKINDS];

/* Rights; the values are those of mmap()'s PROT_*. */
#define VMA_R 1u
#define VMA_W 2u
#define VMA_X 4u

#define VMA_SHARED 1u  /* all who map it see each other's writes              */
#define VMA_NOWRITE 2u /* VMA_SHARED, and the file is not open for writing    */

struct object;

struct vma {
	va_t start, end;       /* [start, end)                                    */
	u32 prot;              /* VMA_R | VMA_W | VMA_X                           */
	u8 kind;               /* enum vma_kind                                   */
	u8 flags;              /* VMA_SHARED ...                                  */
	u32 weight;            /* random; the tree is a heap by it                */
	struct object *object; /* whose pages it maps; NULL: fresh memory         */
	u64 offset;            /* of start in the object, bytes                   */
	struct list link;      /* in vma_set.areas                                */
	struct vma *up, *left, *right;
	u64 hole; /* bytes of the largest hole directly below an area of this subtree, if
		   * the set knows the holes */
};

struct vma_hooks {
	void (*copied)(struct vma *v); /* @v is new, and refers to v->object */
	void (*gone)(struct vma *v);   /* @v is about to be freed            */
};

struct vma_set {
	struct list areas; /* by address                                  */
	struct vma *root;  /* tree by start, for finding                  */
	struct vma *last;  /* what was found or added last, or NULL       */
	struct vma *spare; /* (not in the set) was removed; for the next, or NULL */
	u32 count;
	bool knows_holes;              /* vma.hole is kept                     */
	u32 random;                    /* state of the weights' generator             */
	const struct vma_hooks *hooks; /* (C) or NULL                        */
};

void vma_init(void); /* at boot, once */
void vma_set_init(struct vma_set *set, const struct vma_hooks *hooks);
void vma_set_fini(struct vma_set *set); /* removes all areas */

struct vma *vma_search(struct vma_set *set, va_t va);

/* The area that @va lies in, or NULL. */
static inline struct vma *vma_find(struct vma_set *set, va_t va)
{
	struct vma *v = set->last;

	return v && v->start <= va && va < v->end ? v : vma_search(set, va);
}

/* The first area that ends after @va: the one that holds @va, or the next; or NULL. */
struct vma *vma_find_next(const struct vma_set *set, va_t va);

/* The next or previous area by address, or NULL. */
static inline struct vma *vma_next(const struct vma_set *set, const struct vma *v)
{
	return v->link.next == &set->areas ? NULL
					   : list_entry(v->link.next, struct vma, link);
}

static inline struct vma *vma_prev(const struct vma_set *set, const struct vma *v)
{
	return v->link.prev == &set->areas ? NULL
					   : list_entry(v->link.prev, struct vma, link);
}

#define vma_for_each(v, set) list_for_each(v, &(set)->areas, link)

/* Whether any area has a byte of [lo, hi). */
bool vma_overlaps(const struct vma_set *set, va_t lo, va_t hi);

/* Finds the highest *start for which [*start, *start + len) lies in [lo, hi) and in no
 * area.  False: there is none. */
bool vma_gap(struct vma_set *set, u64 len, va_t lo, va_t hi, va_t *start) MUST_CHECK;

/* Adds a copy of @like, whose links and weight do not matter.  -EEXIST: it overlaps an
 * area; -ENOMEM.  On success *out is the new area, and owns the reference of @like.
 * Areas that come in ascending order take constant time each. */
int vma_insert(struct vma_set *set, const struct vma *like, struct vma **out) MUST_CHECK;

/* The same, but removes the areas in the way first, all of which lie wholly within.
 * -ENOMEM: only if there are none. */
int vma_replace(struct vma_set *set, const struct vma *like, struct vma **out) MUST_CHECK;

/* Fills the empty set @to with copies of the areas of @from, but for those of kind system.
 * -ENOMEM, -EINTR (the thread is to die): @to has some of them. */
int vma_copy_all(struct vma_set *to, const struct vma_set *from) MUST_CHECK;

/* Frees @v, and with the hook its reference on the object. */
void vma_remove(struct vma_set *set, struct vma *v);

/* Gives @v new ends; its offset follows its start.  -EEXIST: another area is in the way. */
int vma_resize(struct vma_set *set, struct vma *v, va_t start, va_t end) MUST_CHECK;

/* Splits @v at @at, which lies inside it: @v keeps the lower part, *upper is the rest
 * (@upper may be NULL).  -ENOMEM: nothing changed. */
int vma_split(struct vma_set *set, struct vma *v, va_t at, struct vma **upper) MUST_CHECK;

/* Undoes vma_split(): joins @v with the area that begins where it ends. */
void vma_join(struct vma_set *set, struct vma *v);

/* Joins @v with the neighbours that only continue it; returns the area that then holds
 * the addresses of @v. */
struct vma *vma_merge(struct vma_set *set, struct vma *v);

/* Takes [lo, hi) out of all areas.  Needs no memory.  No area may reach past both ends:
 * vma_split() it before, which may need memory. */
void vma_cut(struct vma_set *set, va_t lo, va_t hi);

/* The area that begins before @lo and ends after @hi, or NULL. */
static inline struct vma *vma_around(struct vma_set *set, va_t lo, va_t hi)
{
	struct vma *v = vma_find(set, lo);

	return v && v->start < lo && hi < v->end ? v : NULL;
}

#ifdef PAGODA_CHECK
/* ASSERTs that the set is what the head of this file says. */
void vma_check(const struct vma_set *set);
#endif
