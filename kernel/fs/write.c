/* write.c - writing to files.
 *
 * A write goes page by page.  For each page, under the inode lock, it copies the bytes
 * from the user with faults off, allocates the missing blocks in an operation of their
 * own, and marks the page dirty.  What may sleep for memory is done between tries, without
 * the lock: getting a new page, reading old contents, faulting the user's page in.
 *
 * If nothing of a page's old contents remains, a new frame is filled, and enters the cache
 * when it is complete.  For any other page the old contents are read first.  Blocks are
 * allocated after the copy: so a bad address costs none, and a full disk ends the write
 * at the start of a block.
 *
 * A write over blocks that are dirty already is only the copy: see piece_overwrite(). */
#include "core/sync/rcu.h"
#include "core/thread.h"
#include "fs/store/buf_priv.h"
#include "fs/read_write_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "fs/pageio_priv.h"
#include "fs/wb_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

struct writer {
	struct inode *ip;
	uptr_t src;
	u64 off, left; /* bytes */
	bool append;

	/* What a step gets before it takes the inode lock.  What it leaves serves the
	 * next. */
	struct page *spare; /* a frame for a new page, or NULL                   */
	struct page *pin;   /* keeps the page cached, or NULL                    */
	bool reserved;      /* a record of wb_reserve()                          */
	bool read_first;    /* read old contents, even if the piece covers them  */
};

/* What has to be done without the lock before the step is tried again. */
enum want {
	WANT_NOTHING,
	WANT_SPARE,
	WANT_PAGE, /* the page of the file, read in                 */
	WANT_USER, /* the page of the user at src + n, faulted in   */
	WANT_REC,
	WANT_GROWTH, /* that the file may grow */
};

/* What one step writes: bytes of a file, all in one page. */
struct piece {
	struct page *pg; /* with a reference                               */
	bool is_new;     /* pg was w->spare, and is not in the cache yet   */
	enum want want;
	u64 off;  /* in the file                                    */
	u32 n;    /* bytes to write; after the copy, bytes copied   */
	u32 mask; /* bit i: block i of the page has to be dirty     */
	struct page_blocks blocks;
	struct buf *ibuf; /* the inode's, if it is going to change         */
};

static u32 piece_off(const struct piece *p)
{
	return (u32)(p->off % PAGE_SIZE);
}

/* The mask of the blocks that the piece touches; n > 0. */
static u32 piece_touched(const struct piece *p)
{
	u32 first = piece_off(p) / FS_BLOCK;
	u32 last = (piece_off(p) + p->n - 1) / FS_BLOCK;

	return (2u << last) - (1u << first);
}

/* Sets where the next step writes, and how many bytes at most. */
static int piece_limit(struct writer *w, struct piece *p)
{
	u64 size = w->ip->size;

	if (w->append)
		w->off = size;
	if (w->off > size)
		return -EINVAL;
	if (w->off >= geo_max_bytes())
		return -EFBIG;
	p->off = w->off;
	p->n = (u32)MIN(w->left, PAGE_SIZE - w->off % PAGE_SIZE);
	p->n = (u32)MIN(p->n, geo_max_bytes() - w->off);
	return 0;
}

/* Whether nothing of the page's old contents remains. */
static bool piece_covers_page(const struct writer *w, const struct piece *p)
{
	u64 end = p->off + p->n;

	return piece_off(p) == 0 && (end % PAGE_SIZE == 0 || end >= w->ip->size);
}

/* Finds the page in the cache, or takes a new frame for it. */
static int piece_get_page(struct writer *w, struct piece *p)
{
	int err = 0;

	p->pg = object_find_page(&w->ip->obj, p->off / PAGE_SIZE);
	if (p->pg) {
		if (page_flags(p->pg) & PG_TEXT)
			err = inode_own_page(w->ip, &p->pg, &w->spare);
		if (err == -EAGAIN) {
			p->want = WANT_SPARE;
			err = 0;
		}
		return err;
	}
	if (!piece_covers_page(w, p) || w->read_first) {
		p->want = WANT_PAGE;
	} else if (!w->spare) {
		p->want = WANT_SPARE;
	} else {
		p->pg = w->spare;
		p->is_new = true;
		w->spare = NULL;
	}
	return 0;
}

/* Finds the blocks that the piece touches.  The piece ends before a block that has a place
 * but follows one that has none.  So if there is no room for the missing blocks, no block
 * after them has changed. */
