/* inode_priv.h - inodes in memory, and where their blocks are.
 *
 * An inode without references stays in the table, with its cached pages, until its slot is
 * needed.  The inode's lock guards every field that comes from the disk.  While somebody
 * has a reference, the type changes only when the inode is created. */
#pragma once

#include "core/sync/mutex.h"
#include "mm/space/pagecache.h"
#include "uapi/fsformat.h"

struct buf;
struct log_op;

struct inode_words {
	u64 word[sizeof(struct fs_dinode) / 8];
};

struct inode {
	struct mutex lock;
	u32 ino;        /* (A) changed under (fstable); 0: an unused slot    */
	u32 refs;       /* (A) references, and the bits of inode.c           */
	u32 version;    /* (A) changed under (lock): counts changes of the contents */
	bool making;    /* (fstable) claimed by inode_new(), and not yet stored */
	bool unindexed; /* (lock) directories: dirindex_get() would find nothing */
	bool loaded;    /* (A) the fields below are valid                     */

	/* (lock) The 64 bytes of the disk; as `whole` they are copied in words. */
	union {
		struct {
			s16 type, major, minor;
			s16 nlink;
			u32 size; /* bytes */
			u32 addr[FS_NADDR];
		};
		struct inode_words whole;
	};

	struct buf *buf; /* (C) while loaded: what inode_buf() gives, or NULL: it asks */
	u32 goal;        /* (lock) the block to allocate next, if it is free   */
	u32 next_page;   /* (lock) files: the page a sequential reader needs next */
	u32 free_slot;   /* (lock) directories: no free entry lies before this */
	u32 searches;    /* (lock) directories: while there was no index */
	struct object obj;
	u32 cuts;                /* (A) threads that are cutting its mappings: truncate.c */
	struct inode *hash_next; /* (A) changed under (fstable)                   */
	struct list idle;        /* (fstable) slots to be given back              */
} __attribute__((aligned(64)));  /* no two in one cache line */

_Static_assert(offsetof(struct inode, size) - offsetof(struct inode, whole) == 8,
	       "the first word is all but the size and the addresses");
_Static_assert(offsetof(struct inode, addr) - offsetof(struct inode, whole) ==
		       offsetof(struct fs_dinode, addr),
	       "the fields are where the disk has them");

/* The root directory.  (C) after the mount, which has a reference. */
extern struct inode *inode_root_dir;

/* The inode that @obj is part of. */
static inline struct inode *inode_of(struct object *obj)
{
	return container_of(obj, struct inode, obj);
}

/* Whether @ip has neither bytes, nor blocks, nor cached pages.  Inode lock held. */
static inline bool inode_is_blank(const struct inode *ip)
{
	u64 any = ip->obj.npages;

	for (u32 i = 1; i < ARRAY_SIZE(ip->whole.word); i++)
		any |= ip->whole.word[i]; /* the size and the addresses */
	return !any;
}

void inode_init(void);

/* Gets inode @ino, loaded, with a reference.  -EIO if it is out of range or free (the name
 * that led here is corrupt), -ENOMEM, -ENFILE.  May sleep for a commit: the caller has no
 * operation open, and may hold locks of directories above. */
int inode_get(u32 ino, struct inode **out) MUST_CHECK;

/* The same for an inode that is cached and has names, without a lock; never sleeps.  NULL:
 * it is not, or is busy. */
struct inode *inode_try(u32 ino);

/* Gets a free inode with a reference, for the caller to fill in.  It stays free on the disk
 * until inode_store().  -ENOSPC with a message, -ENOMEM, -ENFILE, -EIO.
 * After success the caller stores the inode or puts it, and then calls inode_settle():
 * threads that find no free inode wait for that call.  In between the caller takes no lock
 * of another inode and makes no other inode. */
int inode_new(struct inode **out) MUST_CHECK;
void inode_settle(void);

/* If the caller's reference is the only one, makes sure that it stays so, and returns true.
 * Then the caller either frees the inode on the disk, before its inode_put(), or calls
 * inode_revive().  The caller holds the inode lock, and that of the directory with the only
 * name. */
bool inode_kill(struct inode *ip) MUST_CHECK;
void inode_revive(struct inode *ip);

/* Takes an inode that is free on the disk, and that nobody refers to, from its slot: its
 * number is free for all.  No spin lock held. */
void inode_give_back(struct inode *ip);

static inline void inode_lock(struct inode *ip)
{
	mutex_lock(&ip->lock);
}

/* For a second inode: names.c gives the order. */
static inline void inode_lock_nested(struct inode *ip)
{
	mutex_lock_nested(&ip->lock);
}

static inline void inode_unlock(struct inode *ip)
{
	mutex_unlock(&ip->lock);
}

