// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -DMAX_HARTS=40 -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_space.c - no call fails for lack of space while there are blocks and inodes for
 * all, even if some of them were freed a moment ago.
 *
 * The argument is the number of rounds; without it there are few, as in ./test. */
#include "late_disk.h"

#include <unistd.h>

#include "fs/inode_priv.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/log_priv.h"

#define NTHREADS 8
#define FIRST_HART 8
#define HANG_SECONDS (240 + nrounds / 4)

static u32 nrounds = 60;

/* In a thread cmocka's assertions would end the program without a message. */
#define must_be(value, wanted) check((s64)(value), (s64)(wanted), __LINE__)

static void check(s64 value, s64 wanted, int line)
{
	if (value == wanted)
		return;
	fprintf(stderr, "line %d: %ld where %ld was expected\n%s", line, (long)value,
		(long)wanted, rig_messages);
	abort();
}

struct worker {
	pthread_t thread;
	u32 number;
};

static struct worker worker[NTHREADS];

static void run_all(void *(*fn)(void *))
{
	for (u32 i = 0; i < NTHREADS; i++) {
		worker[i].number = i;
		assert_int_equal(pthread_create(&worker[i].thread, NULL, fn, &worker[i]),
				 0);
	}
	for (u32 i = 0; i < NTHREADS; i++)
		pthread_join(worker[i].thread, NULL);
}

/* Leaves @left blocks free. */
static void fill_disk(u32 left)
{
	struct file *f = NULL;
	char path[16];
	u32 n = 0;

	while (blocks_available() > left) {
		if (!f || file_write(f, rig_uptr(0), FS_BLOCK) != FS_BLOCK) {
			if (f)
				file_put(f);
			sprintf(path, "big%u", n++);
			f = rig_open(path, O_CREATE | O_WRONLY);
		}
	}
	file_put(f);
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(blocks_available(), left);
}

/* Writes 12 KB, as usertests' manywrites does.  That takes exactly 12 blocks. */
static void *write_and_remove(void *arg)
{
	struct worker *w = arg;
	char path[16];

	shim_hart = FIRST_HART + w->number;
	sprintf(path, "w%u", w->number);
	for (u32 k = 0; k < nrounds; k++) {
		struct file *f = rig_open(path, O_CREATE | O_RDWR);

		for (u32 i = 0; i < 3; i++)
			must_be(file_write(f, rig_uptr(0), 4096), 4096);
		file_put(f);
		must_be(fs_unlink(rig_cwd(), path), 0);
	}
	return NULL;
}

/* The file is removed first, so its blocks are freed with the last reference. */
static void *write_without_a_name(void *arg)
{
	struct worker *w = arg;
	char path[16];

	shim_hart = FIRST_HART + w->number;
	sprintf(path, "w%u", w->number);
	for (u32 k = 0; k < nrounds; k++) {
		struct file *f = rig_open(path, O_CREATE | O_RDWR);

		must_be(fs_unlink(rig_cwd(), path), 0);
		must_be(file_write(f, rig_uptr(0), 12 * FS_BLOCK), 12 * FS_BLOCK);
		must_be(file_truncate(f, 0), 0);
		must_be(file_seek(f, 0, 0), 0);
		must_be(file_write(f, rig_uptr(0), 12 * FS_BLOCK), 12 * FS_BLOCK);
		file_put(f);
	}
	return NULL;
}

static void *make_and_remove(void *arg)
{
	struct worker *w = arg;
	char path[16], link[16];

	shim_hart = FIRST_HART + w->number;
	sprintf(path, "d%u", w->number);
	sprintf(link, "l%u", w->number);
	for (u32 k = 0; k < nrounds; k++) {
		must_be(fs_mkdir(rig_cwd(), path), 0);
		must_be(fs_symlink(rig_cwd(), "target", link), 0);
		must_be(fs_unlink(rig_cwd(), path), 0);
		must_be(fs_unlink(rig_cwd(), link), 0);
	}
	return NULL;
}

/* Runs @fn in all threads on a disk that has just @each free blocks for each thread. */
static void run_short_of_blocks(void *(*fn)(void *), u32 each)
{
	rig_fresh(1000, 100);
	fill_disk(NTHREADS * each);
	alarm(HANG_SECONDS);
	late_disk_start();
	run_all(fn);
	late_disk_stop();
	alarm(0);
	assert_null(strstr(rig_messages, "out of blocks"));
	rig_done();
}

