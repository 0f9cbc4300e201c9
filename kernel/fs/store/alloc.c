/* alloc.c - allocating blocks.
 *
 * A block can be allocated if its bit is clear in three bitmaps: the one in the buffer
 * cache, which is the disk's with the changes of the running transaction, and two in
 * memory, of blocks freed in the running and in the committing transaction.
 *
 * A shortage that ends by itself is no error: an operation reserves its blocks before it
 * begins, and waits if there are too few.  It waits for a commit if that makes freed blocks
 * usable, and for reservations of others, which may not use all that they reserved.  One
 * operation waits at a time, and those that come later wait for it.  All this ends, as a
 * thread that holds a reservation waits only for the log and the disk.
 *
 * Locks: a mutex (rank buffer) guards the bitmaps. blocks_snapshot() does without it, as it
 * runs while no operation is open.  A spin lock guards the counts. */
#include "fs/store/alloc_priv.h"

#include "core/report/klog.h"
#include "core/sync/mutex.h"
#include "core/thread.h"
#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "lib/types.h"
#include "mm/phys/frame.h"
#include "uapi/errno.h"

#define FRAME_BITS (PAGE_SIZE * 8)
#define MAX_FRAMES 512 /* disks of up to 16 GiB */
#define WORD_BITS BLOCKS_WORD

/* Blocks that were freed, a bit each. */
struct freed {
	u64 *bits[MAX_FRAMES];
	u32 n;
};

static struct {
	struct mutex lock;
	struct buf *bitmap;    /* (lock) the buffer used last, with a reference, or NULL */
	u32 rotor;             /* (lock) where to look if the caller has no goal      */
	struct freed freed[2]; /* (lock) */
	u32 running;           /* (lock) index in freed of the running transaction */

	struct spinlock count;
	struct waitq wq; /* until the turn is over, or reservations end         */
	u32 nfree;       /* (count) clear bits of the bitmap in the data area, and the
			  * bits that open operations have set              */
	u32 npending;    /* (count) of these, blocks that wait for a commit     */
	u32 nreserved;   /* (count) of the others, blocks that are reserved     */
	bool turn;       /* (count) an operation waits for blocks, and is next  */
} ba;

void blocks_init(void)
{
	memset(&ba, 0, sizeof(ba));
	mutex_init(&ba.lock, "bitmap", RANK_buffer);
	spin_init(&ba.count, "free blocks", RANK_logspin);
	waitq_init(&ba.wq);
}

static int freed_alloc(struct freed *f)
{
	u32 nframes = (u32)DIV_UP((u64)geo.size, FRAME_BITS);

	if (nframes > MAX_FRAMES)
		return -EFBIG;
	for (u32 i = 0; i < nframes; i++) {
		struct page *pg = frame_alloc(FRAME_buffer, FRAME_ZERO);

		if (!pg)
			return -ENOMEM;
		f->bits[i] = frame_va(pg);
	}
	return 0;
}

static void freed_release(struct freed *f)
{
	for (u32 i = 0; i < MAX_FRAMES; i++) {
		if (f->bits[i])
			frame_put(frame_of_va(f->bits[i]));
		f->bits[i] = NULL;
	}
}

static u64 *freed_word(struct freed *f, u32 block)
{
	return &f->bits[block / FRAME_BITS][block % FRAME_BITS / WORD_BITS];
}

static u32 bitmap_block(u32 block)
{
	return geo.bitmap_start + block / FS_BITS_PER_BLOCK;
}

/* Makes ba.bitmap the buffer with the bit of @block, which mostly it is already.  ba.lock
 * held. */
static int bitmap_get(u32 block)
{
	if (ba.bitmap && ba.bitmap->block == bitmap_block(block))
		return 0;
	if (ba.bitmap)
		buf_put(ba.bitmap);
	ba.bitmap = NULL;
	return buf_get(bitmap_block(block), &ba.bitmap);
}

/* The first block after @block whose bit lies in another bitmap block, at most geo.size. */
static u32 bitmap_end(u32 block)
{
	u32 in_last = (geo.size - 1) / FS_BITS_PER_BLOCK, i = block / FS_BITS_PER_BLOCK;

	return i < in_last ? (i + 1) * FS_BITS_PER_BLOCK : geo.size;
}

static u64 *bitmap_word(struct buf *b, u32 block)
{
	return &((u64 *)(void *)b->data)[block % FS_BITS_PER_BLOCK / WORD_BITS];
}

