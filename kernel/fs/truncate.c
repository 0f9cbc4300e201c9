/* truncate.c - changing the length of a file, and freeing inodes.
 *
 * Blocks are freed from the end on, in as many operations as the log needs.  Each also
 * stores the size: so after a power cut, the file is no longer than its blocks.
 *
 * In a cached page, bytes past the end of the file are zero.  On the disk they may be
 * anything, as shortening a file does not write them.  So growing writes that block. */
#include "core/thread.h"
#include "core/sync/waitq.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "fs/mapped_priv.h"
#include "fs/wb_priv.h"
#include "lib/string.h"
#include "mm/truncate_maps.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

/* Frees blocks from @first on, as many as one operation can.  With @kill, the operation
 * that frees the last one also frees the inode. 0, -EAGAIN if more are left, -EROFS,
 * -EIO. */
static int truncate_free_some(struct inode *ip, u32 first, bool kill)
{
	struct log_op op;
	struct buf *b;
	u32 end;
	int err = inode_buf(ip, &b);

	if (err)
		return err;
	err = log_begin(&op, FS_OP_MAX);
	if (err)
		goto out;
	err = bmap_free(&op, ip, first, &end);
	ip->size = (u32)MIN((u64)ip->size, (u64)end * FS_BLOCK);
	if (!err && kill)
		ip->type = ip->size = 0;
	inode_store(&op, ip, b);
	log_end(&op);
out:
	inode_put_buf(ip, b);
	return err;
}

static int truncate_free_from(struct inode *ip, u32 first, bool kill)
{
	int err;

	do {
		err = truncate_free_some(ip, first, kill);
		sched_point();
	} while (err == -EAGAIN);
	return err;
}

static int truncate_store_size(struct inode *ip, u32 size)
{
	struct log_op op;
	struct buf *b;
	int err = inode_buf(ip, &b);

	if (err)
		return err;
	err = log_begin(&op, 1);
	if (!err) {
		ip->size = size;
		inode_store(&op, ip, b);
		log_end(&op);
	}
	inode_put_buf(ip, b);
	return err;
}

/* If programs run from the page that will hold the end @size, allocates a frame for a copy
 * of it.  Inode lock held, so no program begins to run from the page meanwhile. */
static int truncate_get_copy(struct inode *ip, u32 size, struct page **copy)
{
	struct page *pg = NULL;
	bool needed;

	*copy = NULL;
	if (size % PAGE_SIZE)
		pg = object_find_page(&ip->obj, size / PAGE_SIZE);
	if (!pg)
		return 0;
	needed = page_flags(pg) & PG_TEXT;
	frame_put(pg);
	if (needed)
		*copy = frame_alloc(FRAME_cache, FRAME_NOWAIT);
	return needed && !*copy ? -ENOMEM : 0;
}

/* Clears the bytes past the end of the file in its last page. */
static void truncate_clear_tail(struct inode *ip, struct page **copy)
{
	u32 from = ip->size % PAGE_SIZE;
	struct page *pg = NULL;

	if (from)
		pg = object_find_page(&ip->obj, ip->size / PAGE_SIZE);
	if (!pg)
		return;
	wb_cancel(pg, 0xfu & ~((1u << DIV_UP(from, FS_BLOCK)) - 1));
	/* After an error the end may lie in a page that *copy was not meant for.  Bytes
	 * then remain past the end, and truncate_grow() clears them. */
	if (!inode_own_page(ip, &pg, copy))
		memset((u8 *)frame_va(pg) + from, 0, PAGE_SIZE - from);
	frame_put(pg);
}

/* Pages leave the cache only after their blocks were freed.  A commit may come that still
 * has the old size; if the pages were no longer dirty by then, it would show blocks that
 * were never written. */
static int truncate_shrink(struct inode *ip, u32 size)
{
	struct page *copy;
	int err;

	if (!log_is_writable())
		return -EROFS;
	err = truncate_get_copy(ip, size, &copy);
	if (err)
		return err;
	err = truncate_free_from(ip, DIV_UP(size, FS_BLOCK), false);
	if (!err && ip->size != size)
		err = truncate_store_size(ip, size);
	object_drop_pages(&ip->obj, DIV_UP(ip->size, PAGE_SIZE));
	truncate_clear_tail(ip, &copy);
	if (copy)
		frame_put(copy);
	ip->goal = 0;
	return err;
}

/* Marks the last block of the file dirty, if it has a place and is not full: its bytes past
 * the end are zero in @pg, and have to be zero on the disk, too. */
