// sources: tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags:
/* test_fsck.c - every kind of damage is found and named, and repaired for good. */
#include "fsck_rig.h"

static struct fsimg img;

static int set_up(void **state)
{
	(void)state;
	rig_image_make(&img, false);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fsimg_free(&img);
	return 0;
}

/* --- damage of one kind ------------------------------------------------- */

static struct fs_super *super(void)
{
	return fsimg_super(&img);
}

static struct fs_dinode *inode(uint32_t ino)
{
	return rig_inode(&img, ino);
}

static struct fs_dirent *entry(uint32_t dir, uint32_t slot)
{
	return rig_entry(&img, dir, slot);
}

static uint32_t slot_of(uint32_t dir, const char *name)
{
	return rig_slot(&img, dir, name);
}

static struct fs_log_header *log_head(void)
{
	return fsimg_block(&img, super()->logstart);
}

static uint32_t *large_table(void)
{
	return fsimg_block(&img, inode(LARGE)->addr[FS_NDIRECT]);
}

#define HURT(name, ...)               \
	static void hurt_##name(void) \
	{                             \
		__VA_ARGS__;          \
	}

/* clang-format off */
HURT(nblocks, super()->nblocks -= 9)
HURT(log_many, log_head()->n = 30)
HURT(log_negative, log_head()->n = -1)
HURT(log_target, *log_head() = (struct fs_log_header){ 1, { RIG_SIZE } })
HURT(log_itself, *log_head() = (struct fs_log_header){ 1, { 3 } })
HURT(log_super, *log_head() = (struct fs_log_header){ 1, { 1 } })
HURT(log_twice, *log_head() = (struct fs_log_header){ 2, { 90, 90 } })
HURT(root_type, inode(ROOT)->type = T_FILE)
HURT(root_free, inode(ROOT)->type = 0)
HURT(root_all, memset(inode(ROOT), 0xff, 64))
HURT(type, inode(SMALL)->type = 5)
HURT(type_negative, inode(SMALL)->type = -1)
HURT(type_dir, inode(DIR_D)->type = 77)
HURT(inode_zero, inode(0)->type = T_FILE)
HURT(inode_past, inode(RIG_INODES)->type = T_FILE)
HURT(size, inode(LARGE)->size = FS_MAXFILE * FS_BLOCK + 1)
HURT(size_dir, inode(DIR_D)->size = 0xffffffff)
HURT(device_size, inode(DEVICE)->size = 1)
HURT(device_block, inode(DEVICE)->addr[3] = 300)
HURT(addr_low, inode(SMALL)->addr[0] = 36)
HURT(addr_high, inode(SMALL)->addr[0] = RIG_SIZE)
HURT(addr_table, inode(LARGE)->addr[FS_NDIRECT] = 0xffffffff)
HURT(addr_in_table, large_table()[5] = 1)
HURT(twice, inode(SMALL)->addr[0] = inode(LARGE)->addr[4])
HURT(twice_table, large_table()[1] = inode(LARGE)->addr[FS_NDIRECT])
HURT(past, inode(SMALL)->addr[1] = 400)
HURT(past_table, inode(SMALL)->addr[FS_NDIRECT] = 400)
HURT(past_in_table, large_table()[28] = 400)
HURT(shrunk, inode(LARGE)->size = 3)
HURT(dir_odd, inode(DIR_D)->size += 5)
HURT(dir_small, inode(DIR_H)->size = 16)
HURT(dir_empty, inode(DIR_D)->size = 0)
HURT(dir_hole, inode(DIR_D)->addr[0] = 0)
HURT(dot_free, entry(DIR_D, 0)->ino = 0)
HURT(dot_ino, entry(DIR_D, 0)->ino = DIR_E)
HURT(dot_name, entry(DIR_D, 0)->name[0] = 'x')
HURT(dotdot_ino, entry(DIR_E, 1)->ino = ROOT)
HURT(dotdot_gone, memset(entry(DIR_E, 1), 0, 16))
HURT(dotdot_root, entry(ROOT, 1)->ino = DIR_D)
HURT(dot_extra, *entry(DIR_E, 2) = (struct fs_dirent){ FILE_F, "." })
HURT(dotdot_extra, *entry(ROOT, 9) = (struct fs_dirent){ 1, ".." })
HURT(entry_range, *entry(ROOT, 20) = (struct fs_dirent){ 60, "z" })
HURT(entry_free, *entry(ROOT, 20) = (struct fs_dirent){ 50, "z" })
HURT(target_free, inode(SMALL)->type = 0)
HURT(entry_past, *entry(DIR_H, 3) = (struct fs_dirent){ 2, "z" })
HURT(dir_cut, inode(DIR_D)->size -= 16)
HURT(name_empty, memset(entry(DIR_E, 2)->name, 0, 14))
HURT(name_slash, entry(DIR_E, 2)->name[0] = '/')
HURT(name_pad, entry(DIR_E, 2)->name[13] = 'x')
HURT(dot_pad, entry(DIR_E, 0)->name[9] = 'x')
HURT(unlinked, memset(entry(DIR_E, 2), 0, 16))
HURT(unlinked_dir, entry(ROOT, slot_of(ROOT, "d"))->ino = 0)
HURT(nlink, inode(FILE_G)->nlink = 1)
HURT(nlink_zero, inode(SMALL)->nlink = 0)
HURT(nlink_dir, inode(DIR_D)->nlink++)
HURT(nlink_root, inode(ROOT)->nlink = -3)
HURT(bit_clear, fsimg_bit_set(&img, inode(LARGE)->addr[0], false))
HURT(bit_set, fsimg_bit_set(&img, RIG_SIZE - 1, true))
HURT(bit_meta, fsimg_bit_set(&img, super()->inodestart, false))
HURT(bit_tail, fsimg_bit_set(&img, RIG_SIZE, true))
/* clang-format on */

