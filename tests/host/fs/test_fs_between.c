// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_between.c - what another thread does between two steps of a call.
 *
 * The other thread starts at a chosen point of the call and has a while to finish before
 * the call goes on.  If it must wait for the call, it does not finish in that time, and
 * what it finds in the end tells whether it has waited. */
#include "fs_rig.h"

#include <pthread.h>
#include <unistd.h>

#include "core/hart.h"
#include "fs/inode_priv.h"
#include "mm/space/pagecache.h"
#include "shim.h"

#define A_WHILE_MS 100

/* --- the other thread ---------------------------------------------------------------- */

static struct {
	pthread_t thread;
	void (*work)(void);
	enum rig_point at;
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
static void let_other_work(enum rig_point at)
{
	if (at != other.at || other.started)
		return;
	other.started = true;
	assert_int_equal(pthread_create(&other.thread, NULL, other_main, NULL), 0);
	for (int ms = 0; ms < A_WHILE_MS && !other_is_done(); ms++)
		usleep(1000);
}

static void other_works(void (*work)(void), enum rig_point at)
{
	other.work = work;
	other.at = at;
	other.started = other.done = false;
	rig_between = let_other_work;
}

static void other_ends(void)
{
	rig_between = NULL;
	assert_true(other.started);
	pthread_join(other.thread, NULL);
}

/* --- a program begins to run --------------------------------------------------------- */

static struct inode *program;

static struct {
	int err;
	struct page *pg;
	u8 seen[PAGE_SIZE]; /* what the page held when it began to run */
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

/* A page that begins to run as text in the middle of a write to it changes no more. */
static void run_during_write(void)
{
	u8 now[PAGE_SIZE];

	other_works(run_first_page, RIG_COPYIN);
	write_program(0, PAGE_SIZE);
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

/* The same page ran before, so the writer first takes the mark of running text off it. */
static void test_page_runs_again_while_it_is_written(void **state)
{
	struct page *pg;

	(void)state;
	make_program(PAGE_SIZE);
	assert_int_equal(inode_text_page(program, 0, &pg), 0);
	frame_put(pg);
	run_during_write();
	/* the next writer leaves the page alone that runs now */
	write_program(100, 5);
	assert_memory_equal(frame_va(run.pg), run.seen, PAGE_SIZE);
	frame_put(run.pg);
	end_program();
}

static void test_page_that_is_cut_does_not_run(void **state)
{
	static const struct {
		u64 size;
		int err;
	} cut[] = {
		{ PAGE_SIZE + 1, 0 },
		{ PAGE_SIZE, 0 },
		{ 2000, -ENOEXEC },
		{ 0, -ENOEXEC },
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cut); i++) {
		make_program(2 * PAGE_SIZE);
		other_works(run_first_page, RIG_TRANSACTION);
		assert_int_equal(inode_set_size(program, cut[i].size), 0);
		other_ends();
		assert_int_equal(run.err, cut[i].err);
		if (!run.err)
			frame_put(run.pg);
		end_program();
	}
}

/* --- a file grows while its mappings are cut ----------------------------------------- */

static struct file *grown;

static void grow_by_write(void)
{
	assert_int_equal(file_write(grown, rig_uptr(0), 2 * PAGE_SIZE), 2 * PAGE_SIZE);
}

static void grow_by_truncate(void)
{
	assert_int_equal(file_truncate(grown, 2 * PAGE_SIZE), 0);
}

/* Mappings are cut from the end of the file on, and the file does not grow meanwhile. */
static void look_at_cut(enum rig_point at)
{
	struct stat st;

	let_other_work(at);
	if (at != RIG_CUT)
		return;
	inode_stat(program, &st);
	assert_true(DIV_UP(st.size, PAGE_SIZE) <= rig_cut_pages);
}

static void cut_while_it_grows(bool by_open, void (*grow)(void))
{
	struct stat st;

	make_program(4 * PAGE_SIZE);
	grown = rig_open("p", O_WRONLY);
	memset(rig_user, 'n', 2 * PAGE_SIZE);
	other_works(grow, RIG_CUT);
	rig_between = look_at_cut;
	if (by_open)
		assert_int_equal(rig_try_open("p", O_WRONLY | O_TRUNC), 0);
	else
		assert_int_equal(inode_set_size(program, 1), 0);
	other_ends();
	inode_stat(program, &st);
	assert_int_equal(st.size, 2 * PAGE_SIZE);
	file_put(grown);
	end_program();
}

static void test_file_grows_after_its_mappings_are_cut(void **state)
{
	(void)state;
	for (int by_open = 0; by_open < 2; by_open++) {
		cut_while_it_grows(by_open, grow_by_write);
		cut_while_it_grows(by_open, grow_by_truncate);
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

/* An error in the middle of a truncation can leave the end of the file in a page that runs,
 * with old bytes past the end.  When the file grows these are cleared, but not in the page
 * that runs. */
static void test_growing_leaves_running_text_alone(void **state)
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
	failing_set(&rig_frames, 1, true);
	assert_int_equal(file_truncate(f, PAGE_SIZE), -ENOMEM);
	failing_end(&rig_frames);
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

static bool on_sleep(struct waitq *wq)
{
	(void)wq;
	usleep(100);
	return true;
}

/* --- the user's page goes during a write --------------------------------------------- */

#define NRECORDS 1024 /* dirty pages that there can be */
#define FILE_PAGES 64
#define NFILES (NRECORDS / FILE_PAGES + 1)

static void take_users_page(enum rig_point at)
{
	static u32 copies;

	if (at == RIG_COPYIN && copies++)
		rig_user_page[0] = PAGE_BAD;
}

static void write_byte(const char *path, u64 page)
{
	struct file *f = rig_open(path, O_WRONLY);

	assert_int_equal(file_seek(f, (s64)(page * PAGE_SIZE), 0), page * PAGE_SIZE);
	assert_int_equal(file_write(f, rig_uptr(0), 1), 1);
	file_put(f);
}

/* All records of dirty pages are in use when a byte of a clean page is written.  The byte
 * reaches the disk, although the user's page is gone once the byte has been copied. */
static void test_write_that_finds_no_record(void **state)
{
	static u8 data[FILE_PAGES * PAGE_SIZE];
	char path[16];

	(void)state;
	rig_fresh(6000, 100);
	memset(data, 'a', sizeof(data));
	for (u32 i = 0; i < NFILES; i++) {
		sprintf(path, "n%u", i);
		rig_write_file(path, data, sizeof(data));
	}
	assert_int_equal(fs_sync(), 0);
	rig_user[0] = 'b';
	for (u32 i = 0; i < NRECORDS; i++) {
		sprintf(path, "n%u", i / FILE_PAGES);
		write_byte(path, i % FILE_PAGES);
	}
	rig_between = take_users_page;
	sprintf(path, "n%u", NFILES - 1);
	write_byte(path, 0);
	rig_between = NULL;
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(rig_read_file(path, data, sizeof(data)), sizeof(data));
	assert_int_equal(data[0], 'b');
	rig_done();
}

/* --- what happens to the program's page ----------------------------------------------- */

/* Fills all free frames, so that a page that was freed shows it. */
static void spoil_free_frames(void)
{
	struct page *pg, *all = NULL;

	while ((pg = frame_alloc(FRAME_other, FRAME_NOWAIT)) != NULL) {
		memset(frame_va(pg), 'z', PAGE_SIZE);
		pg->hash_next = all;
		all = pg;
	}
	while ((pg = all) != NULL) {
		all = pg->hash_next;
		frame_put(pg);
	}
}

static void cut_program(void)
{
	assert_int_equal(inode_set_size(program, 0), 0);
	spoil_free_frames();
}

static void reclaim_program(void)
{
	assert_true(rig_reclaim(RIG_RAM / PAGE_SIZE) > 0);
	spoil_free_frames();
}

static void write_others_part(void)
{
	struct file *f = rig_open("p", O_WRONLY);

	memset(rig_user + 8 * PAGE_SIZE, 'b', PAGE_SIZE);
	assert_int_equal(file_write(f, rig_uptr(8 * PAGE_SIZE), PAGE_SIZE), PAGE_SIZE);
	file_put(f);
}

/* The write puts a copy in the place of the page, which ends with the program. */
static void write_program_that_ends(void)
{
	write_others_part();
	frame_put(run.pg);
	spoil_free_frames();
}

/* --- writing over dirty blocks without a reference ------------------------------------ */

static void commit(void)
{
	assert_int_equal(fs_sync(), 0);
}

static void commit_and_reclaim(void)
{
	commit();
	reclaim_program();
}

/* Works in the middle of a copy, after which the user's page is gone. */
static void work_and_take_users_page(enum rig_point at)
{
	let_other_work(at);
	if (at == RIG_HALF_IN)
		rig_user_page[0] = PAGE_BAD;
}

static void check_program_on_disk(u8 contents)
{
	static u8 data[PAGE_SIZE], all[PAGE_SIZE];

	memset(all, contents, PAGE_SIZE);
	assert_int_equal(rig_read_file("p", data, PAGE_SIZE), PAGE_SIZE);
	assert_memory_equal(data, all, PAGE_SIZE);
	inode_put(program);
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(rig_read_file("p", data, PAGE_SIZE), PAGE_SIZE);
	assert_memory_equal(data, all, PAGE_SIZE);
	rig_done();
}

static void test_commit_in_the_middle_of_a_write(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	other_works(commit, RIG_HALF_IN);
	rig_between = work_and_take_users_page;
	write_program(0, PAGE_SIZE);
	other_ends();
	check_program_on_disk('b');
}

/* The page is written to again only after it has been read again. */
static void test_page_goes_in_the_middle_of_a_write(void **state)
{
	struct page *pg, *all = NULL;

	(void)state;
	make_program(PAGE_SIZE);
	other_works(commit_and_reclaim, RIG_HALF_IN);
	write_program(0, PAGE_SIZE);
	other_ends();
	while ((pg = frame_alloc(FRAME_other, FRAME_NOWAIT)) != NULL) {
		pg->hash_next = all;
		all = pg;
		assert_int_not_equal(((u8 *)frame_va(pg))[PAGE_SIZE - 1], 'b');
	}
	while ((pg = all) != NULL) {
		all = pg->hash_next;
		frame_put(pg);
	}
	check_program_on_disk('b');
}

static void test_dirty_page_that_runs_is_not_written(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	run_first_page();
	assert_int_equal(run.err, 0);
	write_program(0, PAGE_SIZE);
	assert_memory_equal(frame_va(run.pg), run.seen, PAGE_SIZE);
	frame_put(run.pg);
	check_program_on_disk('b');
}

/* --- reading without a lock ---------------------------------------------------------- */

static s64 read_first_page(void)
{
	struct file *f = rig_open("p", O_RDONLY);
	s64 n;

	memset(rig_user, 0, PAGE_SIZE);
	n = file_read(f, rig_uptr(0), PAGE_SIZE);
	file_put(f);
	return n;
}

static s64 read_during(void (*work)(void))
{
	s64 n;

	assert_int_equal(fs_sync(), 0);
	other_works(work, RIG_HALF_OUT);
	n = read_first_page();
	other_ends();
	return n;
}

static void test_page_stays_while_it_is_read(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	assert_int_equal(read_during(reclaim_program), PAGE_SIZE);
	assert_int_equal(rig_user[PAGE_SIZE - 1], 'a');

	run_first_page();
	assert_int_equal(run.err, 0);
	assert_int_equal(read_during(write_program_that_ends), PAGE_SIZE);
	assert_int_equal(rig_user[PAGE_SIZE - 1], 'a'); /* from the page that ran */

	assert_int_equal(read_during(cut_program), 0);
	assert_int_equal(rig_user[PAGE_SIZE - 1], 'b'); /* of the first attempt */
	end_program();
}

static void test_write_in_the_middle_of_a_read(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	assert_int_equal(read_during(write_others_part), PAGE_SIZE);
	assert_int_equal(rig_user[0], rig_user[PAGE_SIZE - 1]);
	end_program();
}

static void read_it(void)
{
	assert_int_equal(read_first_page(), PAGE_SIZE);
}

static void test_read_in_the_middle_of_a_write(void **state)
{
	(void)state;
	make_program(PAGE_SIZE);
	other_works(read_it, RIG_HALF_IN);
	write_others_part();
	other_ends();
	assert_int_equal(rig_user[0], 'b');
	assert_int_equal(rig_user[PAGE_SIZE - 1], 'b');
	end_program();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_runs_while_it_is_written),
		cmocka_unit_test(test_page_runs_again_while_it_is_written),
		cmocka_unit_test(test_page_that_is_cut_does_not_run),
		cmocka_unit_test(test_file_grows_after_its_mappings_are_cut),
		cmocka_unit_test(test_only_whole_pages_run),
		cmocka_unit_test(test_growing_leaves_running_text_alone),
		cmocka_unit_test(test_write_that_finds_no_record),
		cmocka_unit_test(test_commit_in_the_middle_of_a_write),
		cmocka_unit_test(test_page_goes_in_the_middle_of_a_write),
		cmocka_unit_test(test_dirty_page_that_runs_is_not_written),
		cmocka_unit_test(test_page_stays_while_it_is_read),
		cmocka_unit_test(test_write_in_the_middle_of_a_read),
		cmocka_unit_test(test_read_in_the_middle_of_a_write),
	};
	int failed;

	shim_sleep = on_sleep;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