static int truncate_write_last_block(struct inode *ip, struct page *pg, bool *reserved)
{
	u32 block[WB_PAGE_BLOCKS] = { 0 };
	u32 bn = ip->size / FS_BLOCK, i = bn % WB_PAGE_BLOCKS;
	int err = 0;

	if (ip->size % FS_BLOCK)
		err = bmap_find(ip, bn, &block[i]);
	if (!err && block[i])
		wb_mark(reserved, pg, 1u << i, block);
	return err;
}

static int truncate_grow(struct inode *ip, u32 size)
{
	u32 from = ip->size % PAGE_SIZE;
	bool reserved;
	struct page *pg = NULL, *copy = NULL;
	int err;

	if (from)
		pg = object_find_page(&ip->obj, ip->size / PAGE_SIZE);
	if (!pg)
		return from % FS_BLOCK ? -EAGAIN : truncate_store_size(ip, size);
	err = truncate_get_copy(ip, ip->size, &copy);
	if (!err)
		err = inode_own_page(ip, &pg, &copy);
	if (!err)
		err = wb_reserve(&reserved);
	if (!err) {
		/* A program may have written past the end through a mapping. */
		memset((u8 *)frame_va(pg) + from, 0, PAGE_SIZE - from);
		err = truncate_write_last_block(ip, pg, &reserved);
		if (!err)
			err = truncate_store_size(ip, size);
		wb_unreserve(reserved);
	}
	if (copy)
		frame_put(copy);
	frame_put(pg);
	return err;
}

/* --- mappings ------------------------------------------------------------------------
 *
 * Mappings are cut without the inode lock, because area locks come before it.  If the file
 * grew meanwhile, pages of its new part would be unmapped as well, and what programs wrote
 * to private copies of those would be lost.  So a file may grow only after its mappings
 * have been cut. */

static struct spinlock cuts_lock = SPINLOCK_INIT("cuts", fstable);
static struct waitq cuts_done = WAITQ_INIT(cuts_done);

/* Inode lock held: if a thread that holds it has found no cut, none begins before it
 * unlocks the inode. */
static void cut_begin(struct inode *ip)
{
	__atomic_fetch_add(&ip->cuts, 1, __ATOMIC_RELAXED);
}

/* No lock held. */
static void cut_end(struct inode *ip)
{
	mappings_cut(&ip->obj, mapped_pages(&ip->obj));
	spin_lock(&cuts_lock);
	if (__atomic_sub_fetch(&ip->cuts, 1, __ATOMIC_RELEASE) == 0)
		waitq_wake_all(&cuts_done);
	spin_unlock(&cuts_lock);
}

bool inode_may_grow(const struct inode *ip)
{
	return __atomic_load_n(&ip->cuts, __ATOMIC_ACQUIRE) == 0;
}

void inode_wait_for_cuts(struct inode *ip)
{
	spin_lock(&cuts_lock);
	while (!inode_may_grow(ip))
		waitq_wait_quiet(&cuts_done, &cuts_lock);
	spin_unlock(&cuts_lock);
}

/* --- setting the size ---------------------------------------------------------------- */

/* Inode lock held.  -EAGAIN: to grow the file, its last page has to be cached.  -EBUSY: the
 * file may not grow now. */
static int truncate_locked(struct inode *ip, u64 size)
{
	if (ip->type != T_FILE)
		return -EINVAL;
	if (size > geo_max_bytes())
		return -EFBIG;
	inode_note_change(ip);
	if (size < ip->size)
		return truncate_shrink(ip, (u32)size);
	if (size > ip->size)
		return inode_may_grow(ip) ? truncate_grow(ip, (u32)size) : -EBUSY;
	return 0;
}

int inode_set_size(struct inode *ip, u64 size)
{
	struct page *last = NULL;
	int err = 0;

	while (!err) {
		u32 index;
		bool cuts;

		inode_lock(ip);
		cuts = size < ip->size;
		if (cuts)
			cut_begin(ip);
		err = truncate_locked(ip, size);
		index = ip->size / PAGE_SIZE;
		inode_unlock(ip);
		if (cuts)
			cut_end(ip);
		if (last)
			frame_put(last);
		last = NULL;
		if (err == -EBUSY) {
			inode_wait_for_cuts(ip);
			err = 0;
		} else if (err == -EAGAIN) {
			/* With our reference it stays cached until the next try. */
			err = object_get_page(&ip->obj, index, &last);
		} else {
			break;
		}
	}
	return err;
}

int inode_free(struct inode *ip)
{
	int err;

	inode_lock_nested(ip);
	if (ip->type == T_DIR)
		dir_forget(ip->ino);
	/* No later commit shows the file, so its pages need not be written. */
	if (ip->obj.npages)
		object_drop_pages(&ip->obj, 0);
	err = truncate_free_from(ip, 0, true);
	inode_unlock(ip);
	return err;
}