static int piece_find_blocks(struct writer *w, struct piece *p)
{
	struct page_blocks *pb = &p->blocks;
	u32 lo = piece_off(p) / FS_BLOCK, i = lo;
	u32 hi = (piece_off(p) + p->n - 1) / FS_BLOCK + 1;
	int err;

	if (!p->is_new && wb_find(p->pg, piece_touched(p), pb->block))
		return 0;
	err = pageio_find(w->ip, p->off / PAGE_SIZE, lo, hi, pb);
	if (err)
		return err;
	if (pb->missing == 0 || pb->missing == (1u << hi) - (1u << lo))
		return 0;
	while (i < hi && !(pb->missing & BIT(i)))
		i++;
	while (i < hi && (pb->missing & BIT(i)))
		i++;
	if (i < hi && p->is_new) {
		w->read_first = true;
		p->want = WANT_PAGE;
	} else if (i < hi) {
		p->n = i * FS_BLOCK - piece_off(p);
		pb->missing &= (1u << i) - 1;
	}
	return 0;
}

/* Gets in advance what the step needs after the copy: from then on the step cannot stop to
 * wait for it. */
static int piece_get_ready(struct writer *w, struct piece *p)
{
	bool grows = p->off + p->n > w->ip->size, changes;

	if (grows && !inode_may_grow(w->ip)) {
		p->want = WANT_GROWTH;
		return 0;
	}
	changes = grows || p->blocks.missing;
	if ((changes || p->is_new) && !w->reserved) {
		p->want = WANT_REC; /* the operation cannot wait for one */
		return 0;
	}
	return changes ? inode_buf(w->ip, &p->ibuf) : 0;
}

/* Copies the user's bytes into the page. */
static void piece_fill(struct writer *w, struct piece *p)
{
	u8 *data = frame_va(p->pg);
	u32 whole = p->n;

	inode_note_change(w->ip);
	p->n = (u32)copyin_nofault(data + piece_off(p), w->src, whole);
	if (p->n == 0 || (p->is_new && !piece_covers_page(w, p))) {
		p->want = WANT_USER;
		return;
	}
	p->mask = piece_touched(p);
	p->blocks.missing &= p->mask;
	if (p->is_new)
		memset(data + p->n, 0, PAGE_SIZE - p->n);
}

/* Ends the piece before the first missing block: there is no room for it. */
static void piece_cut(struct piece *p)
{
	u32 missing = p->blocks.missing, keep, i = 0;

	while (i < WB_PAGE_BLOCKS && !(missing & BIT(i)))
		i++;
	keep = i * FS_BLOCK > piece_off(p) ? i * FS_BLOCK - piece_off(p) : 0;
	p->n = MIN(p->n, keep);
	for (; i < WB_PAGE_BLOCKS; i++) {
		/* A block without a place reads as zeros. */
		if (p->is_new || (missing & BIT(i)))
			memset((u8 *)frame_va(p->pg) + i * FS_BLOCK, 0, FS_BLOCK);
	}
	p->mask &= ~missing;
}

/* Makes the bytes part of the file: the page enters the cache and is dirty, the size grows.
 * Returns false, with nothing done, if the page needs a record and there is none. */
static bool piece_publish(struct writer *w, struct piece *p)
{
	if (p->is_new && p->n > 0) {
		object_insert_page(&w->ip->obj, p->off / PAGE_SIZE, p->pg);
		p->is_new = false;
	}
	if (p->mask && !p->is_new &&
	    !wb_mark(&w->reserved, p->pg, p->mask, p->blocks.block))
		return false;
	w->ip->size = (u32)MAX((u64)w->ip->size, p->off + p->n);
	w->off += p->n;
	w->src = uptr_add(w->src, p->n);
	w->left -= p->n;
	return true;
}

/* Allocates the missing blocks and publishes the piece.  If that changes the inode, a
 * record is reserved, as an operation cannot wait for one. */
static int piece_store(struct writer *w, struct piece *p)
{
	struct log_op op;
	int err = p->ibuf ? pageio_begin(&op, &p->blocks) : 0;

	if (err) {
		piece_cut(p);
		return err;
	}
	if (p->ibuf)
		err = pageio_alloc(&op, w->ip, &p->blocks);
	if (err)
		piece_cut(p);
	while (!piece_publish(w, p)) {
		/* A new try could find the user's page gone, and leave these bytes in a
		 * page that is not dirty. */
		ASSERT(!p->ibuf);
		err = wb_reserve(&w->reserved);
		if (err)
			return err;
	}
	if (p->ibuf) {
		inode_store(&op, w->ip, p->ibuf);
		log_end(&op);
	}
	return err;
}

/* Copies over blocks that are dirty already, of a page in the cache.  Returns false if that
 * cannot be done, or if the page went and its bytes with it: then they are copied again.
 *
 * The page needs no reference: the section keeps the frame, and a page with a dirty block
 * stays in the cache.  Only the holder of the inode lock makes a block dirty.  So if the
 * blocks are dirty after the copy, they were all the time.  If a commit came in between,
 * the page is looked up again: if it is still there, its blocks are marked by
 * piece_store(). */
