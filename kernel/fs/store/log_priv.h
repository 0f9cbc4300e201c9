/* log_priv.h - transactions: groups of block changes that reach the disk all or none.
 *
 * An operation says how many blocks it may change, changes buffers, and ends:
 *
 *	struct log_op op;
 *
 *	err = log_begin(&op, nblocks);          inode locks are held already
 *	...
 *	log_write(&op, b);                      for each buffer that it changes
 *	...
 *	log_end(&op);
 *
 * Between begin and end it takes no inode lock, allocates no memory and copies nothing
 * from or to users, so that it ends soon.  All operations since the last commit form one
 * transaction; the commit is done by a thread of its own at most a second later, by who
 * finds the log full, by who wants memory, or by sync.
 *
 * Ordered mode: file data that is dirty when a transaction commits is written to
 * its place first, so that metadata on the disk never points to stale blocks. */
#pragma once

#include "lib/types.h"

struct buf;

struct log_op {
	u32 left; /* blocks it may still add to the transaction */

	/* The allocator's: blocks that are set aside for it; see blocks_begin(). */
	u32 space;

	/* The allocator's: a bitmap block that is logged, and therefore pinned, or NULL. */
	struct buf *bitmap;
};

void log_init(void);

/* Brings the disk to the state of the last commit.  At mount, after geo_read();
 * -EINVAL if the log makes no sense, -EROFS if it is needed on a read-only disk. */
int log_recover(void) MUST_CHECK;

/* Starts the thread that commits. */
int log_start(void) MUST_CHECK;

/* 0 or -EROFS.  May sleep for a commit.  No transaction of the caller's open. */
int log_begin(struct log_op *op, u32 nblocks) MUST_CHECK;
void log_write(struct log_op *op, struct buf *b);
void log_end(struct log_op *op);

/* Makes everything done so far durable.  0 or -EIO.
 * Locks held: inode locks and before; no transaction open. */
int log_commit(void) MUST_CHECK;

/* The same, with what was written to shared mappings.  No locks held. */
int log_sync(void) MUST_CHECK;

/* File data became dirty: commit within a second; @soon: right away. */
void log_poke(bool soon);

/* Whether the disk can be written: false after an error, and if it is read-only. */
bool log_is_writable(void);