static void test_writers(void **state)
{
	(void)state;
	run_short_of_blocks(write_and_remove, 12);
	run_short_of_blocks(write_without_a_name, 12);
}

static void test_makers(void **state)
{
	(void)state;
	run_short_of_blocks(make_and_remove, 2);
}

/* The first thread makes files, which take the only free inode and no block.  The others
 * try to make directories, for which there is no block. */
static void *make_without_blocks(void *arg)
{
	struct worker *w = arg;
	char path[16];

	shim_hart = FIRST_HART + w->number;
	sprintf(path, "e%u", w->number);
	for (u32 k = 0; k < nrounds; k++) {
		if (w->number > 0) {
			must_be(fs_mkdir(rig_cwd(), path), -ENOSPC);
			continue;
		}
		must_be(rig_try_open(path, O_CREATE), 0);
		must_be(fs_unlink(rig_cwd(), path), 0);
	}
	return NULL;
}

static void test_last_inode(void **state)
{
	char path[16];
	u32 n = 0;

	(void)state;
	rig_fresh(1000, 100);
	fill_disk(0);
	do
		sprintf(path, "n%u", n++);
	while (fs_mknod(rig_cwd(), path, 1, 1) == 0);
	assert_int_equal(fs_unlink(rig_cwd(), "n0"), 0);
	alarm(HANG_SECONDS);
	late_disk_start();
	rig_yields = true;
	run_all(make_without_blocks);
	rig_yields = false;
	late_disk_stop();
	alarm(0);
	rig_done();
}

/* --- blocks and inodes that others hold and may give back ---------------------------- */

static struct {
	pthread_t thread;
	s64 result;
	bool asleep, done; /* (A) */
} seeker;

static bool note_sleep(struct waitq *wq)
{
	(void)wq;
	if (shim_hart == FIRST_HART)
		__atomic_store_n(&seeker.asleep, true, __ATOMIC_RELEASE);
	sched_yield();
	return true;
}

/* Starts @fn in a thread of its own.  Returns when that thread sleeps or has ended. */
static void start_seeker(void *(*fn)(void *))
{
	shim_sleep = note_sleep;
	seeker.asleep = seeker.done = false;
	alarm(HANG_SECONDS);
	assert_int_equal(pthread_create(&seeker.thread, NULL, fn, NULL), 0);
	while (!__atomic_load_n(&seeker.asleep, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&seeker.done, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void end_seeker(s64 result)
{
	pthread_join(seeker.thread, NULL);
	alarm(0);
	shim_sleep = NULL;
	assert_int_equal(seeker.result, result);
}

static void *seek_block(void *arg)
{
	struct log_op op;

	shim_hart = FIRST_HART;
	seeker.result = blocks_begin(&op, 1, 1, 1);
	if (!seeker.result)
		log_end(&op);
	__atomic_store_n(&seeker.done, true, __ATOMIC_RELEASE);
	return arg;
}

static void *seek_inode(void *arg)
{
	shim_hart = FIRST_HART;
	seeker.result = rig_try_open("last", O_CREATE);
	__atomic_store_n(&seeker.done, true, __ATOMIC_RELEASE);
	return arg;
}

/* The last block is reserved by an operation that does not use it. */
static void test_reserved_block(void **state)
{
	struct log_op op;

	(void)state;
	rig_fresh(1000, 100);
	fill_disk(1);
	assert_int_equal(blocks_begin(&op, 1, 1, 1), 0);
	start_seeker(seek_block);
	log_end(&op);
	end_seeker(0);
	rig_done();
}

/* The last free inode is taken for a file that is not made. */
static void test_unsettled_inode(void **state)
{
	struct inode *ip;
	char path[16];
	u32 n = 0;

	(void)state;
	rig_fresh(1000, 100);
	do
		sprintf(path, "n%u", n++);
	while (rig_try_open(path, O_CREATE) == 0);
	assert_int_equal(fs_unlink(rig_cwd(), "n0"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "n1"), 0);
	assert_int_equal(rig_try_open("n0", O_CREATE), 0); /* of what this hart keeps */
	assert_int_equal(inode_new(&ip), 0);
	start_seeker(seek_inode);
	inode_put(ip);
	inode_settle();
	end_seeker(0);
	rig_done();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writers),
		cmocka_unit_test(test_makers),
		cmocka_unit_test(test_last_inode),
		cmocka_unit_test(test_reserved_block),
		cmocka_unit_test(test_unsettled_inode),
	};
	int failed;

	if (argc > 1)
		nrounds = (u32)atoi(argv[1]);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
