// sources: kernel/mm/phys/vmstat.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_alloc,--wrap=frame_put,--wrap=frame_put_block
/* test_pt.c - page tables against a flat model: random operations, and a
 * simulated TLB that catches every frame freed too early. */
#include "pt_rig.h"

#define BLOCK 512 /* pages of a 2 MiB leaf */

/* --- the pages of the model --------------------------------------------- */

/* Three windows of 6 MiB: at the bottom, across a 1 GiB border, and at the top. */
#define WINDOW 1536
#define WINDOWS 3
#define PAGES (WINDOW * WINDOWS)

static const va_t window_start[WINDOWS] = { 0, GIB - 4 * MIB, BIT(38) - 6 * MIB };

enum state { EMPTY, SMALL, LARGE, GUARD, NOTE };

/* One page of the model: the entry that pt_entry() must find. */
static struct model {
	enum state state;
	pte_t e; /* of a large leaf: the whole leaf's */
} model[PAGES];

/* What a hart may still have in its TLB: frame number + 1, or 0. */
static u64 tlb[PAGES];

static va_t page_va(unsigned i)
{
	return window_start[i / WINDOW] + i % WINDOW * PAGE_SIZE;
}

static u64 frame_number(unsigned i)
{
	u64 pfn = pte_pa(model[i].e) >> PAGE_SHIFT;

	return model[i].state == LARGE ? pfn + i % BLOCK : pfn;
}

static bool is_mapped(unsigned i)
{
	return model[i].state == SMALL || model[i].state == LARGE;
}

/* Harts may fill their TLBs at any time.  Here they do so as soon as possible. */
static void tlb_fill(unsigned lo, unsigned hi)
{
	for (unsigned i = lo; i < hi; i++)
		if (is_mapped(i))
			tlb[i] = frame_number(i) + 1;
}

static unsigned shootdowns;

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	assert_ptr_equal(s, &space);
	assert_true(lo < hi);
	assert_int_equal(shim_spin_depth(), 0);
	shootdowns++;
	for (unsigned i = 0; i < PAGES; i++)
		if (page_va(i) >= lo && page_va(i) < hi)
			tlb[i] = 0;
	tlb_fill(0, PAGES);
}

/* --- the frame allocator, watched --------------------------------------- */

void __real_frame_put(struct page *pg);
void __wrap_frame_put(struct page *pg);
void __real_frame_put_block(struct page *pg, unsigned order);
void __wrap_frame_put_block(struct page *pg, unsigned order);

static void check_unused(struct page *pg, u64 n)
{
	u64 first = frame_pa(pg) >> PAGE_SHIFT;

	for (unsigned i = 0; i < PAGES; i++)
		if (tlb[i] - 1 >= first && tlb[i] - 1 < first + n)
			fail_msg("freed while a TLB still has it");
}

void __wrap_frame_put(struct page *pg)
{
	if (pg->refs == 1)
		check_unused(pg, BIT(pg->order));
	__real_frame_put(pg);
}

void __wrap_frame_put_block(struct page *pg, unsigned order)
{
	check_unused(pg, BIT(order));
	__real_frame_put_block(pg, order);
}

/* --- set-up ------------------------------------------------------------- */

static int set_up(void **state)
{
	memset(model, 0, sizeof(model));
	memset(tlb, 0, sizeof(tlb));
	return tables_set_up(state);
}

static void model_clear(unsigned lo, unsigned hi)
{
	for (unsigned i = lo; i < hi; i++)
		model[i] = (struct model){ EMPTY, { 0 } };
}

static int tear_down(void **state)
{
	model_clear(0, PAGES); /* the TLB keeps what it has until it is told */
	return tables_tear_down(state);
}

/* --- comparing ---------------------------------------------------------- */

