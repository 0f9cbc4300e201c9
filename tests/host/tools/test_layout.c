// sources: kernel/fs/store/layout.c
// cflags:
/* test_layout.c - what single inodes show of the layout of an image. */
#include "rig.h"

#include "fs/store/layout.h"
#include "uapi/stat.h"

#define LO 50
#define HI 2000
#define KIB1 1024u

static struct fs_dinode inode;
static u32 table[FS_NINDIRECT];
static struct layout_votes votes;

/* An inode of @size bytes with addresses of @ndirect blocks, and @last as its last address.
 * Returns the block that shows more. */
static u32 look(u32 size, u32 last)
{
	votes = (struct layout_votes){ 0 };
	inode = (struct fs_dinode){ .type = T_FILE, .nlink = 1, .size = size };
	for (u32 i = 0; i < FS_NADDR - 1; i++)
		inode.addr[i] = 100 + i;
	inode.addr[FS_NADDR - 1] = last;
	return layout_count_inode(&votes, &inode);
}

static void assert_votes(u32 plain, u32 large)
{
	assert_int_equal(votes.plain, plain);
	assert_int_equal(votes.large, large);
}

/* The file has @size bytes; its table has @used addresses, then @then, then zeros. */
static void look_at_table(u32 size, u32 used, u32 then)
{
	assert_int_equal(look(size, 0), 111);
	for (u32 i = 0; i < FS_NINDIRECT; i++)
		table[i] = i < used ? LO + i : i == used ? then : 0;
	layout_count_table(&votes, &inode, table, LO, HI);
}

static void test_files_that_show_nothing(void **state)
{
	(void)state;
	for (u32 size = 0; size <= 12 * KIB1; size += KIB1) {
		assert_int_equal(look(size, 0), 0);
		assert_votes(0, 0);
	}
	assert_int_equal(look(12 * KIB1, 500), 0);
	assert_votes(0, 0);
	/* Only files are long. */
	inode.size = 100 * KIB1;
	for (s16 type = 0; type <= T_SYMLINK; type++) {
		inode.type = type;
		if (type != T_FILE)
			assert_int_equal(layout_count_inode(&votes, &inode), 0);
	}
	assert_votes(0, 0);
}

static void test_plain(void **state)
{
	(void)state;
	assert_int_equal(look(12 * KIB1 + 1, 500), 0);
	assert_votes(1, 0);
	assert_int_equal(look(266 * KIB1, 500), 0);
	assert_votes(1, 0);
	/* A large file that is being shortened may still have its last table. */
	assert_int_equal(look(266 * KIB1 + 1, 500), 0);
	assert_votes(0, 0);
	assert_int_equal(look(268 * KIB1, 500), 0);
	assert_votes(0, 0);
}

static void test_large_by_the_size(void **state)
{
	(void)state;
	assert_int_equal(look(268 * KIB1, 0), 0);
	assert_votes(0, 0);
	assert_int_equal(look(268 * KIB1 + 1, 500), 0);
	assert_votes(0, 1);
	assert_int_equal(look(~0u, 0), 0);
	assert_votes(0, 1);
}

static void test_large_by_the_table(void **state)
{
	(void)state;
	look_at_table(12 * KIB1 + 1, 2, 0);
	assert_votes(0, 1);
	look_at_table(267 * KIB1, 256, 0);
	assert_votes(0, 1);
	look_at_table(12 * KIB1 + 1, 5, 0); /* more blocks than the size needs */
	assert_votes(0, 1);
	look_at_table(12 * KIB1 + 1, 1, 0); /* one is missing */
	assert_votes(0, 0);
	look_at_table(12 * KIB1 + 1, 1, LO - 1);
	assert_votes(0, 0);
	look_at_table(12 * KIB1 + 1, 1, HI);
	assert_votes(0, 0);
	look_at_table(12 * KIB1 + 1, 1, HI - 1);
	assert_votes(0, 1);
	look_at_table(12 * KIB1 + 1, 3, 0x41414141); /* text after it */
	assert_votes(0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_that_show_nothing),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_large_by_the_size),
		cmocka_unit_test(test_large_by_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
