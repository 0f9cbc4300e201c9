/* block.h - disks: requests go in, completions come back from an interrupt. */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

#define SECTOR 512
#define BIO_MAX_SEGS 32

enum bio_op { BIO_READ, BIO_WRITE, BIO_FLUSH };

struct bio_seg {
	void *data; /* kernel address, physically contiguous */
	u32 bytes;  /* a multiple of SECTOR                  */
};

/* One request; belongs to the driver from blk_submit() until done() is called. */
struct bio {
	enum bio_op op;
	u64 sector; /* first one; the segments follow each other on the disk */
	u32 nsegs;
	int error; /* 0 or -EIO; valid in done() */
	struct bio_seg seg[BIO_MAX_SEGS];
	void (*done)(struct bio *); /* called once, interrupts off: see blk_submit()  */
	void *arg;                  /* the submitter's                                */
	struct list link;           /* the driver's                                   */
	u32 next_seg;               /* the driver's: first segment not wholly started */
	u32 next_byte;              /* the driver's: bytes of it that are started     */
	u32 pending;                /* the driver's: parts that the device has        */
	u64 next_sector;            /* the driver's: first sector of the next part    */
};

struct blkdev {
	const char *name;
	u64 sectors;
	bool read_only;
	bool has_flush; /* false: a flush does nothing and succeeds; completed writes are
			 * durable, as far as can be known */
	void (*submit)(struct blkdev *dev, struct bio *bio);
	void *priv;
};

/* The disk that holds the root file system, or NULL. */
struct blkdev *blk_root(void);

/* Starts @bio.  Never sleeps and reports no error: errors come through done().  What the
 * device cannot take yet waits in a queue.
 *
 * done() is always called, within a bounded time: a device that does not answer is
 * given up.  It runs with interrupts off on any hart, perhaps before blk_submit()
 * returns, so the caller holds no lock that done() takes. */
void blk_submit(struct blkdev *dev, struct bio *bio);

/* For drivers: registers a disk at boot, the preferred one first. */
void blk_register(struct blkdev *dev);

/* For drivers: ends @bio with @error (0 or -EIO), by done(). */
void bio_finish(struct bio *bio, int error);

/* The sectors that @bio covers. */
u64 bio_sectors(const struct bio *bio);