static u64 bitmap_bit(u32 block)
{
	return 1ull << (block % WORD_BITS);
}

/* The bits of @n blocks from @block on, which lie in one word; n > 0. */
static u64 bitmap_run(u32 block, u32 n)
{
	return (bitmap_bit(n - 1) * 2 - 1) * bitmap_bit(block);
}

static int blocks_count_free(void)
{
	struct buf *b;

	for (u32 lo = geo.data_start; lo < geo.size;) {
		u32 hi = bitmap_end(lo);
		int err = buf_get(bitmap_block(lo), &b);

		if (err)
			return err;
		while (lo < hi) {
			if (*bitmap_word(b, lo) == ~0ull) {
				lo = ALIGN_DOWN(lo, WORD_BITS) + WORD_BITS;
				continue;
			}
			ba.nfree += !(*bitmap_word(b, lo) & bitmap_bit(lo));
			lo++;
		}
		buf_put(b);
	}
	return 0;
}

int blocks_mount(void)
{
	int err = freed_alloc(&ba.freed[0]);

	if (!err)
		err = freed_alloc(&ba.freed[1]);
	if (!err)
		err = blocks_count_free();
	if (err) {
		freed_release(&ba.freed[0]);
		freed_release(&ba.freed[1]);
	}
	ba.rotor = geo.data_start;
	return err;
}

/* The word with the bit of @block, in which the bits of all blocks that cannot be allocated
 * are set; @b is the bitmap block. */
static u64 bitmap_used_word(struct buf *b, u32 block)
{
	return *bitmap_word(b, block) | *freed_word(&ba.freed[0], block) |
	       *freed_word(&ba.freed[1], block);
}

/* Takes up to @n adjacent blocks of [lo, hi), from *@first on, the first free one, as far
 * as their bits lie in one word.  Bitmap block @b has the bits of all.  Returns how many, 0
 * if none is free. */
static u32 bitmap_take(struct buf *b, u32 lo, u32 hi, u32 n, u32 *first)
{
	u64 used = ~0ull, free;
	u32 got = 0;

	for (; lo < hi; lo = ALIGN_DOWN(lo, WORD_BITS) + WORD_BITS) {
		used = bitmap_used_word(b, lo) | (bitmap_bit(lo) - 1);
		if (used != ~0ull)
			break;
	}
	if (lo < hi && (used & bitmap_bit(lo)))
		lo = ALIGN_DOWN(lo, WORD_BITS) + bits_lowest(~used);
	if (lo >= hi)
		return 0;
	n = MIN(n, hi - lo);
	for (free = ~used >> lo % WORD_BITS; got < n && (free & 1); free >>= 1)
		got++;
	*bitmap_word(b, lo) |= bitmap_run(lo, got);
	*first = lo;
	return got;
}

/* Takes up to @n adjacent blocks whose bits are in the bitmap block of @goal, from *@first
 * on, the first free one that is not before @goal.  Returns how many, or -EIO. */
static int blocks_take_near(struct log_op *op, u32 goal, u32 n, u32 *first)
{
	u32 got;
	int err = bitmap_get(goal);

	if (err)
		return err;
	got = bitmap_take(ba.bitmap, goal, bitmap_end(goal), n, first);
	if (got)
		log_write(op, ba.bitmap);
	return (int)got;
}

/* The same for the bitmap blocks after that of @goal, and round to it. */
static __attribute__((noinline)) int blocks_take_far(struct log_op *op, u32 goal, u32 n,
						     u32 *first)
{
	int got = 0;

	for (u32 left = geo.bitmap_blocks; !got && left > 0; left--) {
		sched_point();
		goal = bitmap_end(goal);
		if (goal == geo.size)
			goal = geo.data_start;
		got = blocks_take_near(op, goal, n, first);
	}
	return got;
}

int blocks_none(void)
{
	printk_limited("balloc: out of blocks", "balloc: out of blocks\n");
	return -ENOSPC;
}

int block_alloc(struct log_op *op, u32 goal, u32 n, u32 *first)
{
	int got;

	n = MIN(n, op->space);
	if (n == 0)
		return blocks_none();
	mutex_lock(&ba.lock);
	if (!geo_is_data(goal))
		goal = ba.rotor;
	got = blocks_take_near(op, goal, n, first);
	if (!got)
		got = blocks_take_far(op, goal, n, first);
	ASSERT(got); /* they are reserved */
	if (got > 0) {
		ba.rotor = *first + (u32)got - 1;
		op->space -= (u32)got;
	}
	mutex_unlock(&ba.lock);
	return got;
}