static void hurt_name_twice(void)
{
	*entry(ROOT, 30) = *entry(ROOT, slot_of(ROOT, "small"));
	entry(ROOT, 30)->ino = FILE_G;
	inode(FILE_G)->nlink++;
}

static void hurt_name_copied(void)
{
	*entry(ROOT, 30) = *entry(ROOT, slot_of(ROOT, "small"));
	*entry(ROOT, 31) = *entry(ROOT, 30);
}

static void hurt_dir_twice(void)
{
	*entry(ROOT, 30) = (struct fs_dirent){ DIR_E, "e2" };
}

static void hurt_loop(void)
{
	*entry(DIR_E, 4) = (struct fs_dirent){ DIR_D, "up" };
	inode(DIR_E)->size += 16;
}

/* A loop that the root does not lead to: e below d, and d below e. */
static void hurt_loop_apart(void)
{
	hurt_loop();
	hurt_unlinked_dir();
	entry(DIR_D, 1)->ino = DIR_E;
}

static const struct damage {
	const char *name;
	void (*hurt)(void);
	enum fsck_kind kind;
	uint32_t errors; /* findings in all; 0: any number of others follows from it */
} damages[] = {
	{ "nblocks", hurt_nblocks, FSCK_NBLOCKS, 1 },
	{ "log: too many", hurt_log_many, FSCK_LOG, 1 },
	{ "log: negative", hurt_log_negative, FSCK_LOG, 1 },
	{ "log: past the end", hurt_log_target, FSCK_LOG, 1 },
	{ "log: into itself", hurt_log_itself, FSCK_LOG, 1 },
	{ "log: superblock", hurt_log_super, FSCK_LOG, 1 },
	{ "log: twice", hurt_log_twice, FSCK_LOG, 1 },
	{ "root: type", hurt_root_type, FSCK_ROOT, 1 },
	{ "root: free", hurt_root_free, FSCK_ROOT, 1 },
	{ "root: overwritten", hurt_root_all, FSCK_ROOT, 0 },
	{ "type", hurt_type, FSCK_TYPE, 1 },
	{ "type: negative", hurt_type_negative, FSCK_TYPE, 1 },
	{ "type: of a directory", hurt_type_dir, FSCK_TYPE, 1 },
	{ "inode 0", hurt_inode_zero, FSCK_RANGE, 1 },
	{ "inode past the last", hurt_inode_past, FSCK_RANGE, 1 },
	{ "size", hurt_size, FSCK_SIZE, 1 },
	{ "size: directory", hurt_size_dir, FSCK_SIZE, 1 },
	{ "device: size", hurt_device_size, FSCK_DEVICE, 1 },
	{ "device: block", hurt_device_block, FSCK_DEVICE, 1 },
	{ "address: metadata", hurt_addr_low, FSCK_BLOCK_RANGE, 2 },
	{ "address: past the end", hurt_addr_high, FSCK_BLOCK_RANGE, 2 },
	{ "address: of the table", hurt_addr_table, FSCK_BLOCK_RANGE, 0 },
	{ "address: in the table", hurt_addr_in_table, FSCK_BLOCK_RANGE, 2 },
	{ "twice: two files", hurt_twice, FSCK_BLOCK_TWICE, 1 },
	{ "twice: the table itself", hurt_twice_table, FSCK_BLOCK_TWICE, 1 },
	{ "past end: block", hurt_past, FSCK_BLOCK_PAST, 1 },
	{ "past end: table", hurt_past_table, FSCK_BLOCK_PAST, 1 },
	{ "past end: in the table", hurt_past_in_table, FSCK_BLOCK_PAST, 1 },
	{ "past end: size cut", hurt_shrunk, FSCK_BLOCK_PAST, 0 },
	{ "directory: odd size", hurt_dir_odd, FSCK_DIR_SIZE, 1 },
	{ "directory: one entry", hurt_dir_small, FSCK_DIR_SIZE, 1 },
	{ "directory: empty", hurt_dir_empty, FSCK_DIR_SIZE, 0 },
	{ "directory: a hole", hurt_dir_hole, FSCK_DOT, 0 },
	{ ". free", hurt_dot_free, FSCK_DOT, 1 },
	{ ". to another", hurt_dot_ino, FSCK_DOT, 1 },
	{ ". of another name", hurt_dot_name, FSCK_DOT, 1 },
	{ ".. to another", hurt_dotdot_ino, FSCK_DOTDOT, 1 },
	{ ".. gone", hurt_dotdot_gone, FSCK_DOTDOT, 1 },
	{ ".. of the root", hurt_dotdot_root, FSCK_DOTDOT, 1 },
	{ ". elsewhere", hurt_dot_extra, FSCK_DOT_EXTRA, 0 },
	{ ".. elsewhere", hurt_dotdot_extra, FSCK_DOT_EXTRA, 1 },
	{ "entry: out of range", hurt_entry_range, FSCK_ENTRY_RANGE, 1 },
	{ "entry: free inode", hurt_entry_free, FSCK_ENTRY_FREE, 1 },
	{ "entry: inode freed", hurt_target_free, FSCK_ENTRY_FREE, 2 },
	{ "entry: past the end", hurt_entry_past, FSCK_ENTRY_PAST, 1 },
	{ "entry: cut off", hurt_dir_cut, FSCK_ENTRY_PAST, 0 },
	{ "name: empty", hurt_name_empty, FSCK_NAME_EMPTY, 1 },
	{ "name: slash", hurt_name_slash, FSCK_NAME_SLASH, 1 },
	{ "name: padding", hurt_name_pad, FSCK_NAME_PAD, 1 },
	{ "name: padding of .", hurt_dot_pad, FSCK_NAME_PAD, 1 },
	{ "name: twice", hurt_name_twice, FSCK_NAME_TWICE, 1 },
	{ "name: copies", hurt_name_copied, FSCK_NAME_TWICE, 2 },
	{ "directory: two names", hurt_dir_twice, FSCK_DIR_TWICE, 1 },
	{ "directory: loop", hurt_loop, FSCK_DIR_TWICE, 1 },
	{ "directory: loop apart", hurt_loop_apart, FSCK_UNREACHABLE, 0 },
	{ "unreachable file", hurt_unlinked, FSCK_UNREACHABLE, 1 },
	{ "unreachable directory", hurt_unlinked_dir, FSCK_UNREACHABLE, 1 },
	{ "links: too few", hurt_nlink, FSCK_NLINK, 1 },
	{ "links: none", hurt_nlink_zero, FSCK_NLINK, 1 },
	{ "links: directory", hurt_nlink_dir, FSCK_NLINK, 1 },
	{ "links: root", hurt_nlink_root, FSCK_NLINK, 1 },
	{ "bitmap: clear", hurt_bit_clear, FSCK_BIT_CLEAR, 1 },
	{ "bitmap: set", hurt_bit_set, FSCK_BIT_SET, 1 },
	{ "bitmap: metadata", hurt_bit_meta, FSCK_BIT_META, 1 },
	{ "bitmap: tail", hurt_bit_tail, FSCK_BIT_TAIL, 1 },
};