static bool piece_overwrite(struct writer *w, struct piece *p)
{
	u32 touched = piece_touched(p), n = 0;
	struct page *pg, *again = NULL;

	if (p->off + p->n > w->ip->size)
		return false;
	rcu_enter();
	pg = object_peek_page(&w->ip->obj, p->off / PAGE_SIZE);
	if (pg && wb_find(pg, touched, p->blocks.block) && !(page_flags(pg) & PG_TEXT)) {
		inode_note_change(w->ip);
		n = (u32)copyin_nofault((u8 *)frame_va(pg) + piece_off(p), w->src, p->n);
		if (!wb_will_write(pg, touched)) {
			again = object_find_page(&w->ip->obj, p->off / PAGE_SIZE);
			n = again == pg ? n : 0;
		}
	}
	rcu_leave();
	if (n) {
		p->n = n;
		p->pg = again;
		p->mask = again ? touched : 0;
	} else if (again) {
		frame_put(again);
	}
	return n > 0;
}

/* Gets all that the piece needs, and copies its bytes. */
static int piece_prepare(struct writer *w, struct piece *p)
{
	int err = piece_get_page(w, p);

	if (!err && !p->want)
		err = piece_find_blocks(w, p);
	if (!err && !p->want)
		err = piece_get_ready(w, p);
	if (!err && !p->want)
		piece_fill(w, p);
	return err;
}

/* Writes a piece, or sets p->want to what is needed first.  Inode lock held. */
static int write_step_locked(struct writer *w, struct piece *p)
{
	int err = piece_limit(w, p);

	if (!err && !piece_overwrite(w, p))
		err = piece_prepare(w, p);
	if (!err && !p->want) {
		err = piece_store(w, p);
		w->read_first = false;
	}
	inode_put_buf(w->ip, p->ibuf);
	if (p->is_new)
		w->spare = p->pg;
	else if (p->pg)
		frame_put(p->pg);
	return err;
}

static void writer_unpin(struct writer *w)
{
	if (w->pin)
		frame_put(w->pin);
	w->pin = NULL;
}

/* Gets a frame for a new page, and the record that it will need. */
static int writer_get_spare(struct writer *w)
{
	w->spare = frame_alloc(FRAME_cache, 0);
	if (!w->spare)
		return -ENOMEM;
	return w->reserved ? 0 : wb_reserve(&w->reserved);
}

/* Gets what a step wants.  No lock held. */
static int writer_serve(struct writer *w, const struct piece *p)
{
	int err = 0;

	if (p->want == WANT_SPARE) {
		err = writer_get_spare(w);
	} else if (p->want == WANT_REC) {
		err = wb_reserve(&w->reserved);
	} else if (p->want == WANT_GROWTH) {
		inode_wait_for_cuts(w->ip);
	} else if (p->want == WANT_PAGE) {
		err = object_get_page(&w->ip->obj, p->off / PAGE_SIZE, &w->pin);
	} else if (p->want == WANT_USER) {
		err = uaccess_fault_in(uptr_add(w->src, p->n), false);
		if (err && p->n > 0) {
			/* The bytes before the bad address are still written. */
			w->read_first = true;
			err = 0;
		}
	}
	return err;
}

/* Whether the next step will want a new page: it starts a page at the end of the file.
 * Looks without the lock, as a step can still ask for what it wants. */
static bool writer_begins_page(const struct writer *w)
{
	u64 size = __atomic_load_n(&w->ip->size, __ATOMIC_RELAXED);

	return !w->spare && size % PAGE_SIZE == 0 && size < geo_max_bytes() &&
	       (w->append || w->off == size);
}

static int write_step(struct writer *w)
{
	struct piece p = { .want = WANT_NOTHING };
	int err = 0;

	if (!log_is_writable())
		return -EROFS;
	if (writer_begins_page(w))
		err = writer_get_spare(w);
	if (err)
		return err;
	inode_lock(w->ip);
	err = write_step_locked(w, &p);
	inode_unlock(w->ip);
	writer_unpin(w);
	return err ? err : writer_serve(w, &p);
}

int data_write(struct inode *ip, uptr_t src, u64 *off, u64 n, bool append)
{
	struct writer w = {
		.ip = ip,
		.src = src,
		.off = *off,
		.left = n,
		.append = append,
	};
	int err = 0;

	if (ip->type != T_FILE)
		return -EINVAL;
	while (w.left && !err) {
		err = write_step(&w);
		if (w.left && !err && sched_point_killed())
			err = -EINTR;
	}
	writer_unpin(&w);
	if (w.spare)
		frame_put(w.spare);
	wb_unreserve(w.reserved);
	*off = w.off;
	return err;
}
