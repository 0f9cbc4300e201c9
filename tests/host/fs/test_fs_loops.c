// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit,--wrap=buf_get
/* test_fs_loops.c - loops whose length a program or the disk chooses.  Each offers a
 * scheduling point after a bounded number of blocks, and ends soon after its thread is
 * killed, unless it must not end half-way.
 *
 * A new loop gets a line in the table. */
#include "fs_rig.h"

#include "fs/inode_priv.h"
#include "fs/name/dirindex_priv.h"
#include "fs/store/buf_priv.h"

#define DIR_BLOCKS 10
#define DEPTH 30
#define BITMAP_BLOCKS 5
#define BIG_FILE (3000ul * FS_BLOCK)
#define BATCH 64    /* pages that are dropped between two points */
#define BUFS_MOST 6 /* between two points */
#define SLACK 2     /* points that a killed loop may still come to */

/* --- the work between two points -------------------------------------------------- */

static u64 bufs, most_bufs, point_before;
static u64 points, worst; /* of the whole call */

int __real_buf_get(u32 number, struct buf **out);
int __wrap_buf_get(u32 number, struct buf **out);

int __wrap_buf_get(u32 number, struct buf **out)
{
	if (point_before != rig_points)
		bufs = 0;
	point_before = rig_points;
	bufs++;
	most_bufs = MAX(most_bufs, bufs);
	return __real_buf_get(number, out);
}

/* --- what is called: a length, 0 or -errno ---------------------------------------- */

static struct file *file; /* or NULL */

/* "a/a/.../a" */
static const char *deep_path(u32 depth, const char *last)
{
	static char path[MAXPATH];
	char *at = path;

	while (depth-- > 0)
		at += sprintf(at, "a/");
	strcpy(at, last);
	return path;
}

static s64 do_lookup(void)
{
	struct inode *ip;

	return fs_lookup(rig_cwd(), "d/none", &ip);
}

static s64 do_unlink_directory(void)
{
	return fs_unlink(rig_cwd(), "d");
}

static s64 do_rename(void)
{
	return fs_rename(rig_cwd(), "m", deep_path(DEPTH, "m"));
}

static s64 do_write_block(void)
{
	return file_write(file, rig_uptr(0), 1);
}

static s64 do_unlink_file(void)
{
	return fs_unlink(rig_cwd(), "f");
}

static s64 do_read(void)
{
	return file_read(file, rig_uptr(0), sizeof(rig_user));
}

static s64 do_write(void)
{
	return file_write(file, rig_uptr(0), sizeof(rig_user));
}

/* --- what is there ---------------------------------------------------------------- */

/* The directory "d": of all its entries the last @entries are in use. */
static void make_directory(u32 entries)
{
	u32 n = DIR_BLOCKS * FS_BLOCK / sizeof(struct fs_dirent) - 2;
	char path[16];

	rig_fresh(2000, 100);
	rig_write_file("f", "x", 1);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	for (u32 i = 0; i < n; i++) {
		sprintf(path, "d/%u", i);
		assert_int_equal(fs_link(rig_cwd(), "f", path), 0);
	}
	for (u32 i = 0; i < n - entries; i++) {
		sprintf(path, "d/%u", i);
		assert_int_equal(fs_unlink(rig_cwd(), path), 0);
	}
}

/* A full one without an index, which was searched @searches times since it had one. */
static void make_full_directory(u32 searches)
{
	struct inode *dp;

	make_directory(DIR_BLOCKS * FS_BLOCK / sizeof(struct fs_dirent) - 2);
	assert_int_equal(fs_lookup(rig_cwd(), "d", &dp), 0);
	dirindex_forget(dp->ino);
	dp->searches = searches;
	inode_put(dp);
}

static void make_directory_to_search(void)
{
	make_full_directory(0);
}

static void make_directory_to_index(void)
{
	make_full_directory(~0u - 1);
}

static void make_empty_directory(void)
{
	make_directory(0);
}

static void make_deep_directory(void)
{
	rig_fresh(2000, 100);
	for (u32 depth = 0; depth < DEPTH; depth++)
		assert_int_equal(fs_mkdir(rig_cwd(), deep_path(depth, "a")), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "m"), 0);
}

