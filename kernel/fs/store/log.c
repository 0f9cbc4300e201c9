/* log.c - transactions, their commit, and recovery after a power cut.
 *
 * The log on the disk is a header and room for log_cap blocks; it holds at most one
 * transaction.  A commit
 *
 *	closes the gates to new operations and waits until the open ones have ended,
 *	copies the changed blocks aside and takes the list of dirty pages,
 *	opens the gates again: from here on new operations may begin,
 *	writes the pages in place          | flush
 *	writes the copies to the log       | flush
 *	writes the header that names them  | flush   <- the transaction is durable
 *	writes the copies to their places  | flush
 *	writes an empty header.
 *
 * The empty header needs no flush: the next commit flushes before it touches the log.
 * A block that a transaction freed is allocated again only after the commit (alloc.c), so
 * replaying the log never overwrites newer contents.
 *
 * Each hart has a gate of its own, with room in the log that operations which begin on this
 * hart may use: so they begin and end without a lock, and touch nothing that harts share.
 * A hart whose gate has too little room gets more, first of what no gate has, then of what
 * the other gates have; if that is too little, by a commit.
 *
 * Locks: mutex `commit`, rank log, is held for a whole commit; log.lock guards the
 * counters.  After a disk error nothing is written any more, and every operation
 * gets -EROFS.  The changed buffers stay pinned, so that metadata in memory stays
 * consistent. */
#include "fs/store/log_priv.h"

#include "core/clock.h"
#include "core/hart.h"
#include "core/report/klog.h"
#include "core/sync/mutex.h"
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "fs/wb_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/truncate_maps.h"
#include "mm/phys/frame.h"
#include "uapi/errno.h"

#define COMMIT_MS 700 /* from the first change to the commit */
#define ASIDE_ORDER 3 /* 32 blocks: the header and the copies */

_Static_assert((PAGE_SIZE << ASIDE_ORDER) >= (FS_LOG_MAX + 1) * FS_BLOCK,
	       "header and all copies fit");

/* In the word of a gate.  The low bits count blocks: those that operations may still
 * reserve here. */
#define GATE_BLOCKS 0xffffffffull
#define GATE_OPERATION (1ull << 32) /* one that began here is open */
#define GATE_CLOSED (1ull << 63)    /* no operation may begin      */

struct gate {
	u64 word; /* (A) GATE_*; GATE_CLOSED changes under (lock) */
} __attribute__((aligned(64)));

static struct {
	struct spinlock lock;
	struct waitq open; /* for the gates; the commit: for operations to end    */
	struct waitq work; /* the commit thread                                   */
	bool closed;       /* (lock) the gates are                                */
	u32 room;          /* (lock) blocks that are neither of the running transaction, nor
			    * of a gate, nor reserved by an operation */
	bool soon;         /* (lock) commit without delay                         */
	bool failed;       /* (A) after a disk error                              */
	u32 n;             /* (lock) blocks of the running transaction            */
	struct buf *buf[FS_LOG_MAX]; /* (lock) they are pinned                       */
	u64 running;  /* (lock) number of the running transaction            */
	u64 done;     /* (lock) number of the last one that is durable       */
	u64 dirty_at; /* (A) clock when the running one first changed; 0: it has not */

	struct mutex commit; /* guards the fields below */
	u32 ncopies;
	struct buf *copied[FS_LOG_MAX];
	u8 *aside; /* (C) a block for the header, then the copies */

	struct gate gate[MAX_HARTS];
} log;

void log_init(void)
{
	struct page *pg = frame_alloc_order(FRAME_buffer, ASIDE_ORDER, FRAME_ZERO);

	ASSERT(pg);
	memset(&log, 0, sizeof(log));
	spin_init(&log.lock, "log", RANK_logspin);
	mutex_init(&log.commit, "commit", RANK_log);
	waitq_init(&log.open);
	waitq_init(&log.work);
	log.aside = frame_va(pg);
	log.running = 1;
}

bool log_is_writable(void)
{
	return !geo.read_only && !__atomic_load_n(&log.failed, __ATOMIC_RELAXED);
}

