/* log_priv.h - transactions: groups of changed blocks that all reach the disk, or none do.
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
 * Between begin and end it takes no inode lock, allocates no memory and copies nothing from
 * or to users, so that it ends soon.  All operations since the last commit form one
 * transaction.  A kernel thread commits it within a second.  A thread that finds the log
 * full, or needs memory, or calls sync commits it earlier.
 *
 * File data that is dirty when a transaction commits is written in place first, so metadata
 * on the disk never points to stale blocks. */
#pragma once

#include "lib/types.h"

struct buf;

struct log_op {
	u32 left; /* blocks it may still add to the transaction */
	u32 hart; /* where it began */

	/* The allocator's: blocks reserved for it, and those of them that are not used yet;
	 * see blocks_begin(). */
	u32 reserved, space;
};

void log_init(void);

/* At mount, after geo_read(): brings the disk to the state of the last commit.  -EINVAL if
 * the log makes no sense, -EROFS if a read-only disk would have to be written, -EIO. */
int log_recover(void) MUST_CHECK;

/* Starts the thread that commits.  -ENOMEM. */
int log_start(void) MUST_CHECK;

/* Begins an operation that may log @nblocks blocks, at most FS_OP_MAX.  0 or -EROFS.  May
 * sleep for a commit.  The caller has no other operation open. */
int log_begin(struct log_op *op, u32 nblocks) MUST_CHECK;

/* @b, to which the caller has a reference, changes in this operation.  It counts as one of
 * the @nblocks, unless the transaction has it already. */
void log_write(struct log_op *op, struct buf *b);
void log_end(struct log_op *op);

/* Makes everything done so far durable.  0 or -EIO.  The caller may hold inode locks, and
 * locks that come before those, and has no operation open. */
int log_commit(void) MUST_CHECK;

/* The same, including writes to shared mappings.  No locks held. */
int log_sync(void) MUST_CHECK;

/* Something became dirty: commit it within a second or, with @soon, right away. */
void log_poke(bool soon);

/* Whether the disk can be written: false after an error, and if it is read-only. */
bool log_is_writable(void);
