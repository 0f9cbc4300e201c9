/* inode_priv.h - inodes in memory, and where their blocks are.
 *
 * An inode without references stays in the table, with its cached pages, until the slot
 * is wanted.  Everything in an inode that comes from the disk is guarded by
 * its lock; the type of one that somebody refers to changes only when it is created. */
#pragma once

#include "core/sync/mutex.h"
#include "mm/space/pagecache.h"
#include "uapi/fsformat.h"

struct buf;
struct log_op;

struct inode {
	struct mutex lock;
	u32 ino;                /* (fstable) 0: an unused slot                        */
	u32 refs;               /* (fstable)                                          */
	bool dying;             /* (fstable) being freed: not to be found any more    */
	bool loaded;            /* (A) the fields below are valid                     */
	s16 type, major, minor; /* (lock)                                         */
	s16 nlink;              /* (lock)                                             */
	u32 size;               /* (lock) bytes                                       */
	u32 addr[FS_NADDR];     /* (lock) as on the disk                              */
	u32 goal;               /* (lock) where the next block would lie well         */
	u32 next_page;          /* (lock) files: the page a sequential reader wants   */
	u32 free_slot;          /* (lock) directories: no free entry lies before this */
	u32 cuts;               /* (A) threads that cut its mappings: truncate.c      */
	struct object obj;
	struct inode *hash_next; /* (fstable)                                     */
	struct list lru;         /* (fstable) those without references            */
};

/* The inode whose pages @obj has. */
static inline struct inode *inode_of(struct object *obj)
{
	return container_of(obj, struct inode, obj);
}

void inode_init(void);

/* Inode @ino with a reference, loaded.  -EIO if it is out of range or free (the name that
 * led here is corrupt), -ENOMEM, -ENFILE.  May sleep for a commit; no transaction open;
 * locks of directories above are fine. */
int inode_get(u32 ino, struct inode **out) MUST_CHECK;

/* A free inode with a reference, for the caller to fill in; it stays free on the disk
 * until inode_store().  -ENOSPC with a message, -ENOMEM, -ENFILE, -EIO.  After success the
 * caller takes no other inode's lock and makes no other one until inode_settle(): by then
 * it is stored, or put.  Others who find no free inode wait for that. */
int inode_new(struct inode **out) MUST_CHECK;
void inode_settle(void);

static inline void inode_lock(struct inode *ip)
{
	mutex_lock(&ip->lock);
}

/* Of a second inode: see the order in names.c. */
static inline void inode_lock_nested(struct inode *ip)
{
	mutex_lock_nested(&ip->lock);
}

static inline void inode_unlock(struct inode *ip)
{
	mutex_unlock(&ip->lock);
}

/* The block that holds the inode; got before the transaction, so that nothing
 * can fail in the middle of it. */
int inode_buf(const struct inode *ip, struct buf **out) MUST_CHECK;

/* Writes the fields into @b, from inode_buf().  Lock held, logs one block. */
void inode_store(struct log_op *op, const struct inode *ip, struct buf *b);

/* Frees all inodes that nobody names, left behind by a crash.  At mount. */
int inode_reclaim_orphans(void) MUST_CHECK;

/* The page cache's way to the file; read.c. */
extern const struct object_ops inode_object_ops;

/* Before writing into *@pg, a page of @ip: if programs run from it, puts *@copy in its
 * place and moves the reference over, clearing *@copy; they keep the old frame.
 * -EAGAIN if that needs a copy and *@copy is NULL.  Inode lock held. */
int inode_own_page(struct inode *ip, struct page **pg, struct page **copy) MUST_CHECK;

/* --- blocks of an inode: bmap.c; lock held for all of these -------------------------- */

/* Where block @bn is: 0 for a hole.  -EIO for addresses outside the data area. */
int bmap_find(struct inode *ip, u32 bn, u32 *out) MUST_CHECK;

/* How many blocks it takes to give the @n blocks from @bn on their places, indirect ones
 * included; exact for one block, and never too few.  -EIO, -EFBIG. */
int bmap_missing(struct inode *ip, u32 bn, u32 n) MUST_CHECK;

/* As bmap_find(), but allocates what is missing, out of what @op reserved; the inode is
 * not stored.  Logs at most BMAP_ALLOC_MAX blocks.  On failure (-ENOSPC, -EIO, -EFBIG)
 * nothing has changed. */
#define BMAP_ALLOC_MAX 5
int bmap_alloc(struct log_op *op, struct inode *ip, u32 bn, u32 *out) MUST_CHECK;

/* The same for up to @n blocks: how many were found or allocated, at least one, or
 * -errno.  With @n > 1, each may log one bitmap block more. */
#define BMAP_RUN 4
int bmap_find_run(struct inode *ip, u32 bn, u32 n, u32 *out) MUST_CHECK;
int bmap_alloc_run(struct log_op *op, struct inode *ip, u32 bn, u32 n, u32 *out) MUST_CHECK;

/* Frees the blocks from @first on, as far as the promise of @op goes, leaving
 * one for the inode.  0: all gone.  -EAGAIN: go on in another transaction.  Either
 * way *@end is the first block that may be gone. */
int bmap_free(struct log_op *op, struct inode *ip, u32 first, u32 *end) MUST_CHECK;

/* --- length: truncate.c -------------------------------------------------------------- */

/* Sets the size of a file, in as many transactions as it takes; each leaves a shorter
 * file.  Pages past the end leave all mappings.  No lock held. */
int inode_set_size(struct inode *ip, u64 size) MUST_CHECK;

/* A file must not grow while its mappings are being cut.  Whether it may: inode lock held.
 * If not: give the lock up, wait, and ask again. */
bool inode_may_grow(const struct inode *ip);
void inode_wait_for_cuts(struct inode *ip);

/* Frees everything and the inode itself; nobody else refers to it.  No lock held. */
int inode_free(struct inode *ip) MUST_CHECK;