static struct fs_super *disk_super(void)
{
	return (struct fs_super *)(void *)(rig_disk.data + FS_SUPER_BLOCK * FS_BLOCK);
}

/* Only the last blocks of the disk are free, as far as the bitmap says. */
static void make_few_blocks(void)
{
	u8 *map;

	rig_format(BITMAP_BLOCKS * FS_BITS_PER_BLOCK, 100, 30, false);
	map = rig_disk.data + disk_super()->bmapstart * FS_BLOCK;
	memset(map, 0xff, BITMAP_BLOCKS * FS_BLOCK - 2);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	file = rig_open("f", O_CREATE | O_RDWR);
}

static void make_big_file(void)
{
	struct file *f;

	rig_format(4000, 100, 30, true);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	f = rig_open("f", O_CREATE | O_WRONLY);
	for (u64 n = 0; n < BIG_FILE; n += sizeof(rig_user) / 2)
		assert_int_equal(file_write(f, rig_uptr(0), sizeof(rig_user) / 2),
				 sizeof(rig_user) / 2);
	file_put(f);
}

static void make_file(void)
{
	rig_fresh(2000, 100);
	file = rig_open("f", O_CREATE | O_RDWR);
	assert_int_equal(do_write(), sizeof(rig_user));
	assert_int_equal(file_seek(file, 0, 0), 0);
}

/* --- the table -------------------------------------------------------------------- */

enum { COMPLETES, STOPS };

static const struct loop {
	const char *name;
	void (*make)(void);
	s64 (*run)(void);
	s64 result; /* unless it was killed */
	int when_killed;
	u64 points; /* at least                                    */
	bool lost;  /* the disk has things that no file refers to  */
} loops[] = {
	{ "search of a directory", make_directory_to_search, do_lookup, -ENOENT, STOPS,
	  DIR_BLOCKS, false },
	{ "index of a directory", make_directory_to_index, do_lookup, -ENOENT, STOPS,
	  DIR_BLOCKS, false },
	{ "is a directory empty", make_empty_directory, do_unlink_directory, 0, STOPS,
	  DIR_BLOCKS, false },
	{ "rename to below", make_deep_directory, do_rename, 0, STOPS, DEPTH, false },
	{ "search of blocks", make_few_blocks, do_write_block, 1, COMPLETES,
	  BITMAP_BLOCKS - 1, true },
	{ "freeing a file", make_big_file, do_unlink_file, 0, COMPLETES,
	  BIG_FILE / FS_BLOCK / FS_NINDIRECT + BIG_FILE / PAGE_SIZE / BATCH, false },
	{ "read", make_file, do_read, sizeof(rig_user), STOPS, RIG_USER_PAGES - 1, false },
	{ "write", make_file, do_write, sizeof(rig_user), STOPS, RIG_USER_PAGES - 1,
	  false },
};

/* Returns what the call did. */
static s64 run(const struct loop *l, u64 kill_at)
{
	s64 result;
	u64 free;

	l->make();
	assert_int_equal(fs_sync(), 0);
	free = rig_free_frames();
	rig_points = bufs = most_bufs = point_before = 0;
	rig_kill_at = kill_at;
	result = l->run();
	points = rig_points;
	worst = most_bufs;
	rig_kill_at = 0;
	rig_killed = false;
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(rig_free_frames(), free);
	if (file)
		file_put(file);
	file = NULL;
	if (l->lost)
		rig_shutdown();
	else
		rig_done();
	return result;
}

static void test_points(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(loops); i++) {
		const struct loop *l = &loops[i];
		s64 result = run(l, 0);

		if (result != l->result || points < l->points || worst > BUFS_MOST)
			fail_msg("%s: %ld, %lu points, up to %lu blocks between two",
				 l->name, (long)result, points, worst);
	}
}

static void test_kill(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(loops); i++) {
		const struct loop *l = &loops[i];
		u64 at = l->points / 2 + 1;
		s64 result = run(l, at);

		if (l->when_killed == STOPS ? result == l->result || points > at + SLACK
					    : result != l->result)
			fail_msg("%s: %ld, %lu points", l->name, (long)result, points);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_points),
					    cmocka_unit_test(test_kill) };
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
