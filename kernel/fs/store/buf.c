/* buf.c - the buffer cache. */
#include "fs/store/buf_priv.h"

#include "core/sync/lockcount.h"
#include "core/sync/waitq.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame.h"
#include "uapi/errno.h"

#define NBUF 512
#define NHASH 256

static struct {
	struct spinlock lock;
	struct waitq wq;         /* until a buffer is not busy, or has no users */
	u32 waiting;             /* (lock) threads on wq                        */
	struct list lru;         /* (lock) */
	struct buf *hash[NHASH]; /* (lock) */
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
	struct buf *b = cache.hash[block % NHASH];

	while (b && b->block != block)
		b = b->hash_next;
	return b;
}

static void buf_rehash(struct buf *b, u32 block)
{
	struct buf **slot = &cache.hash[b->block % NHASH];

	if (b->block) {
		while (*slot != b)
			slot = &(*slot)->hash_next;
		*slot = b->hash_next;
	}
	b->block = block;
	slot = &cache.hash[block % NHASH];
	b->hash_next = *slot;
	*slot = b;
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
	if (b->refs++ == 0)
		list_del(&b->lru);
	return b;
}

int buf_get(u32 block, struct buf **out)
{
	struct buf *b;
	int err = 0;

	if (block == 0 || block >= geo.size)
		return -EIO;
	io_check_none_held(); /* the block may have to be read */
	spin_lock(&cache.lock);
	b = buf_claim(block);
	if (!b->valid) {
		b->busy = true;
		spin_unlock(&cache.lock);
		err = io_block(geo.dev, BIO_READ, block, b->data);
		spin_lock(&cache.lock);
		b->busy = false;
		b->valid = !err;
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
	spin_lock(&cache.lock);
	b->refs++;
	spin_unlock(&cache.lock);
}

void buf_put(struct buf *b)
{
	spin_lock(&cache.lock);
	ASSERT(b->refs > 0);
	if (--b->refs == 0) {
		if (b->valid)
			list_add_tail(&cache.lru, &b->lru);
		else
			list_add(&cache.lru, &b->lru);
		buf_wake();
	}
	spin_unlock(&cache.lock);
}
