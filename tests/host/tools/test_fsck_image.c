// sources: tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsimg_io.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags:
/* test_fsck_image.c - images that mkfs makes are like those of xv6's mkfs of every year:
 * geometry, root directory, file contents.  They are written to the host's disk whole. */
#define _GNU_SOURCE
#include "fsck_rig.h"

#include <unistd.h>

static struct fsimg img;

static int tear_down(void **state)
{
	(void)state;
	fsimg_free(&img);
	return 0;
}

static void format(uint32_t size, uint32_t ninodes, uint32_t nlog, bool big)
{
	const struct fsimg_geometry g = { .size = size, .ninodes = ninodes, .nlog = nlog };

	img = (struct fsimg){ .big = big };
	assert_int_equal(fsimg_format(&img, &g), 0);
}

/* size, inodes, log -> nblocks, inodestart, bmapstart */
static void test_geometry_of_each_year(void **state)
{
	static const uint32_t year[][6] = {
		{ 1000, 200, 30, 954, 32, 45 },      /* 2020 */
		{ 2000, 200, 30, 1954, 32, 45 },     /* 2022 */
		{ 2000, 200, 31, 1953, 33, 46 },     /* 2025 */
		{ 10000, 200, 30, 9953, 32, 45 },    /* the lock lab */
		{ 200000, 200, 30, 199930, 32, 45 }, /* the file system lab */
		{ 8192, 64, 30, 8153, 32, 37 },      /* a spare bitmap block */
	};

	for (size_t i = 0; i < ARRAY_SIZE(year); i++) {
		const struct fs_super *sb;

		format(year[i][0], year[i][1], year[i][2], false);
		sb = fsimg_super(&img);
		assert_int_equal(sb->magic, 0x10203040);
		assert_int_equal(sb->logstart, 2);
		assert_int_equal(sb->nblocks, year[i][3]);
		assert_int_equal(sb->inodestart, year[i][4]);
		assert_int_equal(sb->bmapstart, year[i][5]);
		for (uint32_t b = 0; b < sb->size - sb->nblocks; b++)
			assert_true(fsimg_bit(&img, b));
		assert_int_equal(fsimg_pad_root(&img), 0);
		rig_expect_clean(&img);
		tear_down(state);
	}
}

static void test_too_small_is_refused(void **state)
{
	const struct fsimg_geometry g = { .size = 46, .ninodes = 200, .nlog = 30 };

	(void)state;
	img = (struct fsimg){ 0 };
	assert_int_equal(fsimg_format(&img, &g), -FSIMG_ESMALL);
}

/* The root's size is a whole number of blocks, with room for one more. */
static void test_root_is_padded(void **state)
{
	char name[16];

	format(400, 200, 30, false);
	for (int i = 0; i < 62; i++) { /* with . and .. a full block */
		assert_int_equal(rig_inode(&img, ROOT)->size, (2 + i) * 16);
		snprintf(name, sizeof(name), "f%d", i);
		rig_must_add(&img, name, 1);
	}
	assert_int_equal(fsimg_pad_root(&img), 0);
	assert_int_equal(rig_inode(&img, ROOT)->size, 2048);
	assert_int_not_equal(rig_inode(&img, ROOT)->addr[1], 0);
	rig_expect_clean(&img);
	tear_down(state);

	format(400, 200, 30, false);
	rig_must_add(&img, "only", 1);
	assert_int_equal(fsimg_pad_root(&img), 0);
	assert_int_equal(rig_inode(&img, ROOT)->size, 1024);
}

static void check_contents(size_t n, bool big)
{
	uint8_t *data = rig_must(malloc(n + 1)), *back = rig_must(malloc(n + 1));

	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)rig_random();
	format(2000, 20, 30, big);
	assert_int_equal(fsimg_add_file(&img, "d/file", data, n), 0);
	assert_int_equal(fsimg_lookup(&img, "/d//file"), 2 + 1);
	assert_int_equal(rig_inode(&img, 3)->size, n);
	fsimg_read(&img, 3, back, 0, (uint32_t)n);
	assert_memory_equal(back, data, n + !n);
	rig_expect_clean(&img);
	assert_int_equal(fsimg_remove(&img, "d/file"), 0);
	assert_int_equal(fsimg_lookup(&img, "d/file"), -FSIMG_ENOENT);
	rig_expect_clean(&img);
	fsimg_free(&img);
	free(data);
	free(back);
}

