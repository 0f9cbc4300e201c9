// sources: kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_census.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK
/* test_frame.c - the frame allocator: random operations with every invariant
 * checked, exhaustion, misuse. */
#include "frame_rig.h"

#include <string.h>

#include "mm/phys/frame_priv.h"

static struct page *all[FRAMES];

static unsigned count_blocks(unsigned order)
{
	unsigned n = 0;

	for (u64 i = 0; i < FRAMES; i++)
		n += table[i].order == (FRAME_ORDER_FREE | order);
	return n;
}

/* Takes all whole blocks.  Frames on the lists of the harts are used for that, too. */
static void take_all_blocks(void)
{
	struct page *block[FRAMES >> FRAME_MAX_ORDER];
	unsigned n = 0;

	while (n < ARRAY_SIZE(block) &&
	       (block[n] = frame_alloc_order(FRAME_anon, FRAME_MAX_ORDER, FRAME_NOWAIT)))
		n++;
	while (n > 0)
		frame_put(block[--n]);
}

/* --- boot --------------------------------------------------------------- */

static void test_boot(void **state)
{
	(void)state;
	assert_int_equal(frame_total(), FRAMES);
	assert_int_equal(frame_count(FRAME_free), FREE);
	assert_int_equal(frame_count(FRAME_kernel), FIRST);
	/* The RAM begins at a multiple of 2 MiB: blocks 1 to 4 are whole. */
	assert_int_equal(count_blocks(9), 4);
	assert_null(frame_of_pa(SHIM_RAM_BASE - 1));
	assert_null(frame_of_pa(SHIM_RAM_BASE + FRAMES * PAGE_SIZE));
	assert_null(frame_of_pa(0));
	assert_ptr_equal(frame_of_pa(SHIM_RAM_BASE), &table[0]);
	assert_ptr_equal(frame_of_pa(SHIM_RAM_BASE + 2 * PAGE_SIZE - 1), &table[1]);
	for (unsigned i = 0; i < FRAMES; i++) {
		assert_int_equal(frame_pa(&table[i]), SHIM_RAM_BASE + i * PAGE_SIZE);
		assert_ptr_equal(frame_of_va((char *)frame_va(&table[i]) + 77), &table[i]);
	}
}

/* Ranges with ragged ends: only whole frames become free, and a frame that
 * the firmware has a byte of is the firmware's. */
static void test_boot_ragged(void **state)
{
	pa_t base = SHIM_RAM_BASE + 8 * PAGE_SIZE; /* not aligned to a large block */

	(void)state;
	memset(table, 0, sizeof(table));
	frame_init(base, 100 * PAGE_SIZE, table);
	frame_boot_kind(base + 3 * PAGE_SIZE + 1, base + 5 * PAGE_SIZE + 1, FRAME_firmware);
	assert_int_equal(frame_count(FRAME_firmware), 3);
	frame_boot_kind(0, base + 1, FRAME_firmware);
	assert_int_equal(frame_count(FRAME_firmware), 4);
	frame_boot_free(base + 6 * PAGE_SIZE + 1, base + 20 * PAGE_SIZE - 1);
	assert_int_equal(frame_count(FRAME_free), 12);
	frame_boot_free(base + 20 * PAGE_SIZE, base + GIB);
	assert_int_equal(frame_count(FRAME_free), 92);
	assert_int_equal(frame_count(FRAME_kernel), 4);
	frame_check();

	/* By address modulo 2 MiB, 15 to 26 and 28 to 107 are free: 15, 16-23,
	 * 24-25, 26; 28-31, 32-63, 64-95, 96-103, 104-107. */
	for (unsigned order = 0; order < 6; order++)
		assert_int_equal(count_blocks(order), ((u8[]){ 2, 1, 2, 2, 0, 2 })[order]);
	assert_non_null(frame_alloc(FRAME_anon, 0));
}

/* --- random operations -------------------------------------------------- */

struct held {
	struct page *pg;
	unsigned order, refs;
	enum frame_kind kind;
	u8 stamp;
};

