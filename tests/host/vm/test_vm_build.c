// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put,--wrap=mutex_lock,--wrap=mutex_unlock
/* test_vm_build.c - spaces under construction.  Nobody sees one before it is finished, and
 * only a thread that holds its lock can change a live one. */
#include "world.h"

#include "mm/phys/kmap.h"
#include "mm/space/aspace_priv.h"
#include "mm/space/build.h"
#include "mm/space/watch.h"
#include "shim.h"

/* Whether a thread that goes through all spaces meets @as, as one does that makes a file
 * shorter. */
static bool is_seen(const struct aspace *as)
{
	struct aspace *at = NULL;
	bool seen = false;

	while ((at = aspace_watch_next(at)) != NULL)
		seen |= at == as;
	return seen;
}

static unsigned seen_count(void)
{
	struct aspace *at = NULL;
	unsigned n = 0;

	while ((at = aspace_watch_next(at)) != NULL)
		n++;
	return n;
}

/* --- what is seen when fork locks and unlocks the parent --------------------------- */

void __real_mutex_lock(struct mutex *m);
void __wrap_mutex_lock(struct mutex *m);
void __real_mutex_unlock(struct mutex *m);
void __wrap_mutex_unlock(struct mutex *m);

static struct mutex *watched;
static unsigned seen_at_lock, seen_at_unlock;

void __wrap_mutex_lock(struct mutex *m)
{
	__real_mutex_lock(m);
	if (m == watched)
		seen_at_lock = seen_count();
}

void __wrap_mutex_unlock(struct mutex *m)
{
	if (m == watched)
		seen_at_unlock = seen_count();
	__real_mutex_unlock(m);
}

/* --- building as exec does --------------------------------------------------------- */

static struct page *trapframe, *usyscall;

static struct aspace_builder begin(void)
{
	struct aspace_builder b;

	world_start();
	trapframe = frame_alloc(FRAME_trapframe, 0);
	usyscall = frame_alloc(FRAME_usyscall, 0);
	assert_true(trapframe && usyscall);
	assert_int_equal(aspace_builder_start(&b, trapframe), 0);
	return b;
}

static void end(void)
{
	frame_put(trapframe);
	frame_put(usyscall);
	world_stop();
}

/* Does all that exec does. */
static void fill(struct aspace_builder *b)
{
	struct area_spec spec = {
		.start = PAGE_SIZE,
		.end = 3 * PAGE_SIZE,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
		.populate = true,
	};
	u64 word = 42;

	assert_int_equal(aspace_builder_add_usyscall(b, usyscall), 0);
	assert_int_equal(aspace_builder_add(b, &spec), 0);
	assert_int_equal(aspace_builder_add_guard(b, spec.end), 0);
	assert_int_equal(aspace_builder_write(b, spec.start, &word, sizeof(word)), 0);
	aspace_builder_set_break(b, spec.end);
}

static void test_space_is_seen_only_once_it_is_finished(void **state)
{
	struct aspace_builder b = begin();
	struct aspace *as = b.space;

	(void)state;
	assert_false(is_seen(as));
	fill(&b);
	assert_false(is_seen(as));
	assert_ptr_equal(aspace_builder_finish(&b), as);
	assert_true(is_seen(as));
	aspace_check(as);
	aspace_destroy(as);
	end();
}

static void test_space_that_is_abandoned_was_never_seen(void **state)
{
	struct aspace_builder b = begin();

	(void)state;
	fill(&b);
	aspace_builder_abandon(&b);
	end();
}

static void test_builder_ends_once(void **state)
{
	struct aspace_builder b = begin();
	struct aspace *as = aspace_builder_finish(&b);

	(void)state;
	expect_assert_failure(aspace_builder_finish(&b));
	expect_assert_failure(aspace_builder_abandon(&b));
	aspace_destroy(as);
	end();
}

/* Pages 40 to 89, the last of them in another table, get frames.  Those that are there keep
 * their contents, and no page outside gets one. */
