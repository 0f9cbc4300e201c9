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
	void (*done)(struct bio *); /* interrupts off, once; see blk_submit() */
	void *arg;                  /* the submitter's         */
	struct list link;           /* the driver's            */
	u32 next_seg;               /* the driver's: first segment not wholly started   */
	u32 next_byte;              /* the driver's: bytes of it that are               */
	u32 pending;                /* the driver's: parts that the device has          */
	u64 next_sector;            /* the driver's: where the next part is on the disk */
};

struct blkdev {
	const char *name;
	u64 sectors;
	bool read_only;
	bool has_flush; /* else writes are durable (or unknowable) when done,
			   and a flush does nothing and succeeds            */
	void (*submit)(struct blkdev *dev, struct bio *bio);
	void *priv;
};

/* The disk that holds the root file system, or NULL. */
struct blkdev *blk_root(void);

/* Starts @bio; never sleeps, never fails: errors come through done().
 * More than the device takes at once wait in line.
 *
 * done() comes in any case, within a bounded time (a device that does not
 * answer is given up), mostly from an interrupt on any hart, but at times
 * before this function returns: the caller holds no lock that done() takes. */
void blk_submit(struct blkdev *dev, struct bio *bio);

/* For drivers: at boot, in order of preference; and the end of a request. */
void blk_register(struct blkdev *dev);
void bio_finish(struct bio *bio, int error);

/* The sectors that @bio covers. */
u64 bio_sectors(const struct bio *bio);
