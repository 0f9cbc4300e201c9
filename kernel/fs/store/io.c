/* io.c - requests to the disk, and the pool that they are taken from. */
#include "fs/store/io_priv.h"

#include "core/thread.h"
#include "fs/store/geo_priv.h"
#include "lib/assert.h"
#include "uapi/errno.h"

#define NBIO 16

static struct {
	struct spinlock lock;
	struct waitq wq;
	struct list free; /* (lock) by bio.link */
	struct bio bio[NBIO];
	struct thread *filler[NBIO]; /* (lock) with CHECK=1: the thread that fills it */
} pool;

void io_pool_init(void)
{
	spin_init(&pool.lock, "bio pool", RANK_diskio);
	waitq_init(&pool.wq);
	list_init(&pool.free);
	for (unsigned i = 0; i < NBIO; i++)
		list_add_tail(&pool.free, &pool.bio[i].link);
}

#ifdef PAGODA_CHECK
static void io_note_filler(const struct bio *bio, bool filling)
{
	spin_lock(&pool.lock);
	pool.filler[bio - pool.bio] = filling ? thread_current() : NULL;
	spin_unlock(&pool.lock);
}

void io_check_none_held(void)
{
	spin_lock(&pool.lock);
	for (unsigned i = 0; i < NBIO; i++)
		ASSERT(pool.filler[i] != thread_current());
	spin_unlock(&pool.lock);
}
#else
static inline void io_note_filler(const struct bio *bio, bool filling)
{
	(void)bio;
	(void)filling;
}
#endif

static struct bio *bio_get(void)
{
	struct bio *bio;

	io_check_none_held();
	spin_lock(&pool.lock);
	while (list_empty(&pool.free))
		waitq_wait_quiet(&pool.wq, &pool.lock);
	bio = list_first(&pool.free, struct bio, link);
	list_del(&bio->link);
	spin_unlock(&pool.lock);
	bio->nsegs = 0;
	bio->error = 0;
	return bio;
}

static void bio_put(struct bio *bio)
{
	spin_lock(&pool.lock);
	list_add(&pool.free, &bio->link);
	waitq_wake_one(&pool.wq);
	spin_unlock(&pool.lock);
}

/* Interrupt context.  The io is on the stack of its thread, and is gone once that thread
 * gets the lock of the io: it is touched only under the lock. */
static void io_request_done(struct bio *bio)
{
	struct io *io = bio->arg;
	int error = bio->error;

	bio_put(bio);
	spin_lock(&io->lock);
	if (error && !io->error)
		io->error = -EIO;
	if (--io->inflight == 0)
		waitq_wake_all(&io->wq);
	spin_unlock(&io->lock);
}

static void io_submit(struct io *io)
{
	struct bio *bio = io->bio;

	if (!bio)
		return;
	io->bio = NULL;
	io_note_filler(bio, false);
	spin_lock(&io->lock);
	io->inflight++;
	spin_unlock(&io->lock);
	blk_submit(io->dev, bio);
}

static void io_start(struct io *io, u64 sector)
{
	io->bio = bio_get();
	io->bio->op = io->op;
	io->bio->sector = sector;
	io->bio->done = io_request_done;
	io->bio->arg = io;
	io_note_filler(io->bio, true);
	io->next_sector = sector;
}

void io_init(struct io *io, struct blkdev *dev, enum bio_op op)
{
	*io = (struct io){ .dev = dev, .op = op };
	spin_init(&io->lock, "io", RANK_diskio);
	waitq_init(&io->wq);
}

void io_add(struct io *io, u32 block, void *data, u32 nblocks)
{
	u64 sector = (u64)block * FS_SECTORS;
	u32 bytes = nblocks * FS_BLOCK;
	struct bio_seg *last;

	if (io->bio && io->next_sector != sector)
		io_submit(io);
	if (!io->bio)
		io_start(io, sector);
	last = io->bio->nsegs ? &io->bio->seg[io->bio->nsegs - 1] : NULL;
	if (last && (char *)last->data + last->bytes == (char *)data) {
		last->bytes += bytes;
	} else {
		io->bio->seg[io->bio->nsegs++] =
			(struct bio_seg){ .data = data, .bytes = bytes };
	}
	io->next_sector += bytes / SECTOR;
	if (io->bio->nsegs == BIO_MAX_SEGS)
		io_submit(io);
}

int io_finish(struct io *io)
{
	int error;

	io_submit(io);
	spin_lock(&io->lock);
	while (io->inflight)
		waitq_wait_quiet(&io->wq, &io->lock);
	error = io->error;
	spin_unlock(&io->lock);
	return error;
}

int io_block(struct blkdev *dev, enum bio_op op, u32 block, void *data)
{
	struct io io;

	io_init(&io, dev, op);
	io_add(&io, block, data, 1);
	return io_finish(&io);
}

int io_flush(struct blkdev *dev)
{
	struct io io;

	if (!dev->has_flush)
		return 0;
	io_init(&io, dev, BIO_FLUSH);
	io_start(&io, 0);
	return io_finish(&io);
}