static struct held held[FRAMES];
static unsigned nheld;
static u64 used[FRAME_NKINDS];
static bool taken[FRAMES];

static enum frame_kind random_kind(void)
{
	return FRAME_kernel + rig_below(FRAME_NKINDS - FRAME_kernel);
}

static void hold(struct page *pg, enum frame_kind kind, unsigned order, bool zeroed)
{
	u8 *bytes = frame_va(pg);
	u64 i = pg - table;

	assert_int_equal(pg->refs, 1);
	assert_int_equal(pg->flags, 0);
	assert_true(list_empty(&pg->link) && !pg->object && !pg->index && !pg->hash_next &&
		    !pg->priv && !pg->owner);
	assert_int_equal(i & (BIT(order) - 1), 0);
	for (u64 j = i; j < i + BIT(order); j++) {
		assert_false(taken[j]);
		taken[j] = true;
		assert_int_equal(table[j].kind, kind);
	}
	if (zeroed)
		for (u64 j = 0; j < BIT(order) * PAGE_SIZE; j += 509)
			assert_int_equal(bytes[j], 0);
	held[nheld] = (struct held){ pg, order, 1, kind, rig_random() };
	memset(bytes, held[nheld].stamp | 1, BIT(order) * PAGE_SIZE);
	pg->flags = 0xffff;
	pg->priv = pg->index = ~0ul;
	pg->object = (void *)8;
	pg->hash_next = (void *)8;
	pg->owner = (void *)8;
	pg->link.next = NULL;
	used[kind] += BIT(order);
	nheld++;
}

static void forget(unsigned h)
{
	struct held *x = &held[h];

	for (u64 j = 0; j < BIT(x->order); j++)
		taken[x->pg - table + j] = false;
	used[x->kind] -= BIT(x->order);
	*x = held[--nheld];
}

static void put_random(void)
{
	unsigned h = rig_below(nheld);
	u8 *bytes = frame_va(held[h].pg);

	assert_int_equal(bytes[0], held[h].stamp | 1);
	assert_int_equal(bytes[(PAGE_SIZE << held[h].order) - 1], held[h].stamp | 1);
	if (held[h].refs == 1 && held[h].order == 0 && rig_below(2)) {
		memset(bytes, 0, PAGE_SIZE);
		frame_put_cleared(held[h].pg);
	} else {
		frame_put(held[h].pg);
	}
	if (--held[h].refs == 0)
		forget(h);
}

static void split_random(void)
{
	unsigned h = rig_below(nheld);
	struct held x = held[h];

	if (nheld + BIT(x.order) > FRAMES)
		return;
	frame_split(x.pg);
	held[h].order = 0;
	for (u64 i = 1; i < BIT(x.order); i++)
		held[nheld++] = (struct held){ x.pg + i, 0, x.refs, x.kind, x.stamp };
}

static void check_counts(void)
{
	u64 sum = 0;

	for (unsigned kind = FRAME_kernel; kind < FRAME_NKINDS; kind++) {
		u64 boot = kind == FRAME_kernel ? FIRST : 0;

		assert_int_equal(frame_count(kind), used[kind] + boot);
		sum += used[kind] + boot;
	}
	assert_int_equal(frame_count(FRAME_free), FRAMES - sum);
}

/* The census counts the same, at one instant, and the free frames by where they are. */
static void check_census(void)
{
	struct frame_census census;
	u64 nfree = 0;

	frame_census(&census);
	for (unsigned kind = 0; kind < FRAME_NKINDS; kind++)
		assert_int_equal(census.count[kind], frame_count(kind));
	for (unsigned order = 0; order <= FRAME_MAX_ORDER; order++) {
		assert_int_equal(census.blocks[order], count_blocks(order));
		nfree += census.blocks[order] << order;
	}
	for (unsigned i = 0; i < MAX_HARTS; i++)
		nfree += census.cached[i];
	assert_int_equal(nfree, census.count[FRAME_free]);
}

