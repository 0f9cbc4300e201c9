/* read.c - reading inodes, and filling pages of the page cache.
 *
 * Locks: a page is busy while it is filled, and the inode is locked while the disk is read.
 * Readers copy with faults off.  If a copy stops short, the reader faults the user's page
 * in and goes on.
 *
 * A cached page is copied without a lock, in a section (core/sync/rcu.h): so the page
 * stays, and readers write to nothing that they share.  If nobody has the inode lock at
 * first, and the inode's version is the same at the end, nobody has changed the contents
 * meanwhile.  Else the reader copies again, under the inode lock. */
#include "fs/read_write_priv.h"

#include "core/sync/rcu.h"
#include "core/thread.h"
#include "fs/store/buf_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/mapped_priv.h"
#include "fs/pageio_priv.h"
#include "fs/wb_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "uapi/errno.h"

/* --- filling pages ------------------------------------------------------------------- */

/* Begins to fill the pages that follow @page[0], and appends them: up to the end of the
 * file or the first that is cached, and PAGEIO_MAX in all.  Returns how many there are, the
 * first one included. */
static u32 read_begin_ahead(struct inode *ip, struct page **page)
{
	u64 npages = DIV_UP((u64)ip->size, PAGE_SIZE), index = page[0]->index;
	u32 n = 1;

	while (n < PAGEIO_MAX && index + n < npages) {
		page[n] = object_begin_fill(&ip->obj, index + n);
		if (!page[n])
			break;
		n++;
	}
	return n;
}

/* Reads @pg and pages that follow it.  Inode lock held. */
static int read_cluster(struct inode *ip, struct page *pg)
{
	struct page *page[PAGEIO_MAX] = { pg };
	u32 n = read_begin_ahead(ip, page);
	int err = pageio_read(ip, page, n);

	for (u32 i = 1; i < n; i++)
		object_end_fill(page[i], err);
	ip->next_page = (u32)pg->index + n;
	return err;
}

static int inode_read_page(struct object *obj, struct page *pg)
{
	struct inode *ip = inode_of(obj);
	int err = -EIO;
	bool in_order;

	inode_lock(ip);
	in_order = pg->index == 0 || pg->index == ip->next_page;
	ip->next_page = (u32)pg->index + 1;
	if (in_order)
		err = read_cluster(ip, pg);
	if (err)
		err = pageio_read(ip, &pg, 1); /* the error may be another page's */
	object_filled(pg, err);
	inode_unlock(ip);
	return err;
}

static void inode_forget_page(struct object *obj, struct page *pg)
{
	(void)obj;
	wb_cancel(pg, BIT(WB_PAGE_BLOCKS) - 1);
}

const struct object_ops inode_object_ops = {
	.read_page = inode_read_page,
	.forget_page = inode_forget_page,
	.get = mapped_get,
	.put = mapped_put,
	.pages = mapped_pages,
	.prepare_write = mapped_prepare,
	.own_page = mapped_own,
	.mark_dirty = mapped_dirty,
};

struct object *inode_object(struct inode *ip)
{
	return ip->type == T_FILE ? &ip->obj : NULL;
}

u32 inode_version(const struct inode *ip)
{
	return __atomic_load_n(&ip->version, __ATOMIC_RELAXED);
}

/* --- reading ------------------------------------------------------------------------- */

static const u8 zeros[FS_BLOCK];

struct reader {
	struct inode *ip;
	struct sink to;
	u64 off, left;
};

static struct sink sink_add(struct sink to, u64 n)
{
	if (to.kernel)
		to.kernel = (u8 *)to.kernel + n;
	else
		to.user = uptr_add(to.user, n);
	return to;
}

/* Copies up to @n bytes to the reader and returns how many went without a fault. */
static u64 reader_copy(const struct reader *r, const u8 *from, u64 n)
{
	if (!r->to.kernel)
		return copyout_nofault(r->to.user, from, n);
	memcpy(r->to.kernel, from, n);
	return n;
}

static void reader_advance(struct reader *r, u64 n)
{
	r->to = sink_add(r->to, n);
	r->off += n;
	r->left -= n;
}

/* The same, and goes on after them.  Inode lock held. */
static u64 reader_give(struct reader *r, const u8 *from, u64 n)
{
	u64 done = reader_copy(r, from, n);

	reader_advance(r, done);
	return done;
}

/* How many of the bytes left to read lie before the end of the file and in the same
 * @unit bytes as the first. */
