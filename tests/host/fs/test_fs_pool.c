// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -DPAGODA_CHECK -DMAX_HARTS=40 -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_pool.c - more threads read and write than the pool has requests for the disk:
 * all of them finish. */
#include "late_disk.h"

#include <unistd.h>

#define NTHREADS 24 /* the pool has 16 requests */
#define FIRST_HART 8
#define SIZE 20000 /* needs an indirect block */
#define HANG_SECONDS 120

struct worker {
	pthread_t thread;
	u32 number;
	struct inode *ip;
	u8 back[SIZE + 1];
};

static struct worker worker[NTHREADS];
static pthread_barrier_t all_are_there;

static void path_of(u32 i, char *path)
{
	sprintf(path, "f%u", i);
}

static u8 byte_of(u32 file, u32 off)
{
	return (u8)(file * 37 + off / 100);
}

static void *read_own_file(void *arg)
{
	struct worker *w = arg;

	shim_hart = FIRST_HART + w->number;
	pthread_barrier_wait(&all_are_there);
	assert_int_equal(inode_read(w->ip, w->back, 0, sizeof(w->back)), SIZE);
	for (u32 k = 0; k < SIZE; k++)
		assert_int_equal(w->back[k], byte_of(w->number, k));
	return NULL;
}

static void run_all(void *(*fn)(void *))
{
	pthread_barrier_init(&all_are_there, NULL, NTHREADS);
	for (u32 i = 0; i < NTHREADS; i++) {
		worker[i].number = i;
		assert_int_equal(pthread_create(&worker[i].thread, NULL, fn, &worker[i]),
				 0);
	}
	for (u32 i = 0; i < NTHREADS; i++)
		pthread_join(worker[i].thread, NULL);
	pthread_barrier_destroy(&all_are_there);
}

/* All begin at once, with files whose inodes are cached and whose blocks are not. */
static void test_readers_of_cold_files(void **state)
{
	static u8 data[SIZE];
	char path[16];

	(void)state;
	rig_fresh(2000, 100);
	for (u32 i = 0; i < NTHREADS; i++) {
		for (u32 k = 0; k < SIZE; k++)
			data[k] = byte_of(i, k);
		path_of(i, path);
		rig_write_file(path, data, SIZE);
	}
	assert_int_equal(fs_sync(), 0);
	late_patience = 200;
	rig_yields = true;
	alarm(HANG_SECONDS);
	for (u32 round = 0; round < 5; round++) {
		assert_int_equal(rig_mount(RIG_RAM), 0);
		for (u32 i = 0; i < NTHREADS; i++) {
			path_of(i, path);
			assert_int_equal(fs_lookup(rig_cwd(), path, &worker[i].ip), 0);
		}
		late_disk_start();
		run_all(read_own_file);
		late_disk_stop();
		for (u32 i = 0; i < NTHREADS; i++)
			inode_put(worker[i].ip);
	}
	alarm(0);
	rig_yields = false;
	rig_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_readers_of_cold_files) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
