/* pagecache.c - the page cache.
 *
 * One hash table, made at boot and guarded by one spin lock, finds the pages of all
 * objects.  Reclaim goes round the buckets like the hand of a clock: it spares a page that
 * was looked up since the hand last passed.
 *
 * A page can be reclaimed when only the cache refers to it.  A reference is taken under
 * the lock or by somebody who has one, so a count of one seen under the lock cannot
 * grow. */
#include "mm/space/pagecache.h"

#include "core/thread.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/reclaim.h"
#include "uapi/errno.h"

#define NWAITQ 16
#define CACHE_LOOK_MAX 512 /* buckets that are counted while others wait for the lock */
#define DROP_MAX 64        /* pages that are dropped while they do                    */

static struct {
	struct spinlock lock;
	struct page **bucket;      /* (C) the array; (lock) the chains     */
	u64 nbuckets;              /* (C) a power of two                   */
	u64 npages;                /* (lock)                               */
	u64 nshared;               /* (lock; A to read) shared areas, all objects */
	u64 hand;                  /* (lock) bucket that reclaim is at     */
	struct waitq wait[NWAITQ]; /* for the end of PG_BUSY, by address */
	const struct object_writer *writer; /* (C) after boot         */
} cache;

static struct page **object_bucket(const struct object *obj, u64 index)
{
	u64 h = ((u64)(uintptr_t)obj >> 4) * 0x9e3779b97f4a7c15ull + index;

	return &cache.bucket[(h ^ (h >> 32)) & (cache.nbuckets - 1)];
}

static struct waitq *object_waitq(const struct page *pg)
{
	return &cache.wait[((uintptr_t)pg / sizeof(*pg)) % NWAITQ];
}

static struct page *object_find(const struct object *obj, u64 index)
{
	struct page *pg = *object_bucket(obj, index);

	while (pg && (pg->object != obj || pg->index != index))
		pg = pg->hash_next;
	return pg;
}

/* Neither of these two changes the count: the caller sees to the cache's reference. */
static void object_link_page(struct object *obj, u64 index, struct page *pg)
{
	struct page **slot = object_bucket(obj, index);

	pg->object = obj;
	pg->index = index;
	pg->hash_next = *slot;
	*slot = pg;
	list_add_tail(&obj->pages, &pg->link);
	obj->npages++;
	cache.npages++;
}

static void object_unlink_page(struct page *pg)
{
	struct page **slot = object_bucket(pg->object, pg->index);

	while (*slot != pg)
		slot = &(*slot)->hash_next;
	*slot = pg->hash_next;
	pg->hash_next = NULL;
	list_del(&pg->link);
	pg->object->npages--;
	cache.npages--;
	pg->object = NULL;
}

void object_init(struct object *obj, const struct object_ops *ops)
{
	*obj = (struct object){ .ops = ops };
	list_init(&obj->pages);
}

struct page *object_find_page(struct object *obj, u64 index)
{
	struct page *pg;

	spin_lock(&cache.lock);
	pg = object_find(obj, index);
	if (pg && (page_flags(pg) & (PG_UPTODATE | PG_BUSY)) == PG_UPTODATE) {
		frame_get(pg);
		if (!(page_flags(pg) & PG_USED))
			page_set_flags(pg, PG_USED);
	} else {
		pg = NULL;
	}
	spin_unlock(&cache.lock);
	return pg;
}

/* Waits until page @index can be used, if it is cached.  True: *out is the page, with a
 * reference for the caller.  False: it is not cached. */
static bool object_find_and_wait(struct object *obj, u64 index, struct page **out)
{
	struct page *pg;
	bool usable = false;

	spin_lock(&cache.lock);
	while (!usable && (pg = object_find(obj, index)) != NULL) {
		frame_get(pg);
		while ((page_flags(pg) & PG_BUSY) && pg->object == obj)
			waitq_wait_quiet(object_waitq(pg), &cache.lock);
		usable = pg->object == obj && (page_flags(pg) & PG_UPTODATE);
		if (!usable)
			frame_put(pg);
	}
	if (usable)
		page_set_flags(pg, PG_USED);
	spin_unlock(&cache.lock);
	*out = pg;
	return usable;
}

/* Enters @pg as busy, with one more reference for the thread that fills it.  False: there
 * is a page @index already. */
static bool object_enter_busy(struct object *obj, u64 index, struct page *pg)
{
	bool is_free;

	pg->priv = 0;
	page_clear_flags(pg, ~0u >> 16);
	page_set_flags(pg, PG_BUSY | PG_USED);
	spin_lock(&cache.lock);
	is_free = !object_find(obj, index);
	if (is_free) {
		object_link_page(obj, index, pg);
		frame_get(pg);
	}
	spin_unlock(&cache.lock);
	return is_free;
}

