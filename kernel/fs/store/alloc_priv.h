/* alloc_priv.h - which blocks are in use.
 *
 * The bitmap on the disk says so.  Besides, a block that was freed is allocated again only
 * after the transaction that freed it has been committed. */
#pragma once

#include "lib/types.h"

struct log_op;

void blocks_init(void);

/* At mount: reads the bitmap and counts free blocks.  -EIO, -ENOMEM, -EFBIG. */
int blocks_mount(void) MUST_CHECK;

/* Does log_begin(op, @nlog) for an operation that allocates up to @want blocks, and
 * reserves them.  It reserves fewer, but at least @min, only if fewer are left when no
 * freed block waits for a commit and no operation holds a reservation.  -ENOSPC with a
 * message if those are fewer than @min; -EROFS.  May sleep: the caller may hold inode
 * locks, and takes no others until the operation ends. */
int blocks_begin(struct log_op *op, u32 nlog, u32 min, u32 want) MUST_CHECK;

/* Ends the reservation: its blocks are in use, or given back.  log_end() calls it. */
void blocks_end(struct log_op *op);

/* Prints that there are no blocks, as xv6 does, and returns -ENOSPC. */
int blocks_none(void) MUST_CHECK;

/* Allocates up to @n adjacent blocks, at @goal or as soon after it as possible; *@first is
 * the first one.  Returns how many, at least one, or -EIO, or -ENOSPC with a message if the
 * reservation of @op is used up.  Logs one block.  The contents of the blocks are
 * undefined. */
int block_alloc(struct log_op *op, u32 goal, u32 n, u32 *first) MUST_CHECK;

#define BLOCKS_WORD 64u /* blocks whose bits the bitmap has in one word */

/* Frees @n adjacent blocks from @block on, with their bits in one word.  -EAGAIN, with
 * nothing done, if that would leave @op->left below @keep; -EIO.  A block that is free
 * already is ignored, and so is a single one outside the data area: the disk is corrupt. */
int block_free(struct log_op *op, u32 block, u32 n, u32 keep) MUST_CHECK;

/* How many blocks can be allocated now, reserved ones included. */
u32 blocks_available(void);

/* For the commit.  Snapshot: the blocks freed so far belong to the transaction that is
 * being committed.  Committed: it is durable, and these blocks can be allocated. */
void blocks_snapshot(void);
void blocks_committed(void);
