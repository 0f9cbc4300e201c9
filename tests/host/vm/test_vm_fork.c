// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/truncate_maps.c kernel/mm/space/super.c kernel/mm/sbrk.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=8000 -DFORK_LEND_SLOTS=4 -DFORK_LEND_PAGES=1 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_fork.c - a family of spaces that fork, write, unmap and end in any order, against
 * a flat model of each page: contents, and the A and D bits of each space by itself. */
#include "world.h"

#include "lent.h"

#include <string.h>

#include "mm/map.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/build.h"
#include "shim.h"

#define FAMILY 5
#define PAGES_ALL 1100
#define BASE (0x50000000ul + 200 * PAGE_SIZE) /* three tables, two of them in part */
#define STEPS 6000

struct flat_entry {
	bool mapped, present, accessed, dirty;
	u8 prot, value;
};

static struct aspace *family[FAMILY];
static struct flat_entry flat[FAMILY][PAGES_ALL];
static u64 ties;   /* comparisons of a page that is borrowed        */
static u64 aheads; /* the same of one that is there but was not used */

static va_t va_of(unsigned page)
{
	return BASE + page * PAGE_SIZE;
}

/* --- what the steps do ------------------------------------------------------------- */

/* As the hardware does it: a walk, and a fault if that does not permit the access. */
static u8 *reach(unsigned s, unsigned page, enum access access)
{
	for (unsigned tries = 0; tries < 4; tries++) {
		struct pt_cur c = pt_peek(&family[s]->pt, va_of(page));
		pte_t e = pte_load(c.slot);

		if (c.level == 0 && pte_permits(e, access)) {
			pte_set_bits(c.slot, access_used_bits(access));
			return frame_va(frame_of_pa(pte_pa(e)));
		}
		if (aspace_fault(family[s], va_of(page), access))
			return NULL;
	}
	fail_msg("page %u of %u faults for ever", page, s);
	return NULL;
}

static void do_access(unsigned s, unsigned page, bool write, u8 value)
{
	struct flat_entry *f = &flat[s][page];
	bool may = f->mapped && f->prot & (write ? VMA_W : VMA_R);
	u8 *at = reach(s, page, write ? ACCESS_WRITE : ACCESS_READ);

	if (!at && may && world_alloc.refused)
		return;
	assert_int_equal(at != NULL, may);
	if (!at)
		return;
	if (!f->present)
		f->value = 0;
	f->present = f->accessed = true;
	f->dirty |= write;
	if (write)
		*at = f->value = value;
}

static void do_unmap(unsigned s, unsigned lo, unsigned hi)
{
	int err = aspace_munmap(family[s], va_of(lo), (hi - lo) * PAGE_SIZE);

	if (err)
		assert_true(world_alloc.refused);
	else
		memset(&flat[s][lo], 0, (hi - lo) * sizeof(flat[s][0]));
}

static void do_protect(unsigned s, unsigned lo, unsigned hi, u8 prot)
{
	bool all = true;
	int err;

	for (unsigned i = lo; i < hi; i++)
		all &= flat[s][i].mapped;
	err = aspace_protect(family[s], va_of(lo), (hi - lo) * PAGE_SIZE, prot);
	if (err) {
		assert_true(!all || world_alloc.refused);
		return;
	}
	assert_true(all);
	for (unsigned i = lo; i < hi; i++)
		flat[s][i].prot = prot;
}

static void do_map(unsigned s, unsigned lo, unsigned hi)
{
	struct map_request req = { .addr = va_of(lo),
				   .len = (hi - lo) * PAGE_SIZE,
				   .prot = VMA_R | VMA_W,
				   .fixed = true };
	va_t at;

	if (aspace_map(family[s], &req, &at)) {
		assert_true(world_alloc.refused);
		return;
	}
	for (unsigned i = lo; i < hi; i++)
		flat[s][i] = (struct flat_entry){ .mapped = true, .prot = VMA_R | VMA_W };
}

static void do_end(unsigned s)
{
	aspace_destroy(family[s]);
	family[s] = NULL;
}

static void do_fork(unsigned from, unsigned to)
{
	struct aspace *own = space[0], *child;

	space[0] = family[from];
	child = world_fork(0);
	space[0] = own;
	if (!child) {
		assert_true(world_alloc.refused);
		return;
	}
	if (family[to])
		do_end(to);
	family[to] = child;
	for (unsigned i = 0; i < PAGES_ALL; i++) {
		flat[to][i] = flat[from][i];
		flat[to][i].accessed = flat[to][i].dirty = false;
	}
}

/* --- comparing --------------------------------------------------------------------- */

