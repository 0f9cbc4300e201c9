/* io_priv.h - many blocks to or from the disk at once.
 *
 * An io gathers blocks; neighbours on the disk share one request, and all requests are
 * on their way at the same time.  The requests come from a small pool made at boot, so that
 * writing never needs memory; who finds it empty waits.
 *
 * One thread uses an io, and it ends with io_finish().  From the first io_add() on, until
 * the end, it waits for nothing else: a request that is being filled stays out of the
 * pool.  So where the blocks are is found out before. */
#pragma once

#include "core/sync/waitq.h"
#include "dev/block.h"

struct io {
	struct blkdev *dev;
	enum bio_op op;
	struct bio *bio; /* being filled, or NULL */
	u64 next_sector; /* behind bio */
	struct spinlock lock;
	struct waitq wq;
	u32 inflight; /* (lock) */
	int error;    /* (lock) the first one */
};

void io_pool_init(void);

void io_init(struct io *io, struct blkdev *dev, enum bio_op op);

/* @nblocks blocks from @block on, from or to @data (the direct map or the kernel image). */
void io_add(struct io *io, u32 block, void *data, u32 nblocks);

/* Sends what is left and waits for everything.  0 or -EIO. */
int io_finish(struct io *io) MUST_CHECK;

/* For whoever may wait for the pool: with CHECK=1, asserts that the running thread is not
 * filling a request of it. */
#ifdef PAGODA_CHECK
void io_check_none_held(void);
#else
static inline void io_check_none_held(void)
{
}
#endif

/* One block, synchronously. */
int io_block(struct blkdev *dev, enum bio_op op, u32 block, void *data) MUST_CHECK;

/* Makes all writes that are done durable, on devices that can be told to. */
int io_flush(struct blkdev *dev) MUST_CHECK;