static void check_page(unsigned i)
{
	struct pt_cur c = pt_at(&pt, page_va(i));
	pte_t e = pte_load(c.slot);

	assert_int_equal(c.va, page_va(i));
	assert_int_equal(e.bits, model[i].e.bits);
	switch (model[i].state) {
	case EMPTY:
		assert_false(pte_is_leaf(e));
		break;
	case SMALL:
		assert_true(pte_is_leaf(e));
		assert_int_equal(c.level, 0);
		break;
	case LARGE:
		assert_true(pte_is_leaf(e));
		assert_int_equal(c.level, 1);
		break;
	case GUARD:
		assert_true(pte_is_guard(e, c.level));
		break;
	case NOTE:
		assert_false(pte_is_valid(e) || pte_is_leaf(e));
	}
	assert_int_equal(pt_entry(&pt, c.va, c.level).bits, e.bits);
	for (int level = 2; level > c.level; level--)
		assert_true(pte_is_table(pt_entry(&pt, c.va, level), level));
	for (int level = c.level - 1; level >= 0; level--)
		assert_int_equal(pt_entry(&pt, c.va, level).bits, 0);
}

/* A run of empty entries ends with the table, or where an entry has V. */
static void check_run(unsigned i)
{
	struct pt_cur c = pt_at(&pt, page_va(i));
	u32 max = 1 + rig_below(PT_ENTRIES), n = 0;

	if (c.level > 0 || pte_is_valid(model[i].e))
		return;
	while (n < max && (n == 0 || (i + n) % BLOCK) && !pte_is_valid(model[i + n].e))
		n++;
	assert_int_equal(pt_empty_run(&c, max), n);
}

/* A cursor that moves is where a new one would be. */
static void check_move(unsigned from, unsigned to)
{
	struct pt_cur c = pt_at(&pt, page_va(from)), there = pt_at(&pt, page_va(to));

	pt_move(&c, page_va(to));
	assert_ptr_equal(c.slot, there.slot);
	assert_int_equal(c.level, there.level);
	assert_int_equal(c.va, there.va);
}

/* A walk over everything sees each entry once, and the holes between them. */
static void check_walk(va_t start, va_t end)
{
	va_t expected = start;
	unsigned seen = 0, there = 0;

	pt_for_each(c, &pt, start, end) {
		assert_int_equal(c.va, expected);
		assert_true(pt_end(&c) > c.va);
		expected = pt_end(&c);
		seen += pte_load(c.slot).bits ? pt_end(&c) - c.va : 0;
		assert_ptr_equal(c.slot, pt_at(&pt, c.va).slot);
	}
	assert_true(expected >= end);
	for (unsigned i = 0; i < PAGES; i++)
		there += model[i].state != EMPTY && page_va(i) >= start && page_va(i) < end;
	if (start == 0)
		assert_int_equal(seen / PAGE_SIZE, there);
}

/* The reserve has a cleared table for each large leaf. */
static void check_reserve(void)
{
	unsigned n = 0;

	for (struct page *pg = pt.reserve; pg; pg = pg->hash_next, n++) {
		const pte_t *entry = frame_va(pg);

		assert_int_equal(pg->kind, FRAME_table);
		for (unsigned i = 0; i < PT_ENTRIES; i++)
			assert_int_equal(entry[i].bits, 0);
	}
	for (unsigned i = 0; i < PAGES; i += BLOCK)
		n -= model[i].state == LARGE;
	assert_int_equal(n, 0);
}

static void check_all(void)
{
	for (unsigned i = 0; i < PAGES; i++)
		check_page(i);
	for (unsigned i = 0; i < 64; i++)
		check_run(rig_below(PAGES));
	for (unsigned i = 0; i < 64; i++)
		check_move(rig_below(PAGES), rig_below(PAGES));
	check_walk(0, BIT(38));
	check_reserve();
	check_roots();
}

/* --- random operations -------------------------------------------------- */