static void take_many(enum frame_kind kind, unsigned flags)
{
	struct page *out[40];
	u32 want = 1 + rig_below(ARRAY_SIZE(out));
	u32 got = frame_alloc_many(kind, flags, out, want);

	assert_in_range(got, 0, want);
	if (!got)
		assert_int_equal(frame_count(FRAME_free), 0);
	for (u32 i = 0; i < got; i++)
		hold(out[i], kind, 0, flags & FRAME_ZERO);
}

/* @bias of ten operations allocate. */
static void random_operation(unsigned bias)
{
	unsigned flags = FRAME_NOWAIT | (rig_below(3) ? 0 : FRAME_ZERO);
	unsigned order = rig_below(4) ? 0 : rig_below(rig_below(8) ? 4 : 10);
	enum frame_kind kind = random_kind();

	shim_hart = rig_below(MAX_HARTS);
	if (rig_below(20) < bias / 2) {
		take_many(kind, flags);
	} else if (!nheld || rig_below(10) < bias) {
		struct page *pg = order ? frame_alloc_order(kind, order, flags)
					: frame_alloc(kind, flags);

		if (pg)
			hold(pg, kind, order, flags & FRAME_ZERO);
		else if (!order)
			assert_int_equal(frame_count(FRAME_free), 0);
	} else if (rig_below(8) == 0) {
		unsigned h = rig_below(nheld);

		frame_get(held[h].pg);
		held[h].refs++;
		assert_true(frame_is_shared(held[h].pg));
	} else if (rig_below(32) == 0) {
		split_random();
	} else {
		put_random();
	}
}

static void test_random(void **state)
{
	(void)state;
	nheld = 0;
	memset(used, 0, sizeof(used));
	memset(taken, 0, sizeof(taken));
	for (unsigned round = 0; round < 60000; round++) {
		random_operation(round / 3000 % 2 ? 2 : 8);
		if (round % 50 == 0) {
			frame_check();
			check_counts();
			check_census();
		}
	}
	while (nheld)
		put_random();
	check_counts();
	assert_int_equal(frame_count(FRAME_free), FREE);

	/* Nothing is left in pieces. */
	take_all_blocks();
	assert_int_equal(count_blocks(9), 4);
}

/* Two users share a block.  Each may split it, before or after the other gives it up. */
static void test_shared_block(void **state)
{
	(void)state;
	for (unsigned when = 0; when < 4; when++) {
		struct page *pg = frame_alloc_order(FRAME_anon, 9, 0);

		frame_get_block(pg, 9);
		if (when == 0)
			frame_split(pg);
		frame_get_block(pg, 9);
		assert_int_equal(pg[0].refs, 3);
		assert_int_equal(pg[511].refs, when == 0 ? 3 : 0);
		frame_put_block(pg, 9);
		if (when == 1)
			frame_split(pg);
		frame_check();
		frame_put_block(pg, 9);
		assert_int_equal(frame_count(FRAME_anon), 512);
		if (when == 2)
			frame_split(pg);
		frame_check();
		if (when < 3)
			for (unsigned i = 0; i < 512; i++)
				frame_put(pg + i);
		else
			frame_put_block(pg, 9);
		assert_int_equal(frame_count(FRAME_anon), 0);
	}
}

/* The last user of a block can have it whole again; before that nobody can. */
static void test_reunite(void **state)
{
	struct page *pg = frame_alloc_order(FRAME_anon, 9, 0);

	(void)state;
	assert_true(frame_reunite(pg, 9));
	frame_get_block(pg, 9);
	assert_false(frame_reunite(pg, 9));
	assert_int_equal(pg->order, 9);
	frame_split(pg);
	assert_false(frame_reunite(pg, 9));
	for (unsigned i = 0; i < 512; i++) { /* the other user gives it up page by page */
		frame_put(pg + (i * 37 + 5) % 512);
		assert_int_equal(frame_reunite(pg, 9), i == 511);
		assert_int_equal(pg->order, i == 511 ? 9 : 0);
		frame_check();
	}
	assert_int_equal(pg[511].refs, 0);
	frame_put(pg);
	frame_check();
	assert_int_equal(frame_count(FRAME_anon), 0);
	assert_int_equal(count_blocks(9), 4);
}

