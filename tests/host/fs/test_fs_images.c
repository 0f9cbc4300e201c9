// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_images.c - images that are refused, that are read-only, and that a power cut has
 * left. */
#include "fs_rig.h"

#include "fs/file.h"
#include "shim.h"

static struct fs_super *super(void)
{
	return (struct fs_super *)(void *)(rig_disk.data + FS_BLOCK);
}

static struct fs_log_header *log_header(void)
{
	return (struct fs_log_header *)(void *)(rig_disk.data + 2 * FS_BLOCK);
}

static void test_geometry(void **state)
{
	static const struct {
		u32 field;
		u32 value;
	} bad[] = {
		{ 0, 0x10203041 }, { 1, 0 },       { 1, 1001 }, { 1, ~0u },  { 3, 0 },
		{ 3, 1 },          { 3, 40000 },   { 3, ~0u },  { 4, 0 },    { 4, 5 },
		{ 4, 31 },         { 4, ~0u },     { 5, 0 },    { 5, 1 },    { 5, 33 },
		{ 5, 999 },        { 5, ~0u - 1 }, { 6, 1 },    { 6, 31 },   { 6, 38 },
		{ 6, ~0u },        { 7, 2 },       { 7, 30 },   { 7, 1000 }, { 7, ~0u },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		rig_format(1000, 100, 30, false);
		((u32 *)super())[bad[i].field] = bad[i].value;
		assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	}
	/* The log of years up to 2024 has 29 blocks besides the header. */
	rig_format(1000, 100, 30, false);
	log_header()->n = 30;
	for (u32 i = 0; i < 30; i++)
		log_header()->block[i] = 100;
	assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	log_header()->n = -1;
	assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	log_header()->n = 2;
	log_header()->block[1] = 1;
	assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	log_header()->block[1] = 3; /* in the log itself */
	assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	log_header()->block[1] = 1000;
	assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	log_header()->block[1] = 999;
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_non_null(strstr(rig_messages, "recovering tail 0 dst 100\n"
					     "recovering tail 1 dst 999\n"));
	assert_int_equal(log_header()->n, 0);
	/* A disk of only a few sectors is refused, too. */
	for (u32 n = 0; n < 8; n++) {
		rig_dev.sectors = rig_disk.sectors = n;
		assert_int_equal(rig_mount(RIG_RAM), -EINVAL);
	}
	rig_shutdown();
}

static void test_read_only(void **state)
{
	u8 text[8];

	(void)state;
	rig_fresh(1000, 100);
	rig_write_file("f", "abc", 3);
	assert_int_equal(fs_sync(), 0);
	rig_dev.read_only = true;
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(rig_read_file("f", text, sizeof(text)), 3);
	assert_int_equal(rig_try_open("g", O_CREATE), -EROFS);
	assert_int_equal(rig_try_open("f", O_TRUNC), -EROFS);
	assert_int_equal(fs_unlink(rig_cwd(), "f"), -EROFS);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), -EROFS);
	struct file *f = rig_open("f", O_RDWR);
	assert_int_equal(file_write(f, rig_uptr(0), 1), -EROFS);
	file_put(f);
	assert_int_equal(fs_sync(), 0);
	log_header()->n = 1;
	log_header()->block[0] = 100;
	assert_int_equal(rig_mount(RIG_RAM), -EROFS);
	log_header()->n = 0;
	rig_dev.read_only = false;
	rig_shutdown();
}

static void test_orphans(void **state)
{
	struct file *f, *g;
	char message[64];
	struct stat st;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	rig_write_file("f", "abc", 3);
	f = rig_open("f", O_RDWR);
	g = rig_open("d", O_RDONLY);
	assert_int_equal(file_stat(f, &st), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "d"), 0);
	assert_int_equal(fs_sync(), 0);
	/* The power fails while they are open. */
	(void)g;
	assert_int_equal(rig_mount(RIG_RAM), 0);
	snprintf(message, sizeof(message), "ireclaim: orphaned inode %u\n", st.ino);
	assert_non_null(strstr(rig_messages, message));
	rig_done();
	rig_boot(RIG_RAM);
	assert_int_equal(fs_mount(&rig_dev), 0);
	assert_null(strstr(rig_messages, "ireclaim"));
	rig_done();
}

/* --- the two layouts of inodes ------------------------------------------------------- */

static u8 data[60 * FS_BLOCK];