static void test_fill_keeps_what_is_there(void **state)
{
	struct aspace_builder b = begin();
	va_t base = SUPER_SIZE - 80 * PAGE_SIZE, va;
	struct area_spec spec = {
		.start = base,
		.end = base + 100 * PAGE_SIZE,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
	};
	static const unsigned there[] = { 41, 42, 60, 79, 80 };
	u64 word;

	(void)state;
	assert_int_equal(aspace_builder_add(&b, &spec), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(there); i++) {
		va = base + there[i] * PAGE_SIZE;
		assert_int_equal(aspace_builder_write(&b, va, &va, sizeof(va)), 0);
	}
	assert_int_equal(
		aspace_builder_fill(&b, base + 40 * PAGE_SIZE, base + 90 * PAGE_SIZE), 0);
	assert_int_equal(b.space->resident, 50);
	for (unsigned i = 0; i < 100; i++) {
		struct pt_cur c = pt_at(&b.space->pt, base + i * PAGE_SIZE);
		pte_t e = pte_load(c.slot);

		assert_int_equal(pte_is_leaf(e), i >= 40 && i < 90);
		if (!pte_is_leaf(e))
			continue;
		word = *(u64 *)kmap_direct(pte_pa(e));
		va = 0;
		for (unsigned k = 0; k < ARRAY_SIZE(there); k++)
			va += there[k] == i ? c.va : 0;
		assert_int_equal(word, va);
	}
	aspace_check(b.space);
	aspace_builder_abandon(&b);
	end();
}

static void test_live_space_is_changed_under_its_lock_alone(void **state)
{
	struct area_spec spec = { .start = 0, .end = PAGE_SIZE, .kind = VMA_image };
	struct page *pg;
	struct vma *area;
	va_t va = USYSCALL - PAGE_SIZE; /* there is a table for it */

	(void)state;
	world_start();
	pg = frame_alloc(FRAME_anon, FRAME_ZERO);
	assert_non_null(pg);
	expect_assert_failure((void)!aspace_insert(space[0], &spec, &area));
	expect_assert_failure((void)!aspace_map_frame(space[0], va, pg, PTE_V | PTE_R));
	expect_assert_failure(aspace_zap(space[0], WINDOW, WALL));
	expect_assert_failure(aspace_write_back(space[0], WINDOW, WALL, false));
	frame_put(pg);
	world_stop();
}

/* A thread that unmaps a page of a file waits for the parent's lock, and then looks for the
 * child.  So the child must be in the list by then, but not before it is complete. */
static void test_child_is_seen_when_its_parent_is_unlocked(void **state)
{
	struct aspace *child;

	(void)state;
	world_start();
	watched = &space[0]->lock;
	child = world_fork(0);
	watched = NULL;
	assert_non_null(child);
	assert_int_equal(seen_at_lock, SPACES);
	assert_int_equal(seen_at_unlock, SPACES + 1);
	aspace_destroy(child);
	world_stop();
}

/* A space that a thread leaves when it ends: nobody sees it, and only its tables are left.
 * If another hart has it loaded, or it has many tables, nothing is. */
static void leave(bool elsewhere, u64 span, bool buried)
{
	struct aspace_builder b = begin();
	struct area_spec spec = {
		.start = GIB,
		.end = GIB + span,
		.prot = VMA_R | VMA_W,
		.kind = VMA_image,
	};
	struct aspace *as;
	u64 anon, tables;

	aspace_builder_abandon(&b);
	anon = frame_count(FRAME_anon), tables = frame_count(FRAME_table);
	assert_int_equal(aspace_builder_start(&b, trapframe), 0);
	fill(&b);
	assert_int_equal(aspace_builder_add(&b, &spec), 0);
	for (va_t va = spec.start; va < spec.end; va += 2 * MIB)
		assert_non_null(aspace_builder_page(&b, va));
	as = aspace_builder_finish(&b);
	aspace_empty(as);
	assert_false(is_seen(as));
	assert_int_equal(frame_count(FRAME_anon), anon);
	assert_true(frame_count(FRAME_table) > tables);
	world_elsewhere = elsewhere;
	assert_int_equal(aspace_leave(as), buried);
	world_elsewhere = false;
	if (buried)
		aspace_bury(as);
	assert_int_equal(frame_count(FRAME_table), tables);
	end();
}

static void test_space_is_left(void **state)
{
	(void)state;
	leave(false, PAGE_SIZE, true);
	leave(true, PAGE_SIZE, false);
	leave(false, 64 * MIB, false);
	leave(false, 10 * MIB, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_space_is_seen_only_once_it_is_finished),
		cmocka_unit_test(test_space_that_is_abandoned_was_never_seen),
		cmocka_unit_test(test_space_is_left),
		cmocka_unit_test(test_builder_ends_once),
		cmocka_unit_test(test_fill_keeps_what_is_there),
		cmocka_unit_test(test_live_space_is_changed_under_its_lock_alone),
		cmocka_unit_test(test_child_is_seen_when_its_parent_is_unlocked),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