static void test_each_damage(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		const struct damage *d = &damages[i];
		struct fsck_report rep;

		tear_down(state);
		set_up(state);
		d->hurt();
		rep = rig_run(&img, false);
		if (!rep.count[d->kind] || (d->errors && rep.errors != d->errors))
			fail_msg("%s: found %u times, %u errors in all, not %u", d->name,
				 rep.count[d->kind], rep.errors, d->errors);
		rig_expect_clean(&img);
	}
}

static void test_whole_image_is_clean(void **state)
{
	struct fsck_report rep = rig_run(&img, true);

	(void)state;
	assert_int_equal(rep.errors + rep.notes, 0);
	assert_int_equal(rep.inodes_used, DIR_H);
}

/* --- what is left after a repair ---------------------------------------- */

static void test_unreachable_keeps_contents(void **state)
{
	char byte;

	(void)state;
	hurt_unlinked_dir();
	rig_run(&img, false);
	assert_int_equal(fsimg_lookup(&img, "lost.4/e/f"), FILE_F);
	fsimg_read(&img, FILE_F, &byte, 1999, 1);
	assert_int_equal(byte, 'd');
	assert_int_equal(entry(DIR_D, 1)->ino, ROOT);
}

static void test_lost_root_finds_all(void **state)
{
	(void)state;
	hurt_root_all();
	rig_run(&img, false);
	assert_int_equal(fsimg_lookup(&img, "lost.2"), SMALL);
	assert_int_equal(fsimg_lookup(&img, "lost.4/e/again"), FILE_G);
	assert_int_equal(inode(ROOT)->nlink, 3);
}

