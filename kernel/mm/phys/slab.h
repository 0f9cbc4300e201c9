/* slab.h - small kernel objects of one size.
 *
 * An empty slab goes back to the frame allocator at once, so a cache holds no unused
 * memory except what slab_keep() keeps. */
#pragma once

#include "core/sync/spinlock.h"
#include "lib/list.h"
#include "lib/types.h"

struct slab_cache {
	const char *name; /* (C) */
	u32 size;         /* (C) bytes of an object, at most 2048      */
	u32 per_slab;     /* (C) objects in a frame                    */
	struct spinlock lock;
	struct list partial;     /* (lock) slabs with a free object           */
	u64 inuse;               /* (lock) objects handed out                 */
	u64 nslabs;              /* (lock) frames it has                      */
	struct slab_cache *next; /* (C) the cache made before this one      */
};

/* At boot; the cache stays for ever. */
void slab_init(struct slab_cache *c, const char *name, u32 size);

/* The cache after @c; NULL: the first one.  NULL after the last. */
struct slab_cache *slab_next(const struct slab_cache *c);

/* At boot: keeps frames for @objects objects for good.  While these suffice, the number
 * of free frames does not depend on how the objects in use are spread over slabs. */
void slab_keep(struct slab_cache *c, u32 objects);

/* A cleared object, or NULL: no memory; @flags as for frame_alloc(). */
void *slab_alloc(struct slab_cache *c, unsigned flags) MUST_CHECK;

/* The same for up to @n objects at a time, @n > 0, which are not cleared.  Returns how many
 * @out got; 0: no memory.  Fewer than @n do not mean that there is no more. */
u32 slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n) MUST_CHECK;

/* Any context. */
void slab_free(struct slab_cache *c, void *obj);
void slab_free_many(struct slab_cache *c, void *const *objs, u32 n);
