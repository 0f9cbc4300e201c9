/* block.c - what all disks have in common: checks, and which one is the root. */

#include "dev/block.h"

#include "core/sync/spinlock.h"
#include "lib/assert.h"
#include "uapi/errno.h"

static struct blkdev *root; /* (C) after boot: the first that was registered */

void blk_register(struct blkdev *dev)
{
	if (!root)
		root = dev;
}

struct blkdev *blk_root(void)
{
	return root;
}

u64 bio_sectors(const struct bio *bio)
{
	u64 bytes = 0;

	for (u32 i = 0; i < bio->nsegs; i++)
		bytes += bio->seg[i].bytes;
	return bytes / SECTOR;
}

void bio_finish(struct bio *bio, int error)
{
	bio->error = error;
	irq_push_off();
	bio->done(bio);
	irq_pop_off();
}

/* Wrong segments are a bug of the submitter.  A sector past the end of the disk may
 * come from a damaged image. */
static bool bio_is_on_disk(const struct blkdev *dev, const struct bio *bio)
{
	u64 n = bio_sectors(bio);

	ASSERT(bio->nsegs > 0 && bio->nsegs <= BIO_MAX_SEGS);
	for (u32 i = 0; i < bio->nsegs; i++)
		ASSERT(bio->seg[i].bytes > 0 && IS_ALIGNED(bio->seg[i].bytes, SECTOR));
	return n <= dev->sectors && bio->sector <= dev->sectors - n;
}

void blk_submit(struct blkdev *dev, struct bio *bio)
{
	if (bio->op == BIO_FLUSH && !dev->has_flush) {
		bio_finish(bio, 0);
		return;
	}
	if (bio->op == BIO_WRITE && dev->read_only) {
		bio_finish(bio, -EIO);
		return;
	}
	if (bio->op != BIO_FLUSH && !bio_is_on_disk(dev, bio)) {
		bio_finish(bio, -EIO);
		return;
	}
	dev->submit(dev, bio);
}