static void test_shared_block_is_copied(void **state)
{
	char byte;

	(void)state;
	hurt_twice();
	rig_run(&img, false);
	assert_int_not_equal(inode(SMALL)->addr[0], inode(LARGE)->addr[4]);
	fsimg_read(&img, LARGE, &byte, 4 * FS_BLOCK, 1);
	assert_int_equal(byte, 'l');
}

static void test_second_name_is_kept(void **state)
{
	(void)state;
	hurt_name_twice();
	rig_run(&img, false);
	assert_int_equal(fsimg_lookup(&img, "small"), SMALL);
	assert_int_equal(fsimg_lookup(&img, "dup.30"), FILE_G);
}

/* The parent is the directory that ".." names, not the one that is found first. */
static void test_right_parent_wins(void **state)
{
	(void)state;
	hurt_dir_twice();
	rig_run(&img, false);
	assert_int_equal(fsimg_lookup(&img, "d/e"), DIR_E);
	assert_int_equal(fsimg_lookup(&img, "e2"), -FSIMG_ENOENT);
}

static void test_orphan_is_a_note(void **state)
{
	struct fsck_report rep;

	(void)state;
	entry(ROOT, slot_of(ROOT, "large"))->ino = 0;
	inode(LARGE)->nlink = 0;
	memset(entry(ROOT, slot_of(ROOT, "h")), 0, 16);
	inode(DIR_H)->nlink = 0;
	inode(ROOT)->nlink--;
	rep = rig_run(&img, false);
	assert_int_equal(rep.count[FSCK_NOTE_ORPHAN], 2);
	assert_int_equal(rep.errors, 0);
	assert_int_equal(inode(LARGE)->type, 0);
	rig_expect_clean(&img);
}

