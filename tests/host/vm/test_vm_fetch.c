// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=2500 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_fetch.c - every way in which a page can become executable.  A program that jumps
 * there must fetch what the page holds, not what the instruction cache has of the frame. */
#include "world.h"

#include "mm/space/aspace_priv.h"
#include "mm/map.h"
#include "shim.h"

#define OLD 0xee /* a byte that is in no page */
#define RX (VMA_R | VMA_X)
#define RW (VMA_R | VMA_W)
#define RWX (RX | VMA_W)
#define PAGE 1 /* of window and file */
#define BLOCK 0x50000000ul

static void map_page(u8 prot, bool shared, bool file)
{
	struct map_request req = {
		.addr = page_va(PAGE),
		.len = PAGE_SIZE,
		.prot = prot,
		.shared = shared,
		.fixed = true,
		.object = file ? &world_file.obj : NULL,
		.offset = file ? PAGE * PAGE_SIZE : 0,
	};
	va_t va;

	assert_int_equal(aspace_map(space[0], &req, &va), 0);
}

static void protect(u8 prot)
{
	assert_int_equal(aspace_protect(space[0], page_va(PAGE), PAGE_SIZE, prot), 0);
}

static void fetch_file_page(bool shared)
{
	map_page(RX, shared, true);
	assert_true(world_exec(0, PAGE));
}

static void file_shared(void)
{
	fetch_file_page(true);
}

static void file_private(void)
{
	fetch_file_page(false);
}

static void file_read_first(void)
{
	u8 value;

	map_page(RX, false, true);
	assert_true(world_read(0, PAGE, &value));
	assert_true(world_exec(0, PAGE));
}

static void file_written_first(void)
{
	map_page(RWX, false, true);
	assert_true(world_write(0, PAGE, 5));
	assert_true(world_exec(0, PAGE));
}

static void file_copied_on_write(void)
{
	u8 value;

	map_page(RWX, false, true);
	assert_true(world_read(0, PAGE, &value));
	world_icache_fill(OLD);
	assert_true(world_write(0, PAGE, 5));
	assert_true(world_exec(0, PAGE));
}

static void fresh_on_demand(void)
{
	map_page(RWX, false, false);
	assert_true(world_exec(0, PAGE));
}

static void fresh_from_the_start(void)
{
	map_page(RWX, true, false);
	assert_true(world_exec(0, PAGE));
}

static void written_then_protected(void)
{
	map_page(RW, false, false);
	assert_true(world_write(0, PAGE, 5));
	protect(RX);
	assert_true(world_exec(0, PAGE));
}

static void unparked(void)
{
	map_page(RW, false, false);
	assert_true(world_write(0, PAGE, 5));
	protect(0);
	protect(RX);
	assert_true(world_exec(0, PAGE));
}

/* After a fork the child writes to the page, or already has a copy of its own. */
static void forked(bool copies)
{
	map_page(RWX, false, false);
	assert_true(world_write(0, PAGE, 5));
	world_space_free(space[1]);
	world_icache_fill(OLD);
	option_put(FORK, copies ? FORK_COPY : FORK_COW);
	space[1] = world_fork(0);
	option_put(FORK, FORK_COW);
	assert_non_null(space[1]);
	if (!copies)
		assert_true(world_write(1, PAGE, 6));
	assert_true(world_exec(1, PAGE));
}

static void forked_and_written(void)
{
	forked(false);
}

static void forked_with_copies(void)
{
	forked(true);
}

static void test_page_becomes_executable(void **state)
{
	static void (*const way[])(void) = {
		file_shared,          file_private,           file_read_first,
		file_written_first,   file_copied_on_write,   fresh_on_demand,
		fresh_from_the_start, written_then_protected, unparked,
		forked_and_written,   forked_with_copies,
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(way); i++) {
		world_start();
		world_icache_fill(OLD);
		way[i]();
		world_check();
		world_stop();
	}
}

static const u8 *block_byte(unsigned s)
{
	struct pt_cur c = pt_at(&space[s]->pt, BLOCK);

	assert_true(pte_is_large(pte_load(c.slot), c.level));
	return frame_va(frame_of_pa(pte_pa(pte_load(c.slot))));
}

static void test_block_becomes_executable(void **state)
{
	struct area_spec spec = {
		.start = BLOCK,
		.end = BLOCK + SUPER_SIZE,
		.prot = RWX,
		.kind = VMA_anon,
	};
	struct vma *area;

	(void)state;
	world_start();
	world_icache_fill(OLD);
	mutex_lock(&space[0]->lock);
	assert_int_equal(aspace_insert(space[0], &spec, &area), 0);
	assert_int_equal(aspace_populate(space[0], area, area->start, area->end), 0);
	mutex_unlock(&space[0]->lock);
	world_fetch(block_byte(0));
	world_space_free(space[1]);
	world_icache_fill(OLD);
	option_put(FORK, FORK_COPY);
	space[1] = world_fork(0);
	option_put(FORK, FORK_COW);
	assert_non_null(space[1]);
	world_fetch(block_byte(1));
	world_stop();
}

/* The parent could fetch from the shared page before, so the instruction cache does not
 * have to forget anything. */
static void test_sharing_forgets_nothing(void **state)
{
	(void)state;
	world_start();
	map_page(RX, false, true);
	assert_true(world_exec(0, PAGE));
	world_space_free(space[1]);
	world_icache_fill(world_file.disk[PAGE]);
	space[1] = world_fork(0);
	assert_non_null(space[1]);
	assert_false(world_icache_is_told());
	world_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_becomes_executable),
		cmocka_unit_test(test_block_becomes_executable),
		cmocka_unit_test(test_sharing_forgets_nothing),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