/* --- exhaustion --------------------------------------------------------- */

/* One hart can get all frames, whichever harts freed them. */
static void test_last_frame(void **state)
{
	unsigned n = 0;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		shim_hart = round;
		for (n = 0; n < FREE; n++) {
			all[n] = frame_alloc(FRAME_anon, 0);
			assert_non_null(all[n]);
			assert_int_equal(frame_count(FRAME_free), FREE - n - 1);
		}
		assert_null(frame_alloc(FRAME_anon, 0));
		assert_null(frame_alloc(FRAME_anon, FRAME_NOWAIT));
		assert_null(frame_alloc(FRAME_anon, FRAME_RESERVED));
		assert_null(frame_alloc_order(FRAME_anon, 0, 0));
		assert_null(frame_alloc_order(FRAME_anon, 1, 0));
		while (n) {
			shim_hart = n % MAX_HARTS;
			frame_put(all[--n]);
			assert_int_equal(frame_count(FRAME_free), FREE - n);
		}
	}
}

/* Frames on the harts' lists can become large blocks, too. */
static void test_block_from_lists(void **state)
{
	struct page *big[4];

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		all[i] = frame_alloc(FRAME_anon, 0);
	for (unsigned i = 0; i < 100; i++) {
		shim_hart = i % MAX_HARTS;
		frame_put(all[i]);
	}
	for (unsigned i = 0; i < 4; i++) {
		big[i] = frame_alloc_order(FRAME_anon, 9, FRAME_NOWAIT);
		assert_non_null(big[i]);
		assert_true(IS_ALIGNED(frame_pa(big[i]), 2 * MIB));
	}
	assert_null(frame_alloc_order(FRAME_anon, 9, FRAME_NOWAIT));
	for (unsigned i = 0; i < 4; i++)
		frame_put(big[i]);
}

static unsigned count_listed(void)
{
	unsigned n = 0;

	for (u64 i = 0; i < FRAMES; i++)
		n += table[i].order == FRAME_ORDER_CACHED;
	return n;
}

/* A hart's list takes single frames in batches, so that most calls see only it,
 * and never keeps more than the limit. */
static void test_lists_are_short(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 500; i++) {
		all[i] = frame_alloc(FRAME_anon, 0);
		if (i == 0)
			assert_in_range(count_listed(), 8, 64);
	}
	for (unsigned i = 0; i < 500; i++) {
		frame_put(all[i]);
		assert_in_range(count_listed(), MIN(i + 1, FRAME_CACHE_SIZE / 2),
				FRAME_CACHE_SIZE);
	}
	take_all_blocks();
	assert_int_equal(count_listed(), 0);
}

/* A frame that is given back cleared is not cleared again, and serves nobody else while
 * there are others.  It is free like all others: for single frames and for blocks. */
static void test_cleared(void **state)
{
	struct page *pg = frame_alloc(FRAME_table, FRAME_ZERO), *other;
	u8 *bytes = frame_va(pg);
	u64 nfree = frame_count(FRAME_free);
	unsigned n;

	(void)state;
	bytes[4000] = 1;
	expect_assert_failure(frame_put_cleared(pg));
	bytes[4000] = 0;
	frame_put_cleared(pg);
	assert_int_equal(frame_count(FRAME_free), nfree + 1);
	check_census();
	frame_check();
	other = frame_alloc(FRAME_anon, 0);
	assert_ptr_not_equal(other, pg);
	bytes[4000] = 1; /* shows whether somebody clears it */
	assert_ptr_equal(frame_alloc(FRAME_anon, FRAME_ZERO), pg);
	assert_int_equal(bytes[4000], 1);
	memset(frame_va(other), 0xff, PAGE_SIZE);
	frame_put(other);
	assert_ptr_equal(frame_alloc(FRAME_anon, FRAME_ZERO), other);
	assert_int_equal(((u8 *)frame_va(other))[4000], 0);
	frame_put(other);
	frame_put(pg);

	for (n = 0; n < 200; n++)
		all[n] = frame_alloc(FRAME_anon, FRAME_ZERO);
	while (n) {
		shim_hart = n % MAX_HARTS;
		frame_put_cleared(all[--n]);
	}
	assert_in_range(count_listed(), 8, 8 * 48);
	frame_check();
	take_all_blocks();
	assert_int_equal(count_blocks(9), 4);
}

