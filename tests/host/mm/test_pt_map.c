// sources: kernel/mm/phys/vmstat.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_alloc
/* test_pt_map.c - page tables case by case: every allocation failing once, the
 * sizes of leaves, what is in the way, the kernel half, misuse. */
#include "pt_rig.h"

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	assert_ptr_equal(s, &space);
	assert_true(lo < hi);
}

/* --- allocation failure ------------------------------------------------- */

static void map_fails(bool all)
{
	for (unsigned k = 1;; k++) {
		va_t va = 3 * GIB - 3 * MIB; /* needs a table at both levels, twice */
		int err;

		failing_set(&failing, k, all);
		err = pt_map(&pt, va, GIB, 6 * MIB, PTE_R);
		failing_end(&failing);
		pt_for_each(c, &pt, 2 * GIB, 4 * GIB) {
			bool inside = c.va >= va && c.va < va + 6 * MIB;

			assert_int_equal(pte_is_leaf(pte_load(c.slot)), !err && inside);
		}
		if (!err) {
			assert_int_equal(k, 2 + 4 + 1);
			break;
		}
		assert_int_equal(err, -ENOMEM);
		pt_fini(&pt);
		assert_int_equal(frame_count(FRAME_table), 1);
		assert_int_equal(pt_init_user(&pt, &kernel_pt), 0);
		assert_int_equal(pt_init_twin(&pt), 0);
	}
}

static void test_map_fails(void **state)
{
	(void)state;
	map_fails(false);
}

static void test_map_without_memory(void **state)
{
	(void)state;
	map_fails(true);
}

static void test_init_fails(void **state)
{
	u64 tables = frame_count(FRAME_table);
	struct pt_half half;
	struct pt other;

	(void)state;
	failing_set(&failing, 1, true);
	assert_int_equal(pt_init(&other, &half), -ENOMEM);
	failing_set(&failing, 1, true);
	assert_int_equal(pt_init_user(&other, &kernel_pt), -ENOMEM);
	failing_end(&failing);
	assert_int_equal(pt_init_user(&other, &kernel_pt), 0);
	failing_set(&failing, 1, true);
	assert_int_equal(pt_init_twin(&other), -ENOMEM);
	failing_end(&failing);
	pt_fini(&other);
	assert_int_equal(frame_count(FRAME_table), tables);
}

/* Tables that a failed call has left are used by the next one. */
static void test_map_after_failure(void **state)
{
	(void)state;
	for (unsigned k = 1; k <= 2; k++) {
		failing_set(&failing, k, true);
		assert_int_equal(pt_map(&pt, 0, GIB, PAGE_SIZE, PTE_R), -ENOMEM);
		assert_int_equal(pt_entry(&pt, 0, 0).bits, 0);
		check_roots();
	}
	failing_end(&failing);
	assert_int_equal(pt_map(&pt, 0, GIB, PAGE_SIZE, PTE_R), 0);
	check_roots();
}

/* --- mapping ------------------------------------------------------------ */

static int level_of(struct pt *t, va_t va)
{
	struct pt_cur c = pt_at(t, va);

	return pte_is_leaf(pte_load(c.slot)) ? c.level : -1;
}

static void test_leaf_sizes(void **state)
{
	va_t base = DIRECT + 100 * GIB;
	struct gather g;

	(void)state;
	/* 4 KiB, 2 MiB up to the border, 1 GiB, 2 MiB, 4 KiB. */
	assert_int_equal(pt_map(&kernel_pt, base + GIB - 2 * MIB - PAGE_SIZE,
				5 * GIB - 2 * MIB - PAGE_SIZE,
				GIB + 4 * MIB + 2 * PAGE_SIZE, PTE_R | PT_LARGE),
			 0);
	assert_int_equal(level_of(&kernel_pt, base + GIB - 2 * MIB - PAGE_SIZE), 0);
	assert_int_equal(level_of(&kernel_pt, base + GIB - 2 * MIB), 1);
	assert_int_equal(level_of(&kernel_pt, base + GIB), 2);
	assert_int_equal(level_of(&kernel_pt, base + 2 * GIB), 1);
	assert_int_equal(level_of(&kernel_pt, base + 2 * GIB + 2 * MIB), 0);
	assert_int_equal(level_of(&kernel_pt, base + 2 * GIB + 2 * MIB + PAGE_SIZE), -1);
	pt_for_each(c, &kernel_pt, base, base + 3 * GIB) {
		pte_t e = pte_load(c.slot);

		if (pte_is_leaf(e))
			assert_int_equal(
				e.bits,
				pte_make(c.va - base + 4 * GIB, PTE_R | PTE_V).bits);
	}
	gather_init(&g, &space);
	unmap(&kernel_pt, base, 3 * GIB, &g);
	gather_finish(&g);
	assert_int_equal(level_of(&kernel_pt, base + GIB), -1);

	/* Virtual and physical address differ in alignment: small leaves only.  The same
	 * without the flag. */
	assert_int_equal(pt_map(&kernel_pt, base, 2 * MIB + PAGE_SIZE, 4 * MIB,
				PTE_R | PT_LARGE),
			 0);
	assert_int_equal(level_of(&kernel_pt, base), 0);
	assert_int_equal(pt_map(&kernel_pt, base + GIB, GIB, 2 * MIB, PTE_R), 0);
	assert_int_equal(level_of(&kernel_pt, base + GIB), 0);
	unmap(&kernel_pt, base, 2 * GIB, &g);
	gather_finish(&g);

	/* User pages get no large leaves here: those of users need a table in reserve. */
	assert_int_equal(pt_map(&pt, GIB, GIB, 2 * MIB, PTE_R | PTE_U | PT_LARGE), 0);
	assert_int_equal(level_of(&pt, GIB), 0);
	unmap(&pt, GIB, 2 * MIB, &g);
	gather_finish(&g);
}

