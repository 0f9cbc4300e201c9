// sources: kernel/mm/phys/slab.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK
/* test_slab.c - small objects: no two overlap, all are cleared, empty slabs are given back
 * at once, misuse is noticed. */
#include "rig.h"

#include <string.h>

#include "mm/phys/frame.h"
#include "mm/phys/slab.h"
#include "shim.h"

#define FRAMES 64

static struct page table[FRAMES];
static struct slab_cache cache;
static u64 kept; /* frames that slab_keep() took */

static int set_up(void **state)
{
	(void)state;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	frame_check();
	assert_int_equal(frame_count(FRAME_free), FRAMES - kept);
	assert_int_equal(cache.nslabs, kept);
	kept = 0;
	shim_ram_fini();
	return 0;
}

struct held {
	u8 *obj;
	u8 stamp;
};

#define MOST (FRAMES * 256)

static struct held held[MOST];
static unsigned nheld;

static void check_intact(const struct held *h)
{
	for (u32 i = 0; i < cache.size; i++)
		assert_int_equal(h->obj[i], h->stamp);
}

static void hold(u8 *obj)
{
	assert_int_equal((uintptr_t)obj % 16, 0);
	assert_int_equal(frame_of_va(obj)->kind, FRAME_slab);
	held[nheld] = (struct held){ obj, rig_random() };
	memset(obj, held[nheld].stamp, cache.size);
	nheld++;
}

static bool take(void)
{
	u8 *obj = slab_alloc(&cache, FRAME_NOWAIT);

	if (!obj)
		return false;
	for (u32 i = 0; i < cache.size; i++)
		assert_int_equal(obj[i], 0);
	hold(obj);
	return true;
}

#define MANY 20

/* Some are given back before anybody has written to them. */
static void take_many(void)
{
	void *out[MANY];
	u32 want = 1 + rig_below(MANY), got, keep;

	got = slab_alloc_many(&cache, FRAME_NOWAIT, out, want);
	assert_in_range(got, 1, want);
	keep = rig_below(got + 1);
	for (u32 i = 0; i < keep; i++)
		hold(out[i]);
	slab_free_many(&cache, out + keep, got - keep);
}

static void give(unsigned i)
{
	check_intact(&held[i]);
	slab_free(&cache, held[i].obj);
	held[i] = held[--nheld];
}

static void give_many(void)
{
	void *objs[MANY];
	u32 n = 0;

	while (nheld && n < 1 + rig_below(MANY)) {
		check_intact(&held[nheld - 1]);
		objs[n++] = held[--nheld].obj;
	}
	slab_free_many(&cache, objs, n);
}

/* There is no slab of which every object is free, except for those that are kept. */
static void check_frames(void)
{
	u64 slabs = 0, objects = 0;

	for (unsigned i = 0; i < FRAMES; i++) {
		if (table[i].kind != FRAME_slab)
			continue;
		assert_in_range(table[i].index, 1, cache.per_slab);
		objects += table[i].index;
		slabs++;
	}
	assert_int_equal(objects, nheld);
	assert_int_equal(cache.inuse, nheld);
	assert_int_equal(cache.nslabs, slabs);
	assert_int_equal(frame_count(FRAME_slab), slabs);
}

static void test_random(void **state)
{
	static const u32 sizes[] = { 1, 16, 17, 40, 64, 100, 256, 500, 1024, 1100, 2048 };

	(void)state;
	for (unsigned s = 0; s < ARRAY_SIZE(sizes); s++) {
		slab_init(&cache, "test", sizes[s]);
		assert_true(cache.size >= sizes[s]);
		nheld = 0;
		for (unsigned round = 0; round < 4000; round++) {
			bool more = !nheld || rig_below(10) < (round / 400 % 2 ? 3 : 7);

			if (rig_below(16) == 0 && nheld < FRAMES / 2)
				take_many();
			else if (rig_below(16) == 0)
				give_many();
			else if (more)
				take();
			else
				give(rig_below(nheld));
			if (round % 64 == 0)
				check_frames();
		}
		while (nheld)
			give(rig_below(nheld));
		check_frames();
	}
}

