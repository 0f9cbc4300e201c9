// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=3000 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put,--wrap=pt_at_tie
/* test_vm_loops.c - loops whose length a program chooses.  Each offers a scheduling point
 * at every table or area that it comes to, and ends soon after its thread is killed, unless
 * it gives memory back or must not end half-way.
 *
 * A new call on ranges of addresses gets a line in the table. */
#include "world.h"

#include <string.h>

#include "mm/space/aspace_priv.h"
#include "mm/map.h"
#include "mm/phys/reclaim.h"
#include "mm/space/watch.h"
#include "uapi/errno.h"

#define TABLES 64 /* each with one page that is present */
#define BASE 0x50000000ul
#define LEN (TABLES * SUPER_SIZE)
#define FRESH (16 * TABLES * PAGE_SIZE) /* cleared pages come 16 at a time */
#define AREAS 300
#define KILL_AT 20
#define SLACK 8 /* points that a killed loop may still pass */

static u64 walks;

struct pt_cur __real_pt_at_tie(struct pt *pt, va_t va, enum pt_tie tie);
struct pt_cur __wrap_pt_at_tie(struct pt *pt, va_t va, enum pt_tie tie);

struct pt_cur __wrap_pt_at_tie(struct pt *pt, va_t va, enum pt_tie tie)
{
	walks++;
	return __real_pt_at_tie(pt, va, tie);
}

static u8 present[PAGE_SIZE];

/* --- what is called; 0 or -errno ------------------------------------------------- */

static int do_mincore(void)
{
	u64 part = sizeof(present) * PAGE_SIZE;
	int err = 0;

	for (u64 at = 0; at < LEN && !err; at += part)
		err = aspace_mincore(space[0], BASE + at, part, present);
	return err;
}

static int do_munmap(void)
{
	return aspace_munmap(space[0], BASE, LEN);
}

static int do_protect(void)
{
	return aspace_protect(space[0], BASE, LEN, VMA_R);
}

static int do_msync(void)
{
	return aspace_msync(space[0], BASE, LEN);
}

static int do_discard(void)
{
	return aspace_discard(space[0], BASE, LEN);
}

static int do_prefetch(void)
{
	return aspace_prefetch(space[0], BASE, 2 * TABLES * PAGE_SIZE);
}

static int do_fork(void)
{
	struct aspace *child = world_fork(0);

	if (child)
		world_space_free(child);
	return child ? 0 : -EINTR; /* it is not for lack of memory */
}

static int do_mremap(void)
{
	struct remap_request req = { BASE, LEN, LEN + PAGE_SIZE, .may_move = true };
	va_t at;

	return aspace_mremap(space[0], &req, &at);
}

static int map_one(va_t va, u64 len, bool shared)
{
	struct map_request req = { .addr = va,
				   .len = len,
				   .prot = VMA_R | VMA_W,
				   .fixed = va != 0,
				   .shared = shared };

	return aspace_map(space[0], &req, &va);
}

static int do_map_over(void)
{
	return map_one(BASE, LEN, false);
}

static int do_map_shared(void)
{
	return map_one(BASE + LEN + SUPER_SIZE, FRESH, true);
}

/* Maps over the page after the tables, and on where nothing is mapped. */
static int do_map_shared_over(void)
{
	return map_one(BASE + LEN, 2 * TABLES * PAGE_SIZE, true);
}

static int do_map_anywhere(void)
{
	return map_one(0, 2 * PAGE_SIZE, false);
}

static int do_grow(void)
{
	va_t old;

	return aspace_sbrk(space[0], FRESH, false, &old);
}

static int do_destroy(void)
{
	world_space_free(space[0]);
	space[0] = world_space_new();
	return 0;
}

/* --- the table ------------------------------------------------------------------- */

enum { COMPLETES, STOPS };

static const struct loop {
	const char *name;
	int (*run)(void);
	int when_killed;
	bool areas; /* many areas, each with a hole below it, in place of many tables */
	u64 points; /* at least                                                       */
} loops[] = {
	{ "mincore", do_mincore, STOPS, false, TABLES },
	{ "munmap", do_munmap, COMPLETES, false, TABLES },
	{ "munmap of areas", do_munmap, COMPLETES, true, AREAS },
	{ "mprotect", do_protect, COMPLETES, false, TABLES },
	{ "msync", do_msync, STOPS, false, 2 * TABLES },
	{ "discard", do_discard, COMPLETES, false, TABLES },
	{ "prefetch", do_prefetch, STOPS, false, TABLES },
	{ "fork", do_fork, STOPS, false, TABLES },
	{ "fork of areas", do_fork, STOPS, true, AREAS },
	{ "mremap", do_mremap, STOPS, false, 2 * TABLES },
	{ "mmap over what is there", do_map_over, COMPLETES, false, TABLES },
	{ "mmap over areas", do_map_over, COMPLETES, true, AREAS },
	{ "mmap of shared memory", do_map_shared, STOPS, false, TABLES },
	{ "mmap of shared memory over what is there", do_map_shared_over, STOPS, false,
	  4 * TABLES },
	{ "mmap below areas", do_map_anywhere, COMPLETES, true, AREAS },
	{ "sbrk", do_grow, STOPS, false, TABLES },
	{ "exit", do_destroy, COMPLETES, false, TABLES },
	{ "exit with areas", do_destroy, COMPLETES, true, AREAS },
};

