// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_fail.c - a workload that uses everything, while the k-th frame is refused, or all
 * from the k-th on, or the k-th read or write of the disk fails; for every k.  Each call
 * may fail then, but no memory or block may be lost, and the disk must be consistent. */
#include "fs_rig.h"

#define RAM (6 * MIB)

static u8 data[30000], back[30000];
static u8 *image;

/* The errors that a call may give because of an injected one. */
static void allow(s64 ret)
{
	assert_true(ret >= 0 || ret == -ENOMEM || ret == -EIO || ret == -EROFS ||
		    ret == -ENOENT || ret == -EEXIST || ret == -ENFILE ||
		    ret == -ENOTEMPTY || ret == -EINVAL);
}

static void use_file(const char *path, int flags)
{
	struct file *f;
	int err = fs_open(rig_cwd(), path, flags, &f);

	allow(err);
	if (err)
		return;
	memcpy(rig_user, data, sizeof(data));
	allow(file_write(f, rig_uptr(0), sizeof(data)));
	allow(file_seek(f, 100, 0));
	allow(file_read(f, rig_uptr(0), 20000));
	allow(file_truncate(f, 5000));
	allow(file_truncate(f, 15001));
	allow(file_seek(f, 10001, 0));
	allow(file_write(f, rig_uptr(0), 3333));
	file_put(f);
}

static void use_pipe(void)
{
	struct file *rd, *wr;
	int err = pipe_create(&rd, &wr);

	allow(err);
	if (err)
		return;
	allow(file_write(wr, rig_uptr(0), 100));
	allow(file_read(rd, rig_uptr(0), 100));
	file_put(rd);
	file_put(wr);
}

static void workload(void)
{
	allow(fs_mkdir(rig_cwd(), "d"));
	allow(fs_mkdir(rig_cwd(), "d/e"));
	use_file("d/new", O_CREATE | O_RDWR);
	use_file("old", O_RDWR);
	use_pipe();
	allow(fs_link(rig_cwd(), "old", "d/old2"));
	allow(fs_symlink(rig_cwd(), "old", "d/link"));
	allow(fs_rename(rig_cwd(), "d/new", "newer"));
	allow(fs_rename(rig_cwd(), "d/e", "e"));
	allow(fs_sync());
	rig_reclaim(100);
	allow(rig_read_file("old", back, sizeof(back)));
	allow(rig_read_file("keep", back, sizeof(back)));
	use_file("newer", O_RDWR | O_TRUNC);
	allow(fs_unlink(rig_cwd(), "d/old2"));
	allow(fs_unlink(rig_cwd(), "newer"));
	allow(fs_unlink(rig_cwd(), "e"));
	allow(fs_mknod(rig_cwd(), "dev", 1, 1));
	allow(fs_sync());
}

static void make_image(void)
{
	rig_format(900, 100, 30, false);
	assert_int_equal(rig_mount(RAM), 0);
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(i * 31 + i / 777);
	rig_write_file("old", data, 20000);
	rig_write_file("keep", data, sizeof(data));
	assert_int_equal(fs_mkdir(rig_cwd(), "empty"), 0);
	assert_int_equal(fs_sync(), 0);
	image = malloc(rig_disk.sectors * SECTOR);
	assert_non_null(image);
	memcpy(image, rig_disk.data, rig_disk.sectors * SECTOR);
}

/* A file that nobody touched is as it was. */
static void check_kept(void)
{
	assert_int_equal(rig_read_file("keep", back, sizeof(back)), sizeof(back));
	assert_memory_equal(back, data, sizeof(back));
}

static void prepare(void)
{
	memcpy(rig_disk.data, image, rig_disk.sectors * SECTOR);
	assert_int_equal(rig_mount(RAM), 0);
}

static void fail_allocations(bool all)
{
	bool refused = true;
	u64 k = 0;

	while (refused) {
		u64 frames;

		prepare();
		rig_reclaim(1000);
		frames = rig_free_frames();
		failing_set(&rig_frames, ++k, all);
		workload();
		refused = failing_end(&rig_frames);
		check_kept();
		assert_int_equal(fs_sync(), 0);
		assert_true(rig_is_clean());
		assert_int_equal(rig_free_frames(), frames);
	}
	assert_true(k > 10);
}

static void test_allocations(void **state)
{
	(void)state;
	make_image();
	fail_allocations(false);
	fail_allocations(true);
	free(image);
	rig_shutdown();
}

static void test_reads(void **state)
{
	(void)state;
	make_image();
	for (u32 stay = 0; stay < 2; stay++) {
		for (s64 k = 0;; k++) {
			s64 left;

			prepare();
			rig_disk.fail_read_in = k;
			rig_disk.stay_broken = stay;
			workload();
			left = rig_disk.fail_read_in;
			rig_disk.fail_read_in = -1;
			check_kept();
			assert_int_equal(fs_sync(), 0);
			assert_true(rig_is_clean());
			if (left > 0 || (left == 0 && !stay)) {
				assert_true(k > 5);
				break;
			}
			if (k > 200)
				break;
		}
	}
	rig_disk.stay_broken = false;
	free(image);
	rig_shutdown();
}

/* After a failed write all changes are refused.  After the next boot the disk is as after a
 * power cut. */
static void test_writes(void **state)
{
	(void)state;
	make_image();
	for (u32 stay = 0; stay < 2; stay++) {
		for (s64 k = 0;; k++) {
			bool failed = false;

			prepare();
			rig_disk.fail_write_in = k;
			rig_disk.stay_broken = stay;
			workload();
			rig_disk.fail_write_in = -1;
			if (fs_mkdir(rig_cwd(), "x") == -EROFS) {
				assert_int_equal(fs_sync(), -EIO);
				assert_int_equal(fs_unlink(rig_cwd(), "keep"), -EROFS);
				assert_non_null(strstr(rig_messages, "read-only"));
				failed = true;
			}
			check_kept();
			rig_reclaim(1000);
			check_kept();
			assert_int_equal(rig_mount(RAM), 0);
			check_kept();
			assert_int_equal(fs_sync(), 0);
			assert_true(rig_is_clean());
			if (!failed) {
				assert_true(k > 20);
				break;
			}
		}
	}
	rig_disk.stay_broken = false;
	free(image);
	rig_shutdown();
}

/* Errors while mounting. */
static void test_mounts(void **state)
{
	s64 k;
	int err;

	(void)state;
	make_image();
	for (k = 0, err = -EIO; err; k++) {
		memcpy(rig_disk.data, image, rig_disk.sectors * SECTOR);
		rig_boot(RAM);
		rig_disk.fail_read_in = k;
		err = fs_mount(&rig_dev);
		rig_disk.fail_read_in = -1;
	}
	assert_true(k > 5);
	for (k = 1, err = -ENOMEM; err; k++) {
		u64 frames;

		rig_boot(RAM);
		frames = rig_free_frames();
		failing_set(&rig_frames, k, true);
		err = fs_mount(&rig_dev);
		if (err)
			assert_int_equal(rig_free_frames(), frames);
	}
	assert_true(k > 3);
	free(image);
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allocations),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_writes),
		cmocka_unit_test(test_mounts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