/* Objects can take all memory, and all of it comes back. */
static void test_exhaustion(void **state)
{
	(void)state;
	slab_init(&cache, "test", 128);
	for (unsigned round = 0; round < 3; round++) {
		nheld = 0;
		while (take())
			;
		assert_int_equal(nheld, FRAMES * 32);
		check_frames();
		assert_null(slab_alloc(&cache, 0));
		give(77);
		assert_true(take());
		while (nheld)
			give(nheld - 1);
		check_frames();
	}
}

/* A free object is used again before a new frame is taken. */
static void test_dense(void **state)
{
	(void)state;
	slab_init(&cache, "test", 64);
	nheld = 0;
	for (unsigned i = 0; i < 192; i++)
		take();
	assert_int_equal(frame_count(FRAME_slab), 3);
	for (unsigned i = 0; i < 100; i++)
		give(rig_below(nheld));
	for (unsigned i = 0; i < 50; i++)
		take();
	assert_in_range(frame_count(FRAME_slab), 1, 3);
	while (nheld)
		give(0);
}

/* Frames that are kept are neither freed nor allocated again, and are filled first. */
static void test_keep(void **state)
{
	(void)state;
	slab_init(&cache, "test", 64);
	slab_keep(&cache, 100); /* two frames of 64 */
	kept = 2;
	assert_int_equal(frame_count(FRAME_slab), kept);
	nheld = 0;
	for (unsigned round = 0; round < 20000; round++) {
		if (!nheld || (nheld < 300 && rig_below(10) < (round / 700 % 2 ? 3 : 7)))
			take();
		else
			give(rig_below(nheld));
		assert_in_range(frame_count(FRAME_slab), kept, FRAMES);
	}
	while (nheld > 10)
		give(rig_below(nheld));
	while (nheld < 128) /* into the kept ones, whatever others are there */
		take();
	assert_in_range(frame_count(FRAME_slab), kept, kept + 10);
	while (nheld)
		give(nheld - 1);
	assert_int_equal(frame_count(FRAME_slab), kept);
	for (unsigned i = 0; i < 128; i++) {
		take();
		assert_int_equal(frame_count(FRAME_slab), kept);
	}
	take();
	assert_int_equal(frame_count(FRAME_slab), kept + 1);
	assert_int_equal(cache.nslabs, kept + 1);

	/* A kept slab that gets room is used before one that is not kept. */
	give(5);
	take();
	give(5); /* give() has moved the object of the other slab there */
	assert_int_equal(frame_count(FRAME_slab), kept);
	while (nheld)
		give(0);
}

static void test_misuse(void **state)
{
	struct slab_cache other;
	char *a, *b;

	(void)state;
	slab_init(&cache, "test", 48);
	slab_init(&other, "other", 48);
	a = slab_alloc(&cache, 0);
	b = slab_alloc(&cache, 0);
	expect_assert_failure(slab_free(&other, a));
	shim_forget_locks();
	expect_assert_failure(slab_free(&cache, a + 16));
	shim_forget_locks();
	expect_assert_failure(slab_free(&cache, frame_va(&table[0]) == (void *)a
							? frame_va(&table[1])
							: frame_va(&table[0])));
	shim_forget_locks();
	expect_assert_failure(slab_free(&cache, NULL));
	shim_forget_locks();
	slab_free(&cache, a);
	expect_assert_failure(slab_free(&cache, a));
	shim_forget_locks();
	slab_free(&cache, b);
	expect_assert_failure(slab_free(&cache, b)); /* its slab is gone, too */
	shim_forget_locks();
	expect_assert_failure(slab_init(&other, "too large", 2049));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_random), TEST(test_exhaustion), TEST(test_dense),
		TEST(test_keep),   TEST(test_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
