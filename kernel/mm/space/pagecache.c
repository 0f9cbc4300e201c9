/* pagecache.c - the page cache.
 *
 * One hash table, made at boot, finds the pages of all objects.  NLOCKS spin locks (rank
 * pagehash) guard the chains of its buckets, so that harts seldom meet when they look
 * different pages up.  One lock (rank pagelist) guards what looking up does not need: the
 * lists of the objects, and all counts.  A page enters and leaves an object under both
 * locks; so each of the two alone keeps it there.
 *
 * Reclaim goes round the buckets like the hand of a clock: it spares a page that was looked
 * up since the hand last passed.
 *
 * A page can be reclaimed when only the cache refers to it.  A reference is taken under
 * the lock of its bucket or by somebody who has one, so a count of one seen under that lock
 * cannot grow.
 *
 * Readers follow the chains without a lock, in a section (core/sync/rcu.h).  So a page that
 * leaves its object keeps the cache's reference until rcu_wait(). */
#include "mm/space/pagecache.h"

#include "core/sync/lockcount.h"
#include "core/sync/rcu.h"
#include "core/thread.h"
#include "lib/describe.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/reclaim.h"
#include "uapi/errno.h"

#define NWAITQ 16
#define NLOCKS 32          /* a power of two */
#define CACHE_LOOK_MAX 512 /* buckets that are counted while others wait for the lock */
#define DROP_MAX 64        /* pages that are dropped while they do                    */

static struct {
	struct spinlock lock;         /* pagelist                              */
	struct spinlock hash[NLOCKS]; /* pagehash: hash[i] is for buckets i modulo NLOCKS */
	struct page **bucket;         /* (C) the array; (hash) the chains     */
	u64 nbuckets;                 /* (C) a power of two                   */
	u64 npages;                   /* (lock; others read it as a hint)     */
	u64 nshared;                  /* (lock; A to read) shared areas, all objects */
	u64 hand;                     /* (lock) bucket that reclaim is at     */
	struct waitq wait[NWAITQ];    /* for the end of PG_BUSY, by address */
	const struct object_writer *writer; /* (C) after boot         */
} cache;

static u64 object_hash(const struct object *obj, u64 index)
{
	u64 h = ((u64)(uintptr_t)obj >> 4) * 0x9e3779b97f4a7c15ull + index;

	return h ^ (h >> 32);
}

static struct page **hash_bucket(u64 hash)
{
	return &cache.bucket[hash & (cache.nbuckets - 1)];
}

static struct spinlock *hash_lock(u64 hash)
{
	return &cache.hash[hash % NLOCKS];
}

static struct page **object_bucket(const struct object *obj, u64 index)
{
	return hash_bucket(object_hash(obj, index));
}

static struct spinlock *object_lock(const struct object *obj, u64 index)
{
	return hash_lock(object_hash(obj, index));
}

/* Takes both locks of a page; object_unlock_both() wants what this returns. */
static struct spinlock *object_lock_both(u64 hash)
{
	struct spinlock *lk = hash_lock(hash);

	spin_lock(&cache.lock);
	spin_lock(lk);
	return lk;
}

static void object_unlock_both(struct spinlock *lk)
{
	spin_unlock(lk);
	spin_unlock(&cache.lock);
}

static struct waitq *object_waitq(const struct page *pg)
{
	return &cache.wait[((uintptr_t)pg / sizeof(*pg)) % NWAITQ];
}

/* In the chain that begins with @pg. */
static inline struct page *object_find_from(const struct object *obj, u64 index,
					    struct page *pg)
{
	while (pg && (pg->object != obj || pg->index != index))
		pg = pg->hash_next;
	return pg;
}

static struct page *object_find(const struct object *obj, u64 index)
{
	return object_find_from(obj, index, *object_bucket(obj, index));
}

/* Both locks of the page are held.  Neither of these two changes its count: the caller sees
 * to the cache's reference.  @slot is the bucket of page @index. */
static void object_link_page(struct object *obj, u64 index, struct page *pg,
			     struct page **slot)
{
	pg->object = obj;
	pg->index = index;
	pg->hash_next = *slot;
	__atomic_store_n(slot, pg, __ATOMIC_RELEASE);
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
	cache.npages--;
	/* The last store to the object: its memory may be freed when it has no pages. */
	__atomic_store_n(&pg->object->npages, pg->object->npages - 1, __ATOMIC_RELEASE);
	pg->object = NULL;
}

/* The page has left its object: drops the cache's reference. */
static void object_put_unlinked(struct page *pg)
{
	rcu_wait();
	frame_put(pg);
}

void object_init(struct object *obj, const struct object_ops *ops)
{
	*obj = (struct object){ .ops = ops };
	list_init(&obj->pages);
}