static void test_orphan_is_an_error_when_strict(void **state)
{
	(void)state;
	memset(entry(ROOT, slot_of(ROOT, "small")), 0, 16);
	inode(SMALL)->nlink = 0;
	assert_int_equal(rig_run(&img, true).count[FSCK_ORPHAN], 1);
}

/* A committed transaction is replayed first, so damage that it overwrites is no error. */
static void test_log_is_replayed(void **state)
{
	struct fs_super *sb = super();
	struct fsck_report rep;

	(void)state;
	memcpy(fsimg_block(&img, sb->logstart + 1), fsimg_block(&img, sb->inodestart),
	       FS_BLOCK);
	*log_head() = (struct fs_log_header){ 1, { (int32_t)sb->inodestart } };
	memset(fsimg_block(&img, sb->inodestart), 0xa5, FS_BLOCK);
	rep = rig_run(&img, false);
	assert_int_equal(rep.count[FSCK_NOTE_LOG], 1);
	assert_int_equal(rep.errors, 0);
	assert_int_equal(log_head()->n, 0);
	rig_expect_clean(&img);
}

static void test_root_hole_is_fine(void **state)
{
	(void)state;
	inode(ROOT)->size = 2 * FS_BLOCK;
	inode(LARGE)->addr[5] = 0;
	assert_int_equal(rig_run(&img, false).errors, 1); /* the block that is freed */
	rig_expect_clean(&img);
}

static void test_bad_superblocks_are_refused(void **state)
{
	struct fs_super *sb = super(), good = *sb;
	const struct fs_super bad[] = {
		{ 0 },
		{ .magic = FS_MAGIC + 1 },
		{ .magic = FS_MAGIC, .size = RIG_SIZE + 1 },
		{ .magic = FS_MAGIC, .size = 0 },
		{ .magic = FS_MAGIC, .nlog = 1 },
		{ .magic = FS_MAGIC, .nlog = 0xffffffff },
		{ .magic = FS_MAGIC, .logstart = 1 },
		{ .magic = FS_MAGIC, .logstart = 0xffffffff },
		{ .magic = FS_MAGIC, .ninodes = 1 },
		{ .magic = FS_MAGIC, .ninodes = 65537 },
		{ .magic = FS_MAGIC, .inodestart = 31 },
		{ .magic = FS_MAGIC, .inodestart = 0xfffffff0 },
		{ .magic = FS_MAGIC, .bmapstart = 34 },
		{ .magic = FS_MAGIC, .bmapstart = RIG_SIZE - 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fsck_report rep;
		const uint32_t *field = &bad[i].size;

		*sb = good;
		sb->magic = bad[i].magic;
		for (size_t k = 0; k < sizeof(*sb) / 4 - 1; k++)
			if (field[k])
				(&sb->size)[k] = field[k];
		if (i == 3)
			sb->size = 0;
		rep = rig_run(&img, false);
		assert_int_equal(rep.count[FSCK_SUPER], 1);
		assert_true(rep.refused);
	}
}

/* --- full disks, and random damage -------------------------------------- */

static void fill_up(void)
{
	char name[16];

	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		if (fsimg_add_file(&img, name, name, 1))
			return;
	}
}

/* Lets a file grow until the disk is full or the file has the largest possible size. */
static void fill_blocks(uint32_t ino)
{
	struct fs_dinode *di = inode(ino);
	uint32_t n = 0;

	while (fsimg_bmap_alloc(&img, di, n) > 0)
		n++;
	di->size = n * FS_BLOCK;
}

