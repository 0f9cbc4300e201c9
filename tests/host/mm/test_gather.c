// sources: kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_put
/* test_gather.c - frames are freed only after the shootdown of their addresses, each
 * reference once, in batches as large as memory allows. */
#include "rig.h"

#include <string.h>

#include "mm/xlate/gather.h"
#include "shim.h"

#define FRAMES 4096
#define BASE (8 * GIB) /* where page i of the test is mapped, i pages above it */

static struct page table[FRAMES];
static struct tlb_space space;

static bool cleared[FRAMES]; /* the entry of page i is cleared        */
static bool told[FRAMES];    /* and a shootdown has told the harts so */
static struct page *mapped[FRAMES];
static unsigned shootdowns, points;
static va_t last_lo, last_hi;

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	assert_ptr_equal(s, &space);
	shootdowns++;
	last_lo = lo;
	last_hi = hi;
	for (unsigned i = 0; i < FRAMES; i++)
		if (BASE + i * PAGE_SIZE >= lo && BASE + (i + 1) * PAGE_SIZE <= hi)
			told[i] = cleared[i];
}

void sched_point(void)
{
	points++;
}

void __real_frame_put(struct page *pg);
void __wrap_frame_put(struct page *pg);

/* A reference may go only after the shootdown of all addresses that mapped the frame. */
void __wrap_frame_put(struct page *pg)
{
	for (unsigned i = 0; i < FRAMES; i++)
		if (mapped[i] == pg && !told[i] && cleared[i])
			fail_msg("page %u: freed before the shootdown", i);
	__real_frame_put(pg);
}

static int set_up(void **state)
{
	(void)state;
	memset(cleared, 0, sizeof(cleared));
	memset(told, 0, sizeof(told));
	memset(mapped, 0, sizeof(mapped));
	shootdowns = 0;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_check();
	assert_int_equal(frame_count(FRAME_free), FRAMES);
	shim_ram_fini();
	return 0;
}

static void add(struct gather *g, unsigned i, struct page *pg)
{
	mapped[i] = pg;
	cleared[i] = true;
	gather_add(g, BASE + i * PAGE_SIZE, pg);
}

static void test_empty(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	gather_finish(&g);
	gather_finish(&g);
	assert_int_equal(shootdowns, 0);
}

static void test_addresses_alone(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (unsigned i = 5; i < 1000; i++)
		add(&g, i, NULL);
	gather_range(&g, BASE + 2 * PAGE_SIZE, BASE + 4 * PAGE_SIZE);
	gather_finish(&g);
	assert_int_equal(shootdowns, 1);
	assert_int_equal(last_lo, BASE + 2 * PAGE_SIZE);
	assert_int_equal(last_hi, BASE + 1000 * PAGE_SIZE);
	gather_range(&g, BASE, BASE + PAGE_SIZE);
	gather_finish(&g);
	assert_int_equal(shootdowns, 2);
	assert_int_equal(last_hi, BASE + PAGE_SIZE);
}

/* One shootdown is enough for any number of frames, if there is memory to note them in. */
static void test_amounts(void **state)
{
	static const unsigned amounts[] = { 1, 23, 24, 25, 24 + 512, 24 + 513, 2000 };
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (unsigned a = 0; a < ARRAY_SIZE(amounts); a++) {
		memset(told, 0, sizeof(told));
		shootdowns = points = 0;
		for (unsigned i = 0; i < amounts[a]; i++)
			add(&g, i, frame_alloc(FRAME_anon, 0));
		assert_int_equal(frame_count(FRAME_anon), amounts[a]);
		gather_finish(&g);
		assert_int_equal(frame_count(FRAME_anon), 0);
		assert_int_equal(frame_count(FRAME_other), 0);
		assert_int_equal(shootdowns, 1);
		/* There is a scheduling point after each frame full of references. */
		assert_true(points >= amounts[a] / 512);
	}
}

/* Without memory the batches are smaller, and the order is the same.  @run: the addresses
 * are reported once, before the first reference. */
static void gather_without_memory(bool run)
{
	static struct page *all[FRAMES];
	struct gather g;

	for (unsigned i = 0; i < FRAMES; i++) {
		all[i] = frame_alloc(FRAME_anon, 0);
		frame_get(all[i]); /* the put of the gather frees nothing */
	}
	gather_init(&g, &space);
	if (run)
		gather_range(&g, BASE, BASE + 100 * PAGE_SIZE);
	for (unsigned i = 0; i < 100; i++) {
		if (!run) {
			add(&g, i, all[i]);
			continue;
		}
		mapped[i] = all[i];
		cleared[i] = true;
		gather_page(&g, all[i]);
	}
	gather_finish(&g);
	assert_int_equal(shootdowns, 5); /* 24 each */
	for (unsigned i = 0; i < FRAMES; i++) {
		assert_int_equal(all[i]->refs, i < 100 ? 1 : 2);
		frame_put(all[i]);
		if (i >= 100)
			frame_put(all[i]);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	gather_without_memory(false);
}

static void test_run_without_memory(void **state)
{
	(void)state;
	gather_without_memory(true);
}

/* Where no hart uses translations, there is no shootdown, and no wait for one. */
static void test_no_space(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, NULL);
	for (unsigned i = 0; i < 30; i++)
		gather_add(&g, BASE, frame_alloc(FRAME_anon, 0));
	gather_add_large(&g, BASE, frame_alloc_order(FRAME_anon, 9, 0));
	assert_int_equal(frame_count(FRAME_anon), 0);
	gather_finish(&g);
	assert_int_equal(shootdowns, 0);
}

/* Each mapping of a shared frame gives up one reference. */
static void test_shared(void **state)
{
	struct page *pg = frame_alloc(FRAME_anon, 0);
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (unsigned i = 0; i < 40; i++) {
		frame_get(pg);
		add(&g, i, pg);
	}
	assert_int_equal(pg->refs, 41);
	gather_finish(&g);
	assert_int_equal(pg->refs, 1);
	frame_put(pg);
}

static void test_large(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (unsigned split = 0; split < 2; split++) {
		struct page *pg = frame_alloc_order(FRAME_anon, 9, 0);

		if (split)
			frame_split(pg);
		for (unsigned i = 0; i < 512; i++) {
			mapped[i] = pg + i;
			cleared[i] = true;
			told[i] = false;
		}
		gather_add_large(&g, BASE, pg);
		gather_add_large(&g, BASE + 4 * MIB, NULL);
		assert_int_equal(frame_count(FRAME_anon), 512);
		gather_finish(&g);
		assert_int_equal(last_lo, BASE);
		assert_int_equal(last_hi, BASE + 6 * MIB);
		assert_int_equal(frame_count(FRAME_anon), 0);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_empty),
		TEST(test_addresses_alone),
		TEST(test_amounts),
		TEST(test_no_memory),
		TEST(test_shared),
		TEST(test_large),
		TEST(test_run_without_memory),
		TEST(test_no_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