struct page *object_find_page(struct object *obj, u64 index)
{
	u64 hash = object_hash(obj, index);
	struct spinlock *lk = hash_lock(hash);
	struct page *pg;
	u32 flags = 0;

	spin_lock(lk);
	pg = object_find_from(obj, index, *hash_bucket(hash));
	if (pg)
		flags = page_flags(pg);
	if ((flags & (PG_UPTODATE | PG_BUSY)) == PG_UPTODATE) {
		frame_get(pg);
		if (!(flags & PG_USED))
			page_set_flags(pg, PG_USED);
	} else {
		pg = NULL;
	}
	spin_unlock(lk);
	return pg;
}

struct page *object_peek_page(struct object *obj, u64 index)
{
	struct page *pg = __atomic_load_n(object_bucket(obj, index), __ATOMIC_ACQUIRE);
	u32 flags;

	while (pg && (__atomic_load_n(&pg->object, __ATOMIC_RELAXED) != obj ||
		      pg->index != index))
		pg = __atomic_load_n(&pg->hash_next, __ATOMIC_ACQUIRE);
	if (!pg)
		return NULL;
	flags = page_flags(pg);
	if ((flags & (PG_UPTODATE | PG_BUSY)) != PG_UPTODATE)
		return NULL;
	if (!(flags & PG_USED))
		page_set_flags(pg, PG_USED);
	return pg;
}

/* Waits until page @index can be used, if it is cached.  True: *out is the page, with a
 * reference for the caller.  False: it is not cached. */
static bool object_find_and_wait(struct object *obj, u64 index, struct page **out)
{
	struct spinlock *lk = object_lock(obj, index);
	struct page *pg;
	bool usable = false;

	spin_lock(lk);
	while (!usable && (pg = object_find(obj, index)) != NULL) {
		frame_get(pg);
		while ((page_flags(pg) & PG_BUSY) && pg->object == obj)
			waitq_wait_quiet(object_waitq(pg), lk);
		usable = pg->object == obj && (page_flags(pg) & PG_UPTODATE);
		if (!usable)
			frame_put(pg);
	}
	if (usable)
		page_set_flags(pg, PG_USED);
	spin_unlock(lk);
	*out = pg;
	return usable;
}

/* Enters @pg as busy, with one more reference for the thread that fills it.  False: there
 * is a page @index already. */
static bool object_enter_busy(struct object *obj, u64 index, struct page *pg)
{
	u64 hash = object_hash(obj, index);
	struct page **slot = hash_bucket(hash);
	struct spinlock *lk;
	bool is_free;

	pg->priv = 0;
	page_init_flags(pg, PG_BUSY | PG_USED);
	lk = object_lock_both(hash);
	is_free = !object_find_from(obj, index, *slot);
	if (is_free) {
		object_link_page(obj, index, pg, slot);
		frame_get(pg);
	}
	object_unlock_both(lk);
	return is_free;
}