static u64 reader_chunk(const struct reader *r, u64 unit)
{
	u64 n = MIN(r->left, unit - r->off % unit);

	if (r->off >= r->ip->size)
		return 0;
	return MIN(n, r->ip->size - r->off);
}

/* A step returns 1 if there may be more, 0 at the end of the file, -EFAULT if a page of
 * the user's has to be faulted in, or another error. */

/* Reads without a lock.  -EAGAIN, with nothing read: the page is not cached, or somebody
 * may be writing to the file. */
static inline __attribute__((always_inline)) int read_file_quick(struct reader *r)
{
	struct inode *ip = r->ip;
	struct page *pg = NULL;
	u64 n = 0, done = 0;
	u32 version;

	rcu_enter();
	version = __atomic_load_n(&ip->version, __ATOMIC_ACQUIRE);
	if (mutex_is_free(&ip->lock))
		pg = object_peek_page(&ip->obj, r->off / PAGE_SIZE);
	if (pg) {
		n = reader_chunk(r, PAGE_SIZE);
		if (n)
			done = reader_copy(r, (u8 *)frame_va(pg) + r->off % PAGE_SIZE, n);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	}
	rcu_leave();
	if (!pg || __atomic_load_n(&ip->version, __ATOMIC_RELAXED) != version)
		return -EAGAIN;
	reader_advance(r, done);
	if (done < n)
		return -EFAULT;
	return n > 0;
}

static __attribute__((noinline)) int read_file_step(struct reader *r)
{
	struct object *obj = &r->ip->obj;
	u64 index = r->off / PAGE_SIZE, n;
	struct page *pg = object_find_page(obj, index);
	int err, more = 1;

	if (!pg) {
		/* Unlocked look at the size, only to avoid reading past the end of file. */
		if (r->off >= __atomic_load_n(&r->ip->size, __ATOMIC_RELAXED))
			return 0;
		err = object_get_page(obj, index, &pg);
		if (err)
			return err;
	}
	inode_lock(r->ip);
	if (object_has_page(obj, pg)) {
		n = reader_chunk(r, PAGE_SIZE);
		if (n == 0)
			more = 0;
		else if (reader_give(r, (u8 *)frame_va(pg) + r->off % PAGE_SIZE, n) < n)
			more = -EFAULT;
	}
	inode_unlock(r->ip);
	frame_put(pg);
	return more;
}

static __attribute__((noinline)) int read_meta_step(struct reader *r)
{
	const u8 *from = zeros;
	struct buf *b = NULL;
	u32 block;
	u64 n;
	int err, more = 1;

	inode_lock(r->ip);
	n = reader_chunk(r, FS_BLOCK);
	err = n ? bmap_find(r->ip, (u32)(r->off / FS_BLOCK), &block) : 0;
	if (!err && n && block) {
		err = buf_get(block, &b);
		if (!err)
			from = b->data;
	}
	if (err)
		more = err;
	else if (n == 0)
		more = 0;
	else if (reader_give(r, from + r->off % FS_BLOCK, n) < n)
		more = -EFAULT;
	if (b)
		buf_put(b);
	inode_unlock(r->ip);
	return more;
}

/* Reads what is left of a read that began at @off. */
static __attribute__((noinline)) s64 read_rest(struct reader *r, u64 off)
{
	int more = r->off > off && sched_point_killed() ? -EINTR : 1;

	while (r->left && more > 0) {
		if (r->ip->type != T_FILE)
			more = read_meta_step(r);
		else if ((more = read_file_quick(r)) == -EAGAIN)
			more = read_file_step(r);
		if (more == -EFAULT && uaccess_fault_in(r->to.user, true) == 0)
			more = 1;
		if (r->left && more > 0 && sched_point_killed())
			more = -EINTR;
	}
	/* With a bad address the whole read fails.  After a disk error, the bytes that
	 * were read before it count. */
	if (more == -EFAULT || (more < 0 && r->off == off))
		return more;
	return (s64)(r->off - off);
}

s64 data_read(struct inode *ip, struct sink to, u64 off, u64 n)
{
	struct reader r = { .ip = ip, .to = to, .off = off, .left = n }, rest;

	if (ip->type == T_DEVICE)
		return -EINVAL;
	/* Mostly this is the whole read; else the rest finds out why it stopped. */
	if (n && ip->type == T_FILE && read_file_quick(&r) > 0 && !r.left)
		return (s64)n;
	rest = r; /* r itself has no address, and is in registers */
	return read_rest(&rest, off);
}

s64 inode_read(struct inode *ip, void *dst, u64 off, u64 n)
{
	return data_read(ip, (struct sink){ .kernel = dst }, off, n);
}
