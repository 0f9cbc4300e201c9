/* wb.c - writes back file pages that are newer than the disk. */
#include "fs/wb_priv.h"

#include "core/sync/waitq.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "mm/space/pagecache.h"
#include "uapi/errno.h"

#define NREC 1024 /* 4 MiB of dirty pages */

static struct {
	struct spinlock lock;
	struct list free;  /* (lock) */
	struct list dirty; /* (lock) oldest first */
	u32 nfree;         /* (A) free records that nobody has reserved */
	struct wb_rec rec[NREC];
} wb;

void wb_init(void)
{
	spin_init(&wb.lock, "dirty pages", RANK_logspin);
	list_init(&wb.free);
	list_init(&wb.dirty);
	for (unsigned i = 0; i < NREC; i++)
		list_add_tail(&wb.free, &wb.rec[i].link);
	wb.nfree = NREC;
}

/* Reserves a free record if there is one. */
static bool wb_try_reserve(void)
{
	u32 n = __atomic_load_n(&wb.nfree, __ATOMIC_RELAXED);

	while (n > 0) {
		if (__atomic_compare_exchange_n(&wb.nfree, &n, n - 1, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return true;
	}
	return false;
}

/* Lock held: so whoever has reserved this record finds it in the list. */
static void wb_put_free(struct wb_rec *rec)
{
	list_add(&wb.free, &rec->link);
	__atomic_fetch_add(&wb.nfree, 1, __ATOMIC_RELAXED);
}

int wb_reserve(bool *reserved)
{
	while (log_is_writable()) {
		*reserved = wb_try_reserve();
		if (*reserved)
			return 0;
		if (log_commit())
			break;
	}
	return -EROFS;
}

void wb_unreserve(bool reserved)
{
	if (reserved)
		__atomic_fetch_add(&wb.nfree, 1, __ATOMIC_RELAXED);
}

static struct wb_rec *wb_rec_of(const struct page *pg)
{
	return (struct wb_rec *)(uintptr_t)pg->priv;
}

static u32 wb_dirty_bits(u32 mask)
{
	return mask * PG_DIRTY(0);
}

/* The record of @pg.  If it has none, it gets a free one.  Lock held. */
static struct wb_rec *wb_rec_for(bool *reserved, struct page *pg)
{
	struct wb_rec *r = wb_rec_of(pg);

	if (r)
		return r;
	if (!*reserved && !wb_try_reserve())
		return NULL;
	*reserved = false;
	r = list_first(&wb.free, struct wb_rec, link);
	list_del(&r->link);
	r->mask = 0;
	r->pg = pg;
	r->obj = pg->object;
	__atomic_fetch_add(&r->obj->ndirty, 1, __ATOMIC_RELAXED);
	pg->priv = (uintptr_t)r;
	list_add_tail(&wb.dirty, &r->link);
	return r;
}

bool wb_find(const struct page *pg, u32 mask, u32 *block)
{
	const struct wb_rec *r =
		(void *)(uintptr_t)__atomic_load_n(&pg->priv, __ATOMIC_RELAXED);

	if (!r)
		return false;
	for (u32 i = 0; i < WB_PAGE_BLOCKS; i++)
		block[i] = __atomic_load_n(&r->block[i], __ATOMIC_RELAXED);
	/* A commit clears the flags before it gives the record to another page. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return (page_flags(pg) & wb_dirty_bits(mask)) == wb_dirty_bits(mask);
}

bool wb_will_write(const struct page *pg, u32 mask)
{
	/* Here the bytes are stored before the flags are read. wb_snapshot() clears the
	 * flags before the bytes are read.  So either this thread sees the flags cleared,
	 * or the commit writes the bytes. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return (page_flags(pg) & wb_dirty_bits(mask)) == wb_dirty_bits(mask);
}

bool wb_mark(bool *reserved, struct page *pg, u32 mask, const u32 *block)
{
	struct wb_rec *r;
	bool low;

	/* A dirty block does not move, so block[] need not be compared. */
	if (wb_will_write(pg, mask))
		return true;
	spin_lock(&wb.lock);
	r = wb_rec_for(reserved, pg);
	if (r) {
		for (u32 i = 0; i < WB_PAGE_BLOCKS; i++) {
			if (mask & BIT(i))
				r->block[i] = block[i];
		}
		r->mask |= mask;
		page_set_flags(pg, wb_dirty_bits(mask));
	}
	low = __atomic_load_n(&wb.nfree, __ATOMIC_RELAXED) < NREC / 4;
	spin_unlock(&wb.lock);
	log_poke(low);
	return r != NULL;
}

void wb_cancel(struct page *pg, u32 mask)
{
	struct wb_rec *r;

	if (!__atomic_load_n(&pg->priv, __ATOMIC_RELAXED))
		return; /* only holders of the inode lock give it one */
	spin_lock(&wb.lock);
	r = wb_rec_of(pg);
	if (r) {
		r->mask &= ~mask;
		page_clear_flags(pg, wb_dirty_bits(mask));
		if (r->mask == 0) {
			pg->priv = 0;
			__atomic_fetch_sub(&r->obj->ndirty, 1, __ATOMIC_RELAXED);
			list_del(&r->link);
			wb_put_free(r);
		}
	}
	spin_unlock(&wb.lock);
}

void wb_move(struct page *pg, struct page *with)
{
	struct wb_rec *r;

	spin_lock(&wb.lock);
	r = wb_rec_of(pg);
	if (r) {
		r->pg = with;
		with->priv = pg->priv;
		pg->priv = 0;
		page_set_flags(with, wb_dirty_bits(r->mask));
		page_clear_flags(pg, PG_DIRTY_ANY);
	}
	spin_unlock(&wb.lock);
}

bool wb_pending(void)
{
	bool pending;

	spin_lock(&wb.lock);
	pending = !list_empty(&wb.dirty);
	spin_unlock(&wb.lock);
	return pending;
}

void wb_snapshot(struct list *out)
{
	list_init(out);
	spin_lock(&wb.lock);
	while (!list_empty(&wb.dirty)) {
		struct wb_rec *r = list_first(&wb.dirty, struct wb_rec, link);

		/* Reclaim must see PG_WRITEBACK or a dirty bit at any time. */
		list_del(&r->link);
		list_add_tail(out, &r->link);
		frame_get(r->pg);
		page_set_flags(r->pg, PG_WRITEBACK);
		page_clear_flags(r->pg, PG_DIRTY_ANY);
		r->pg->priv = 0;
	}
	spin_unlock(&wb.lock);
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* see wb_will_write() */
}

static void wb_add_blocks(struct io *io, const struct wb_rec *r)
{
	u8 *data = frame_va(r->pg);

	for (u32 i = 0; i < WB_PAGE_BLOCKS; i++) {
		if (r->mask & BIT(i))
			io_add(io, r->block[i], data + i * FS_BLOCK, 1);
	}
}

int wb_write(struct list *recs)
{
	struct wb_rec *r;
	struct io io;
	int err;

	io_init(&io, geo.dev, BIO_WRITE);
	list_for_each(r, recs, link)
		wb_add_blocks(&io, r);
	err = io_finish(&io);
	while (!list_empty(recs)) {
		r = list_first(recs, struct wb_rec, link);
		list_del(&r->link);
		page_clear_flags(r->pg, PG_WRITEBACK);
		frame_put(r->pg);
		__atomic_fetch_sub(&r->obj->ndirty, 1, __ATOMIC_RELEASE);
		spin_lock(&wb.lock);
		wb_put_free(r);
		spin_unlock(&wb.lock);
	}
	return err;
}