/* Ends filling; the caller keeps its reference.  True: the page is in the cache. */
static bool object_leave_busy(struct page *pg, int err)
{
	bool drop = false, there;

	spin_lock(&cache.lock);
	if (!err)
		page_set_flags(pg, PG_UPTODATE);
	else if (pg->object)
		drop = true;
	if (drop)
		object_unlink_page(pg);
	there = pg->object != NULL;
	page_clear_flags(pg, PG_BUSY);
	waitq_wake_all(object_waitq(pg));
	spin_unlock(&cache.lock);
	if (drop)
		frame_put(pg);
	return there;
}

int object_get_page(struct object *obj, u64 index, struct page **out)
{
	struct page *pg;
	int err;

	for (;;) {
		if (object_find_and_wait(obj, index, out))
			return 0;
		pg = frame_alloc(FRAME_cache, 0);
		if (!pg)
			return -ENOMEM;
		if (!object_enter_busy(obj, index, pg)) {
			frame_put(pg);
			continue;
		}
		err = obj->ops->read_page(obj, pg);
		if (object_leave_busy(pg, err)) {
			*out = pg;
			return 0;
		}
		frame_put(pg);
		if (err)
			return err;
	}
}

struct page *object_begin_fill(struct object *obj, u64 index)
{
	struct page *pg;
	bool cached;

	spin_lock(&cache.lock);
	cached = object_find(obj, index) != NULL;
	spin_unlock(&cache.lock);
	if (cached)
		return NULL;
	pg = frame_alloc(FRAME_cache, FRAME_NOWAIT);
	if (pg && !object_enter_busy(obj, index, pg)) {
		frame_put(pg);
		pg = NULL;
	}
	return pg;
}

void object_end_fill(struct page *pg, int err)
{
	object_leave_busy(pg, err);
	frame_put(pg);
}

void object_insert_page(struct object *obj, u64 index, struct page *pg)
{
	struct page *old;

	frame_get(pg);
	pg->priv = 0;
	page_clear_flags(pg, ~0u >> 16);
	page_set_flags(pg, PG_UPTODATE | PG_USED);
	spin_lock(&cache.lock);
	old = object_find(obj, index);
	if (old) {
		/* Whoever fills it waits for the inode lock, and will find it gone. */
		ASSERT(page_flags(old) & PG_BUSY);
		object_unlink_page(old);
		waitq_wake_all(object_waitq(old));
	}
	object_link_page(obj, index, pg);
	spin_unlock(&cache.lock);
	if (old)
		frame_put(old);
}

bool object_has_page(const struct object *obj, const struct page *pg)
{
	return __atomic_load_n(&pg->object, __ATOMIC_ACQUIRE) == obj;
}

bool object_give_text(struct object *obj, struct page *pg)
{
	bool ok;

	spin_lock(&cache.lock);
	ok = obj->nshared == 0 && pg->object == obj;
	if (ok)
		page_set_flags(pg, PG_TEXT);
	spin_unlock(&cache.lock);
	return ok;
}

void object_count_shared(struct object *obj, int by)
{
	spin_lock(&cache.lock);
	obj->nshared += (u64)by;
	__atomic_store_n(&cache.nshared, cache.nshared + (u64)by, __ATOMIC_RELAXED);
	spin_unlock(&cache.lock);
}

bool object_any_shared(void)
{
	return __atomic_load_n(&cache.nshared, __ATOMIC_RELAXED) != 0;
}

void object_replace_page(struct object *obj, struct page *pg, struct page *with)
{
	frame_get(with);
	with->priv = 0;
	page_clear_flags(with, ~0u >> 16);
	page_set_flags(with, PG_UPTODATE | PG_USED);
	spin_lock(&cache.lock);
	ASSERT(pg->object == obj);
	object_unlink_page(pg);
	object_link_page(obj, pg->index, with);
	spin_unlock(&cache.lock);
	frame_put(pg);
}

/* Looks at up to @max pages at the head of the list: moves those from @first on to @out,
 * the others to the tail. */
static void object_take_pages(struct object *obj, u64 first, struct list *out, u64 max)
{
	spin_lock(&cache.lock);
	for (u64 n = 0; n < max && !list_empty(&obj->pages); n++) {
		struct page *pg = list_first(&obj->pages, struct page, link);

		if (pg->index < first) {
			list_del(&pg->link);
			list_add_tail(&obj->pages, &pg->link);
			continue;
		}
		object_unlink_page(pg);
		waitq_wake_all(object_waitq(pg));
		list_add_tail(out, &pg->link);
	}
	spin_unlock(&cache.lock);
}

