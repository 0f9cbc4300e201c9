// sources: kernel/fs/*.c kernel/mm/object.c kernel/mm/frame.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/fsimg.c tools/fsimg_edit.c tools/fsck_core.c tools/fsck_inode.c tools/fsck_dir.c tools/fsck_tree.c
// cflags: -pthread -Itests/host/fs -Itools -Wl,--wrap=frame_alloc,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_between.c - what another thread does between two steps of a call.
 *
 * The other thread starts at a chosen point and has a while to finish before the call goes
 * on.  Where it must wait for the call, that while passes in vain: what it finds in the end
 * tells whether it has waited. */
#include "fs_rig.h"

#include <pthread.h>
#include <unistd.h>

#include "core/hart.h"
#include "fs/inode_priv.h"
#include "mm/object.h"
#include "shim.h"

#define A_WHILE_MS 100

/* --- the other thread ---------------------------------------------------------------- */

static struct {
	pthread_t thread;
	void (*work)(void);
	bool started, done;
} other;

static void *other_main(void *arg)
{
	shim_hart = 1;
	other.work();
	__atomic_store_n(&other.done, true, __ATOMIC_RELEASE);
	return arg;
}

static bool other_is_done(void)
{
	return __atomic_load_n(&other.done, __ATOMIC_ACQUIRE);
}

/* Starts it, once, and gives it a while. */
static void let_other_work(void)
{
	if (other.started)
		return;
	other.started = true;
	assert_int_equal(pthread_create(&other.thread, NULL, other_main, NULL), 0);
	for (int ms = 0; ms < A_WHILE_MS && !other_is_done(); ms++)
		usleep(1000);
}

static void other_is(void (*work)(void))
{
	other.work = work;
	other.started = other.done = false;
}

static void other_ends(void)
{
	assert_true(other.started);
	pthread_join(other.thread, NULL);
}

/* --- a program begins to run --------------------------------------------------------- */

static struct inode *program;

static struct {
	int err;
	struct page *pg;
	u8 seen[PAGE_SIZE]; /* what the page had when it began to run */
} run;

static void run_first_page(void)
{
	run.err = inode_text_page(program, 0, &run.pg);
	if (!run.err)
		memcpy(run.seen, frame_va(run.pg), PAGE_SIZE);
}

static void make_program(u64 bytes)
{
	static u8 data[4 * PAGE_SIZE];

	rig_fresh(1000, 100);
	memset(data, 'a', sizeof(data));
	rig_write_file("p", data, bytes);
	assert_int_equal(fs_lookup(rig_cwd(), "p", &program), 0);
}

static void end_program(void)
{
	inode_put(program);
	rig_done();
}

static void write_program(u64 off, u64 n)
{
	struct file *f = rig_open("p", O_WRONLY);

	memset(rig_user, 'b', n);
	assert_int_equal(file_seek(f, (s64)off, 0), off);
	assert_int_equal(file_write(f, rig_uptr(0), n), n);
	file_put(f);
}

/* A page that begins to run in the middle of a write to it does not change any more. */
static void run_during_write(void)
{
	u8 now[PAGE_SIZE];

	other_is(run_first_page);
	rig_on_copyin = let_other_work;
	write_program(0, PAGE_SIZE);
	rig_on_copyin = NULL;
	other_ends();
	assert_int_equal(run.err, 0);
	assert_memory_equal(frame_va(run.pg), run.seen, PAGE_SIZE);
	assert_int_equal(inode_read(program, now, 0, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(now[0], 'b');
	assert_int_equal(now[PAGE_SIZE - 1], 'b');
}

static void test_page_runs_while_it_is_written(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	run_during_write();
	frame_put(run.pg);
	end_program();
}

/* The same page ran before, so that the writer takes the mark of that off. */
static void test_page_runs_again_while_it_is_written(void **state)
{
	struct page *pg;

	(void)state;
	make_program(PAGE_SIZE);
	assert_int_equal(inode_text_page(program, 0, &pg), 0);
	frame_put(pg);
	run_during_write();
	/* and what runs now is left alone by the next writer */
	write_program(100, 5);
	assert_memory_equal(frame_va(run.pg), run.seen, PAGE_SIZE);
	frame_put(run.pg);
	end_program();
}

static void test_page_that_is_cut_does_not_run(void **state)
{
	(void)state;
	for (u64 size = 0; size <= PAGE_SIZE; size += 2048) {
		make_program(PAGE_SIZE);
		other_is(run_first_page);
		inode_lock(program);
		let_other_work();
		assert_int_equal(inode_truncate(program, size), 0);
		inode_unlock(program);
		other_ends();
		if (size == PAGE_SIZE) {
			assert_int_equal(run.err, 0);
			frame_put(run.pg);
		} else {
			assert_int_equal(run.err, -ENOEXEC);
		}
		end_program();
	}
}

/* --- without another thread ---------------------------------------------------------- */

static void test_only_whole_pages_run(void **state)
{
	static const u64 size[] = { 0, 1, PAGE_SIZE - 1, PAGE_SIZE, 2 * PAGE_SIZE - 1 };
	struct page *pg;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(size); i++) {
		make_program(size[i]);
		for (u64 index = 0; index < 3; index++) {
			int err = inode_text_page(program, index, &pg);

			assert_int_equal(err, index < size[i] / PAGE_SIZE ? 0 : -ENOEXEC);
			if (!err)
				frame_put(pg);
		}
		assert_int_equal(inode_text_page(program, ~0ul, &pg), -ENOEXEC);
		end_program();
	}
}

/* An error in the middle of a cut can leave the end in a page that runs, with old bytes
 * beyond it.  Growing clears these, but not for who runs the page. */
static void test_growing_leaves_what_runs_alone(void **state)
{
	u8 before[PAGE_SIZE], now[PAGE_SIZE];
	struct page *pg;
	struct file *f;

	(void)state;
	make_program(100);
	assert_int_equal(object_get_page(inode_object(program), 0, &pg), 0);
	memset(frame_va(pg), 'a', PAGE_SIZE);
	page_set_flags(pg, PG_TEXT);
	frame_get(pg); /* the program's */
	memcpy(before, frame_va(pg), PAGE_SIZE);
	f = rig_open("p", O_WRONLY);
	rig_no_frames = true;
	assert_int_equal(file_truncate(f, PAGE_SIZE), -ENOMEM);
	rig_no_frames = false;
	assert_int_equal(file_truncate(f, PAGE_SIZE), 0);
	file_put(f);
	assert_memory_equal(frame_va(pg), before, PAGE_SIZE);
	assert_int_equal(inode_read(program, now, 0, PAGE_SIZE), PAGE_SIZE);
	for (u32 i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(now[i], i < 100 ? 'a' : 0);
	frame_put(pg);
	frame_put(pg);
	end_program();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_runs_while_it_is_written),
		cmocka_unit_test(test_page_runs_again_while_it_is_written),
		cmocka_unit_test(test_page_that_is_cut_does_not_run),
		cmocka_unit_test(test_only_whole_pages_run),
		cmocka_unit_test(test_growing_leaves_what_runs_alone),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