/* Clears the @bits of the word with the bit of @block. */
static int bitmap_clear(struct log_op *op, struct buf *b, u32 block, u64 bits, u32 keep)
{
	u64 *word = bitmap_word(b, block);
	u32 n = 0;

	bits &= *word;
	if (!bits)
		return 0;
	if (!b->logged && op->left <= keep)
		return -EAGAIN;
	*word &= ~bits;
	log_write(op, b);
	*freed_word(&ba.freed[ba.running], block) |= bits;
	for (; bits; bits &= bits - 1)
		n++;
	ba.freed[ba.running].n += n;
	spin_lock(&ba.count);
	ba.nfree += n;
	ba.npending += n;
	spin_unlock(&ba.count);
	return 0;
}

int block_free(struct log_op *op, u32 block, u32 n, u32 keep)
{
	u64 bits = bitmap_run(block, n);
	int err;

	if (!geo_is_data(block))
		return 0;
	mutex_lock(&ba.lock);
	err = bitmap_get(block);
	if (!err)
		err = bitmap_clear(op, ba.bitmap, block, bits, keep);
	mutex_unlock(&ba.lock);
	return err;
}

/* --- reservations -------------------------------------------------------------------- */

u32 blocks_available(void)
{
	u32 n;

	spin_lock(&ba.count);
	n = ba.nfree - ba.npending;
	spin_unlock(&ba.count);
	return n;
}

/* Blocks that can be allocated and are not reserved.  count held. */
static u32 blocks_unreserved(void)
{
	ASSERT(ba.nfree - ba.npending >= ba.nreserved);
	return ba.nfree - ba.npending - ba.nreserved;
}

/* Waits until @n blocks can be reserved, or do not exist: nothing is pending or reserved
 * any more.  It is the caller's turn, so nobody else takes what becomes free, and the wait
 * ends.  0 or -EROFS.  count held. */
static int blocks_wait(u32 n)
{
	int err = 0;

	while (!err && blocks_unreserved() < n && (ba.npending || ba.nreserved)) {
		if (!ba.npending) {
			waitq_wait_quiet(&ba.wq, &ba.count);
			continue;
		}
		spin_unlock(&ba.count);
		if (log_commit())
			err = -EROFS;
		spin_lock(&ba.count);
	}
	return err;
}

/* Reserves @want blocks, or as many as exist but at least @min; *@got is how many.  -ENOSPC
 * with a message, -EROFS. */
static int blocks_reserve(u32 min, u32 want, u32 *got)
{
	int err = 0;

	spin_lock(&ba.count);
	while (ba.turn)
		waitq_wait_quiet(&ba.wq, &ba.count);
	if (blocks_unreserved() < want) {
		ba.turn = true;
		err = blocks_wait(want);
		ba.turn = false;
		waitq_wake_all(&ba.wq);
	}
	*got = MIN(want, blocks_unreserved());
	if (!err && *got < min)
		err = -ENOSPC;
	if (!err)
		ba.nreserved += *got;
	spin_unlock(&ba.count);
	return err == -ENOSPC ? blocks_none() : err;
}

int blocks_begin(struct log_op *op, u32 nlog, u32 min, u32 want)
{
	u32 got = 0;
	int err = want ? blocks_reserve(min, want, &got) : 0;

	if (err)
		return err;
	err = log_begin(op, nlog);
	op->space = op->reserved = got;
	if (err)
		blocks_end(op);
	return err;
}

void blocks_end(struct log_op *op)
{
	if (op->reserved == 0)
		return;
	spin_lock(&ba.count);
	ba.nreserved -= op->reserved;
	ba.nfree -= op->reserved - op->space;
	if (ba.turn)
		waitq_wake_all(&ba.wq);
	spin_unlock(&ba.count);
	op->reserved = op->space = 0;
}

/* --- for the commit ------------------------------------------------------------------ */

void blocks_snapshot(void)
{
	ba.running = 1 - ba.running;
}

void blocks_committed(void)
{
	struct freed *f;

	mutex_lock(&ba.lock);
	f = &ba.freed[1 - ba.running];
	if (f->n) {
		spin_lock(&ba.count);
		ba.npending -= f->n;
		spin_unlock(&ba.count);
		f->n = 0;
		for (u32 i = 0; i < MAX_FRAMES && f->bits[i]; i++)
			page_zero(f->bits[i]);
	}
	mutex_unlock(&ba.lock);
}
