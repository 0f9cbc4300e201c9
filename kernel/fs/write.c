/* write.c - writing to files.
 *
 * Goes page by page.  For one page: under the inode lock, the bytes are copied from the
 * user with faults off, blocks that are missing are allocated in a transaction of its
 * own, and the page is marked dirty.  Whatever may sleep for memory (a new page, reading
 * the old contents, faulting the user's page in) happens between tries, without the lock.
 *
 * A page that will be written as a whole, or that begins at or behind the end of the
 * file, is filled in a frame that nobody knows and enters the cache complete; of others
 * the old contents are read first.  Blocks are allocated after the copy, so a bad
 * address costs none, and a full disk cuts the write at a block. */
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/data_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
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

	/* What a step wants before it takes the inode lock; kept for the next one. */
	struct page *spare; /* a frame to become a page, or NULL                 */
	struct page *pin;   /* keeps the page cached, or NULL                    */
	struct wb_rec *rec; /* or NULL                                           */
	bool read_first;    /* do not use spare for a page that has old contents */
};

/* What a step wants done without the lock, before it is tried again. */
enum want {
	WANT_NOTHING,
	WANT_SPARE,
	WANT_PAGE, /* the file's, read in */
	WANT_USER, /* the user's, at src + n */
	WANT_REC,
	WANT_GROWTH, /* that the file may grow */
};

/* The piece of the file that a step writes; lies in one page. */
struct piece {
	struct page *pg; /* with a reference                               */
	bool is_new;     /* pg is w->spare, not in the cache yet           */
	enum want want;
	u64 off;     /* in the file                                    */
	u32 n;       /* bytes to write; after the copy those that came */
	u32 mask;    /* blocks of the page that it touches             */
	u32 missing; /* among them those that have no place yet        */
	u32 need;    /* blocks to allocate for them                    */
	u32 block[WB_PAGE_BLOCKS];
	struct buf *ibuf; /* the inode's, if it is going to change         */
};

static u32 page_off(const struct piece *p)
{
	return (u32)(p->off % PAGE_SIZE);
}

static u32 file_block(const struct piece *p, u32 i)
{
	return (u32)(p->off / PAGE_SIZE) * WB_PAGE_BLOCKS + i;
}

/* The blocks of the page that [off, off + n) touches; n > 0. */
static u32 touched(const struct piece *p)
{
	u32 first = page_off(p) / FS_BLOCK;
	u32 last = (page_off(p) + p->n - 1) / FS_BLOCK;

	return (2u << last) - (1u << first);
}

static u32 first_of(u32 mask)
{
	u32 i = 0;

	while (i < WB_PAGE_BLOCKS && !(mask & BIT(i)))
		i++;
	return i;
}

/* Where the next step writes, and how much at most. */
static int limit(struct writer *w, struct piece *p)
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

/* Whether the piece leaves nothing of the page's old contents. */
static bool covers_page(const struct writer *w, const struct piece *p)
{
	u64 end = p->off + p->n;

	return page_off(p) == 0 && (end % PAGE_SIZE == 0 || end >= w->ip->size);
}

/* Finds or makes the page. */
static int get_page(struct writer *w, struct piece *p)
{
	int err;

	p->pg = object_find_page(&w->ip->obj, p->off / PAGE_SIZE);
	if (p->pg) {
		err = inode_own_page(w->ip, &p->pg, &w->spare);
		if (err == -EAGAIN) {
			p->want = WANT_SPARE;
			err = 0;
		}
		return err;
	}
	if (!covers_page(w, p) || w->read_first) {
		p->want = WANT_PAGE;
	} else if (!w->spare) {
		p->want = WANT_SPARE;
	} else {
		p->pg = w->spare;
		p->is_new = true;
		frame_get(p->pg);
	}
	return 0;
}

/* Looks up where the blocks [i, end) of the page are, 0 for none.  Behind the end of the
 * file there are none to speak of. */
static int look_up(struct writer *w, struct piece *p, u32 i, u32 end)
{
	u32 nblocks = (u32)DIV_UP((u64)w->ip->size, FS_BLOCK);

	while (i < end && file_block(p, i) < nblocks) {
		int n = bmap_find_run(w->ip, file_block(p, i), end - i, &p->block[i]);

		if (n < 0)
			return n;
		i += (u32)n;
	}
	for (; i < end; i++)
		p->block[i] = 0;
	return 0;
}

/* Finds out which blocks the piece touches and which are missing.  A piece has no block
 * that has a place behind one that has none: so that if there is no room, nothing
 * behind the end is touched. */
static int find_blocks(struct writer *w, struct piece *p)
{
	u32 first = page_off(p) / FS_BLOCK;
	u32 end = (page_off(p) + p->n - 1) / FS_BLOCK + 1;
	int err = look_up(w, p, first, end);
	bool grows;

	if (err)
		return err;
	for (u32 i = first; i < end; i++) {
		if (p->block[i] == 0) {
			p->missing |= 1u << i;
		} else if (p->missing && p->is_new) {
			w->read_first = true;
			p->want = WANT_PAGE;
			return 0;
		} else if (p->missing) {
			p->n = i * FS_BLOCK - page_off(p);
			break;
		}
	}
	grows = p->off + p->n > w->ip->size;
	if (grows && !inode_may_grow(w->ip)) {
		p->want = WANT_GROWTH;
		return 0;
	}
	if (p->missing) {
		u32 i = first_of(p->missing);
		int need = bmap_missing(w->ip, file_block(p, i), end - i);

		if (need < 0)
			return need;
		p->need = (u32)need;
	}
	grows |= p->missing != 0;
	if ((grows || p->is_new) && !w->rec) {
		p->want = WANT_REC; /* there will be no turning back for one */
		return 0;
	}
	return grows ? inode_buf(w->ip, &p->ibuf) : 0;
}

