/* buf_priv.h - the buffer cache: metadata blocks in memory.
 *
 * It holds inodes, the bitmap, indirect blocks and the contents of directories and symbolic
 * links, never file data.  A block has at most one buffer.  The pool is fixed at boot.
 *
 * The lock of an inode guards the contents of blocks that belong to it, and its 64 bytes of
 * a block of inodes.  The allocator's lock guards the bitmap.  Contents change only in an
 * operation (log_priv.h). */
#pragma once

#include "lib/list.h"
#include "lib/types.h"

struct buf {
	u8 *data;               /* (C) FS_BLOCK bytes, 8-aligned                  */
	u32 block;              /* (A) changed under (bufhash), without users; 0: none    */
	u32 refs;               /* (A) users, and one while logged; see buf.c     */
	bool valid;             /* (A) data has the contents of the block         */
	bool busy;              /* (bufhash) being read: wait                     */
	bool logged;            /* (logspin) part of the running transaction      */
	struct buf *hash_next;  /* (A) changed under (bufhash)                    */
	struct list lru;        /* (bufhash) buffers without users, oldest first  */
} __attribute__((aligned(64))); /* no two in one cache line */

void buf_init(void);

/* Gets the buffer of @block with a reference, and reads it if it is not cached.  -EIO, also
 * for a block outside the file system.  May sleep: the caller may hold inode locks and have
 * an operation open. */
int buf_get(u32 block, struct buf **out) MUST_CHECK;

/* The same for a block that was just allocated: clears the buffer, and cannot fail. */
struct buf *buf_get_clear(u32 block);

void buf_ref(struct buf *b); /* the caller has a reference */
void buf_put(struct buf *b);