/* An image with some files; it is large if @large. */
static void make_layout(bool large)
{
	struct file *f;

	rig_format(2000, 100, 30, large);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	rig_write_file("program", data, sizeof(data));
	rig_write_file("other", data, sizeof(data));
	/* A file that ends in a hole, and one that fills 12 blocks exactly. */
	rig_write_file("hole", data, 12 * FS_BLOCK);
	f = rig_open("hole", O_WRONLY);
	assert_int_equal(file_truncate(f, 40 * FS_BLOCK), 0);
	file_put(f);
	rig_write_file("twelve", data, 12 * FS_BLOCK);
	assert_int_equal(fs_sync(), 0);
}

static struct fs_dinode *disk_inode(u32 ino)
{
	return &((struct fs_dinode *)(void *)(rig_disk.data + 32 * FS_BLOCK))[ino];
}

static int mount_as(enum option_FSBIG asked)
{
	option_put(FSBIG, asked);
	rig_boot(RIG_RAM);
	return fs_mount(&rig_dev);
}

/* Refused: the message says what to do, and the disk is as it was. */
static void assert_refused(enum option_FSBIG asked, const char *advice)
{
	u64 size = rig_disk.sectors * SECTOR;
	u8 *before = malloc(size);

	assert_non_null(before);
	memcpy(before, rig_disk.data, size);
	assert_int_equal(mount_as(asked), -ENXIO);
	assert_non_null(strstr(rig_messages, advice));
	assert_memory_equal(rig_disk.data, before, size);
	free(before);
}

/* Mounted: files are read, and the longest file is as long as the layout allows. */
static void assert_mounted(enum option_FSBIG asked, bool large)
{
	static u8 back[sizeof(data)];
	struct file *f;

	assert_int_equal(mount_as(asked), 0);
	assert_int_equal(opt(FSBIG), large ? FSBIG_ON : FSBIG_OFF);
	assert_int_equal(rig_read_file("program", back, sizeof(back)), sizeof(data));
	assert_memory_equal(back, data, sizeof(data));
	f = rig_open("program", O_WRONLY);
	assert_int_equal(file_truncate(f, 300 * FS_BLOCK), large ? 0 : -EFBIG);
	assert_int_equal(file_truncate(f, sizeof(data)), 0);
	file_put(f);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
}

static void test_layout_is_found(void **state)
{
	(void)state;
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)(1 + i % 250);
	make_layout(true);
	assert_mounted(FSBIG_AUTO, true);
	assert_mounted(FSBIG_ON, true);
	make_layout(false);
	assert_mounted(FSBIG_AUTO, false);
	assert_mounted(FSBIG_OFF, false);
	/* No file is long enough to show anything. */
	rig_format(2000, 100, 30, true);
	assert_int_equal(mount_as(FSBIG_AUTO), 0);
	assert_int_equal(opt(FSBIG), FSBIG_OFF);
	option_put(FSBIG, FSBIG_OFF);
	rig_shutdown();
}

static void test_other_layout(void **state)
{
	(void)state;
	make_layout(true);
	assert_refused(FSBIG_OFF, "boot with fsbig=on");
	make_layout(false);
	assert_refused(FSBIG_ON, "boot without fsbig=on");
	option_put(FSBIG, FSBIG_OFF);
	rig_shutdown();
}

/* An inode of the other layout means damage, or a program that made a file look so: the
 * user chooses. */
static void test_both_layouts(void **state)
{
	u32 *block;

	(void)state;
	make_layout(true);
	disk_inode(2)->addr[12] = 1999; /* "program" */
	assert_refused(FSBIG_AUTO, "fsbig=off or fsbig=on");
	assert_int_equal(mount_as(FSBIG_ON), 0);
	assert_int_equal(mount_as(FSBIG_OFF), 0);

	make_layout(false);
	block = (u32 *)(void *)(rig_disk.data + disk_inode(4)->addr[11] * FS_BLOCK);
	memset(block, 0, FS_BLOCK);
	for (u32 i = 0; i < 40 - 11; i++)
		block[i] = 1000 + i; /* the 12th block of "hole" looks like a table */
	assert_refused(FSBIG_AUTO, "fsbig=off or fsbig=on");
	assert_mounted(FSBIG_OFF, false);
	option_put(FSBIG, FSBIG_OFF);
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometry),     cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_orphans),      cmocka_unit_test(test_layout_is_found),
		cmocka_unit_test(test_other_layout), cmocka_unit_test(test_both_layouts),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
