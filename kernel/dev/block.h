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
	int error;  /* 0 or -EIO; valid in done() */
	struct bio_seg seg[BIO_MAX_SEGS];
	void (*done)(struct bio *); /* interrupt context, once */
	void *arg;                  /* the submitter's         */
	struct list link;           /* the driver's            */
};

struct blkdev {
	const char *name;
	u64 sectors;
	bool read_only;
	bool has_flush; /* else writes are durable (or unknowable) when done */
	void (*submit)(struct blkdev *dev, struct bio *bio);
	void *priv;
};

/* The disk that holds the root file system, or NULL. */
struct blkdev *blk_root(void);

/* Starts @bio; never sleeps, never fails: errors come through done().
 * More than the device takes at once wait in line. */
void blk_submit(struct blkdev *dev, struct bio *bio);

/* Starts @bio and sleeps until it is done; returns its error.  A request
 * that the device never answers ends with -EIO after a time-out. */
int blk_rw(struct blkdev *dev, struct bio *bio) MUST_CHECK;
