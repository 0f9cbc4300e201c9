// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/truncate_maps.c kernel/mm/space/super.c kernel/mm/sbrk.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=1200 -DFORK_LEND_SLOTS=4 -DFORK_LEND_PAGES=1 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_runs.c - the pages that come ahead of a program that goes upwards through its
 * memory: how many, which, with what bits, and where a run ends. */
#include "world.h"

#include <string.h>

#include "mm/map.h"
#include "mm/space/aspace_priv.h"
#include "shim.h"
#include "uapi/errno.h"

#define RUN 8 /* pages, at most, that a fault brings in */
#define SPAN 64
#define BASE 0x40000000ul
#define NEAR_END (BASE + (PT_ENTRIES - 20) * PAGE_SIZE) /* 20 pages below the next table */

static pte_t entry(struct aspace *as, va_t va)
{
	struct pt_cur c = pt_peek(&as->pt, va);

	return c.level ? (pte_t){ 0 } : pte_load(c.slot);
}

static u8 *bytes_of(pte_t e)
{
	return frame_va(frame_of_pa(pte_pa(e)));
}

static void map(va_t va, unsigned pages, u8 prot)
{
	struct map_request req = { .addr = va,
				   .len = pages * PAGE_SIZE,
				   .prot = prot,
				   .fixed = true };

	assert_int_equal(aspace_map(space[0], &req, &va), 0);
}

/* As the hardware does it.  Returns whether there was a fault. */
static bool store(struct aspace *as, va_t va, u8 value)
{
	bool faults = (entry(as, va).bits & (PTE_V | PTE_W)) != (PTE_V | PTE_W);
	struct pt_cur c;

	if (faults)
		assert_int_equal(aspace_fault(as, va, ACCESS_WRITE), 0);
	c = pt_peek(&as->pt, va);
	assert_int_equal(pte_set_bits(c.slot, PTE_A | PTE_D).bits & PTE_W, PTE_W);
	*bytes_of(entry(as, va)) = value;
	return faults;
}

static unsigned store_all(struct aspace *as, va_t va, unsigned n, unsigned step)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < n; i += step)
		faults += store(as, va + i * PAGE_SIZE, (u8)(i + 1));
	return faults;
}

/* Fills the list of the hart: a run is shorter where that comes to its end. */
static void fill_list(void)
{
	struct page *pg[200];

	for (unsigned i = 0; i < ARRAY_SIZE(pg); i++)
		pg[i] = frame_alloc(FRAME_other, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(pg); i++)
		frame_put(pg[i]);
}

static void begin(void)
{
	fill_list();
	world_start();
	option_put(SUPER, SUPER_OFF);
	option_put(FORK, FORK_COW);
	space[0]->brk = BASE / 2;
	world_running = 0;
}

/* Unmaps everything, so that the world is as it was. */
static void end(void)
{
	for (unsigned s = 0; s < SPACES; s++)
		assert_int_equal(aspace_munmap(space[s], BASE, 2 * SUPER_SIZE), 0);
	world_stop();
}

static u64 present(struct aspace *as)
{
	u64 n = 0;

	for (va_t va = BASE; va < BASE + 2 * SUPER_SIZE; va += PAGE_SIZE)
		n += entry(as, va).bits != 0;
	assert_int_equal(as->resident, n);
	return n;
}

/* Page @page, counted from BASE, is there, but nobody came to it. */
static void check_ahead(struct aspace *as, unsigned page, u8 value)
{
	pte_t e = entry(as, BASE + page * PAGE_SIZE);

	assert_true(pte_is_leaf(e) && e.bits & PTE_W);
	assert_int_equal(e.bits & PTE_D, 0);
	assert_int_equal(*bytes_of(e), value);
	assert_int_equal(frame_of_pa(pte_pa(e))->refs, 1);
}

/* Runs of 1, 1, 2, 4, 8, 8 ... pages. */
static void test_fresh(void **state)
{
	(void)state;
	begin();
	map(BASE, SPAN, VMA_R | VMA_W);
	for (unsigned i = 0; i < SPAN; i++) {
		u64 there = present(space[0]), after;
		bool faults = store(space[0], BASE + i * PAGE_SIZE, (u8)(i + 1));

		after = present(space[0]) - there;
		assert_int_equal(after, !faults ? 0
					: i < 2 ? 1
						: MIN(MIN(i, RUN), SPAN - i));
		for (unsigned k = i + 1; k < SPAN && k < present(space[0]); k++) {
			check_ahead(space[0], k, 0);
			assert_int_equal(entry(space[0], BASE + k * PAGE_SIZE).bits & PTE_A,
					 0);
		}
	}
	end();
}