static void test_contents_of_each_size(void **state)
{
	static const size_t blocks[] = { 1, 11, 12, 13, 267, 268, 700, 1500 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		for (size_t less = 0; less < 3; less++) {
			size_t n = blocks[i] * FS_BLOCK - less * 511;

			if (blocks[i] <= FS_MAXFILE)
				check_contents(n, false);
			check_contents(n, true);
		}
	}
}

static void test_errors(void **state)
{
	static const char text[269 * FS_BLOCK];

	(void)state;
	format(400, 5, 30, false);
	assert_int_equal(fsimg_add_file(&img, "a", text, sizeof(text)), -FSIMG_ETOOBIG);
	assert_int_equal(fsimg_add_file(&img, "123456789012345", text, 1), -FSIMG_ENAME);
	assert_int_equal(fsimg_add_file(&img, "", text, 1), -FSIMG_ENAME);
	assert_int_equal(fsimg_add_file(&img, "..", text, 1), -FSIMG_ENAME);
	assert_int_equal(fsimg_add_file(&img, "x/../y", text, 1), -FSIMG_ENAME);
	assert_int_equal(fsimg_add_file(&img, "12345678901234", text, 1), 0);
	assert_int_equal(fsimg_add_file(&img, "12345678901234", text, 1), -FSIMG_EEXIST);
	assert_int_equal(fsimg_add_file(&img, "12345678901234/a", text, 1), -FSIMG_ENOTDIR);
	assert_int_equal(fsimg_add_file(&img, "b", text, 1), 0);
	assert_int_equal(fsimg_add_file(&img, "c", text, 1), -FSIMG_ENOINODE);
	assert_int_equal(fsimg_remove(&img, "x"), -FSIMG_EISDIR);
	assert_int_equal(fsimg_remove(&img, "nothing"), -FSIMG_ENOENT);
	assert_int_equal(fsimg_lookup(&img, "b/c"), -FSIMG_ENOTDIR);
	rig_expect_clean(&img);
}

/* After a file is removed and added again, the image is the same, except for data. */
static void test_remove_gives_back(void **state)
{
	uint32_t before;

	(void)state;
	rig_image_make(&img, false);
	before = rig_run(&img, true).blocks_used;
	assert_int_equal(fsimg_remove(&img, "large"), 0);
	assert_int_equal(rig_run(&img, true).blocks_used, before - 41);
	rig_must_add(&img, "large", 40 * FS_BLOCK);
	assert_int_equal(rig_run(&img, true).blocks_used, before);
	assert_int_equal(fsimg_lookup(&img, "large"), LARGE);
	rig_expect_clean(&img);
}

static void test_host_files(void **state)
{
	char folder[] = "/tmp/fsimg.XXXXXX", path[64];
	struct fsimg copy = { 0 };
	uint8_t *old;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/image", folder);
	rig_image_make(&img, false);
	assert_int_equal(fsimg_load(&copy, path), -FSIMG_EHOST);
	assert_int_equal(fsimg_host_replace(path, &img), 0);
	assert_int_equal(fsimg_load(&copy, path), 0);
	assert_int_equal(copy.blocks, img.blocks);
	assert_memory_equal(copy.data, img.data, RIG_SIZE * FS_BLOCK);

	old = copy.data;
	rig_must_add(&img, "new", 5000);
	assert_int_equal(fsimg_host_update(path, &img, old), 0);
	free(old);
	assert_int_equal(fsimg_load(&copy, path), 0);
	assert_memory_equal(copy.data, img.data, RIG_SIZE * FS_BLOCK);
	fsimg_free(&copy);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0); /* no temporary file is left */
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_geometry_of_each_year),
		T(test_too_small_is_refused),
		T(test_root_is_padded),
		T(test_contents_of_each_size),
		T(test_errors),
		T(test_remove_gives_back),
		T(test_host_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
