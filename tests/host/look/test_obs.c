// sources: kernel/obs/snap/snap_table.c kernel/obs/snap/snap_touched.c kernel/obs/touched.c kernel/obs/snap/snap_areas.c kernel/obs/snap/snap_piece.c kernel/mm/phys/vmstat.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/phys/slab.c kernel/mm/xlate/gather.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/reclaim.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DDIRECT_BASE=0xffffffc000000000ul
/* test_obs.c - snapshots of random page tables with all kinds of entries: pieces of any
 * size, read from any address, have what a plain walk finds.  Harvests are compared with a
 * model of touched pages. */
#include "rig.h"

#include <string.h>

#include "core/thread.h"
#include "mm/space/aspace.h"
#include "mm/xlate/gather.h"
#include "mm/phys/kmap.h"
#include "mm/phys/slab.h"
#include "obs/snap/snap_priv.h"
#include "proc/proc.h"
#include "shim.h"
#include "uapi/errno.h"
#include "uapi/layout.h"
#include "unmap.h"

#define FRAMES 16384
#define CHUNKS 6 /* of 2 MiB that have something in them */
#define EXPECTED_MAX (CHUNKS * 514 + 2)

char __kernel_start[1], __text_end[1], __rodata_end[1], __kernel_end[1];

static struct page table[FRAMES];
static struct pt kernel_pt;
static struct pt_half kernel_half;
static struct aspace as;
static char piece[SNAP_PIECE];

static const va_t chunk_at[CHUNKS] = {
	0, 2 * MIB, GIB - 2 * MIB, GIB, 100 * GIB, MAXVA - 2 * MIB,
};

static struct snap_entry expected[EXPECTED_MAX];
static unsigned nexpected;

static va_t shot_lo, shot_hi; /* union of all shootdowns */
static unsigned shootdowns;

void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	assert_ptr_equal(s, &as.root.tlb);
	assert_true(lo < hi);
	shot_lo = MIN(shot_lo, lo);
	shot_hi = MAX(shot_hi, hi);
	shootdowns++;
}

/* --- the caller ------------------------------------------------------------ */

static struct proc caller = { .thread = { .as = &as, .proc = &caller }, .as = &as };
static u64 points, kill_at; /* at this point the caller is killed; 0: at none */
static bool killed;

struct thread *thread_current(void)
{
	return &caller.thread;
}

bool thread_killed(void)
{
	return killed;
}

void sched_point(void)
{
	if (++points == kill_at)
		killed = true;
}

/* From now on. */
static void kill_at_point(u64 n)
{
	points = 0;
	kill_at = n;
	killed = false;
}

/* --- a table ------------------------------------------------------------- */

static u64 random_rights(void)
{
	static const u64 rights[] = { PTE_R, PTE_R | PTE_W, PTE_R | PTE_X };

	return PTE_V | rights[rig_below(3)] | (rig_below(8) ? PTE_U : 0) |
	       (rig_below(2) ? PTE_A : 0) | (rig_below(2) ? PTE_D : 0);
}

static void set_at(va_t va, int level, pte_t e)
{
	struct pt_cur c = pt_at(&as.pt, va);

	assert_int_equal(pt_reach(&c, level), 0);
	pt_set_leaf(&c, e);
}

static void make_large(va_t va)
{
	struct page *pg = frame_alloc_order(FRAME_anon, 9, 0);
	struct gather g;

	assert_non_null(pg);
	gather_init(&g, &as.root.tlb);
	assert_int_equal(
		pt_put_large(&as.pt, va, pte_make(frame_pa(pg), random_rights()), &g), 0);
	gather_finish(&g);
}

static void make_small(va_t va, unsigned density)
{
	for (unsigned i = 0; i < PT_ENTRIES; i++, va += PAGE_SIZE) {
		struct page *pg;

		if (rig_below(100) >= density)
			continue;
		switch (rig_below(10)) {
		case 0:
			set_at(va, 0, (pte_t){ PTE_GUARD });
			break;
		case 1:
			set_at(va, 0, (pte_t){ 0xabc00 }); /* a note */
			break;
		default:
			pg = frame_alloc(FRAME_anon, 0);
			assert_non_null(pg);
			set_at(va, 0, pte_make(frame_pa(pg), random_rights()));
		}
	}
}

