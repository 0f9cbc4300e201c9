// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -DFRAMES=7000 -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put,--wrap=tlb_shootdown
/* test_vm_shared.c - a space in which several threads run: what another thread sees and
 * may do at the moment of each shootdown. */
#include "world.h"

#include <string.h>

#include "mm/map.h"
#include "core/sched.h"
#include "mm/space/aspace_priv.h"
#include "mm/truncate_maps.h"

void __real_tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);
void __wrap_tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

static void (*at_shootdown)(void);
static unsigned shootdowns;

void __wrap_tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi)
{
	shootdowns++;
	if (at_shootdown)
		at_shootdown();
	__real_tlb_shootdown(s, lo, hi);
}

static int start(void **state)
{
	(void)state;
	world_start();
	aspace_share(space[0]);
	at_shootdown = NULL;
	shootdowns = 0;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	at_shootdown = NULL;
	world_stop();
	return 0;
}

static void map_at(va_t addr, u64 len, struct object *file)
{
	struct map_request req = {
		.addr = addr,
		.len = len,
		.prot = VMA_R | VMA_W,
		.shared = file != NULL,
		.fixed = true,
		.object = file,
	};
	va_t at;

	assert_int_equal(aspace_map(space[0], &req, &at), 0);
}

/* --- copy-on-write ---------------------------------------------------------------- */

/* A thread that reads the page now must wait, not read the old page or the new one. */
static void page_is_out_of_reach(void)
{
	assert_false(pte_is_valid(world_pte(0, 0)));
}

static void nobody_reads_the_old_page_once_there_is_a_new_one(void **state)
{
	u8 value;

	(void)state;
	map_at(page_va(0), PAGES * PAGE_SIZE, NULL);
	assert_true(world_write(0, 0, 5));
	world_space_free(space[1]);
	space[1] = world_fork(0);
	assert_non_null(space[1]);
	shootdowns = 0;
	at_shootdown = page_is_out_of_reach;
	assert_true(world_write(0, 0, 6));
	assert_int_equal(shootdowns, 1);
	at_shootdown = NULL;
	assert_true(world_read(0, 0, &value) && value == 6);
	assert_true(world_read(1, 0, &value) && value == 5);
	world_check();
}

/* --- nothing to shoot down ----------------------------------------------------------- */

static void a_place_without_pages_costs_no_shootdown(void **state)
{
	(void)state;
	map_at(page_va(0), PAGES * PAGE_SIZE, NULL);
	assert_true(world_write(0, 0, 5)); /* there is a table */
	assert_int_equal(aspace_munmap(space[0], page_va(1), PAGE_SIZE), 0);
	shootdowns = 0;
	map_at(page_va(1), PAGE_SIZE, NULL);
	assert_int_equal(aspace_munmap(space[0], page_va(1), PAGE_SIZE), 0);
	assert_int_equal(shootdowns, 0);
	assert_int_equal(aspace_munmap(space[0], page_va(0), PAGE_SIZE), 0);
	assert_int_equal(shootdowns, 1);
	world_check();
}

/* --- files ------------------------------------------------------------------------- */

/* Until the first shootdown another thread may write; so the file must not be told yet. */
static void file_is_not_told_yet(void)
{
	if (shootdowns == 1)
		assert_false(world_file.dirty[0]);
	assert_false(world_pte(0, 0).bits & PTE_W);
}

static void file_is_told_when_nobody_can_write_any_more(void **state)
{
	(void)state;
	map_at(page_va(0), PAGES * PAGE_SIZE, &world_file.obj);
	assert_true(world_write(0, 0, 7));
	memset(world_file.dirty, 0, sizeof(world_file.dirty)); /* as after a commit */
	shootdowns = 0;
	at_shootdown = file_is_not_told_yet;
	assert_int_equal(aspace_munmap(space[0], page_va(0), PAGE_SIZE), 0);
	assert_true(shootdowns >= 1);
	assert_true(world_file.dirty[0]);
}

/* --- pages of zeros ------------------------------------------------------------------ */

static u8 *late_byte; /* that another thread writes as late as it can */

static pte_t heap_entry(va_t va)
{
	return pte_load(pt_at(&space[0]->pt, va).slot);
}

static va_t block;

/* The last moment at which a translation for writing can be used. */
static void other_thread_writes(void)
{
	assert_false(heap_entry(block).bits & PTE_W);
	if (shootdowns == 1)
		*late_byte = 9;
}

static void late_store_to_a_page_of_zeros_stays(void **state)
{
	u64 shed;

	(void)state;
	block = 0x50000000;
	map_at(block, SUPER_SIZE, NULL);
	assert_int_equal(aspace_fault(space[0], block, ACCESS_WRITE), 0);
	assert_int_equal(pt_at(&space[0]->pt, block).level, 1);
	late_byte = frame_va(frame_of_pa(pte_pa(heap_entry(block)) + 3 * PAGE_SIZE));
	shootdowns = 0;
	at_shootdown = other_thread_writes;
	mutex_lock(&space[0]->lock);
	shed = super_shed(space[0]);
	mutex_unlock(&space[0]->lock);
	at_shootdown = NULL;
	assert_int_equal(shed, SUPER_PAGES - 1); /* the page of late_byte stays */
	assert_true(heap_entry(block + 3 * PAGE_SIZE).bits & PTE_W);
	assert_int_equal(*late_byte, 9);
	assert_int_equal(aspace_munmap(space[0], block, SUPER_SIZE), 0);
}

/* --- copies in software --------------------------------------------------------------- */

/* What a copy has looked up stays while it is used; with faults off it does not wait. */
static void copy_in_software_holds_the_lock(void **state)
{
	struct mutex *lock = &space[0]->lock;

	(void)state;
	assert_true(mapping_walk_begin(space[0]));
	assert_true(mutex_held(lock));
	mapping_walk_end(space[0]);
	assert_false(mutex_held(lock));
	thread_current()->no_fault++;
	assert_true(mapping_walk_begin(space[0]));
	assert_true(mutex_held(lock));
	assert_false(mapping_walk_begin(space[0])); /* it is taken */
	mapping_walk_end(space[0]);
	thread_current()->no_fault--;
	assert_false(mutex_held(lock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nobody_reads_the_old_page_once_there_is_a_new_one, start, stop),
		cmocka_unit_test_setup_teardown(a_place_without_pages_costs_no_shootdown,
						start, stop),
		cmocka_unit_test_setup_teardown(file_is_told_when_nobody_can_write_any_more,
						start, stop),
		cmocka_unit_test_setup_teardown(late_store_to_a_page_of_zeros_stays, start,
						stop),
		cmocka_unit_test_setup_teardown(copy_in_software_holds_the_lock, start,
						stop),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