void object_drop_pages(struct object *obj, u64 first)
{
	struct list taken = LIST_INIT(taken);
	u64 left = __atomic_load_n(&obj->npages, __ATOMIC_RELAXED);

	/* The inode lock is held, so no new page comes in meanwhile. */
	for (u64 n; left; left -= n) {
		n = MIN(left, DROP_MAX);
		object_take_pages(obj, first, &taken, n);
		while (!list_empty(&taken)) {
			struct page *pg = list_first(&taken, struct page, link);

			list_del(&pg->link);
			if (obj->ops->forget_page)
				obj->ops->forget_page(obj, pg);
			frame_put(pg);
		}
		sched_point();
	}
}

/* --- giving memory back ------------------------------------------------------------ */

static bool cache_can_free(const struct page *pg)
{
	/* The count first, then the flags: whoever makes a page dirty has a reference. */
	if (__atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE) != 1)
		return false;
	return (page_flags(pg) & (PG_UPTODATE | PG_BUSY | PG_WRITEBACK | PG_DIRTY_ANY)) ==
	       PG_UPTODATE;
}

/* Whether reclaim can free @pg; if @writable, after writing it to the disk. */
static bool cache_can_reclaim(const struct page *pg, bool writable)
{
	u32 flags = page_flags(pg);
	u32 own = (flags & PG_WRITEBACK) ? 2 : 1;

	if (!(flags & PG_UPTODATE) || (flags & PG_BUSY))
		return false;
	if ((flags & (PG_DIRTY_ANY | PG_WRITEBACK)) && !writable)
		return false;
	return __atomic_load_n(&pg->refs, __ATOMIC_RELAXED) <= own;
}

static u64 cache_count(void)
{
	bool writable = cache.writer && cache.writer->usable();
	u64 n = 0, seen = 0;

	spin_lock(&cache.lock);
	for (u64 b = 0; b < cache.nbuckets && seen < cache.npages; b++) {
		if (b % CACHE_LOOK_MAX == CACHE_LOOK_MAX - 1) {
			spin_unlock(&cache.lock);
			sched_point();
			spin_lock(&cache.lock);
		}
		for (struct page *pg = cache.bucket[b]; pg; pg = pg->hash_next) {
			n += cache_can_reclaim(pg, writable);
			seen++;
		}
	}
	spin_unlock(&cache.lock);
	return n;
}

/* Frees what it can in the bucket under the hand and moves the hand to the next bucket
 * with pages, by 256 at most.  Returns how many buckets the hand passed. */
static u64 cache_sweep_bucket(u64 *freed)
{
	struct page *pg, *next, *chain = NULL;
	u64 passed = 0;

	spin_lock(&cache.lock);
	for (pg = cache.bucket[cache.hand]; pg; pg = next) {
		next = pg->hash_next;
		if (!cache_can_free(pg))
			continue;
		if (page_flags(pg) & PG_USED) {
			page_clear_flags(pg, PG_USED);
			continue;
		}
		object_unlink_page(pg);
		pg->hash_next = chain;
		chain = pg;
	}
	do {
		cache.hand = (cache.hand + 1) & (cache.nbuckets - 1);
		passed++;
	} while (!cache.bucket[cache.hand] && passed < 256);
	spin_unlock(&cache.lock);
	while ((pg = chain) != NULL) {
		chain = pg->hash_next;
		pg->hash_next = NULL;
		frame_put(pg);
		(*freed)++;
	}
	return passed;
}

static u64 cache_sweep(u64 want)
{
	u64 freed = 0, passed = 0;

	/* Goes round twice: the first round may only spare pages. */
	while (passed < 2 * cache.nbuckets && freed < want)
		passed += cache_sweep_bucket(&freed);
	return freed;
}

static u64 cache_scan(u64 want)
{
	u64 freed = cache_sweep(want);

	if (freed < want && cache.writer && cache.writer->usable()) {
		cache.writer->write_all();
		freed += cache_sweep(want - freed);
	}
	return freed;
}

static struct shrinker shrinker = {
	.count = cache_count,
	.scan = cache_scan,
};

void object_set_writer(const struct object_writer *w)
{
	cache.writer = w;
}

void object_cache_init(void)
{
	unsigned order = 0;
	struct page *table;

	/* One bucket for four frames of memory; at most what fits into the largest
	 * block. */
	while (order < FRAME_MAX_ORDER && (PAGE_SIZE << order) / 8 < frame_total() / 4)
		order++;
	spin_init(&cache.lock, "page cache", RANK_pagehash);
	for (unsigned i = 0; i < NWAITQ; i++)
		waitq_init(&cache.wait[i]);
	table = frame_alloc_order(FRAME_pool, order, FRAME_ZERO);
	ASSERT(table);
	cache.bucket = frame_va(table);
	cache.nbuckets = (PAGE_SIZE << order) / sizeof(cache.bucket[0]);
	cache.npages = 0;
	cache.hand = 0;
	cache.writer = NULL;
	shrinker_register(&shrinker);
}