/* Every allocation of pt_put_large() fails once.  A failed call leaves only tables. */
static void test_put_large_fails(void **state)
{
	pte_t e = pte_make(GIB, PTE_R | PTE_W | PTE_U | PTE_V);
	struct pt_cur c;
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (unsigned k = 1; k <= 2; k++) {
		failing_set(&failing, k, true);
		assert_int_equal(pt_put_large(&pt, 6 * MIB, e, &g), -ENOMEM);
		assert_true(pt_large_fits(&pt, 6 * MIB + PAGE_SIZE));
		assert_null(pt.reserve);
		assert_int_equal(frame_count(FRAME_table), 2 + k);
		check_roots();
	}
	failing_end(&failing);
	c = pt_at(&pt, 7 * MIB);
	assert_int_equal(pt_reach(&c, 0), 0);
	pt_set_leaf(&c, (pte_t){ PTE_GUARD });
	for (va_t va = 6 * MIB; va < 8 * MIB; va += PAGE_SIZE)
		assert_false(pt_large_fits(&pt, va)); /* at any address in it */
	pt_set_leaf(&c, (pte_t){ 0 });
	assert_int_equal(pt_put_large(&pt, 6 * MIB, e, &g), 0);
	assert_int_equal(frame_count(FRAME_table), 3 + 2);
	assert_int_equal(pt_put_large(&pt, 6 * MIB, e, &g), -EEXIST);
	assert_int_equal(pt_entry(&pt, 6 * MIB, 1).bits, e.bits);

	/* The leaf is removed, made again and split without any memory. */
	failing_set(&failing, 1, true);
	unmap(&pt, 6 * MIB, 2 * MIB, &g);
	assert_int_equal(pt_put_large(&pt, 6 * MIB, e, &g), 0);
	c = pt_at(&pt, 7 * MIB);
	pt_split(&c);
	assert_int_equal(pte_load(c.slot).bits, pte_make(GIB + MIB, e.bits).bits);
	failing_end(&failing);
}

static void test_in_the_way(void **state)
{
	struct pt_cur c = pt_at(&pt, 2 * MIB);
	struct gather g;

	(void)state;
	assert_int_equal(pt_reach(&c, 1), 0);
	assert_int_equal(c.level, 1);
	assert_int_equal(pt_reach(&c, 2), 0); /* below it already */
	assert_int_equal(c.level, 1);
	pt_set_leaf(&c, (pte_t){ 0x1230 }); /* a note about 2 MiB */
	assert_int_equal(pt_reach(&c, 0), -EEXIST);
	assert_int_equal(pt_map(&pt, 2 * MIB, 0, PAGE_SIZE, PTE_R), -EEXIST);
	assert_int_equal(pte_load(c.slot).bits, 0x1230);
	assert_int_equal(pt_map(&pt, 2 * MIB - PAGE_SIZE, 0, 2 * PAGE_SIZE, PTE_R),
			 -EEXIST);
	assert_int_equal(pt_entry(&pt, 2 * MIB - PAGE_SIZE, 0).bits, 0);
	gather_init(&g, &space);
	unmap(&pt, 2 * MIB, 2 * MIB, &g);
	assert_int_equal(pte_load(c.slot).bits, 0);
	gather_finish(&g);
}

static unsigned count_slots(va_t start, va_t end)
{
	unsigned n = 0;

	pt_for_each(c, &kernel_pt, start, end)
		n++;
	return n;
}

