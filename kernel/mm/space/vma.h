/* vma.h - the areas of an address space: which addresses mean what.
 *
 * Areas are page-aligned, never empty, never overlap, and are kept sorted.
 * What is in no area is no memory.  The page table says what is there now, the
 * areas say what may be.
 *
 * An area may have an object, and then owns a reference on it; the hooks of the
 * set are told when an area is doubled and when one goes.
 *
 * Locking: the caller holds the lock of the address space. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

/* X(kind, what is in it) */
#define VMA_KINDS(X)                                                 \
	X(image, "segment of the program, or what lies between two") \
	X(heap, "from the end of the image's stack to the break")    \
	X(stack, "stack")                                            \
	X(anon, "mapping of fresh memory")                           \
	X(file, "mapping of a file")                                 \
	X(system, "USYSCALL, trap frame, trampoline")

enum vma_kind {
#define X(kind, what) VMA_##kind,
	VMA_KINDS(X) VMA_NKINDS
#undef X
};

extern const char *const vma_kind_name[VMA_NKINDS];

/* Protection; the numbers are those of mmap()'s PROT_*. */
#define VMA_R 1u
#define VMA_W 2u
#define VMA_X 4u

#define VMA_SHARED 1u  /* writes go to the object, and to all who map it      */
#define VMA_NOWRITE 2u /* shared, of a file that is not open for writing      */

struct object;

struct vma {
	va_t start, end;       /* [start, end)                                    */
	u32 prot;              /* VMA_R | VMA_W | VMA_X                           */
	u8 kind;               /* enum vma_kind                                   */
	u8 flags;              /* VMA_SHARED ...                                  */
	u32 weight;            /* the tree's; a heap by this                      */
	struct object *object; /* whose pages it has; NULL: memory of its own     */
	u64 offset;            /* of start in the object, bytes                   */
	struct list link;      /* in vma_set.areas                                */
	struct vma *left, *right;
};

struct vma_hooks {
	void (*copied)(struct vma *v); /* @v is new and names v->object, too */
	void (*gone)(struct vma *v);   /* @v is about to be freed            */
};

struct vma_set {
	struct list areas; /* by address                                  */
	struct vma *root;  /* tree by start, for finding                  */
	struct vma *last;  /* what vma_find() found last, or NULL         */
	u32 count;
	u32 random;                    /* state of the weights' generator             */
	const struct vma_hooks *hooks; /* (C) or NULL                        */
};

void vma_init(void); /* at boot, once */
void vma_set_init(struct vma_set *set, const struct vma_hooks *hooks);
void vma_set_fini(struct vma_set *set); /* all areas go */

/* The area that @va lies in, or NULL. */
struct vma *vma_find(struct vma_set *set, va_t va);

/* The first area that ends above @va (so it covers @va, or is the next). */
struct vma *vma_find_next(const struct vma_set *set, va_t va);

/* The next / previous by address, or NULL. */
struct vma *vma_next(const struct vma_set *set, const struct vma *v);
struct vma *vma_prev(const struct vma_set *set, const struct vma *v);

#define vma_for_each(v, set) list_for_each(v, &(set)->areas, link)

/* Whether any area has a byte of [lo, hi). */
bool vma_overlaps(const struct vma_set *set, va_t lo, va_t hi);

/* The highest [*start, *start + len) within [lo, hi) that is in no area. */
bool vma_gap(const struct vma_set *set, u64 len, va_t lo, va_t hi, va_t *start) MUST_CHECK;

/* Adds an area like @like (links and weight do not matter).  -EEXIST: overlaps;
 * -ENOMEM.  On success the reference moves to the set's area *out. */
int vma_insert(struct vma_set *set, const struct vma *like, struct vma **out) MUST_CHECK;

/* The same in the place of all areas there, which lie wholly within.  -ENOMEM only
 * if there are none. */
int vma_replace(struct vma_set *set, const struct vma *like, struct vma **out) MUST_CHECK;

void vma_remove(struct vma_set *set, struct vma *v);

/* Moves the ends of @v.  -EEXIST: another area is in the way.  The offset
 * follows the start. */
int vma_resize(struct vma_set *set, struct vma *v, va_t start, va_t end) MUST_CHECK;

/* Cuts @v at @at, inside it: @v keeps the lower part, *upper (may be NULL to
 * not know) is the other.  -ENOMEM: all is as it was. */
int vma_split(struct vma_set *set, struct vma *v, va_t at, struct vma **upper) MUST_CHECK;

/* Undoes vma_split(): @v takes over the area that begins where it ends. */
void vma_join(struct vma_set *set, struct vma *v);

/* Joins @v with its neighbours where these differ in nothing; returns the area
 * that then is where @v was. */
struct vma *vma_merge(struct vma_set *set, struct vma *v);

/* Takes [lo, hi) out of all areas.  None may reach over both ends: vma_split() it before,
 * which needs memory; this needs none. */
void vma_cut(struct vma_set *set, va_t lo, va_t hi);

/* The area of which [lo, hi) would leave a part on either side, or NULL. */
struct vma *vma_around(const struct vma_set *set, va_t lo, va_t hi);

#ifdef PAGODA_CHECK
/* ASSERTs that the set is what the head of this file says. */
void vma_check(const struct vma_set *set);
#endif
