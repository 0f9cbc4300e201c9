// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_corrupt.c - images with random damage.  No image may crash the kernel or make it
 * write to the first blocks. */
#include "fs_rig.h"

#include "fs/store/geo_priv.h"
#include "fs_exercise.h"

#define RAM (6 * MIB)
#define SIZE 500

static u8 *image;

static void make_image(bool big)
{
	static u8 data[290 * FS_BLOCK];
	char path[32];

	rig_format(big ? 1200 : SIZE, 64, 30, big);
	assert_int_equal(rig_mount(RAM), 0);
	memset(data, 'd', sizeof(data));
	assert_int_equal(fs_mkdir(rig_cwd(), "a"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "a/b"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "a/b/c"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "e"), 0);
	assert_int_equal(fs_mknod(rig_cwd(), "a/tty", 1, 0), 0);
	assert_int_equal(fs_symlink(rig_cwd(), "../a/b/f", "e/link"), 0);
	rig_write_file("a/b/f", data, 30000);
	for (u32 off = 0; big && off < sizeof(data); off += 29 * FS_BLOCK) {
		struct file *f = rig_open("big", O_CREATE | O_WRONLY | O_APPEND);

		rig_write(f, data, 29 * FS_BLOCK);
		file_put(f);
	}
	for (u32 i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "a/b/c/%u", i);
		rig_write_file(path, data, i * 100);
	}
	assert_int_equal(fs_link(rig_cwd(), "a/b/c/3", "three"), 0);
	assert_int_equal(fs_sync(), 0);
	image = malloc(rig_disk.sectors * SECTOR);
	assert_non_null(image);
	memcpy(image, rig_disk.data, rig_disk.sectors * SECTOR);
}

static u32 interesting(void)
{
	static const u32 number[] = {
		0,   1,   2,    3,    31,         32,         33,  36,      37,     38, 499,
		500, 501, 1199, 1200, 0x7fffffff, 0x80000000, ~0u, 0x10000, 0xffff, 64, 65,
	};

	return rig_below(3) ? number[rig_below(ARRAY_SIZE(number))] : (u32)rig_random();
}

/* Mostly where metadata is: inodes are blocks 32 to 35, the bitmap follows. */
static void damage(void)
{
	u32 first_dinode = 32 * FS_BLOCK, at;

	for (u64 n = 1 + rig_below(12); n > 0; n--) {
		switch (rig_below(6)) {
		case 0: /* an address, size or type of an inode */
			at = first_dinode + (u32)rig_below(40) * 64 +
			     (u32)rig_below(16) * 4;
			break;
		case 1: /* directories and indirect blocks come early in the data */
			at = 37 * FS_BLOCK + (u32)rig_below(12 * FS_BLOCK) / 4 * 4;
			break;
		case 2: /* the log header */
			at = 2 * FS_BLOCK + (u32)rig_below(31) * 4;
			break;
		case 3: /* the bitmap */
			at = 36 * FS_BLOCK + (u32)rig_below(SIZE / 8) / 4 * 4;
			break;
		case 4: /* the superblock, but not often */
			if (rig_below(10))
				continue;
			at = FS_BLOCK + (u32)rig_below(8) * 4;
			break;
		default:
			at = (u32)rig_below(rig_disk.sectors * SECTOR / 4) * 4;
		}
		if (rig_below(2)) {
			u32 word = interesting();

			memcpy(rig_disk.data + at, &word, 4);
		} else {
			u16 half = (u16)interesting();

			memcpy(rig_disk.data + at + rig_below(2) * 2, &half, 2);
		}
	}
}

static void run(bool big, u32 rounds)
{
	u32 mounted = 0;

	make_image(big);
	for (u32 i = 0; i < rounds; i++) {
		u8 first[2 * FS_BLOCK];

		memcpy(rig_disk.data, image, rig_disk.sectors * SECTOR);
		damage();
		memcpy(first, rig_disk.data, sizeof(first));
		if (rig_mount(RAM) == 0) {
			mounted++;
			exercise_fs(rig_uptr(0));
			rig_reclaim(10000);
		}
		assert_memory_equal(first, rig_disk.data, sizeof(first));
	}
	assert_in_range(mounted, rounds / 3, rounds);
	free(image);
	rig_shutdown();
}

static void test_plain(void **state)
{
	(void)state;
	run(false, 3000);
}

static void test_large(void **state)
{
	(void)state;
	run(true, 1500);
}

static bool is_in_use(u32 block)
{
	return rig_disk.data[geo.bitmap_start * FS_BLOCK + block / 8] >> block % 8 & 1;
}

/* A file claims the last block before the data, and the first of the data. */
static void test_blocks_before_the_data(void **state)
{
	struct fs_dinode *inodes;
	struct inode *ip;
	struct stat st;
	u8 two[2 * FS_BLOCK] = { 1 };

	(void)state;
	rig_format(SIZE, 64, 30, false);
	assert_int_equal(rig_mount(RAM), 0);
	rig_write_file("f", two, sizeof(two));
	assert_int_equal(fs_lookup(rig_cwd(), "f", &ip), 0);
	inode_stat(ip, &st);
	inode_put(ip);
	assert_int_equal(fs_sync(), 0);
	inodes = (void *)(rig_disk.data + geo.inode_start * FS_BLOCK);
	inodes[st.ino].addr[0] = geo.data_start - 1;
	inodes[st.ino].addr[1] = geo.data_start;
	assert_int_equal(rig_mount(RAM), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
	assert_int_equal(fs_sync(), 0);
	assert_true(is_in_use(geo.data_start - 1) && !is_in_use(geo.data_start));
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_blocks_before_the_data),
	};
	int failed;

	if (getenv("RIG_SEED"))
		rig_seed = strtoul(getenv("RIG_SEED"), NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
