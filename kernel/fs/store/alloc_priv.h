/* alloc_priv.h - which blocks are in use.
 *
 * The bitmap on the disk says it; besides, a block that was freed is not given out
 * again before the transaction that freed it has been committed. */
#pragma once

#include "lib/types.h"

struct log_op;

void blocks_init(void);

/* Reads the bitmap and counts.  At mount. -EIO, -ENOMEM. */
int blocks_mount(void) MUST_CHECK;

/* log_begin(op, @nlog) of an operation that allocates up to @want blocks, and cannot do
 * with less than @min.  They are set aside for it; fewer than @want only if no more exist,
 * not even once everything that was freed can be used again.  -ENOSPC with a message,
 * -EROFS.  Sleeps: inode locks are fine, and the caller takes no more of them. */
int blocks_begin(struct log_op *op, u32 nlog, u32 min, u32 want) MUST_CHECK;

/* log_end()'s: gives back what the operation did not use. */
void blocks_end(struct log_op *op);

/* Says that there are no blocks, as xv6 does: -ENOSPC. */
int blocks_none(void) MUST_CHECK;

/* Up to @n free blocks that follow each other, at @goal or soon after it if that is
 * possible; marks them used.  How many, at least one; or -EIO, or -ENOSPC with a message
 * if the operation has none left.  Logs one block.  What is in the blocks is undefined. */
int block_alloc(struct log_op *op, u32 goal, u32 n, u32 *out) MUST_CHECK;

/* Frees @block unless that would leave less than @keep in @op->left: -EAGAIN.  -EIO.
 * One outside the data area, or free already, is passed over: the disk is corrupt. */
int block_free(struct log_op *op, u32 block, u32 keep) MUST_CHECK;

/* Blocks that can be allocated now. */
u32 blocks_available(void);

/* The commit's: what was freed so far belongs to the transaction being committed;
 * that one is committed. */
void blocks_snapshot(void);
void blocks_committed(void);