static void make_table(void)
{
	for (unsigned i = 0; i < CHUNKS; i++) {
		switch (rig_below(5)) {
		case 0:
			break;
		case 1:
			make_large(chunk_at[i]);
			break;
		case 2:
			set_at(chunk_at[i], 1, (pte_t){ 0x1234400 });
			break;
		default:
			make_small(chunk_at[i], rig_below(101));
		}
	}
}

/* The plain walk: every slot of every table by itself. */
static void expect_table(va_t va, int level)
{
	unsigned n = level == 2 ? PT_ENTRIES / 2 : PT_ENTRIES;

	for (unsigned i = 0; i < n; i++, va += level_size(level)) {
		pte_t e = pt_entry(&as.pt, va, level);

		if (!e.bits)
			continue;
		assert_true(nexpected < EXPECTED_MAX);
		expected[nexpected++] =
			(struct snap_entry){ .va = va, .pte = e.bits, .level = level };
		if (pte_is_table(e, level))
			expect_table(va, level - 1);
	}
}

static int set_up(void **state)
{
	(void)state;
	shim_ram_init(FRAMES * PAGE_SIZE);
	frame_init(SHIM_RAM_BASE, FRAMES * PAGE_SIZE, table);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + FRAMES * PAGE_SIZE);
	vma_init();
	assert_int_equal(pt_init(&kernel_pt, &kernel_half), 0);
	memset(&as, 0, sizeof(as));
	assert_int_equal(pt_init_user(&as.pt, &kernel_pt), 0);
	vma_set_init(&as.areas, NULL);
	return 0;
}

static void empty_table(void)
{
	struct gather g;

	gather_init(&g, &as.root.tlb);
	unmap(&as.pt, 0, BIT(38), &g);
	gather_finish(&g);
	pt_fini(&as.pt);
	vma_set_fini(&as.areas);
}

static int tear_down(void **state)
{
	(void)state;
	empty_table();
	pt_fini(&kernel_pt);
	frame_check();
	assert_int_equal(frame_count(FRAME_anon), 0);
	assert_int_equal(frame_count(FRAME_table), 0);
	shim_ram_fini();
	return 0;
}

static void next_table(void)
{
	empty_table();
	assert_int_equal(pt_init_user(&as.pt, &kernel_pt), 0);
	vma_set_init(&as.areas, NULL);
	make_table();
	nexpected = 0;
	expect_table(0, 2);
}

/* --- pieces -------------------------------------------------------------- */

static struct snap new_piece(va_t start, u32 record, u32 room)
{
	struct snap s = { .as = &as, .start = start, .room = room };

	memset(piece, 0xee, sizeof(piece));
	s.header = (struct snap_header *)piece;
	*s.header = (struct snap_header){ .record_bytes = record, .next = SNAP_END };
	assert_true(sizeof(*s.header) + (u64)record * room <= SNAP_PIECE);
	return s;
}

static void *record_at(u32 i)
{
	struct snap_header *h = (struct snap_header *)piece;

	return piece + sizeof(*h) + (u64)i * h->record_bytes;
}

static void check_entry(const struct snap_entry *e, const struct snap_entry *want)
{
	pte_t pte = { want->pte };

	assert_int_equal(e->va, want->va);
	assert_int_equal(e->pte, want->pte);
	assert_int_equal(e->level, want->level);
	assert_int_equal(e->what, pte_is_leaf(pte)                      ? SNAP_LEAF
				  : pte_is_table(pte, (int)want->level) ? SNAP_TABLE
				  : pte_is_guard(pte, (int)want->level) ? SNAP_GUARD
									: SNAP_NOTE);
	assert_int_equal(e->pa,
			 e->what == SNAP_LEAF || e->what == SNAP_TABLE ? pte_pa(pte) : 0);
	if (e->what == SNAP_LEAF)
		assert_int_equal(e->frame, FRAME_anon);
	assert_int_equal(e->users, e->pa ? 1 : 0);
}

