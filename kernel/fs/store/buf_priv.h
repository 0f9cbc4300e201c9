/* buf_priv.h - the buffer cache: metadata blocks in memory.
 *
 * Inodes, bitmap, indirect blocks, the contents of directories and symbolic links;
 * never file data.  A block has at most one buffer.  The pool is fixed at boot.
 *
 * What guards the contents: the inode lock for blocks that belong to one inode, its
 * allocator's lock for the bitmap; of an inode block each inode owns its 64
 * bytes.  Contents change only inside a transaction (log_priv.h). */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

struct buf {
	u8 *data;              /* (C) FS_BLOCK bytes, 8-aligned                  */
	u32 block;             /* (bufhash) 0: none                              */
	u32 refs;              /* (bufhash) users, log pins                      */
	bool valid;            /* (bufhash) data is the block's                  */
	bool busy;             /* (bufhash) being read: wait                     */
	bool logged;           /* (logspin) part of the running transaction      */
	struct buf *hash_next; /* (bufhash)                                     */
	struct list lru;       /* (bufhash) those without users, oldest first    */
};

void buf_init(void);

/* The buffer of @block, read in if need be, with a reference.  -EIO, also for a block
 * outside the file system.  May sleep; inode locks and an open transaction are fine. */
int buf_get(u32 block, struct buf **out) MUST_CHECK;

/* The same, cleared instead of read: for a block that was just allocated. */
struct buf *buf_get_clear(u32 block);

void buf_ref(struct buf *b); /* of one that the caller has a reference of */
void buf_put(struct buf *b);
