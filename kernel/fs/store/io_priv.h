/* io_priv.h - many blocks to or from the disk at once.
 *
 * An io gathers blocks.  Neighbours on the disk share one request, and all requests are
 * under way at the same time.  Requests come from a small pool made at boot, so that
 * writing never needs memory.  A thread that finds the pool empty waits.
 *
 * One thread uses an io, and ends it with io_finish().  From the first io_add() until then
 * it waits for nothing else, because it keeps a request out of the pool that others may
 * wait for.  So it finds all block numbers before the first io_add(). */
#pragma once

#include "core/sync/waitq.h"
#include "dev/block.h"

struct io {
	struct blkdev *dev;
	enum bio_op op;
	struct bio *bio; /* being filled, or NULL */
	u64 next_sector; /* after the end of bio */
	struct spinlock lock;
	struct waitq wq;
	u32 inflight; /* (lock) */
	int error;    /* (lock) the first, or 0 */
};

void io_pool_init(void);

void io_init(struct io *io, struct blkdev *dev, enum bio_op op);

/* Adds @nblocks blocks from @block on, to be read to or written from @data, which lies in
 * the direct map or the kernel image. */
void io_add(struct io *io, u32 block, void *data, u32 nblocks);

/* Submits the last request and waits for all.  0 or -EIO. */
int io_finish(struct io *io) MUST_CHECK;

/* Called before what may wait for the pool: with CHECK=1, asserts that the running thread
 * is not filling a request. */
#ifdef PAGODA_CHECK
void io_check_none_held(void);
#else
static inline void io_check_none_held(void)
{
}
#endif

/* Reads or writes one block and waits for it.  0 or -EIO. */
int io_block(struct blkdev *dev, enum bio_op op, u32 block, void *data) MUST_CHECK;

/* Makes all writes that have completed durable, if the device has a flush.  0 or -EIO. */
int io_flush(struct blkdev *dev) MUST_CHECK;