/* --- operations ---------------------------------------------------------------------- */

static u64 gate_word(u32 hart)
{
	return __atomic_load_n(&log.gate[hart].word, __ATOMIC_ACQUIRE);
}

static bool gate_has_operations(u64 word)
{
	return (word & ~GATE_CLOSED) >= GATE_OPERATION;
}

static bool log_has_operations(void)
{
	for (u32 i = 0; i < MAX_HARTS; i++) {
		if (gate_has_operations(gate_word(i)))
			return true;
	}
	return false;
}

/* Begins an operation if the gate of this hart is open and has room. */
static bool log_try_begin(struct log_op *op, u32 nblocks)
{
	u32 hart = hart_index();
	u64 *word = &log.gate[hart].word, w = __atomic_load_n(word, __ATOMIC_RELAXED);

	do {
		if ((w & GATE_CLOSED) || (w & GATE_BLOCKS) < nblocks)
			return false;
	} while (!__atomic_compare_exchange_n(word, &w, w + GATE_OPERATION - nblocks, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	*op = (struct log_op){ .left = nblocks, .hart = hart };
	return true;
}

/* Begins an operation with room that no gate has, or that was taken from all gates, which
 * are open.  False: there is too little.  log.lock held. */
static bool log_begin_anywhere(struct log_op *op, u32 nblocks)
{
	u32 hart = hart_index();

	for (u32 i = 0; i < MAX_HARTS && log.room < nblocks; i++)
		log.room += (u32)__atomic_fetch_and(&log.gate[i].word, ~GATE_BLOCKS,
						    __ATOMIC_RELAXED);
	if (log.room < nblocks)
		return false;
	log.room -= nblocks;
	__atomic_fetch_add(&log.gate[hart].word, GATE_OPERATION, __ATOMIC_ACQUIRE);
	*op = (struct log_op){ .left = nblocks, .hart = hart };
	return true;
}

/* Waits for the gates to open.  Then begins the operation and returns true, or makes room
 * for it by a commit and returns false: the caller tries again, if the log is writable. */
static __attribute__((noinline)) bool log_begin_later(struct log_op *op, u32 nblocks)
{
	bool begun;
	int err;

	spin_lock(&log.lock);
	while (log.closed)
		waitq_wait_quiet(&log.open, &log.lock);
	begun = log_begin_anywhere(op, nblocks);
	spin_unlock(&log.lock);
	if (begun)
		return true;
	err = log_commit();
	(void)err; /* then it is not writable */
	return false;
}

int log_begin(struct log_op *op, u32 nblocks)
{
	ASSERT(nblocks <= FS_OP_MAX);
	while (log_is_writable()) {
		if (log_try_begin(op, nblocks) || log_begin_later(op, nblocks))
			return 0;
	}
	return -EROFS;
}

void log_write(struct log_op *op, struct buf *b)
{
	/* The flag is cleared only while no operation is open. */
	if (__atomic_load_n(&b->logged, __ATOMIC_RELAXED))
		return;
	spin_lock(&log.lock);
	if (!b->logged) {
		ASSERT(op->left > 0 && log.n < geo.log_cap);
		op->left--;
		__atomic_store_n(&b->logged, true, __ATOMIC_RELAXED);
		log.buf[log.n++] = b;
		buf_ref(b);
	}
	spin_unlock(&log.lock);
	log_poke(false);
}

void log_end(struct log_op *op)
{
	u64 word;

	if (op->reserved)
		blocks_end(op);
	word = __atomic_sub_fetch(&log.gate[op->hart].word, GATE_OPERATION - op->left,
				  __ATOMIC_ACQ_REL);
	op->left = 0;
	if (!(word & GATE_CLOSED) || gate_has_operations(word))
		return;
	spin_lock(&log.lock);
	waitq_wake_all(&log.open);
	spin_unlock(&log.lock);
}

void log_poke(bool soon)
{
	if (__atomic_load_n(&log.dirty_at, __ATOMIC_RELAXED) && !soon)
		return;
	spin_lock(&log.lock);
	if (!log.dirty_at || (soon && !log.soon)) {
		if (!log.dirty_at)
			__atomic_store_n(&log.dirty_at, clock_now() | 1, __ATOMIC_RELAXED);
		log.soon |= soon;
		waitq_wake_all(&log.work);
	}
	spin_unlock(&log.lock);
}

/* --- commit -------------------------------------------------------------------------- */

static u8 *log_copy(u32 i)
{
	return log.aside + (i + 1) * FS_BLOCK;
}

/* Copies the changed blocks aside, ordered by number so that neighbours share a request. */
static void log_take_blocks(void)
{
	struct fs_log_header *header = (struct fs_log_header *)log.aside;

	for (u32 i = 0; i < log.n; i++) {
		struct buf *b = log.buf[i];
		u32 at = i;

		while (at > 0 && log.copied[at - 1]->block > b->block) {
			log.copied[at] = log.copied[at - 1];
			at--;
		}
		log.copied[at] = b;
	}
	memset(header, 0, FS_BLOCK);
	header->n = (s32)log.n;
	for (u32 i = 0; i < log.n; i++) {
		struct buf *b = log.copied[i];

		header->block[i] = (s32)b->block;
		memcpy(log_copy(i), b->data, FS_BLOCK);
		__atomic_store_n(&b->logged, false, __ATOMIC_RELAXED);
	}
	log.ncopies = log.n;
}

/* Opens the gates, none of which has room: all of it is here, as nothing is logged. */
static void log_open_gates(void)
{
	log.room = geo.log_cap;
	for (u32 i = 0; i < MAX_HARTS; i++)
		__atomic_store_n(&log.gate[i].word, 0, __ATOMIC_RELEASE);
}

/* Ends the running transaction and starts the next.  Returns its number. */
static u64 log_take_transaction(struct list *pages)
{
	u64 number;

	spin_lock(&log.lock);
	log.closed = true;
	for (u32 i = 0; i < MAX_HARTS; i++)
		__atomic_fetch_or(&log.gate[i].word, GATE_CLOSED, __ATOMIC_ACQ_REL);
	while (log_has_operations())
		waitq_wait_quiet(&log.open, &log.lock);
	__atomic_store_n(&log.dirty_at, 0, __ATOMIC_RELAXED);
	log.soon = false;
	spin_unlock(&log.lock);

	/* No operation is open here. */
	log_take_blocks();
	wb_snapshot(pages);
	blocks_snapshot();

	spin_lock(&log.lock);
	log.n = 0;
	number = log.running++;
	log.closed = false;
	log_open_gates();
	waitq_wake_all(&log.open);
	spin_unlock(&log.lock);
	return number;
}

static int log_write_copies(void)
{
	struct io io;
	int err;

	io_init(&io, geo.dev, BIO_WRITE);
	io_add(&io, geo.log_start + 1, log_copy(0), log.ncopies);
	err = io_finish(&io);
	if (!err)
		err = io_flush(geo.dev);
	if (!err)
		err = io_block(geo.dev, BIO_WRITE, geo.log_start, log.aside);
	if (!err)
		err = io_flush(geo.dev);
	return err;
}

static int log_write_home(void)
{
	struct fs_log_header *header = (struct fs_log_header *)log.aside;
	struct io io;
	int err;

	io_init(&io, geo.dev, BIO_WRITE);
	for (u32 i = 0; i < log.ncopies; i++)
		io_add(&io, log.copied[i]->block, log_copy(i), 1);
	err = io_finish(&io);
	if (!err)
		err = io_flush(geo.dev);
	if (!err) {
		header->n = 0;
		err = io_block(geo.dev, BIO_WRITE, geo.log_start, header);
	}
	return err;
}

static int log_write_transaction(struct list *pages)
{
	bool has_pages = !list_empty(pages);
	int err = wb_write(pages);

	if (!err && (has_pages || log.ncopies))
		err = io_flush(geo.dev);
	if (!err && log.ncopies)
		err = log_write_copies();
	if (!err && log.ncopies)
		err = log_write_home();
	return err;
}

/* Commits the running transaction.  Mutex `commit` held. */
static int log_commit_running(void)
{
	struct list pages;
	u64 number;
	int err;

	if (log.failed)
		return -EIO;
	number = log_take_transaction(&pages);
	err = log_write_transaction(&pages);
	if (err) {
		__atomic_store_n(&log.failed, true, __ATOMIC_RELAXED);
		printk("fs: cannot write to %s, it is read-only from now on\n",
		       geo.dev->name);
		return err;
	}
	for (u32 i = 0; i < log.ncopies; i++)
		buf_put(log.copied[i]);
	blocks_committed();
	spin_lock(&log.lock);
	log.done = number;
	spin_unlock(&log.lock);
	return 0;
}

int log_commit(void)
{
	bool clean;
	u64 want;
	int err = 0;

	if (geo.read_only)
		return 0;
	clean = !wb_pending();
	spin_lock(&log.lock);
	clean = clean && log.n == 0 && !log_has_operations() && log.done + 1 == log.running;
	want = log.running;
	spin_unlock(&log.lock);
	if (clean && !log.failed)
		return 0;
	mutex_lock(&log.commit);
	if (log.done < want)
		err = log_commit_running();
	mutex_unlock(&log.commit);
	return err;
}

int log_sync(void)
{
	mappings_write_back();
	return log_commit();
}

/* Waits until something has been uncommitted for COMMIT_MS, or a commit is wanted soon. */
static void log_wait_for_work(void)
{
	u64 delay = clock_from_ms(COMMIT_MS);

	spin_lock(&log.lock);
	while (!log.dirty_at || log.failed)
		waitq_wait_quiet(&log.work, &log.lock);
	while (!log.soon && log.dirty_at && clock_now() < log.dirty_at + delay) {
		if (waitq_wait_until_quiet(&log.work, &log.lock, log.dirty_at + delay))
			break;
	}
	spin_unlock(&log.lock);
}

static void log_thread(void *arg)
{
	(void)arg;
	for (;;) {
		log_wait_for_work();
		if (log_sync())
			printk("fs: changes of the last second are lost\n");
	}
}

int log_start(void)
{
	return kthread_start("commit", log_thread, NULL);
}

/* --- recovery ------------------------------------------------------------------------ */

static bool log_may_hold(u32 block)
{
	return (block >= geo.inode_start && block < geo.inode_start + geo.inode_blocks) ||
	       (block >= geo.bitmap_start &&
		block < geo.bitmap_start + geo.bitmap_blocks) ||
	       geo_is_data(block);
}

static int log_check_header(const struct fs_log_header *header)
{
	if (header->n < 0 || (u32)header->n > geo.log_cap)
		return -EINVAL;
	for (s32 i = 0; i < header->n; i++) {
		if (!log_may_hold((u32)header->block[i]))
			return -EINVAL;
	}
	return 0;
}

static int log_replay_block(u32 i, u32 block)
{
	int err = io_block(geo.dev, BIO_READ, geo.log_start + 1 + i, log_copy(i));

	if (err)
		return err;
	printk("recovering tail %u dst %u\n", i, block);
	return io_block(geo.dev, BIO_WRITE, block, log_copy(i));
}

int log_recover(void)
{
	struct fs_log_header *header = (struct fs_log_header *)log.aside;
	int err = io_block(geo.dev, BIO_READ, geo.log_start, header);

	log_open_gates();
	if (!err)
		err = log_check_header(header);
	if (err || header->n == 0)
		return err;
	if (geo.read_only)
		return -EROFS;
	for (u32 i = 0; i < (u32)header->n && !err; i++)
		err = log_replay_block(i, (u32)header->block[i]);
	if (!err)
		err = io_flush(geo.dev);
	header->n = 0;
	if (!err)
		err = io_block(geo.dev, BIO_WRITE, geo.log_start, header);
	if (!err)
		err = io_flush(geo.dev);
	return err;
}