/* Nobody waits for a page that was taken out of its object. */
void object_filled(struct page *pg, int err)
{
	struct spinlock *lk = NULL;
	bool drop;

	spin_lock(&cache.lock);
	if (pg->object) {
		lk = object_lock(pg->object, pg->index);
		spin_lock(lk);
	}
	drop = err && lk;
	if (!err)
		page_set_flags(pg, PG_UPTODATE);
	if (drop)
		object_unlink_page(pg);
	page_clear_flags(pg, PG_BUSY);
	waitq_wake_all(object_waitq(pg));
	if (lk)
		spin_unlock(lk);
	spin_unlock(&cache.lock);
	if (drop)
		object_put_unlinked(pg);
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
		if (!err && object_has_page(obj, pg)) {
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
	struct spinlock *lk = object_lock(obj, index);
	struct page *pg;
	bool cached;

	spin_lock(lk);
	cached = object_find(obj, index) != NULL;
	spin_unlock(lk);
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
	object_filled(pg, err);
	frame_put(pg);
}

void object_insert_page(struct object *obj, u64 index, struct page *pg)
{
	u64 hash = object_hash(obj, index);
	struct page **slot = hash_bucket(hash);
	struct spinlock *lk;
	struct page *old;

	frame_get(pg);
	pg->priv = 0;
	page_init_flags(pg, PG_UPTODATE | PG_USED);
	lk = object_lock_both(hash);
	old = object_find_from(obj, index, *slot);
	if (old) {
		/* Whoever fills it waits for the inode lock, under which filling ends,
		 * and will find it gone. */
		ASSERT(page_flags(old) & PG_BUSY);
		object_unlink_page(old);
		waitq_wake_all(object_waitq(old));
	}
	object_link_page(obj, index, pg, slot);
	object_unlock_both(lk);
	if (old)
		object_put_unlinked(old);
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
	obj->nshared += (u32)by;
	__atomic_store_n(&cache.nshared, cache.nshared + (u64)by, __ATOMIC_RELAXED);
	spin_unlock(&cache.lock);
}

bool object_any_shared(void)
{
	return __atomic_load_n(&cache.nshared, __ATOMIC_RELAXED) != 0;
}

void object_replace_page(struct object *obj, struct page *pg, struct page *with)
{
	u64 hash = object_hash(obj, pg->index);
	struct spinlock *lk;

	frame_get(with);
	with->priv = 0;
	page_init_flags(with, PG_UPTODATE | PG_USED);
	lk = object_lock_both(hash);
	ASSERT(pg->object == obj);
	object_unlink_page(pg);
	object_link_page(obj, pg->index, with, hash_bucket(hash));
	object_unlock_both(lk);
	object_put_unlinked(pg);
}

/* Looks at up to @max pages at the head of the list: moves those from @first on to @out,
 * the others to the tail. */
static void object_take_pages(struct object *obj, u64 first, struct list *out, u64 max)
{
	spin_lock(&cache.lock);
	for (u64 n = 0; n < max && !list_empty(&obj->pages); n++) {
		struct page *pg = list_first(&obj->pages, struct page, link);
		struct spinlock *lk;

		if (pg->index < first) {
			list_del(&pg->link);
			list_add_tail(&obj->pages, &pg->link);
			continue;
		}
		lk = object_lock(obj, pg->index);
		spin_lock(lk);
		object_unlink_page(pg);
		waitq_wake_all(object_waitq(pg));
		spin_unlock(lk);
		list_add_tail(out, &pg->link);
	}
	spin_unlock(&cache.lock);
}

void object_drop_pages(struct object *obj, u64 first)
{
	struct list taken = LIST_INIT(taken);
	u64 left = __atomic_load_n(&obj->npages, __ATOMIC_ACQUIRE);

	/* The inode lock is held, so no new page comes in meanwhile. */
	for (u64 n; left; left -= n) {
		n = MIN(left, DROP_MAX);
		object_take_pages(obj, first, &taken, n);
		if (!list_empty(&taken))
			rcu_wait();
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

/* How many pages reclaim can free in the buckets that @lk guards.  *looked: buckets that
 * were counted before, and now. */
static u64 cache_count_part(struct spinlock *lk, bool writable, u64 *looked)
{
	u64 n = 0;

	spin_lock(lk);
	for (u64 b = (u64)(lk - cache.hash); b < cache.nbuckets; b += NLOCKS) {
		if (++*looked % CACHE_LOOK_MAX == 0) {
			spin_unlock(lk);
			sched_point();
			spin_lock(lk);
		}
		for (struct page *pg = cache.bucket[b]; pg; pg = pg->hash_next)
			n += cache_can_reclaim(pg, writable);
	}
	spin_unlock(lk);
	return n;
}

static u64 cache_count(void)
{
	bool writable = cache.writer && cache.writer->usable();
	u64 n = 0, looked = 0;

	for (u64 i = 0; i < NLOCKS; i++)
		n += cache_count_part(&cache.hash[i], writable, &looked);
	return n;
}

/* Frees what it can in the bucket under the hand and moves the hand to the next bucket
 * with pages, by 256 at most.  Returns how many buckets the hand passed. */
static u64 cache_sweep_bucket(u64 *freed)
{
	struct page *pg, *next, *chain = NULL;
	struct spinlock *lk;
	u64 passed = 0;

	spin_lock(&cache.lock);
	lk = &cache.hash[cache.hand % NLOCKS];
	spin_lock(lk);
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
	spin_unlock(lk);
	do { /* pages come and go under this lock, too */
		cache.hand = (cache.hand + 1) & (cache.nbuckets - 1);
		passed++;
	} while (!cache.bucket[cache.hand] && passed < 256);
	spin_unlock(&cache.lock);
	if (chain)
		rcu_wait();
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
	spin_init(&cache.lock, "page lists", RANK_pagelist);
	lockcount_register(&cache.lock, "bcache.lists");
	for (unsigned i = 0; i < NLOCKS; i++) {
		spin_init(&cache.hash[i], "page cache", RANK_pagehash);
		lockcount_register(&cache.hash[i], "bcache.pages");
	}
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

DESCRIBE_NUMBER(PG_BUSY);
DESCRIBE_NUMBER(PG_WRITEBACK);
DESCRIBE_NUMBER(PG_TEXT);
DESCRIBE_NUMBER(PG_DIRTY_ANY);