static void compare_entry(const struct flat_entry *f, pte_t e)
{
	struct page *pg = frame_of_pa(pte_pa(e));

	if (!e.bits) {
		assert_false(f->present);
		return;
	}
	assert_true(f->mapped && (pte_is_leaf(e) || pte_is_parked(e, 0)));
	assert_int_equal(*(u8 *)frame_va(pg), f->present ? f->value : 0);
	aheads += !f->present;
	assert_int_equal(!!(e.bits & PTE_A), f->accessed);
	assert_int_equal(!!(e.bits & PTE_D), f->dirty);
	if (e.bits & PTE_W)
		assert_true(f->prot & VMA_W && pg->refs == 1);
}

/* Contents and bits of all pages, and whether each frame has a reference for each entry. */
static void compare(void)
{
	static u32 refs[FRAMES];
	u64 n = 0;

	memset(refs, 0, sizeof(refs));
	for (unsigned s = 0; s < FAMILY; s++) {
		u64 resident = 0;

		for (unsigned i = 0; family[s] && i < PAGES_ALL; i++) {
			bool lent = lent_by(&family[s]->pt, va_of(i));
			pte_t e = lent_entry(&family[s]->pt, va_of(i));

			compare_entry(&flat[s][i], e);
			resident += e.bits != 0;
			ties += lent;
			if (e.bits && !lent)
				refs[(pte_pa(e) - SHIM_RAM_BASE) / PAGE_SIZE]++;
		}
		if (family[s])
			assert_int_equal(family[s]->resident, resident);
	}
	for (unsigned i = 0; i < FRAMES; i++) {
		struct page *pg = frame_of_pa(SHIM_RAM_BASE + i * PAGE_SIZE);

		if (refs[i])
			assert_int_equal(pg->refs, refs[i]);
		n += refs[i] != 0;
	}
	assert_int_equal(frame_count(FRAME_anon), n);
}

/* --- steps --------------------------------------------------------------------------- */

static void step(void)
{
	static const u8 prots[] = { 0, VMA_R, VMA_R | VMA_W, VMA_R | VMA_W };
	unsigned s = (unsigned)rig_below(FAMILY), what = (unsigned)rig_below(20);
	unsigned lo = (unsigned)rig_below(PAGES_ALL - 80), n = 1 + (unsigned)rig_below(80);

	if (rig_below(8) == 0)
		failing_set(&world_alloc, 1 + rig_below(6), rig_below(2));
	if (!family[s])
		what = 20;
	if (what < 5)
		do_fork(s, (s + 1 + (unsigned)rig_below(FAMILY - 1)) % FAMILY);
	else if (what < 6)
		do_unmap(s, lo, lo + n);
	else if (what < 7)
		do_protect(s, lo, lo + n, prots[rig_below(ARRAY_SIZE(prots))]);
	else if (what < 8)
		do_map(s, lo, lo + n);
	else if (what < 9 && rig_below(2) && family[(s + 1) % FAMILY])
		do_end(s);
	else if (what < 20)
		for (unsigned i = 0; i < n && rig_below(16); i++)
			do_access(s, lo + i, what < 15, (u8)rig_random());
	failing_set(&world_alloc, 0, false);
}

static void configure(void)
{
	option_put(FORK, rig_below(4) ? FORK_TABLES
				      : FORK_COW + (unsigned)rig_below(FORK_NUMBERS - 1));
}

static void begin(void)
{
	world_start();
	option_put(SUPER, SUPER_OFF);
	memset(family, 0, sizeof(family));
	memset(flat, 0, sizeof(flat));
	family[0] = world_space_new();
	family[0]->brk = BASE / 2;
	do_map(0, 0, PAGES_ALL);
	for (unsigned i = 0; i < PAGES_ALL; i += i % 7 ? 1 : 2)
		do_access(0, i, true, (u8)i);
}

static void end(void)
{
	for (unsigned s = 0; s < FAMILY; s++)
		if (family[s])
			do_end(s);
	world_file.pages = 0;
	world_stop();
}

static void test_family(void **state)
{
	(void)state;
	failing_set(&world_alloc, 0, false);
	ties = aheads = 0;
	begin();
	for (unsigned i = 0; i < STEPS; i++) {
		configure();
		step();
		if (i % 5 == 0)
			compare();
		for (unsigned s = 0; s < FAMILY && i % 50 == 0; s++)
			if (family[s])
				aspace_check(family[s]);
	}
	end();
	assert_true(ties > STEPS && aheads > STEPS); /* else this has tested nothing */
}

/* --- what a fork costs ------------------------------------------------------------- */

static unsigned tied(struct aspace *as)
{
	unsigned n = 0;

	for (va_t va = ALIGN_DOWN(BASE, SUPER_SIZE); va < va_of(PAGES_ALL);
	     va += SUPER_SIZE) {
		struct pt_cur c = pt_peek(&as->pt, va);

		n += !c.level && pt_table_of(&c)->flags;
	}
	return n;
}

