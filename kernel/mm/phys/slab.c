/* slab.c - objects of one size, cut from single frames.
 *
 * A frame that serves a cache (a slab) keeps its state in struct page:
 *
 *	owner  the cache          flags  objects cut so far
 *	index  objects in use     priv   first object given back, or 0
 *	link   in cache->partial while it has room
 *
 * Objects are cut one by one as they are needed, so a new slab costs nothing
 * but its frame.  A free object holds the next free one in its first word, and
 * in its second a mark that reveals a double free. */
#include "mm/phys/slab.h"

#include "lib/assert.h"
#include "mm/phys/frame.h"

struct free_object {
	u64 next; /* address, or 0 */
	u64 mark; /* slab_free_mark()   */
};

#define SIZE_MAX_OBJECT 2048

static u64 slab_free_mark(const void *obj)
{
	return (uintptr_t)obj ^ 0x9e3779b97f4a7c15ul;
}

static struct slab_cache *caches; /* (C) after boot: the newest one */

struct slab_cache *slab_next(const struct slab_cache *c)
{
	return c ? c->next : caches;
}

void slab_init(struct slab_cache *c, const char *name, u32 size)
{
	size = ALIGN_UP(MAX(size, sizeof(struct free_object)), 16);
	ASSERT(size <= SIZE_MAX_OBJECT);
	*c = (struct slab_cache){ .name = name,
				  .size = size,
				  .per_slab = PAGE_SIZE / size };
	spin_init(&c->lock, name, RANK_slab);
	list_init(&c->partial);
	c->next = caches;
	caches = c;
}

/* Objects are few words long, and a multiple of two. */
static void slab_clear(u64 *obj, u32 size)
{
	for (const u64 *end = obj + size / sizeof(u64); obj < end; obj += 2)
		obj[0] = obj[1] = 0;
}

/* Takes up to @n objects of slab @pg, which has room.  They lose their marks, so that
 * their user need not write to them before they are freed.  Returns how many.  c->lock is
 * held. */
static u32 slab_take(struct slab_cache *c, struct page *pg, void **out, u32 n)
{
	n = MIN(n, c->per_slab - (u32)pg->index);
	for (u32 i = 0; i < n; i++) {
		struct free_object *f = (struct free_object *)pg->priv;

		if (f)
			pg->priv = f->next;
		else
			f = (void *)((char *)frame_va(pg) + (u64)pg->flags++ * c->size);
		f->mark = 0;
		out[i] = f;
	}
	pg->index += n;
	if (pg->index == c->per_slab)
		list_del(&pg->link);
	c->inuse += n;
	return n;
}

/* A slab that slab_keep() made has a second reference. */
static bool slab_is_kept(const struct page *pg)
{
	return pg->refs > 1;
}

void slab_keep(struct slab_cache *c, u32 objects)
{
	for (u32 n = 0; n < objects; n += c->per_slab) {
		struct page *pg = frame_alloc(FRAME_slab, FRAME_NOWAIT);

		ASSERT(pg);
		pg->owner = c;
		frame_get(pg);
		spin_lock(&c->lock);
		list_add(&c->partial, &pg->link);
		c->nslabs++;
		spin_unlock(&c->lock);
	}
}

/* Adds a slab.  False: no memory.  Without the lock, as this may sleep.  If somebody else
 * adds one meanwhile, both stay until they are empty. */
static bool slab_grow(struct slab_cache *c, unsigned flags)
{
	struct page *pg = frame_alloc(FRAME_slab, flags & ~FRAME_ZERO);

	if (!pg)
		return false;
	pg->owner = c;
	spin_lock(&c->lock);
	list_add(&c->partial, &pg->link);
	c->nslabs++;
	spin_unlock(&c->lock);
	return true;
}

u32 slab_alloc_many(struct slab_cache *c, unsigned flags, void **out, u32 n)
{
	u32 got = 0;

	spin_lock(&c->lock);
	while (list_empty(&c->partial)) {
		spin_unlock(&c->lock);
		if (!slab_grow(c, flags))
			return 0;
		spin_lock(&c->lock);
	}
	while (got < n && !list_empty(&c->partial))
		got += slab_take(c, list_first(&c->partial, struct page, link), out + got,
				 n - got);
	spin_unlock(&c->lock);
	return got;
}

void *slab_alloc(struct slab_cache *c, unsigned flags)
{
	void *obj;

	if (!slab_alloc_many(c, flags, &obj, 1))
		return NULL;
	slab_clear(obj, c->size);
	return obj;
}

/* True: its slab is empty, and no longer the cache's.  c->lock is held. */
static bool slab_give(struct slab_cache *c, struct page *pg, void *obj)
{
	struct free_object *f = obj;
	bool empty;

	ASSERT(pg && pg->kind == FRAME_slab && pg->owner == c);
	ASSERT(((uintptr_t)obj & (PAGE_SIZE - 1)) % c->size == 0);
	ASSERT(pg->index && f->mark != slab_free_mark(obj));
	*f = (struct free_object){ .next = pg->priv, .mark = slab_free_mark(obj) };
	pg->priv = (uintptr_t)obj;
	if (pg->index == c->per_slab) { /* kept ones are used first */
		if (slab_is_kept(pg))
			list_add(&c->partial, &pg->link);
		else
			list_add_tail(&c->partial, &pg->link);
	}
	c->inuse--;
	empty = --pg->index == 0 && !slab_is_kept(pg);
	if (empty) {
		list_del(&pg->link);
		c->nslabs--;
	}
	return empty;
}

void slab_free_many(struct slab_cache *c, void *const *objs, u32 n)
{
	struct page *empty = NULL, *pg;

	spin_lock(&c->lock);
	for (u32 i = 0; i < n; i++) {
		pg = frame_of_va(objs[i]);
		if (slab_give(c, pg, objs[i])) {
			pg->hash_next = empty;
			empty = pg;
		}
	}
	spin_unlock(&c->lock);
	while ((pg = empty)) {
		empty = pg->hash_next;
		frame_put(pg);
	}
}

void slab_free(struct slab_cache *c, void *obj)
{
	slab_free_many(c, &obj, 1);
}
