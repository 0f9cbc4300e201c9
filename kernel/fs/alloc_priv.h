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

/* Up to @n free blocks that follow each other, at @goal or soon behind it if that is
 * possible; marks them used.  How many, at least one; or -ENOSPC with a message, -EIO.
 * Logs one block.  What is in the blocks is undefined. */
int block_alloc(struct log_op *op, u32 goal, u32 n, u32 *out) MUST_CHECK;

/* Frees @block unless that would leave less than @keep in @op->left: -EAGAIN.  -EIO.
 * One outside the data area, or free already, is passed over: the disk is corrupt. */
int block_free(struct log_op *op, u32 block, u32 keep) MUST_CHECK;

/* Before log_begin() of an operation that may allocate @n blocks: if there are not as
 * many but a commit would help, commits. */
int blocks_prepare(u32 n) MUST_CHECK;

/* Blocks that can be allocated now. */
u32 blocks_available(void);

/* The commit's: what was freed so far belongs to the transaction being committed;
 * that one is committed. */
void blocks_snapshot(void);
void blocks_committed(void);