static void test_full_disk_is_mended(void **state)
{
	(void)state;
	fill_up();
	fill_blocks(LARGE);
	fill_blocks(FILE_F);
	rig_expect_clean(&img);
	hurt_twice();
	hurt_unlinked_dir();
	inode(DIR_H)->addr[0] = inode(DIR_D)->addr[0];
	assert_false(rig_run(&img, false).refused);
	rig_expect_clean(&img);
}

static void test_no_room_for_root_is_refused(void **state)
{
	struct fsck_report rep;

	(void)state;
	fill_blocks(LARGE);
	fill_blocks(FILE_F);
	/* A file has the root's block in place of its own, which the root can then have. */
	inode(LARGE)->addr[0] = inode(ROOT)->addr[0];
	inode(ROOT)->addr[0] = 0;
	assert_false(rig_run(&img, false).refused);
	rig_expect_clean(&img);

	inode(SMALL)->size = 2 * FS_BLOCK;
	inode(SMALL)->addr[1] = inode(ROOT)->addr[0];
	inode(ROOT)->addr[0] = 0;
	rep = rig_run(&img, false);
	assert_true(rep.refused);
	assert_int_equal(rep.count[FSCK_NO_ROOM], 1);
}

static void damage_by_chance(void)
{
	uint32_t first = 2 * FS_BLOCK, end = RIG_SIZE * FS_BLOCK;
	uint64_t kind = rig_below(4);

	for (uint64_t n = 1 + rig_below(20); n; n--) {
		uint32_t ino = 1 + (uint32_t)rig_below(12);
		uint32_t *addr = &inode(ino)->addr[rig_below(FS_NADDR)];
		struct fs_dirent *e = entry(ROOT, (uint32_t)rig_below(64));

		if (kind == 0)
			img.data[first + rig_below(end - first)] = (uint8_t)rig_random();
		else if (kind == 1)
			((uint8_t *)inode(ino))[rig_below(12)] = (uint8_t)rig_below(6);
		else if (kind == 2)
			*addr = (uint32_t)rig_below(RIG_SIZE + 10);
		else if (inode(ROOT)->addr[0] < RIG_SIZE)
			*e = (struct fs_dirent){ (uint16_t)rig_below(20),
						 { (char)rig_below(3) } };
	}
}

static void test_chance(void **state)
{
	for (int round = 0; round < 1500; round++) {
		tear_down(state);
		rig_image_make(&img, round % 3 == 0);
		damage_by_chance();
		if (!rig_run(&img, round % 2).refused)
			rig_expect_clean(&img);
	}
}

static void test_big_inodes(void **state)
{
	tear_down(state);
	rig_image_make(&img, true);
	rig_expect_clean(&img);
	assert_int_equal(inode(LARGE)->addr[12] != 0, true);
	((uint32_t *)fsimg_block(&img, inode(LARGE)->addr[12]))[200] = 400;
	assert_int_equal(rig_run(&img, false).count[FSCK_BLOCK_PAST], 1);
	rig_expect_clean(&img);
	inode(LARGE)->size = 0xffffffff;
	assert_int_equal(rig_run(&img, false).count[FSCK_SIZE], 1);
	assert_int_equal(inode(LARGE)->size, 300 * FS_BLOCK);
	rig_expect_clean(&img);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(test_whole_image_is_clean),
		T(test_each_damage),
		T(test_unreachable_keeps_contents),
		T(test_lost_root_finds_all),
		T(test_shared_block_is_copied),
		T(test_second_name_is_kept),
		T(test_right_parent_wins),
		T(test_orphan_is_a_note),
		T(test_orphan_is_an_error_when_strict),
		T(test_log_is_replayed),
		T(test_root_hole_is_fine),
		T(test_bad_superblocks_are_refused),
		T(test_full_disk_is_mended),
		T(test_no_room_for_root_is_refused),
		T(test_big_inodes),
		T(test_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