/* mmap can choose only addresses below the areas: the hole below each area is too small. */
static void make_areas(void)
{
	va_t top = BASE + 2 * AREAS * PAGE_SIZE;

	for (u64 i = 0; i < AREAS; i++)
		assert_int_equal(map_one(BASE + (2 * i + 1) * PAGE_SIZE, PAGE_SIZE, false),
				 0);
	space[0]->brk = BASE - 4 * PAGE_SIZE;
	assert_int_equal(map_one(top, WALL - top, false), 0);
}

static void make_tables(void)
{
	assert_int_equal(map_one(BASE, LEN, false), 0);
	assert_int_equal(map_one(BASE + LEN, PAGE_SIZE, false), 0); /* mremap has to move */
	for (u64 i = 0; i < TABLES; i++)
		assert_int_equal(
			aspace_fault(space[0], BASE + i * SUPER_SIZE, ACCESS_WRITE), 0);
	space[0]->brk = BASE / 2;
}

/* Returns the result of the call.  world_points is then the number of scheduling points. */
static int run(const struct loop *l, u64 kill_at)
{
	int err;

	world_start();
	option_put(SUPER, SUPER_OFF);
	if (l->areas)
		make_areas();
	else
		make_tables();
	world_running = 0;
	world_points = 0;
	world_kill_at = kill_at;
	err = l->run();
	world_kill_at = 0;
	aspace_check(space[0]);
	world_file.pages = 0; /* the loop has used no page of the file */
	return err;
}

static void test_points(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(loops); i++) {
		int err = run(&loops[i], 0);

		if (err || world_points < loops[i].points)
			fail_msg("%s: %d, %lu points", loops[i].name, err, world_points);
		world_stop();
	}
}

/* A killed loop only undoes what it has done. */
static void test_kill(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(loops); i++) {
		u64 all;

		(void)run(&loops[i], 0);
		all = world_points;
		world_stop();
		(void)run(&loops[i], KILL_AT);
		if (loops[i].when_killed == STOPS &&
		    world_points + TABLES - KILL_AT - SLACK > all)
			fail_msg("%s: %lu of %lu points", loops[i].name, world_points, all);
		world_stop();
	}
}

/* Where there are no tables, a loop does not go page by page. */
static void test_holes(void **state)
{
	va_t len = 64 * GIB;

	(void)state;
	world_start();
	space[0]->brk = BASE / 2;
	assert_int_equal(map_one(BASE, len, false), 0);
	walks = world_points = 0;
	memset(present, 7, sizeof(present));
	assert_int_equal(
		aspace_mincore(space[0], BASE, sizeof(present) * PAGE_SIZE, present), 0);
	for (u64 i = 0; i < sizeof(present); i++)
		assert_int_equal(present[i], 0);
	assert_int_equal(aspace_protect(space[0], BASE, len, VMA_R), 0);
	assert_int_equal(aspace_discard(space[0], BASE, len), 0);
	assert_int_equal(aspace_msync(space[0], BASE, len), 0);
	assert_int_equal(aspace_munmap(space[0], BASE, len), 0);
	assert_in_range(walks + world_points, 1, 8 * len / GIB);
	world_stop();
}

/* --- the page cache -------------------------------------------------------------- */

#define CACHED 2048
#define KEPT 1500

static int read_nothing(struct object *obj, struct page *pg)
{
	(void)obj;
	object_filled(pg, 0);
	return 0;
}

/* The pages that stay are passed once, not once for every few pages that go; others get
 * the lock in between. */
static void test_page_cache(void **state)
{
	static const struct object_ops ops = { .read_page = read_nothing };
	struct object obj;
	struct page *pg;
	u64 free;

	(void)state;
	world_start();
	object_init(&obj, &ops);
	free = frame_count(FRAME_free);
	for (u64 i = 0; i < CACHED; i++) {
		assert_int_equal(object_get_page(&obj, i, &pg), 0);
		frame_put(pg);
	}
	world_points = 0;
	assert_int_equal(mem_available(), free);
	assert_in_range(world_points, 1, CACHED / 64);
	world_points = 0;
	object_drop_pages(&obj, KEPT);
	assert_in_range(world_points, CACHED / 1024, CACHED / 64);
	assert_int_equal(obj.npages, KEPT);
	for (u64 i = 0; i < CACHED; i++) {
		pg = object_find_page(&obj, i);
		assert_int_equal(pg != NULL, i < KEPT);
		if (pg)
			frame_put(pg);
	}
	object_drop_pages(&obj, 0);
	assert_int_equal(frame_count(FRAME_free), free);
	world_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_points),
					    cmocka_unit_test(test_kill),
					    cmocka_unit_test(test_holes),
					    cmocka_unit_test(test_page_cache) };

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
