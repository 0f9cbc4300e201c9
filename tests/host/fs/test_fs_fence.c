// sources: kernel/fs/wb.c tests/host/shim/shim.c
// cflags: -include tests/host/fs/fence.h
/* test_fs_fence.c - a writer and a commit at one dirty page, on harts that keep a store to
 * themselves for a while, as RVWMO allows: until the next full fence, or for as long as it
 * does harm.
 *
 * The writer stores a byte, then loads the dirty flag.  The commit clears the flag, then
 * loads the byte.  If both loads came before both stores, the byte would be lost. */
#include "rig.h"

#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "fs/store/log_priv.h"
#include "fs/wb_priv.h"
#include "mm/space/pagecache.h"

#define OLD 1
#define NEW 2

static const u32 block[WB_PAGE_BLOCKS] = { 100, 101, 102, 103 };

static struct object object;
static struct page page;
static u8 byte; /* of the page */
static struct list records;
static u8 written; /* what the commit loaded */

static void (*at_fence)(void); /* what the hart at hand does there */
static unsigned fences;

void fence_passed(int order)
{
	void (*now)(void) = at_fence;

	if (order != __ATOMIC_SEQ_CST || !now)
		return;
	at_fence = NULL;
	fences++;
	now();
	at_fence = now;
}

static bool is_dirty(void)
{
	return page_flags(&page) & PG_DIRTY(0);
}

/* --- what wb.c calls; nothing is written here --------------------------------------- */

struct geometry geo;
struct frame_span frame_span;

void frame_put(struct page *pg)
{
	pg->refs--;
}

bool log_is_writable(void)
{
	return true;
}

int log_commit(void)
{
	return -1;
}

void log_poke(bool soon)
{
	(void)soon;
}

void io_init(struct io *io, struct blkdev *dev, enum bio_op op)
{
	(void)io;
	(void)dev;
	(void)op;
}

void io_add(struct io *io, u32 number, void *data, u32 nblocks)
{
	(void)io;
	(void)number;
	(void)data;
	(void)nblocks;
}

int io_finish(struct io *io)
{
	(void)io;
	return 0;
}

/* --- the two, as the order of their parts is chosen ------------------------------- */

static void writer_store_arrives(void)
{
	byte = NEW;
}

/* Returns with the store not there yet, if there was no fence. */
static void writer_marks(void (*fence)(void))
{
	bool reserved = false;
	void (*outer)(void) = at_fence;

	at_fence = fence;
	assert_true(wb_mark(&reserved, &page, 1, block));
	at_fence = outer;
}

static void writer_runs(void)
{
	writer_marks(writer_store_arrives);
	writer_store_arrives();
}

static void nothing(void)
{
}

/* Returns whether the flag, as the others see it, is cleared before what comes next. */
static bool commit_clears(void)
{
	void (*outer)(void) = at_fence;
	unsigned before = fences;

	at_fence = nothing;
	wb_snapshot(&records);
	at_fence = outer;
	return fences != before;
}

static void commit_loads(void)
{
	written = byte;
}

static void commit_runs(void)
{
	(void)commit_clears();
	commit_loads();
}

static void commit_then_store(void)
{
	commit_runs();
	writer_store_arrives();
}

static void store_then_commit(void)
{
	writer_store_arrives();
	commit_runs();
}

/* --- the orders ------------------------------------------------------------------- */

static void commit_before_writer(void)
{
	commit_runs();
	writer_runs();
}

static void commit_after_load(void)
{
	writer_marks(writer_store_arrives);
	commit_runs();
	writer_store_arrives();
}

static void commit_between_store_and_fence(void)
{
	writer_marks(commit_then_store);
	writer_store_arrives();
}

static void commit_between_fence_and_load(void)
{
	writer_marks(store_then_commit);
	writer_store_arrives();
}

static void writer_between_clear_and_load(void)
{
	if (commit_clears()) {
		writer_runs();
		commit_loads();
		return;
	}
	/* Without a fence the load may come early, and the clear late. */
	commit_loads();
	page_set_flags(&page, PG_DIRTY(0));
	writer_runs();
	page_clear_flags(&page, PG_DIRTY(0));
}

static void no_byte_is_lost(void **state)
{
	void (*const order[])(void) = {
		commit_before_writer,           commit_after_load,
		commit_between_store_and_fence, commit_between_fence_and_load,
		writer_between_clear_and_load,
	};

	(void)state;
	frame_span.to_va = (uintptr_t)&byte - ((uintptr_t)&page << FRAME_SHIFT);
	for (unsigned i = 0; i < ARRAY_SIZE(order); i++) {
		bool reserved = false;

		wb_init();
		page = (struct page){ .object = &object, .refs = 1 };
		byte = OLD;
		written = 0;
		assert_true(wb_mark(&reserved, &page, 1, block));
		order[i]();
		assert_int_equal(byte, NEW);
		if (written != NEW && !is_dirty())
			fail_msg("order %u: the byte is lost", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_byte_is_lost) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