/* Neither another area nor another table gets anything. */
static void test_ends(void **state)
{
	(void)state;
	begin();
	map(NEAR_END, 40, VMA_R | VMA_W);
	map(NEAR_END + 30 * PAGE_SIZE, 10, VMA_R);
	store_all(space[0], NEAR_END, 16, 1);
	assert_int_equal(present(space[0]), 16);
	assert_true(store(space[0], NEAR_END + 16 * PAGE_SIZE, 1) &&
		    !store(space[0], NEAR_END + 19 * PAGE_SIZE, 1));
	assert_int_equal(present(space[0]), 20);
	store_all(space[0], NEAR_END + 20 * PAGE_SIZE, 10, 1);
	assert_int_equal(present(space[0]), 30);
	end();
}

/* Every other page, and pages from above. */
static void test_no_run(void **state)
{
	(void)state;
	begin();
	map(BASE, SPAN, VMA_R | VMA_W);
	assert_int_equal(store_all(space[0], BASE, SPAN / 2, 2), SPAN / 4);
	for (unsigned i = SPAN; i-- > SPAN / 2;)
		assert_true(store(space[0], BASE + i * PAGE_SIZE, 1));
	assert_int_equal(present(space[0]), SPAN / 4 + SPAN / 2);

	/* A run that leaves out the last page has come to its end. */
	map(BASE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE, 7, 1);
	assert_int_equal(present(space[0]), 8);
	assert_true(store(space[0], BASE + 8 * PAGE_SIZE, 1));
	assert_int_equal(present(space[0]), 9);

	/* So has one that goes on elsewhere. */
	map(BASE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE + 30 * PAGE_SIZE, 1, 1);
	store_all(space[0], BASE, 8, 1);
	assert_true(store(space[0], BASE + 31 * PAGE_SIZE, 1));
	assert_int_equal(present(space[0]), 10);
	end();
}

static void fork_child(void)
{
	struct aspace *child = world_fork(0);

	assert_non_null(child);
	world_space_free(space[1]);
	space[1] = child;
	world_running = 1;
}

/* What a borrower lacks looks empty, but is not. */
static void test_borrowed(void **state)
{
	struct pt_cur c;

	(void)state;
	begin();
	option_put(FORK, FORK_TABLES);
	map(BASE + 5 * PAGE_SIZE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE + 5 * PAGE_SIZE, SPAN, 1);
	fork_child();
	for (unsigned s = 0; s < SPACES; s++) {
		c = pt_peek(&space[s]->pt, BASE);
		assert_int_equal(pt_empty_run(&c, SPAN), 5);
		c = pt_peek(&space[s]->pt, BASE + (5 + SPAN) * PAGE_SIZE);
		assert_int_equal(pt_empty_run(&c, SPAN), SPAN);
	}
	end();
}

/* The child's pages; its parent's have D, so each is copied by itself. */
static void test_copies(void **state)
{
	(void)state;
	begin();
	map(BASE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE, SPAN, 1);
	fork_child();
	assert_int_equal(store_all(space[1], BASE, 8, 1), 4);
	assert_int_equal(aspace_fault(space[1], BASE + 12 * PAGE_SIZE, ACCESS_READ), 0);
	assert_true(store(space[1], BASE + 8 * PAGE_SIZE, 9));
	for (unsigned i = 9; i < 16; i++)
		check_ahead(space[1], i, (u8)(i + 1));
	/* bits of pages that nobody came to stay as they were */
	assert_int_equal(entry(space[1], BASE + 11 * PAGE_SIZE).bits & PTE_A, 0);
	assert_int_equal(entry(space[1], BASE + 12 * PAGE_SIZE).bits & PTE_A, PTE_A);
	assert_int_equal(entry(space[1], BASE + 16 * PAGE_SIZE).bits & PTE_W, 0);
	for (unsigned i = 0; i < SPAN; i++)
		assert_int_equal(*bytes_of(entry(space[0], BASE + i * PAGE_SIZE)), i + 1);
	assert_int_equal(store_all(space[0], BASE + 16 * PAGE_SIZE, 8, 1), 8);
	end();
}