/* Several at a time come from the hart's list in one go, and all that is left can be had
 * that way. */
static void test_many(void **state)
{
	u64 entered;
	unsigned n;
	u32 got;

	(void)state;
	all[0] = frame_alloc(FRAME_anon, 0);
	entered = frame_list_uses(0).entered;
	n = 1 + frame_alloc_many(FRAME_anon, 0, all + 1, 7);
	assert_int_equal(n, 8);
	assert_int_equal(frame_list_uses(0).entered, entered + 1);
	while ((got = frame_alloc_many(FRAME_anon, FRAME_NOWAIT, all + n, 16)))
		n += got;
	assert_int_equal(n, FREE);
	frame_check();
	while (n)
		frame_put(all[--n]);
	expect_assert_failure((void)!frame_alloc_many(FRAME_free, 0, all, 1));
	expect_assert_failure((void)!frame_alloc_many(FRAME_anon, 0, all, 0));
}

/* Frames that are taken one after the other are adjacent and ascending within each block,
 * so a heap consists of few runs, and its frames form blocks again when they are freed. */
static void test_ascending(void **state)
{
	unsigned runs = 1;

	(void)state;
	for (unsigned i = 0; i < FREE; i++) {
		all[i] = frame_alloc(FRAME_anon, 0);
		assert_non_null(all[i]);
		runs += i && all[i] != all[i - 1] + 1;
	}
	assert_in_range(runs, 1, 20);
	for (unsigned i = 0; i < FREE; i++)
		frame_put(all[i]);
}

/* --- misuse ------------------------------------------------------------- */

static void test_misuse(void **state)
{
	struct page *pg = frame_alloc(FRAME_anon, 0);
	struct page *block = frame_alloc_order(FRAME_anon, 2, 0);

	(void)state;
	expect_assert_failure(frame_put(block + 1));
	expect_assert_failure(frame_get(block + 1));
	block[1].refs = 1;
	expect_assert_failure(frame_put(block + 1));
	block[1].refs = 0;
	frame_put(block);
	expect_assert_failure(frame_put(block));
	pg->kind = FRAME_free;
	expect_assert_failure(frame_put(pg));
	pg->kind = FRAME_anon;
	frame_put(pg);
	expect_assert_failure(frame_put(pg));
	expect_assert_failure(frame_get(pg));
	pg->refs = 0;
	expect_assert_failure(frame_put_block(pg, 0));
	shim_forget_locks();
	expect_assert_failure(frame_split(pg));
	shim_forget_locks();
	expect_assert_failure((void)!frame_alloc(FRAME_free, 0));
	expect_assert_failure((void)!frame_alloc(FRAME_reserve, 0));
	expect_assert_failure((void)!frame_alloc(FRAME_NKINDS, 0));
	expect_assert_failure((void)!frame_alloc_order(FRAME_anon, 10, 0));
	expect_assert_failure((void)!frame_alloc_order(FRAME_firmware, 1, 0));
	expect_assert_failure(frame_boot_free(SHIM_RAM_BASE + FIRST * PAGE_SIZE,
					      SHIM_RAM_BASE + FRAMES * PAGE_SIZE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_boot),
		TEST(test_boot_ragged),
		TEST(test_random),
		TEST(test_shared_block),
		TEST(test_reunite),
		TEST(test_last_frame),
		TEST(test_block_from_lists),
		TEST(test_lists_are_short),
		TEST(test_cleared),
		TEST(test_many),
		TEST(test_ascending),
		TEST(test_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