/* The second fork does not look at entries: none has changed.  A change ends that for its
 * table alone. */
static void test_ties(void **state)
{
	(void)state;
	option_put(FORK, FORK_TABLES);
	begin();
	do_fork(0, 1);
	assert_int_equal(tied(family[0]), 3);
	assert_int_equal(tied(family[1]), 3);
	do_end(1);
	assert_int_equal(tied(family[0]), 3);
	do_fork(0, 1);
	do_access(0, 2, false, 0); /* a read by the hardware changes nothing but A */
	assert_int_equal(tied(family[0]), 3);
	do_access(0, 2, true, 7);
	assert_int_equal(tied(family[0]), 2);
	do_access(1, PAGES_ALL - 1, false, 0);
	assert_int_equal(tied(family[1]), 2); /* the one that 0 has given up tells no one */
	compare();
	do_fork(1, 2);
	do_end(0);
	compare();
	do_end(1);
	compare();
	do_access(2, 400, true, 9);
	compare();
	end();
}

/* To give back all of it, and to end in any order, takes no memory. */
static void test_without_memory(void **state)
{
	(void)state;
	option_put(FORK, FORK_TABLES);
	for (unsigned first = 0; first < 3; first++) {
		begin();
		do_fork(0, 1);
		do_fork(0, 2);
		failing_set(&world_alloc, 1, true);
		do_unmap(first, 0, PAGES_ALL);
		assert_false(flat[first][0].mapped);
		compare();
		do_end((first + 1) % 3);
		compare();
		end();
		failing_end(&world_alloc);
	}
}

#define HEAP 820 /* shortly before the third table, which then has no other area */

static void grow(unsigned s, unsigned lo, unsigned hi)
{
	va_t old;

	family[s]->brk = va_of(lo);
	assert_int_equal(aspace_sbrk(family[s], (hi - lo) * PAGE_SIZE, true, &old), 0);
	for (unsigned i = lo; i < hi; i++)
		flat[s][i] = (struct flat_entry){ .mapped = true, .prot = VMA_R | VMA_W };
}

/* An area of a table that is tied grows past the range of the tie. */
static void test_growth(void **state)
{
	(void)state;
	option_put(FORK, FORK_TABLES);
	for (unsigned turn = 0; turn < 4; turn++) {
		unsigned first = turn % 2;

		begin();
		do_unmap(0, HEAP, PAGES_ALL);
		grow(0, HEAP, 1000);
		for (unsigned i = HEAP; i < 1000; i++)
			do_access(0, i, true, 5);
		do_fork(0, 1);
		for (unsigned s = 0; s < 2; s++) {
			grow(s, 1000, 1040);
			do_access(s, 1020, true, (u8)(s + 3));
			assert_int_equal(tied(family[s]), 3);
		}
		compare();
		if (turn < 2)
			do_fork(first, 2);
		compare();
		do_end(first);
		compare();
		do_end(1 - first);
		compare();
		end();
	}
}

/* A table looks empty, but what belongs there is in the parent's. */
static void test_no_room_for_a_large_leaf(void **state)
{
	va_t va = ALIGN_UP(BASE, SUPER_SIZE);

	(void)state;
	option_put(FORK, FORK_TABLES);
	begin();
	assert_false(pt_large_fits(&family[0]->pt, va));
	do_fork(0, 1);
	assert_int_equal(pte_load(pt_peek(&family[1]->pt, va).slot).bits, 0);
	assert_false(pt_large_fits(&family[1]->pt, va));
	do_end(1);
	assert_false(pt_large_fits(&family[0]->pt, va));
	end();
}

/* Looking for large leaves at the edges of areas does not end ties, nor does the end. */
static void test_end_copies_nothing(void **state)
{
	struct map_request large = { .addr = 0x60000000,
				     .len = SUPER_SIZE,
				     .prot = VMA_R | VMA_W,
				     .fixed = true };
	struct page *pg;
	u32 refs;
	va_t at;

	(void)state;
	option_put(FORK, FORK_TABLES);
	begin();
	option_put(SUPER, SUPER_ON);
	do_map(0, 0, 200); /* another area: edges in the middle of a table */
	for (unsigned i = 0; i < 200; i++)
		do_access(0, i, true, 1);
	assert_int_equal(aspace_map(family[0], &large, &at), 0);
	assert_int_equal(aspace_fault(family[0], at, ACCESS_WRITE), 0);
	do_fork(0, 1);
	assert_non_null(family[1]->pt.reserve);
	assert_non_null(lent_by(&family[1]->pt, va_of(100)));
	pg = frame_of_pa(pte_pa(lent_entry(&family[1]->pt, va_of(100))));
	refs = pg->refs;
	mutex_lock(&family[1]->lock);
	super_cut(family[1], va_of(100));
	mutex_unlock(&family[1]->lock);
	assert_int_equal(pg->refs, refs);
	do_end(1);
	assert_int_equal(pg->refs, refs);
	end();
}