static const u64 some_prot[] = { PTE_R | PTE_U, PTE_R | PTE_W | PTE_U,
				 PTE_R | PTE_X | PTE_U, PTE_R | PTE_W | PTE_A | PTE_D,
				 PTE_X | PTE_U | PTE_COW };

static u64 random_prot(void)
{
	return some_prot[rig_below(ARRAY_SIZE(some_prot))];
}

/* Pages [*lo, *hi) within one window. */
static void random_range(unsigned *lo, unsigned *hi, unsigned longest)
{
	unsigned window = rig_below(WINDOWS) * WINDOW;

	*lo = rig_below(WINDOW);
	*hi = *lo + 1 + rig_below(longest);
	*hi = MIN(*hi, WINDOW);
	*lo += window;
	*hi += window;
}

static bool all_empty(unsigned lo, unsigned hi)
{
	for (unsigned i = lo; i < hi; i++)
		if (model[i].state != EMPTY)
			return false;
	return true;
}

static void put_one(unsigned i)
{
	struct pt_cur c = pt_at(&pt, page_va(i));
	struct page *pg;
	u64 prot = random_prot();
	int err = pt_reach(&c, 0);

	if (model[i].state == LARGE) {
		assert_int_equal(err, -EEXIST);
		return;
	}
	assert_int_equal(err, 0);
	assert_int_equal(c.level, 0);
	if (model[i].state != EMPTY)
		return;
	pg = frame_alloc(FRAME_anon, 0);
	model[i] = (struct model){ SMALL, pte_make(frame_pa(pg), prot | PTE_V) };
	assert_int_equal(pt_set_leaf(&c, model[i].e).bits, 0);
	tlb_fill(i, i + 1);
}

/* Maps a range as a whole, onto frames of kind kernel: then no leaf holds a reference. */
static void map_range(unsigned lo, unsigned hi)
{
	pa_t pa = SHIM_RAM_BASE + (FRAMES - 1) * PAGE_SIZE + rig_below(8) * PAGE_SIZE;
	u64 prot = random_prot();
	int err = pt_map(&pt, page_va(lo), pa, (hi - lo) * PAGE_SIZE, prot);

	assert_int_equal(err, all_empty(lo, hi) ? 0 : -EEXIST);
	for (unsigned i = lo; !err && i < hi; i++)
		model[i] = (struct model){ SMALL, pte_make(pa + (i - lo) * PAGE_SIZE,
							   prot | PTE_V) };
}

/* Makes the large leaf that contains page @i.  If it replaces an empty table, a hart may
 * still know that table; without one it needs a new frame, which may fail. */
static void map_large(unsigned i)
{
	unsigned lo = ALIGN_DOWN(i % WINDOW, BLOCK) + i / WINDOW * WINDOW;
	struct page *pg = frame_alloc_order(FRAME_anon, 9, 0);
	bool table = pte_is_table(pt_entry(&pt, page_va(lo), 1), 1);
	unsigned before = shootdowns;
	pte_t e;
	struct gather g;
	bool fails;
	int err;

	if (!pg)
		return;
	memset(frame_va(pg), 0xff, 8 * PAGE_SIZE); /* no table, but looks like one */
	e = pte_make(frame_pa(pg), random_prot() | PTE_V);
	assert_int_equal(pt_large_fits(&pt, page_va(i)), all_empty(lo, lo + BLOCK));
	gather_init(&g, &space);
	failing_set(&failing, rig_below(3), rig_below(2));
	err = pt_put_large(&pt, page_va(lo), e, &g);
	fails = failing_end(&failing);
	if (!all_empty(lo, lo + BLOCK))
		assert_int_equal(err, -EEXIST);
	else
		assert_int_equal(err, fails ? -ENOMEM : 0);
	for (unsigned j = lo; !err && j < lo + BLOCK; j++)
		model[j] = (struct model){ LARGE, e };
	gather_finish(&g);
	assert_int_equal(shootdowns - before, !err && table);
	if (err)
		frame_put(pg);
	else
		tlb_fill(lo, lo + BLOCK);
}

