/* buf.c - the buffer cache.
 *
 * A buffer with users keeps its block.  So a thread that finds a buffer with users adds
 * itself without the lock, if the block is still the one that it wants then.  A buffer gets
 * its first user, and loses its last one, under the lock.  Buffers are never freed, so
 * their chains can be followed without it. */
#include "fs/store/buf_priv.h"

#include "core/sync/lockcount.h"
#include "core/sync/waitq.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "uapi/errno.h"

#define NBUF 640 /* of which inodes keep up to 200 */
#define NHASH 256

static struct {
	struct spinlock lock;
	struct waitq wq;         /* until a buffer is not busy, or has no users */
	u32 waiting;             /* (lock) threads on wq                        */
	struct list lru;         /* (lock) */
	struct buf *hash[NHASH]; /* (A) changed under (lock) */
	struct buf buf[NBUF];
} cache;

void buf_init(void)
{
	struct page *pg = NULL;

	spin_init(&cache.lock, "buffers", RANK_bufhash);
	lockcount_register(&cache.lock, "bcache");
	waitq_init(&cache.wq);
	cache.waiting = 0;
	list_init(&cache.lru);
	memset(cache.hash, 0, sizeof(cache.hash));
	for (unsigned i = 0; i < NBUF; i++) {
		struct buf *b = &cache.buf[i];
		unsigned nth = i % (PAGE_SIZE / FS_BLOCK);

		if (nth == 0) {
			pg = frame_alloc(FRAME_buffer, 0);
			ASSERT(pg);
		}
		*b = (struct buf){ .data = (u8 *)frame_va(pg) + nth * FS_BLOCK };
		list_add_tail(&cache.lru, &b->lru);
	}
}

static struct buf *buf_find(u32 block)
{
	struct buf *b = __atomic_load_n(&cache.hash[block % NHASH], __ATOMIC_ACQUIRE);

	while (b && __atomic_load_n(&b->block, __ATOMIC_RELAXED) != block)
		b = __atomic_load_n(&b->hash_next, __ATOMIC_ACQUIRE);
	return b;
}

/* Changes the number of users by @by, if there are more than @min.  Without the lock. */
static bool buf_count_users(struct buf *b, u32 min, u32 by)
{
	u32 refs = __atomic_load_n(&b->refs, __ATOMIC_RELAXED);

	while (refs > min) {
		if (__atomic_compare_exchange_n(&b->refs, &refs, refs + by, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* Gets the buffer of @block if it has users and is valid.  NULL: it is not, or it comes or
 * goes.  Without the lock. */
static struct buf *buf_join(u32 block)
{
	struct buf *b = buf_find(block);

	if (!b || !buf_count_users(b, 0, 1))
		return NULL;
	if (b->block == block && __atomic_load_n(&b->valid, __ATOMIC_ACQUIRE))
		return b;
	buf_put(b);
	return NULL;
}

static void buf_rehash(struct buf *b, u32 block)
{
	struct buf **slot = &cache.hash[b->block % NHASH];

	if (b->block) {
		while (*slot != b)
			slot = &(*slot)->hash_next;
		*slot = b->hash_next;
	}
	__atomic_store_n(&b->block, block, __ATOMIC_RELAXED);
	slot = &cache.hash[block % NHASH];
	b->hash_next = *slot;
	__atomic_store_n(slot, b, __ATOMIC_RELEASE);
}

static void buf_wait(void)
{
	cache.waiting++;
	waitq_wait_quiet(&cache.wq, &cache.lock);
	cache.waiting--;
}

static void buf_wake(void)
{
	if (cache.waiting)
		waitq_wake_all(&cache.wq);
}

/* The buffer for @block with a reference; it may not be valid.  Lock held; may wait. */
static struct buf *buf_claim(u32 block)
{
	struct buf *b;

	for (;;) {
		b = buf_find(block);
		if (b && b->busy) {
			buf_wait();
			continue;
		}
		if (b)
			break;
		if (!list_empty(&cache.lru)) {
			b = list_first(&cache.lru, struct buf, lru);
			buf_rehash(b, block);
			b->valid = false;
			break;
		}
		buf_wait();
	}
	/* Whoever joins sees the block and that it is not valid. */
	if (__atomic_fetch_add(&b->refs, 1, __ATOMIC_RELEASE) == 0)
		list_del(&b->lru);
	return b;
}

/* Gets a buffer without users, or reads the block.  Apart from buf_get(), so that this
 * saves no registers for it. */
static __attribute__((noinline)) int buf_get_first(u32 block, struct buf **out)
{
	struct buf *b;
	int err = 0;

	spin_lock(&cache.lock);
	b = buf_claim(block);
	if (!b->valid) {
		b->busy = true;
		spin_unlock(&cache.lock);
		err = io_block(geo.dev, BIO_READ, block, b->data);
		spin_lock(&cache.lock);
		b->busy = false;
		__atomic_store_n(&b->valid, !err, __ATOMIC_RELEASE);
		buf_wake();
	}
	spin_unlock(&cache.lock);
	if (err) {
		buf_put(b);
		return err;
	}
	*out = b;
	return 0;
}

int buf_get(u32 block, struct buf **out)
{
	if (block == 0 || block >= geo.size)
		return -EIO;
	io_check_none_held(); /* the block may have to be read */
	*out = buf_join(block);
	return *out ? 0 : buf_get_first(block, out);
}

struct buf *buf_get_clear(u32 block)
{
	struct buf *b;

	ASSERT(geo_is_data(block));
	spin_lock(&cache.lock);
	b = buf_claim(block);
	b->valid = true;
	spin_unlock(&cache.lock);
	memset(b->data, 0, FS_BLOCK);
	return b;
}

void buf_ref(struct buf *b)
{
	__atomic_fetch_add(&b->refs, 1, __ATOMIC_RELAXED);
}

static __attribute__((noinline)) void buf_put_last(struct buf *b)
{
	spin_lock(&cache.lock);
	ASSERT(b->refs > 0);
	if (__atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) == 0) {
		if (b->valid)
			list_add_tail(&cache.lru, &b->lru);
		else
			list_add(&cache.lru, &b->lru);
		buf_wake();
	}
	spin_unlock(&cache.lock);
}

void buf_put(struct buf *b)
{
	if (buf_count_users(b, 1, -1u))
		return;
	buf_put_last(b);
}