static void test_kernel_half(void **state)
{
	va_t last = -GIB - GIB;
	struct pt_cur c;
	struct gather g;

	(void)state;
	/* What the kernel maps in tables that it shares with users appears there, too. */
	assert_int_equal(level_of(&pt, DIRECT + GIB), 2);
	assert_int_equal(pt_map(&kernel_pt, last, 0, PAGE_SIZE, PTE_R), 0);
	assert_int_equal(level_of(&pt, last), -1); /* a new root entry does not */
	c = pt_at(&pt, last);
	expect_assert_failure((void)pt_set_leaf(&c, (pte_t){ PTE_V | PTE_R }));

	/* Loops end at the end of the address space. */
	assert_int_equal(count_slots(last, ~0ul), 512 + 511 + 1);
	gather_init(&g, &space);
	unmap(&kernel_pt, last, PAGE_SIZE, &g);
	gather_finish(&g);
}

static void test_misuse(void **state)
{
	struct pt_cur c = pt_at(&pt, 0);
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	expect_assert_failure((void)!pt_map(&pt, 1, 0, PAGE_SIZE, PTE_R));
	expect_assert_failure((void)!pt_map(&pt, 0, 1, PAGE_SIZE, PTE_R));
	expect_assert_failure((void)!pt_map(&pt, 0, 0, 1, PTE_R));
	expect_assert_failure((void)!pt_map(&pt, 0, 0, 0, PTE_R));
	expect_assert_failure((void)!pt_map(&pt, 0, 0, PAGE_SIZE, 0));
	expect_assert_failure((void)!pt_map(&pt, BIT(38), 0, PAGE_SIZE, PTE_R));
	expect_assert_failure(
		(void)!pt_map(&pt, BIT(38) - PAGE_SIZE, 0, 2 * PAGE_SIZE, PTE_R));
	expect_assert_failure((void)!pt_map(&kernel_pt, -GIB, 0, PAGE_SIZE, PTE_R));
	assert_int_equal(pt_reach(&c, 0), 0);
	expect_assert_failure((void)pt_set_leaf(
		&(struct pt_cur){ &pt, 0, 2, PT_LEAVE, root_of(pt.root) }, (pte_t){ 0 }));
	expect_assert_failure((void)pt_set_leaf(&(struct pt_cur){ &pt, 0, 2, PT_LEAVE,
								  root_of(pt.root) + 1 },
						(pte_t){ PTE_V }));
	/* A large leaf at an address that is not aligned, and one in the kernel half. */
	expect_assert_failure(
		(void)!pt_put_large(&pt, 4 * GIB + MIB, pte_make(GIB, PTE_R | PTE_V), &g));
	expect_assert_failure(
		(void)!pt_put_large(&pt, DIRECT, pte_make(GIB, PTE_R | PTE_V), &g));
	assert_int_equal(pt_put_large(&pt, 4 * GIB, pte_make(GIB, PTE_R | PTE_V), &g), 0);
	unmap(&pt, 4 * GIB, 2 * MIB, &g);
	gather_finish(&g);
}

/* The tables in reserve come out in another order than they went in.  When the space ends,
 * each is taken out of the place where it is then. */
static void test_tables_change_places(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (va_t va = 0; va < 4 * MIB; va += 2 * MIB) {
		assert_int_equal(pt_map(&pt, va, GIB, PAGE_SIZE, PTE_R), 0);
		unmap(&pt, va, PAGE_SIZE, &g);
		assert_int_equal(pt_put_large(&pt, va, pte_make(GIB, PTE_R | PTE_V), &g),
				 0);
	}
	for (va_t va = 0; va < 4 * MIB; va += 2 * MIB) {
		struct pt_cur c = pt_at(&pt, va);

		assert_int_equal(c.level, 1);
		if (va)
			pt_take_large(&c);
		else
			pt_split(&c);
	}
	unmap(&pt, 0, 4 * MIB, &g);
	gather_finish(&g);
}

/* Whatever is still mapped is noticed (in builds with checks, at level 0). */
static void test_fini_checks(void **state)
{
	struct gather g;

	(void)state;
	gather_init(&g, &space);
	for (u64 large = 0; large < 2; large++) {
		assert_int_equal(large ? pt_put_large(&pt, 0, pte_make(GIB, PTE_R | PTE_V),
						      &g)
				       : pt_map(&pt, 0, GIB, 2 * MIB, PTE_R),
				 0);
		expect_assert_failure(pt_fini(&pt));
		unmap(&pt, 0, 2 * MIB, &g);
		gather_finish(&g);
		tables_tear_down(state);
		tables_set_up(state);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, tables_set_up, tables_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map_fails),
		TEST(test_map_without_memory),
		TEST(test_init_fails),
		TEST(test_map_after_failure),
		TEST(test_leaf_sizes),
		TEST(test_put_large_fails),
		TEST(test_in_the_way),
		TEST(test_kernel_half),
		TEST(test_misuse),
		TEST(test_fini_checks),
		TEST(test_tables_change_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
