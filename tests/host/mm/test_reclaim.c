// sources: kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK
/* test_reclaim.c - when frames run short: caches that give back, and the reserve. */
#include "frame_rig.h"

#include "mm/phys/reclaim.h"

static struct page *all[FRAMES];

static struct page *hoard[FRAMES];
static unsigned nhoard, scans;
static u64 last_want;
static bool stingy; /* the hoarder gives back only one frame per call */

static u64 hoard_count(void)
{
	return nhoard;
}

static u64 hoard_scan(u64 want)
{
	u64 n = 0;

	assert_int_equal(shim_spin_depth(), 0);
	scans++;
	last_want = want;
	for (; nhoard && n < (stingy ? 1 : want); n++)
		frame_put(hoard[--nhoard]);
	return n;
}

static struct shrinker hoarder = { .count = hoard_count, .scan = hoard_scan };

/* Is asked before the hoarder, and frees nothing. */
static u64 nothing_count(void)
{
	return 0;
}

static u64 nothing_scan(u64 want)
{
	(void)want;
	return 0;
}

static struct shrinker nothing = { .count = nothing_count, .scan = nothing_scan };

/* Is asked last, and only if the others could not give enough. */
static u64 last_scan(u64 want)
{
	assert_int_equal(nhoard * !stingy, 0);
	assert_in_range(want, 1, FRAMES);
	return 0;
}

static struct shrinker last = { .count = nothing_count, .scan = last_scan };

static void hoard_everything(void)
{
	struct page *pg;

	nhoard = scans = 0;
	while ((pg = frame_alloc(FRAME_cache, FRAME_NOWAIT)))
		hoard[nhoard++] = pg;
	assert_int_equal(nhoard, FREE);
}

static void test_reclaim(void **state)
{
	(void)state;
	for (stingy = false;; stingy = true) {
		unsigned n;

		hoard_everything();
		assert_int_equal(mem_available(), FREE);
		assert_null(frame_alloc(FRAME_anon, FRAME_NOWAIT));
		assert_int_equal(scans, 0);
		for (n = 0; n < FREE; n++) {
			all[n] = frame_alloc(FRAME_anon, 0);
			assert_non_null(all[n]);
			assert_int_equal(mem_available(), FREE - n - 1);
		}
		assert_int_equal(nhoard, 0);
		scans = 0;
		assert_null(frame_alloc(FRAME_anon, 0));
		assert_int_equal(scans, 2); /* gave up after the second refusal */
		while (n)
			frame_put(all[--n]);
		if (stingy)
			break;
	}
}

static void test_reclaim_amounts(void **state)
{
	(void)state;
	stingy = false;
	hoard_everything();
	assert_int_equal(reclaim(7), 7);
	assert_int_equal(last_want, 7);
	assert_int_equal(nhoard, FREE - 7);
	assert_int_equal(frame_count(FRAME_free), 7);

	/* A block of a high order gets a few attempts, which do not empty the cache. */
	stingy = true;
	scans = 0;
	assert_null(frame_alloc_order(FRAME_anon, 9, 0));
	assert_in_range(scans, 1, 4);
	stingy = false;
	while (nhoard)
		reclaim(FRAMES);
}

/* --- the reserve -------------------------------------------------------- */

static void test_reserve(void **state)
{
	struct page *out[6];
	unsigned n = 0;

	(void)state;
	frame_boot_reserve(5);
	frame_check();
	assert_int_equal(frame_count(FRAME_reserve), 5);
	assert_int_equal(frame_count(FRAME_free), FREE - 5);
	assert_int_equal(frame_count(FRAME_other), 0);
	while ((all[n] = frame_alloc(FRAME_anon, 0)))
		n++;
	assert_int_equal(n, FREE - 5);
	for (unsigned i = 0; i < 5; i++) {
		out[i] = frame_alloc(FRAME_slab, FRAME_RESERVED |
							 (i % 2 ? FRAME_NOWAIT : 0) |
							 FRAME_ZERO);
		assert_non_null(out[i]);
		assert_int_equal(out[i]->kind, FRAME_slab);
		assert_int_equal(((u8 *)frame_va(out[i]))[5], 0);
		frame_check();
	}
	assert_null(frame_alloc(FRAME_slab, FRAME_RESERVED));
	assert_int_equal(frame_count(FRAME_reserve), 0);
	assert_int_equal(frame_count(FRAME_slab), 5);

	/* The frames that are freed first fill the reserve again. */
	for (unsigned i = 0; i < 5; i++) {
		frame_put(all[--n]);
		assert_int_equal(frame_count(FRAME_reserve), i + 1);
		assert_int_equal(frame_count(FRAME_free), 0);
	}
	frame_put(out[0]);
	assert_int_equal(frame_count(FRAME_reserve), 5);
	assert_int_equal(frame_count(FRAME_free), 1);
	for (unsigned i = 1; i < 5; i++)
		frame_put(out[i]);
	while (n)
		frame_put(all[--n]);
	assert_int_equal(frame_count(FRAME_free), FREE - 5);
}

static void test_misuse(void **state)
{
	(void)state;
	expect_assert_failure(shrinker_register(&hoarder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reclaim),
		TEST(test_reclaim_amounts),
		TEST(test_reserve),
		TEST(test_misuse),
	};

	shrinker_register(&nothing);
	shrinker_register(&hoarder);
	shrinker_register(&last);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