/* Called before contents of @ip change, the size included.  Inode lock held.  The fence is
 * for readers without a lock: who sees a change sees the new version. */
static inline void inode_note_change(struct inode *ip)
{
	__atomic_store_n(&ip->version, ip->version + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Gets the block that holds the inode.  Called before the operation begins, so that nothing
 * can fail in the middle of it.  -EIO.  The caller keeps its reference to the inode until
 * inode_put_buf(). */
int inode_buf(const struct inode *ip, struct buf **out) MUST_CHECK;

/* @b: what inode_buf() gave, or NULL. */
void inode_put_buf(const struct inode *ip, struct buf *b);

/* Writes the fields of the inode into @b, which inode_buf() gave.  Lock held; logs one
 * block. */
void inode_store(struct log_op *op, struct inode *ip, struct buf *b);

/* --- between inode.c and inode_load.c; inode lock held ------------------------------- */

/* Forgets what was loaded. */
void inode_unload(struct inode *ip);

/* Reads the inode from the disk.  -EIO. */
int inode_load(struct inode *ip) MUST_CHECK;

/* Called when the slot has become another inode: from now on it keeps a reference to the
 * buffer with that inode, until it becomes yet another.  An additional slot keeps none:
 * there may be more of these than buffers.  -EIO. */
int inode_keep_buf(struct inode *ip) MUST_CHECK;

/* Called when the names of @ip have changed, or were read from the disk.  The caller has a
 * reference. */
void inode_note_names(struct inode *ip);

/* What the page cache calls for a file; read.c. */
extern const struct object_ops inode_object_ops;

/* Called before *@pg, a page of @ip, is written.  If programs run from the page, puts the
 * frame *@copy in its place, moves the caller's reference to that and clears *@copy; the
 * programs keep the old frame.  -EAGAIN if a copy is needed and *@copy is NULL; -EROFS.
 * Inode lock held; may sleep for a commit, so no operation is open. */
int inode_own_page(struct inode *ip, struct page **pg, struct page **copy) MUST_CHECK;

/* --- blocks of an inode: bmap.c; lock held for all of these -------------------------- */

/* Finds where block @bn is on the disk, 0 for a hole.  -EIO, also for an address outside
 * the data area. */
int bmap_find(struct inode *ip, u32 bn, u32 *out) MUST_CHECK;

/* How many disk blocks have to be allocated so that block @bn has a place, indirect blocks
 * included.  -EIO, -EFBIG. */
int bmap_missing(struct inode *ip, u32 bn) MUST_CHECK;

/* As bmap_find(), but allocates a missing block, out of those reserved for @op.  The caller
 * stores the inode.  Logs at most BMAP_ALLOC_MAX blocks.  On failure (-ENOSPC, -EIO,
 * -EFBIG) nothing has changed. */
#define BMAP_ALLOC_MAX 5
int bmap_alloc(struct log_op *op, struct inode *ip, u32 bn, u32 *out) MUST_CHECK;

/* The same for blocks [bn, bn + n), at most BMAP_RUN to allocate.  Returns how many from
 * @bn on were found or allocated, at least one, or -errno.  Every block after the first may
 * log one more bitmap block. */
#define BMAP_RUN 4
#define BMAP_RUN_TABLES 3 /* indirect blocks that so many may need */
int bmap_find_run(struct inode *ip, u32 bn, u32 n, u32 *out) MUST_CHECK;
int bmap_alloc_run(struct log_op *op, struct inode *ip, u32 bn, u32 n, u32 *out) MUST_CHECK;

/* Frees the blocks from @first on, last ones first, as far as @op may log, and leaves it
 * one block for the inode. 0: all are freed.  -EAGAIN: go on in another operation.  -EIO.
 * In each case *@end is the first block that may have been freed. */
int bmap_free(struct log_op *op, struct inode *ip, u32 first, u32 *end) MUST_CHECK;

/* --- length: truncate.c -------------------------------------------------------------- */

/* Sets the size of a file in bytes.  Making it shorter takes as many operations as needed,
 * and each leaves a shorter file.  Unmaps pages past the new end everywhere.  No lock held.
 * -EINVAL, -EFBIG, -ENOMEM, -EROFS, -EIO. */
int inode_set_size(struct inode *ip, u64 size) MUST_CHECK;

/* Whether the file may grow: not while its mappings are being cut.  Inode lock held.  If it
 * may not, the caller unlocks the inode, calls inode_wait_for_cuts() and starts again. */
bool inode_may_grow(const struct inode *ip);
void inode_wait_for_cuts(struct inode *ip);

/* Frees the inode and all its blocks.  The caller has the last reference, so nobody holds
 * its lock.  Locks of directories may be held.
 * -EROFS, -EIO. */
int inode_free(struct inode *ip) MUST_CHECK;
