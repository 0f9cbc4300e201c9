// sources: kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/frame_census.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK
/* test_frame_chunk.c - large machines: frames whose struct pages are written only when they
 * are needed count as free from the start, are all handed out, and are read by nobody
 * before. */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "mm/phys/frame.h"
#include "shim.h"

#define CHUNK 4096ul             /* frames that are opened together */
#define FRAMES (6 * CHUNK + 700) /* the last chunk is there in part */
#define KERNEL 600               /* frames at the start             */
#define TABLE (2 * CHUNK + 17)   /* first frame of a range that is taken */
#define TABLE_FRAMES 40
#define FREE_AFTER_ALL (5 * CHUNK + 5) /* a frame that had a kind before */
#define FREE (FRAMES - KERNEL - TABLE_FRAMES)
#define POISON 0xa5

static struct page *table;

static pa_t pa(u64 frame)
{
	return SHIM_RAM_BASE + frame * PAGE_SIZE;
}

static int set_up(void **state)
{
	(void)state;
	shim_hart = 0;
	shim_ram_init(FRAMES * PAGE_SIZE);
	table = malloc(FRAMES * sizeof(*table));
	memset(table, POISON, FRAMES * sizeof(*table));
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_kind(pa(0), pa(KERNEL), FRAME_kernel);
	frame_boot_kind(pa(TABLE), pa(TABLE + TABLE_FRAMES), FRAME_frames);
	frame_boot_kind(pa(FREE_AFTER_ALL), pa(FREE_AFTER_ALL + 1), FRAME_kernel);
	frame_boot_free(pa(KERNEL), pa(TABLE));
	frame_boot_free(pa(TABLE + TABLE_FRAMES), pa(FRAMES));
	frame_check();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_check();
	assert_int_equal(frame_count(FRAME_free), FREE);
	shim_ram_fini();
	free(table);
	return 0;
}

static bool chunk_is_untouched(u64 chunk)
{
	const u8 *at = (const u8 *)&table[chunk * CHUNK];

	for (u64 i = 0; i < CHUNK * sizeof(*table); i++) {
		if (at[i] != POISON)
			return false;
	}
	return true;
}

static void boot_writes_only_chunks_that_are_used(void **state)
{
	static const bool closed[] = { false, true, false, true, true, false };

	(void)state;
	for (u64 i = 0; i < 6; i++)
		assert_int_equal(chunk_is_untouched(i), closed[i]);
	assert_int_equal(frame_count(FRAME_free), FREE);
	assert_int_equal(frame_count(FRAME_kernel), KERNEL);
	assert_int_equal(frame_count(FRAME_frames), TABLE_FRAMES);
}

static void the_census_counts_closed_chunks(void **state)
{
	struct frame_census c;
	u64 sum = 0;

	(void)state;
	frame_census(&c);
	for (unsigned order = 0; order <= FRAME_MAX_ORDER; order++)
		sum += c.blocks[order] << order;
	assert_int_equal(sum, FREE);
	assert_int_equal(c.count[FRAME_free], FREE);
	assert_true(c.blocks[FRAME_MAX_ORDER] >= 3 * (CHUNK >> FRAME_MAX_ORDER));
}

/* Takes blocks of one order until there are none, then frees them. */
static void take_all(unsigned order, u64 want)
{
	struct page **got = calloc(FRAMES, sizeof(struct page *));
	u8 *seen = calloc(FRAMES, 1);
	u64 n = 0;

	while ((got[n] = frame_alloc_order(FRAME_other, order, FRAME_NOWAIT)) != NULL) {
		u64 at = (frame_pa(got[n]) - SHIM_RAM_BASE) / PAGE_SIZE;

		assert_true(at >= KERNEL && at + BIT(order) <= FRAMES);
		for (u64 i = at; i < at + BIT(order); i++) {
			assert_true(i < TABLE || i >= TABLE + TABLE_FRAMES);
			assert_int_equal(seen[i]++, 0);
		}
		if (n++ % 1000 == 0)
			frame_check();
	}
	assert_int_equal(n, want);
	frame_check();
	while (n)
		frame_put(got[--n]);
	free(seen);
	free(got);
}

static void each_frame_is_handed_out_once(void **state)
{
	(void)state;
	take_all(0, FREE);
	take_all(0, FREE);
}

/* All of RAM in blocks, less those in which something lies. */
static void each_large_block_is_handed_out(void **state)
{
	(void)state;
	take_all(FRAME_MAX_ORDER, (FRAMES >> FRAME_MAX_ORDER) - 3);
}

static void chunks_open_only_when_the_rest_is_used(void **state)
{
	struct page *first = NULL, *pg;
	u64 n = 0;

	(void)state;
	while (chunk_is_untouched(1)) {
		pg = frame_alloc(FRAME_other, FRAME_NOWAIT);
		assert_non_null(pg);
		pg->priv = (u64)first;
		first = pg;
		n++;
	}
	assert_true(n >= FREE - 3 * CHUNK - 64); /* lists of harts may hold some */
	assert_true(chunk_is_untouched(3) && chunk_is_untouched(4));
	while (first) {
		pg = first;
		first = (struct page *)pg->priv;
		frame_put(pg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
		TEST(boot_writes_only_chunks_that_are_used),
		TEST(the_census_counts_closed_chunks),
		TEST(each_frame_is_handed_out_once),
		TEST(each_large_block_is_handed_out),
		TEST(chunks_open_only_when_the_rest_is_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