/* Copies the user's bytes in. */
static void fill_page(struct writer *w, struct piece *p)
{
	u8 *data = frame_va(p->pg);
	u32 whole = p->n;

	p->n = (u32)copyin_nofault(data + page_off(p), w->src, whole);
	if (p->n == 0 || (p->is_new && !covers_page(w, p))) {
		p->want = WANT_USER;
		return;
	}
	p->mask = touched(p);
	p->missing &= p->mask;
	if (p->is_new)
		memset(data + p->n, 0, PAGE_SIZE - p->n);
}

/* There is no room for block @i and those missing behind it: the piece ends there. */
static void cut(struct piece *p, u32 i)
{
	u32 keep = i * FS_BLOCK > page_off(p) ? i * FS_BLOCK - page_off(p) : 0;

	p->n = MIN(p->n, keep);
	for (; i < WB_PAGE_BLOCKS; i++) {
		/* What has no place reads as zeros. */
		if (p->is_new || (p->missing & BIT(i)))
			memset((u8 *)frame_va(p->pg) + i * FS_BLOCK, 0, FS_BLOCK);
	}
	p->mask &= ~p->missing;
}

/* Allocates what is missing, which are blocks in a row; may cut the piece. */
static int alloc_missing(struct writer *w, struct piece *p, struct log_op *op)
{
	u32 i = first_of(p->missing), end;

	for (end = i; p->missing & BIT(end);)
		end++;
	while (i < end) {
		int n = bmap_alloc_run(op, w->ip, file_block(p, i), end - i, &p->block[i]);

		if (n < 0) {
			cut(p, i);
			return n;
		}
		for (; n > 0; n--, i++)
			p->missing &= ~(1u << i);
	}
	return 0;
}

/* From here on the bytes are the file's.  False, with nothing done, if the page needed a
 * record and there is none. */
static bool publish(struct writer *w, struct piece *p)
{
	if (p->is_new && p->n > 0) {
		object_insert_page(&w->ip->obj, p->off / PAGE_SIZE, p->pg);
		frame_put(w->spare);
		w->spare = NULL;
	}
	if (p->mask && (p->n > 0 || !p->is_new) &&
	    !wb_mark(&w->rec, p->pg, p->mask, p->block))
		return false;
	w->ip->size = (u32)MAX((u64)w->ip->size, p->off + p->n);
	w->off += p->n;
	w->src = uptr_add(w->src, p->n);
	w->left -= p->n;
	return true;
}

/* Blocks that the transaction for one page may log: bitmap blocks for four blocks and
 * two indirect ones, three indirect blocks, the inode. */
static u32 op_size(void)
{
	return MIN(6u, geo.bitmap_blocks) + 4;
}

/* Gives the piece its blocks, and the file its size. */
static int store(struct writer *w, struct piece *p)
{
	struct log_op op;
	bool published;
	int err;

	if (!p->ibuf) {
		if (!publish(w, p))
			p->want = WANT_REC;
		return 0;
	}
	err = blocks_begin(&op, op_size(), 0, p->missing ? p->need : 0);
	if (err) {
		cut(p, 0);
		return err;
	}
	err = alloc_missing(w, p, &op);
	published = publish(w, p);
	ASSERT(published);
	inode_store(&op, w->ip, p->ibuf);
	log_end(&op);
	return err;
}

/* Writes a piece under the inode lock, or says what is wanted first. */
static int step_locked(struct writer *w, struct piece *p)
{
	int err = limit(w, p);

	if (!err)
		err = get_page(w, p);
	if (!err && !p->want)
		err = find_blocks(w, p);
	if (!err && !p->want)
		fill_page(w, p);
	if (!err && !p->want) {
		err = store(w, p);
		if (!p->want)
			w->read_first = false;
	}
	if (p->ibuf)
		buf_put(p->ibuf);
	if (p->pg)
		frame_put(p->pg);
	return err;
}

static void unpin(struct writer *w)
{
	if (w->pin)
		frame_put(w->pin);
	w->pin = NULL;
}

/* Gets a step what it wants; no lock held. */
static int serve(struct writer *w, const struct piece *p)
{
	int err = 0;

	if (p->want == WANT_SPARE) {
		w->spare = frame_alloc(FRAME_cache, 0);
		if (!w->spare)
			err = -ENOMEM;
		else if (!w->rec)
			err = wb_reserve(&w->rec);
	} else if (p->want == WANT_REC) {
		err = wb_reserve(&w->rec);
	} else if (p->want == WANT_GROWTH) {
		inode_wait_for_cuts(w->ip);
	} else if (p->want == WANT_PAGE) {
		err = object_get_page(&w->ip->obj, p->off / PAGE_SIZE, &w->pin);
	} else if (p->want == WANT_USER) {
		err = uaccess_fault_in(uptr_add(w->src, p->n), false);
		if (err && p->n > 0) {
			/* What comes before the bad address is written all the same. */
			w->read_first = true;
			err = 0;
		}
	}
	return err;
}

static int step(struct writer *w)
{
	struct piece p = { .want = WANT_NOTHING };
	int err;

	if (!log_is_writable())
		return -EROFS;
	inode_lock(w->ip);
	err = step_locked(w, &p);
	inode_unlock(w->ip);
	unpin(w);
	return err ? err : serve(w, &p);
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
		err = step(&w);
		if (sched_point_killed() && w.left && !err)
			err = -EINTR;
	}
	unpin(&w);
	if (w.spare)
		frame_put(w.spare);
	wb_unreserve(w.rec);
	*off = w.off;
	return err;
}
