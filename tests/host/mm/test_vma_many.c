// sources: kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/phys/slab.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=slab_alloc_many
/* test_vma_many.c - the tree of many areas, and the holes among them against a flat model
 * of pages. */
#include "vma_rig.h"

/* Ten thousand areas, in the order that is worst for a tree without balance. */
static void test_depth(void **state)
{
	struct vma *v;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		struct vma like = { .start = 2 * i * PAGE_SIZE,
				    .end = (2 * i + 1) * PAGE_SIZE };

		assert_int_equal(vma_insert(&set, &like, &v), 0);
	}
	vma_check(&set);
	assert_in_range(depth(set.root), 14, 50);
	assert_int_equal(vma_find(&set, 12346 * PAGE_SIZE)->start, 12346 * PAGE_SIZE);
	assert_null(vma_find(&set, 12345 * PAGE_SIZE));
}

/* --- holes among many areas ---------------------------------------------- */

#define WIDE 4000 /* pages */

static bool used[WIDE];

static void use(unsigned lo, unsigned hi, bool is_used)
{
	memset(used + lo, is_used, hi - lo);
}

static bool add(unsigned lo, unsigned n)
{
	/* As mremap has it, @like may be a copy of another area of the set. */
	struct vma like = { .start = lo * PAGE_SIZE,
			    .end = (lo + n) * PAGE_SIZE,
			    .hole = rig_below(8) * PAGE_SIZE },
		   *v;
	bool clear = lo + n <= WIDE && !memchr(used + lo, true, n);

	if (!clear)
		return false;
	assert_int_equal(vma_insert(&set, &like, &v), 0);
	use(lo, lo + n, true);
	return true;
}

/* Changes an area near page @at: it goes, or gets a page more or less. */
static void change(unsigned at)
{
	struct vma *v = vma_find_next(&set, at * PAGE_SIZE);
	unsigned lo, hi, how = rig_below(5);

	if (!v)
		return;
	lo = v->start / PAGE_SIZE;
	hi = v->end / PAGE_SIZE;
	use(lo, hi, false);
	if (how == 0) {
		vma_remove(&set, v);
		return;
	}
	if (how == 1 && hi - lo > 1)
		lo++;
	else if (how == 2 && hi - lo > 1)
		hi--;
	else if (how == 3 && lo && !used[lo - 1])
		lo--;
	else if (how == 4 && hi < WIDE && !used[hi])
		hi++;
	assert_int_equal(vma_resize(&set, v, lo * PAGE_SIZE, hi * PAGE_SIZE), 0);
	use(lo, hi, true);
}

/* Goes down page by page. */
static bool gap_by_pages(unsigned n, unsigned lo, unsigned hi, unsigned *start)
{
	unsigned run = 0;

	for (unsigned at = hi; at > lo; at--) {
		run = used[at - 1] ? 0 : run + 1;
		if (run == n) {
			*start = at - 1;
			return true;
		}
	}
	return false;
}

static void check_wide_gap(void)
{
	unsigned n = 1 + rig_below(rig_below(4) ? 8 : 40), want = 0;
	unsigned lo = rig_below(3) ? 0 : rig_below(WIDE);
	unsigned hi = rig_below(3) ? WIDE : rig_below(WIDE + 1);
	bool expected = gap_by_pages(n, lo, hi, &want);
	va_t got = 1;

	assert_int_equal(vma_gap(&set, n * PAGE_SIZE, lo * PAGE_SIZE, hi * PAGE_SIZE, &got),
			 expected);
	assert_int_equal(got, expected ? want * PAGE_SIZE : 1);
}

/* The last area goes, and others come in its place. */
static void append(void)
{
	struct vma *last = list_entry(set.areas.prev, struct vma, link);
	unsigned lo = last->start / PAGE_SIZE;

	use(lo, last->end / PAGE_SIZE, false);
	vma_remove(&set, last);
	for (unsigned i = 0; i < 2; i++)
		(void)add(lo + rig_below(6) + 6 * i, 1);
}

/* Half of the areas come from vma_gap() itself, as mappings do. */
static void test_wide(void **state)
{
	va_t at;

	(void)state;
	memset(used, false, sizeof(used));
	for (unsigned round = 0; round < 40000; round++) {
		if (rig_below(10) < (round / 4000 % 2 ? 2 : 7)) {
			unsigned n = 1 + rig_below(4), lo = rig_below(WIDE);

			if (rig_below(2) &&
			    vma_gap(&set, n * PAGE_SIZE, 0, WIDE * PAGE_SIZE, &at))
				lo = at / PAGE_SIZE;
			(void)add(lo, n);
			append();
		} else {
			change(rig_below(WIDE));
		}
		check_wide_gap();
		if (round % 50 == 0)
			vma_check(&set);
	}
	assert_true(set.knows_holes);
}

/* As many areas as one search may look at one by one, and one more, which is below all. */
static void test_few_and_many(void **state)
{
	va_t got;

	(void)state;
	memset(used, false, sizeof(used));
	for (unsigned n = 0; n < 40; n++) {
		assert_true(add(WIDE - 2 * n - 1, 1));
		assert_true(vma_gap(&set, 2 * PAGE_SIZE, 0, WIDE * PAGE_SIZE, &got));
		assert_int_equal(got, (WIDE - 2 * n - 3) * PAGE_SIZE);
		assert_true(vma_gap(&set, PAGE_SIZE, 0, (WIDE - 2 * n) * PAGE_SIZE, &got));
		assert_int_equal(got, (WIDE - 2 * n - 2) * PAGE_SIZE);
		assert_int_equal(set.knows_holes, n >= 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_depth),
		TEST(test_wide),
		TEST(test_few_and_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