/* Reads from @start to the end, in pieces of @room records (0: of any size). */
static void check_from(va_t start, u32 room)
{
	u32 most = (SNAP_PIECE - sizeof(struct snap_header)) / sizeof(struct snap_entry);
	unsigned at = 0;

	while (at < nexpected && expected[at].va < start)
		at++;
	while (start != SNAP_END) {
		u32 r = room ? room : SNAP_LEAST + rig_below(most - SNAP_LEAST + 1);
		struct snap s = new_piece(start, sizeof(struct snap_entry), r);

		snap_table(&s, &as.pt, &as.areas);
		for (u32 i = 0; i < s.header->count; i++, at++) {
			assert_true(at < nexpected);
			check_entry(record_at(i), &expected[at]);
		}
		assert_true(s.header->next > start);
		start = s.header->next;
	}
	assert_int_equal(at, nexpected);
}

static void test_table_in_pieces(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		next_table();
		check_from(0, SNAP_LEAST);
		for (unsigned i = 0; i < 20; i++) {
			check_from(0, 0);
			check_from(chunk_at[rig_below(CHUNKS)] + rig_below(2 * MIB), 0);
			check_from(rig_below(MAXVA), 0);
		}
	}
}

/* The walk to one address: each entry is that of the plain walk, and the last decides. */
static void test_path(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		va_t va = chunk_at[rig_below(CHUNKS)] + rig_below(2 * MIB);
		struct snap s = new_piece(va, sizeof(struct snap_entry), SNAP_LEAST);
		u32 n;

		if (round % 100 == 0)
			next_table();
		s = new_piece(va, sizeof(struct snap_entry), SNAP_LEAST);
		snap_path(&s, &as.pt, &as.areas);
		n = s.header->count;
		assert_in_range(n, 1, 3);
		for (u32 i = 0; i < n; i++) {
			const struct snap_entry *e = record_at(i);

			assert_int_equal(e->level, 2 - i);
			assert_int_equal(e->va, ALIGN_DOWN(va, level_size(e->level)));
			assert_int_equal(e->pte, pt_entry(&as.pt, va, e->level).bits);
			assert_int_equal(e->what == SNAP_TABLE, i + 1 < n);
		}
		assert_int_equal(s.header->next, SNAP_END);
	}
}

/* --- harvest ------------------------------------------------------------- */

/* What the harvest should say of the leaf expected[i]; 0: nothing. */
static bool is_reported(const struct snap_entry *e)
{
	return pte_is_leaf((pte_t){ e->pte }) && e->pte & PTE_U;
}

static u32 run_flags(const struct snap_entry *e)
{
	return (e->pte & PTE_A ? SNAP_RUN_TOUCHED : 0) |
	       (e->pte & PTE_D ? SNAP_RUN_DIRTY : 0) | (e->level ? SNAP_RUN_LARGE : 0);
}

/* Walks through all runs of one harvest beside the expected leaves. */
static void check_harvest(bool again)
{
	u32 most = (SNAP_PIECE - sizeof(struct snap_header)) / sizeof(struct snap_run);
	unsigned at = 0;

	shot_lo = ~0ul;
	shot_hi = 0;
	for (va_t start = 0; start != SNAP_END;) {
		u32 room = SNAP_LEAST + rig_below(rig_below(4) ? 8 : most - SNAP_LEAST);
		struct snap s = new_piece(start, sizeof(struct snap_run), room);

		snap_touched(&s);
		for (u32 i = 0; i < s.header->count; i++) {
			const struct snap_run *run = record_at(i);
			va_t va = run->va;

			while (va < run->va + run->pages * PAGE_SIZE) {
				while (!is_reported(&expected[at]))
					assert_true(++at < nexpected);
				assert_int_equal(va, expected[at].va);
				assert_int_equal(run->flags,
						 run_flags(&expected[at]) &
							 ~(again ? SNAP_RUN_TOUCHED : 0));
				va += level_size(expected[at++].level);
			}
		}
		assert_true(s.header->next > start);
		start = s.header->next;
	}
	for (; at < nexpected; at++)
		assert_false(is_reported(&expected[at]));
}

static void test_harvest(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		next_table();
		check_harvest(false);
		for (unsigned i = 0; i < nexpected; i++) {
			u64 left = pt_entry(&as.pt, expected[i].va, expected[i].level).bits;
			bool cleared = is_reported(&expected[i]) && expected[i].pte & PTE_A;

			assert_int_equal(left, expected[i].pte & ~(cleared ? PTE_A : 0));
			if (!cleared)
				continue;
			assert_true(shot_lo <= expected[i].va);
			assert_true(shot_hi >=
				    expected[i].va + level_size(expected[i].level));
		}
		shootdowns = 0;
		check_harvest(true);
		assert_int_equal(shootdowns, 0); /* no bit was cleared */
	}
}