/* Removes the large leaf.  Its table takes its place, empty. */
static unsigned taken, split; /* large leaves */

static void take_large(unsigned i)
{
	unsigned lo = ALIGN_DOWN(i % WINDOW, BLOCK) + i / WINDOW * WINDOW;
	struct pt_cur c = pt_at(&pt, page_va(i));
	struct gather g;

	if (model[i].state != LARGE)
		return;
	gather_init(&g, &space);
	taken++;
	assert_int_equal(pt_take_large(&c).bits, model[i].e.bits);
	gather_add_large(&g, page_va(lo), pt_leaf_page(model[i].e));
	model_clear(lo, lo + BLOCK);
	assert_true(pte_is_table(pt_entry(&pt, page_va(i), 1), 1));
	gather_finish(&g);
}

static void split_at(unsigned i)
{
	unsigned lo = ALIGN_DOWN(i % WINDOW, BLOCK) + i / WINDOW * WINDOW;
	struct pt_cur c = pt_at(&pt, page_va(i));
	unsigned allocs = frame_count(FRAME_table);
	pte_t e;

	if (model[i].state != LARGE)
		return;
	split++;
	pte_set_bits(c.slot, PTE_A | PTE_D);
	e = pte_load(c.slot);
	frame_split(frame_of_pa(pte_pa(e)));
	failing_set(&failing, 1, true);
	pt_split(&c);
	failing_end(&failing);
	assert_int_equal(frame_count(FRAME_table), allocs);
	assert_int_equal(c.level, 0);
	for (unsigned j = lo; j < lo + BLOCK; j++)
		model[j] = (struct model){ SMALL, { e.bits + ((u64)(j - lo) << 10) } };
	assert_int_equal(pte_load(c.slot).bits, model[i].e.bits);
}

/* Makes entries of other kinds: guards, and entries without V that are not 0. */
static void put_special(unsigned i)
{
	struct pt_cur c = pt_at(&pt, page_va(i));
	struct model m = { NOTE, { rig_random() & ~PTE_V } };

	if (model[i].state != EMPTY || pt_reach(&c, 0))
		return;
	if (rig_below(2))
		m = (struct model){ GUARD, { PTE_GUARD } };
	assert_int_equal(pt_set_leaf(&c, m.e).bits, 0);
	model[i] = m;
}

static void unmap_range(unsigned lo, unsigned hi)
{
	struct gather g;

	/* Large leaves may not be cut. */
	while (lo % WINDOW && model[lo].state == LARGE && lo % WINDOW % BLOCK)
		lo--;
	while (hi % WINDOW && model[hi - 1].state == LARGE && hi % WINDOW % BLOCK)
		hi++;
	gather_init(&g, &space);
	unmap(&pt, page_va(lo), (hi - lo) * PAGE_SIZE, &g);
	model_clear(lo, hi);
	gather_finish(&g);
}

static void random_operation(unsigned full)
{
	unsigned lo, hi;

	random_range(&lo, &hi, rig_below(20) ? 12 : 1200);
	switch (rig_below(full ? 16 : 9)) {
	case 0:
		map_range(lo, hi);
		break;
	case 1:
		map_large(lo);
		break;
	case 2:
		if (rig_below(2))
			split_at(lo);
		else
			take_large(lo);
		break;
	case 3:
		put_special(lo);
		break;
	case 4:
	case 5:
	case 6:
		put_one(lo);
		break;
	default:
		unmap_range(lo, hi);
	}
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		random_operation(round / 500 % 2);
		for (unsigned n = 0; n < 20; n++)
			check_page(rig_below(PAGES));
		if (round % 100 == 0)
			check_all();
		if (round % 700 == 0) { /* tables are never freed before: start anew */
			tear_down(state);
			set_up(state);
		}
	}
	check_all();
	assert_true(taken && split); /* the mix of operations came to both */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