/* --- areas side by side ------------------------------------------------------------- */

#define EACH 8 /* pages of an area */

static u8 *must_reach(unsigned s, unsigned page, enum access access)
{
	u8 *at = reach(s, page, access);

	assert_non_null(at);
	return at;
}

/* Maps areas without a hole between, one of each sort, and writes 1 to each of their pages.
 * The middle of the first two is read-only then. */
static void map_neighbours(struct map_request *sorts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		va_t at;

		sorts[i].addr = va_of(i * EACH);
		sorts[i].len = EACH * PAGE_SIZE;
		sorts[i].prot = VMA_R | VMA_W;
		sorts[i].fixed = true;
		assert_int_equal(aspace_map(family[0], &sorts[i], &at), 0);
		for (unsigned p = 0; p < EACH; p++)
			*must_reach(0, i * EACH + p, ACCESS_WRITE) = 1;
	}
	assert_int_equal(
		aspace_protect(family[0], va_of(EACH / 2), EACH * PAGE_SIZE, VMA_R), 0);
}

/* Private memory is one range whatever its rights; what is shared stays shared, and pages
 * of a file are not lent. */
static void test_neighbours(void **state)
{
	struct map_request sorts[] = { { 0 },
				       { 0 },
				       { .object = &world_file.obj },
				       { .shared = true } };
	unsigned n = ARRAY_SIZE(sorts);

	(void)state;
	for (unsigned number = 0; number < FORK_NUMBERS; number++) {
		begin();
		do_unmap(0, 0, PAGES_ALL);
		world_file.pages = EACH;
		map_neighbours(sorts, n);
		option_put(FORK, number);
		do_fork(0, 1);
		for (unsigned i = 0; i < n * EACH; i++)
			assert_int_equal(lent_by(&family[1]->pt, va_of(i)) != NULL,
					 number == FORK_TABLES && i < 2 * EACH);
		for (unsigned i = 0; i < n * EACH; i++) {
			bool read_only = i >= EACH / 2 && i < EACH + EACH / 2;

			assert_int_equal(*must_reach(1, i, ACCESS_READ), 1);
			assert_int_equal(!reach(1, i, ACCESS_WRITE), read_only);
			if (!read_only)
				*must_reach(1, i, ACCESS_WRITE) = 2;
			assert_int_equal(*must_reach(0, i, ACCESS_READ),
					 i / EACH == 3 ? 2 : 1);
		}
		aspace_check(family[0]);
		aspace_check(family[1]);
		memset(flat, 0, sizeof(flat));
		end();
	}
}

/* A guard between two areas belongs to no range: it has no frame that could be lent. */
static void test_guard_between(void **state)
{
	struct area_spec spec = { .prot = VMA_R | VMA_W,
				  .kind = VMA_anon,
				  .populate = true };

	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		struct page *trapframe;
		struct aspace_builder b;

		begin();
		trapframe = frame_alloc(FRAME_trapframe, 0);
		assert_int_equal(aspace_builder_start(&b, trapframe), 0);
		for (unsigned i = 0; i < 2; i++) {
			spec.start = va_of(i * (EACH + 1));
			spec.end = spec.start + EACH * PAGE_SIZE;
			assert_int_equal(aspace_builder_add(&b, &spec), 0);
		}
		assert_int_equal(aspace_builder_add_guard(&b, va_of(EACH)), 0);
		do_end(0);
		memset(flat, 0, sizeof(flat));
		family[0] = aspace_builder_finish(&b);
		option_put(FORK, FORK_TABLES);
		do_fork(0, 1);
		do_fork(1, 2);
		for (unsigned s = 0; s < 3; s++) {
			struct pt_cur c = pt_peek(&family[s]->pt, family[s]->guard);

			assert_true(aspace_has_guard(&c));
			assert_null(reach(s, EACH, ACCESS_READ));
			*must_reach(s, EACH + 1, ACCESS_WRITE) = (u8)s;
			aspace_check(family[s]);
		}
		do_end(first);
		do_end(1 - first);
		do_end(2);
		frame_put(trapframe);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ties),
					    cmocka_unit_test(test_without_memory),
					    cmocka_unit_test(test_growth),
					    cmocka_unit_test(test_no_room_for_a_large_leaf),
					    cmocka_unit_test(test_end_copies_nothing),
					    cmocka_unit_test(test_neighbours),
					    cmocka_unit_test(test_guard_between),
					    cmocka_unit_test(test_family) };

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