/* No translation of a page that was copied is left, nor of one copied ahead. */
static void test_shot_down(void **state)
{
	va_t va = WINDOW - 8 * PAGE_SIZE;

	(void)state;
	begin();
	map(va, 8 + PAGES, VMA_R | VMA_W);
	store_all(space[0], va, 8 + PAGES, 1);
	world_tlb_forget(0);
	fork_child();
	store_all(space[1], va, 8, 1);
	for (unsigned p = 0; p < PAGES; p++)
		world_tlb_set(1, p, entry(space[1], page_va(p)));
	assert_true(store(space[1], page_va(0), 1) && !store(space[1], page_va(2), 1));
	for (unsigned p = 0; p < PAGES; p++)
		assert_int_equal(world_tlb_bits(1, p), 0);
	for (unsigned s = 0; s < SPACES; s++)
		assert_int_equal(aspace_munmap(space[s], va, (8 + PAGES) * PAGE_SIZE), 0);
	end();
}

/* A page that nobody else has is not copied ahead. */
static void test_own_page(void **state)
{
	(void)state;
	begin();
	map(BASE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE, SPAN, 1);
	fork_child();
	assert_int_equal(aspace_munmap(space[0], BASE + 3 * PAGE_SIZE, PAGE_SIZE), 0);
	store_all(space[1], BASE, 3, 1);
	assert_int_equal(entry(space[1], BASE + 3 * PAGE_SIZE).bits & PTE_W, 0);
	end();
}

/* Nor is a page of a file. */
static void test_file_page(void **state)
{
	struct map_request file = { .addr = BASE + 8 * PAGE_SIZE,
				    .len = 2 * PAGE_SIZE,
				    .prot = VMA_R | VMA_W,
				    .fixed = true,
				    .object = &world_file.obj };
	va_t at;

	(void)state;
	begin();
	map(BASE, 8, VMA_R | VMA_W);
	assert_int_equal(aspace_map(space[0], &file, &at), 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(aspace_fault(space[0], at + i * PAGE_SIZE, ACCESS_READ),
				 0);
	store_all(space[0], BASE, 9, 1);
	assert_int_equal(entry(space[0], at + PAGE_SIZE).bits & PTE_W, 0);
	end();
}

/* With several threads, and where memory is short, each page comes by itself. */
static void test_one_by_one(void **state)
{
	struct page *taken = NULL, *pg;

	(void)state;
	begin();
	map(BASE, SPAN, VMA_R | VMA_W);
	store_all(space[0], BASE, SPAN, 1);
	fork_child();
	space[1]->shared = true;
	assert_int_equal(store_all(space[1], BASE, SPAN / 2, 1), SPAN / 2);
	space[1]->shared = false;
	while (frame_count(FRAME_free) > FRAMES / 2 + RUN - 1) {
		pg = frame_alloc(FRAME_other, 0);
		pg->hash_next = taken;
		taken = pg;
	}
	assert_int_equal(store_all(space[1], BASE + SPAN / 2 * PAGE_SIZE, SPAN / 2, 1),
			 SPAN / 2);
	map(BASE + SUPER_SIZE, SPAN, VMA_R | VMA_W);
	assert_int_equal(store_all(space[0], BASE + SUPER_SIZE, SPAN, 1), SPAN);
	for (; taken; taken = pg) {
		pg = taken->hash_next;
		taken->hash_next = NULL;
		frame_put(taken);
	}
	end();
}

/* A run whose later frames are missing is shorter; one whose first is missing fails, and
 * changes nothing. */
static void test_without_memory(void **state)
{
	(void)state;
	for (unsigned k = 1; k <= RUN + 1; k++) {
		for (unsigned s = 0; s < SPACES; s++) {
			va_t va = BASE + (s ? 0 : SUPER_SIZE);
			u64 copies;

			begin();
			map(BASE, SPAN, VMA_R | VMA_W);
			map(BASE + SUPER_SIZE, SPAN, VMA_R | VMA_W);
			store_all(space[0], BASE, SPAN, 1);
			fork_child();
			store_all(space[s], va, 8, 1);
			copies = frame_count(FRAME_anon);
			failing_set(&world_alloc, k, true);
			assert_int_equal(aspace_fault(space[s], va + 8 * PAGE_SIZE,
						      ACCESS_WRITE),
					 k == 1 ? -ENOMEM : 0);
			failing_end(&world_alloc);
			assert_int_equal(frame_count(FRAME_anon) - copies, MIN(k - 1, RUN));
			(void)present(space[s]);
			assert_int_equal(store(space[s], va + 8 * PAGE_SIZE, 9), k == 1);
			end();
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh),      cmocka_unit_test(test_ends),
		cmocka_unit_test(test_no_run),     cmocka_unit_test(test_borrowed),
		cmocka_unit_test(test_copies),     cmocka_unit_test(test_own_page),
		cmocka_unit_test(test_file_page),  cmocka_unit_test(test_shot_down),
		cmocka_unit_test(test_one_by_one), cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