/* --- areas --------------------------------------------------------------- */

static void add_area(va_t start, va_t end, u8 kind)
{
	struct vma like = { .start = start, .end = end, .prot = VMA_R, .kind = kind };
	struct vma *v;

	assert_int_equal(vma_insert(&as.areas, &like, &v), 0);
}

/* Every leaf and guard is counted once: in its area, or as one that lies in none. */
static void check_areas(u32 room)
{
	u64 resident = 0, large = 0, want = 0, want_large = 0;
	va_t last = 0;

	for (va_t start = 0; start != SNAP_END;) {
		struct snap s = new_piece(start, sizeof(struct snap_area), room);

		snap_areas(&s);
		for (u32 i = 0; i < s.header->count; i++) {
			const struct snap_area *a = record_at(i);

			assert_true(a->start >= last && a->end > a->start);
			assert_int_equal(a->resident, a->shared + a->private);
			last = a->end;
			resident += a->resident;
			large += a->large;
		}
		assert_true(s.header->next > start);
		start = s.header->next;
	}
	for (unsigned i = 0; i < nexpected; i++) {
		if (!pte_is_leaf((pte_t){ expected[i].pte }))
			continue;
		want += level_size(expected[i].level) / PAGE_SIZE;
		want_large += expected[i].level ? PT_ENTRIES : 0;
	}
	assert_int_equal(resident, want);
	assert_int_equal(large, want_large);
}

/* An area that contains @start belongs to an earlier piece, with all its pages. */
static void check_areas_from(va_t start)
{
	struct snap s = new_piece(start, sizeof(struct snap_area), 40);
	const struct vma *a = vma_find(&as.areas, start);

	snap_areas(&s);
	if (!a || a->start == start || !s.header->count)
		return;
	assert_true(((struct snap_area *)record_at(0))->start >= a->end);
}

static void test_areas(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		next_table();
		add_area(0, 4 * MIB, VMA_image);
		add_area(GIB - 2 * MIB, GIB + 64 * PAGE_SIZE, VMA_heap);
		add_area(50 * GIB, 60 * GIB, VMA_anon); /* nothing there */
		add_area(MAXVA - 2 * MIB, MAXVA - 4 * PAGE_SIZE, VMA_anon);
		check_areas(SNAP_LEAST);
		check_areas(SNAP_LEAST + rig_below(30));
		for (unsigned i = 0; i < 20; i++)
			check_areas_from(chunk_at[rig_below(CHUNKS)] + rig_below(2 * MIB));
	}
}

/* --- loops ----------------------------------------------------------------- */

/* A full table in each chunk, and an area around. */
static void make_full_tables(void)
{
	empty_table();
	assert_int_equal(pt_init_user(&as.pt, &kernel_pt), 0);
	vma_set_init(&as.areas, NULL);
	for (unsigned i = 0; i < CHUNKS; i++) {
		make_small(chunk_at[i], 100);
		add_area(chunk_at[i], chunk_at[i] + 2 * MIB, VMA_anon);
	}
}

/* Areas are counted with a point at each entry, and not to the end for a killed caller. */
static void test_areas_points(void **state)
{
	struct snap s;

	(void)state;
	make_full_tables();
	s = new_piece(0, sizeof(struct snap_area), 40);
	kill_at_point(0);
	snap_areas(&s);
	assert_int_equal(s.header->count, CHUNKS);
	assert_true(points >= CHUNKS * PT_ENTRIES);
	s = new_piece(0, sizeof(struct snap_area), 40);
	kill_at_point(PT_ENTRIES / 2);
	snap_areas(&s);
	assert_in_range(points, PT_ENTRIES / 2, PT_ENTRIES / 2 + CHUNKS + 1);
	kill_at_point(0);
}

/* A harvest has a point at each table. */
static void test_harvest_points(void **state)
{
	(void)state;
	make_full_tables();
	kill_at_point(0);
	for (va_t start = 0; start != SNAP_END;) {
		struct snap s = new_piece(start, sizeof(struct snap_run), 100);

		snap_touched(&s);
		start = s.header->next;
	}
	assert_true(points >= CHUNKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table_in_pieces, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_path, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_harvest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_areas, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_areas_points, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_harvest_points, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
