// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_large.c - files with a double indirect block: which address block number n has,
 * disks and memory that are too small, shortening in many transactions and power cuts in
 * the middle of it, random operations against a flat model.
 *
 * Each block that is written holds one number, again and again, which is never 0.  What is
 * on the disk is read by the code of mkfs, which shares none with the kernel. */
#include "fs_rig.h"

#include "fs/inode_priv.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/log_priv.h"

#define MAX_BLOCKS 65803u
#define DIRECT 11u
#define SINGLE (DIRECT + 256u) /* the first block of the double indirect tree */

static void mount_large(u32 blocks, u32 nlog)
{
	rig_format(blocks, 40, nlog, true);
	assert_int_equal(rig_mount(RIG_RAM), 0);
}

/* A long file without any block. */
static struct file *make_hole(const char *path, u64 blocks)
{
	struct file *f = rig_open(path, O_CREATE | O_RDWR);

	assert_int_equal(file_truncate(f, blocks * FS_BLOCK), 0);
	return f;
}

static s64 write_block(struct file *f, u32 bn, u32 tag)
{
	for (u32 i = 0; i < FS_BLOCK / 4; i++)
		((u32 *)(void *)rig_user)[i] = tag;
	assert_int_equal(file_seek(f, (s64)bn * FS_BLOCK, 0), (s64)bn * FS_BLOCK);
	return file_write(f, rig_uptr(0), FS_BLOCK);
}

/* The number in block @bn, which has it everywhere. */
static u32 read_block(struct file *f, u32 bn)
{
	u32 word[FS_BLOCK / 4];

	memset(rig_user, 0xee, FS_BLOCK);
	assert_int_equal(file_seek(f, (s64)bn * FS_BLOCK, 0), (s64)bn * FS_BLOCK);
	assert_int_equal(file_read(f, rig_uptr(0), FS_BLOCK), FS_BLOCK);
	memcpy(word, rig_user, sizeof(word));
	for (u32 i = 1; i < ARRAY_SIZE(word); i++)
		assert_int_equal(word[i], word[0]);
	return word[0];
}

static u64 size_of(struct file *f)
{
	struct stat st;

	assert_int_equal(file_stat(f, &st), 0);
	return st.size;
}

static void close_clean(struct file *f)
{
	if (f)
		file_put(f);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
}

/* --- which address a block has ------------------------------------------------------- */

static struct fsimg disk_image(void)
{
	return (struct fsimg){
		.data = rig_disk.data,
		.blocks = (u32)(rig_disk.sectors / FS_SECTORS),
		.big = true,
	};
}

/* The first number in block @bn of the file, as the code of mkfs finds it; 0 in a hole. */
static u32 disk_tag(const char *path, u32 bn)
{
	struct fsimg img = disk_image();
	s64 ino = fsimg_lookup(&img, path);
	u32 block, tag;

	assert_true(ino > 0);
	block = fsimg_bmap(&img, fsimg_inode(&img, (u32)ino), bn);
	if (!block)
		return 0;
	memcpy(&tag, fsimg_block(&img, block), sizeof(tag));
	return tag;
}

/* Every block number where a table begins or ends, and some between. */
static void test_addresses(void **state)
{
	/* Blocks that the disk loses at each: the block and the tables that it is the first
	 * to need. */
	static const struct {
		u32 bn, blocks;
	} place[] = {
		{ 0, 1 },          { 10, 1 },           { 11, 2 },
		{ 12, 1 },         { SINGLE - 1, 1 },   { SINGLE, 3 },
		{ SINGLE + 1, 1 }, { SINGLE + 255, 1 }, { 523, 2 },
		{ 523 + 255, 1 },  { 523 + 256, 2 },    { 33035, 2 },
		{ 65546, 2 },      { 65547 - 256, 1 },  { 65547, 2 },
		{ 65802, 1 },
	};
	struct file *f;

	(void)state;
	mount_large(2000, 30);
	f = make_hole("f", MAX_BLOCKS);
	for (u32 i = 0; i < ARRAY_SIZE(place); i++) {
		u32 before = blocks_available();

		assert_int_equal(write_block(f, place[i].bn, place[i].bn + 1), FS_BLOCK);
		assert_int_equal(before - blocks_available(), place[i].blocks);
	}
	assert_int_equal(write_block(f, MAX_BLOCKS, 1), -EFBIG);
	assert_int_equal(file_truncate(f, (u64)MAX_BLOCKS * FS_BLOCK + 1), -EFBIG);
	assert_int_equal(size_of(f), (u64)MAX_BLOCKS * FS_BLOCK);
	close_clean(f);
	for (u32 i = 0; i < ARRAY_SIZE(place); i++)
		assert_int_equal(disk_tag("f", place[i].bn), place[i].bn + 1);
	assert_int_equal(disk_tag("f", SINGLE + 2), 0);
	assert_int_equal(disk_tag("f", 40000), 0);

	/* Another boot reads the same. */
	assert_int_equal(rig_mount(RIG_RAM), 0);
	f = rig_open("f", O_RDWR);
	for (u32 i = 0; i < ARRAY_SIZE(place); i++)
		assert_int_equal(read_block(f, place[i].bn), place[i].bn + 1);
	assert_int_equal(read_block(f, 13), 0);
	assert_int_equal(read_block(f, 40000), 0);
	close_clean(f);
	rig_shutdown();
}

static u32 tables_of(u32 blocks)
{
	u32 pairs = blocks > SINGLE ? (blocks - SINGLE + 255) / 256 : 0;

	return (blocks > DIRECT) + (pairs ? 1 + pairs : 0);
}

/* A file that is shortened keeps exactly the tables that it needs. */
static void test_tables_go_with_their_blocks(void **state)
{
	static const u32 sizes[] = { 1035, 1034, 800, 780, 779, 778, 524, 523, 522,
				     300,  268,  267, 266, 12,  11,  10,  1,   0 };
	struct file *f;
	u32 free;

	(void)state;
	mount_large(2000, 30);
	f = rig_open("f", O_CREATE | O_RDWR);
	free = blocks_available();
	for (u32 bn = 0; bn < 1036; bn++)
		assert_int_equal(write_block(f, bn, bn + 1), FS_BLOCK);
	assert_int_equal(free - blocks_available(), 1036 + tables_of(1036));
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(file_truncate(f, (u64)sizes[i] * FS_BLOCK), 0);
		assert_int_equal(fs_sync(), 0);
		assert_int_equal(free - blocks_available(), sizes[i] + tables_of(sizes[i]));
		for (u32 bn = 0; bn < sizes[i]; bn += 97)
			assert_int_equal(read_block(f, bn), bn + 1);
		assert_true(rig_is_clean());
	}
	close_clean(f);
	rig_shutdown();
}

/* --- too little of something --------------------------------------------------------- */

static u32 free_blocks(void)
{
	assert_int_equal(fs_sync(), 0);
	return blocks_available();
}

/* Leaves @n blocks of the disk. */
static void fill_but(u32 n)
{
	struct file *f = rig_open("filler", O_CREATE | O_RDWR);
	u32 bn = 0;

	while (free_blocks() > n)
		assert_int_equal(write_block(f, bn++, 7), FS_BLOCK);
	file_put(f);
	assert_int_equal(free_blocks(), n);
}

/* The first block of the tree needs three: two tables and itself.  With fewer the write
 * fails, and the file and the disk are as before. */
static void test_full_disk(void **state)
{
	struct file *f;

	(void)state;
	mount_large(500, 30);
	f = make_hole("f", 1000);
	for (u32 left = 5; left-- > 0;) {
		s64 want = left < 3 ? -ENOSPC : FS_BLOCK;

		fill_but(left);
		assert_int_equal(write_block(f, 300, 9), want);
		assert_int_equal(read_block(f, 300), want == FS_BLOCK ? 9 : 0);
		/* One more table and its block: two, and at most one is left. */
		if (want == FS_BLOCK)
			assert_int_equal(write_block(f, 800, 9), -ENOSPC);
		assert_true(rig_is_clean());
		/* Nothing of the tree is left for the next. */
		assert_int_equal(file_truncate(f, 0), 0);
		assert_int_equal(file_truncate(f, 1000 * FS_BLOCK), 0);
		assert_int_equal(free_blocks(), left);
	}
	close_clean(f);
	rig_shutdown();
}

/* Memory runs out at each allocation of a write far into a file, alone or from there on. */
static void test_no_memory(void **state)
{
	struct file *f;

	(void)state;
	for (u32 round = 0; round < 2; round++) {
		u64 k = 1, refused;

		do {
			s64 n;

			mount_large(600, 30);
			f = make_hole("f", 3000);
			assert_int_equal(write_block(f, 5, 3), FS_BLOCK);
			failing_set(&rig_frames, k++, round);
			n = write_block(f, 2000, 4);
			refused = failing_end(&rig_frames);
			assert_true(n == FS_BLOCK || n == -ENOMEM);
			assert_int_equal(read_block(f, 2000), n == FS_BLOCK ? 4 : 0);
			assert_int_equal(write_block(f, 2000, 5), FS_BLOCK);
			assert_int_equal(read_block(f, 5), 3);
			close_clean(f);
			rig_shutdown();
		} while (refused);
		assert_true(k > 2);
	}
}

/* --- shortening ---------------------------------------------------------------------- */

/* So many blocks of bitmap that no operation can log them all. */
#define SPREAD 10
#define SPREAD_DISK (SPREAD * FS_BITS_PER_BLOCK)
#define SPREAD_FILE 2500u

/* Blocks in the direct part, both trees, and at the end. */
static u32 spread_place(u32 i)
{
	static const u32 first[] = {
		0, 5, 30, 200, 300, 600, 1100, 1101, 1400, 2000, 2300
	};

	return i < ARRAY_SIZE(first) ? first[i] : SPREAD_FILE - 60 + i;
}

#define NPLACES 40u

/* A file whose blocks lie all over the disk. */
static void make_spread(const char *path)
{
	struct file *f = make_hole(path, SPREAD_FILE);
	struct inode *ip;

	assert_int_equal(fs_lookup(rig_cwd(), path, &ip), 0);
	for (u32 i = 0; i < NPLACES; i++) {
		ip->goal = (i * 3 % SPREAD) * FS_BITS_PER_BLOCK + 3000 + i;
		assert_int_equal(write_block(f, spread_place(i), i + 1), FS_BLOCK);
	}
	inode_put(ip);
	file_put(f);
	assert_int_equal(fs_sync(), 0);
}

/* Blocks before the end are as they were written, and no others are there. */
static void check_spread(const char *path, u64 size)
{
	struct file *f = rig_open(path, O_RDONLY);
	u64 end = size_of(f);

	assert_true(end >= size && end <= SPREAD_FILE * FS_BLOCK);
	for (u32 i = 0; i < NPLACES; i++) {
		if (spread_place(i) < end / FS_BLOCK)
			assert_int_equal(read_block(f, spread_place(i)), i + 1);
	}
	file_put(f);
}

static void shorten(u64 size)
{
	struct file *f = rig_open("f", O_RDWR);

	assert_int_equal(file_truncate(f, size), 0);
	file_put(f);
}

/* The power fails at some moment while the file gets @size bytes, or is removed (~0).  Each
 * time the disk is clean after a mount, and the file is whole up to its new end. */
static void cut_while_shortening(u64 size, u32 ncuts)
{
	u64 bytes = rig_disk.sectors * SECTOR;
	u8 *base = malloc(bytes);
	struct rig_event *event;
	size_t nevents;

	assert_non_null(base);
	make_spread("f");
	memcpy(base, rig_disk.data, bytes);
	rig_disk.record = true;
	if (size == ~0ul)
		assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
	else
		shorten(size);
	assert_int_equal(fs_sync(), 0);
	event = rig_disk.event;
	nevents = rig_disk.nevents;
	rig_disk.event = NULL;
	rig_disk.nevents = rig_disk.max_events = 0;
	rig_disk.record = false;
	for (u32 i = 0; i <= ncuts; i++) {
		size_t cut = i == ncuts ? nevents : nevents * i / ncuts;

		rig_cut_power(base, event, cut, i == ncuts);
		assert_int_equal(rig_mount(RIG_RAM), 0);
		if (size != ~0ul || rig_try_open("f", O_RDONLY) != -ENOENT)
			check_spread("f", size == ~0ul ? 0 : size);
		else
			assert_true(i > 0);
		close_clean(NULL);
	}
	free(event);
	free(base);
	rig_shutdown();
}

static u64 operations;

static void count_operations(enum rig_point at)
{
	operations += at == RIG_TRANSACTION;
}

/* An operation logs no more blocks than it declared: log_write() asserts that.  So a file
 * that needs more takes several. */
static void test_shortening_in_pieces(void **state)
{
	static const u64 sizes[] = { 0, 20 * FS_BLOCK, 280 * FS_BLOCK + 1,
				     1101 * FS_BLOCK };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		u32 before;

		mount_large(SPREAD_DISK, 13 + (i & 1) * 17);
		assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
		before = free_blocks();
		make_spread("f");
		operations = 0;
		rig_between = count_operations;
		shorten(sizes[i]);
		rig_between = NULL;
		assert_true(operations >= 2);
		check_spread("f", sizes[i]);
		close_clean(NULL);
		assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
		assert_int_equal(free_blocks(), before);
		close_clean(NULL);
		rig_shutdown();
	}
}

/* With so small a log, each operation is a transaction of its own. */
static void test_power_cuts(void **state)
{
	static const u64 sizes[] = { 0, 290 * FS_BLOCK, ~0ul };

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		mount_large(SPREAD_DISK, 13);
		cut_while_shortening(sizes[i], 6);
	}
}

/* --- trees that only damage can cause ------------------------------------------------- */

static struct fs_dinode *disk_inode(const char *path)
{
	struct fsimg img = disk_image();
	s64 ino = fsimg_lookup(&img, path);

	assert_true(ino > 0);
	return fsimg_inode(&img, (u32)ino);
}

static u32 *disk_table(u32 block)
{
	return (u32 *)(void *)(rig_disk.data + (u64)block * FS_BLOCK);
}

/* Damages the tree of @di.  @n is which damage it is. */
static void damage_tree(struct fs_dinode *di, u32 n)
{
	u32 *last = &di->addr[FS_NADDR - 1], *upper = disk_table(*last);
	u32 *lower = disk_table(upper[0]);
	u32 to[] = { *last, upper[0], di->addr[DIRECT], di->addr[0], 0, 1, 2000, ~0u };
	u32 what = to[n % ARRAY_SIZE(to)];

	switch (n / ARRAY_SIZE(to)) {
	case 0:
		*last = what;
		break;
	case 1:
		upper[0] = what;
		break;
	case 2:
		lower[3] = what;
		break;
	case 3: /* many ways to the same block */
		for (u32 i = 0; i < FS_NINDIRECT; i++)
			upper[i] = what;
		break;
	default:
		for (u32 i = 0; i < FS_NINDIRECT; i++)
			lower[i] = what;
	}
}

/* A table in itself, two ways to one table, addresses outside the disk: each call ends, and
 * the superblock is not written.  fsck then repairs the disk. */
static void test_damaged_trees(void **state)
{
	(void)state;
	for (u32 n = 0; n < 40; n++) {
		struct fsck_options quiet = { 0 };
		struct fsck_report report;
		struct fsimg img;
		struct file *f;
		u8 super[FS_BLOCK];

		mount_large(2000, 30);
		f = rig_open("f", O_CREATE | O_RDWR);
		for (u32 bn = 0; bn < 290; bn++)
			assert_int_equal(write_block(f, bn, bn + 1), FS_BLOCK);
		close_clean(f);
		memcpy(super, rig_disk.data + FS_BLOCK, FS_BLOCK);
		damage_tree(disk_inode("f"), n);
		option_put(FSBIG, FSBIG_ON);
		assert_int_equal(rig_mount(RIG_RAM), 0);
		f = rig_open("f", O_RDWR);
		for (u32 bn = 260; bn < 290; bn++) {
			s64 at = file_seek(f, bn * FS_BLOCK, 0);
			s64 got = file_read(f, rig_uptr(0), FS_BLOCK);

			assert_true(at == bn * FS_BLOCK);
			assert_true(got == FS_BLOCK || got == -EIO);
		}
		(void)!write_block(f, 289, 5);
		(void)!write_block(f, 290, 5);
		(void)!file_truncate(f, 275 * FS_BLOCK);
		(void)!file_truncate(f, 3000 * FS_BLOCK);
		(void)!write_block(f, 2000, 5);
		file_put(f);
		(void)!fs_unlink(rig_cwd(), "f");
		(void)!fs_sync();
		assert_memory_equal(super, rig_disk.data + FS_BLOCK, FS_BLOCK);
		img = disk_image();
		assert_int_equal(fsck_run(&img, &quiet, &report), 0);
		assert_false(report.refused);
		assert_true(rig_is_clean());
		rig_shutdown();
	}
}

/* --- random operations --------------------------------------------------------------- */

static u32 model[MAX_BLOCKS]; /* what the block holds; 0: zeros */
static u32 model_blocks;

/* A block number near one where something changes, or any. */
static u32 random_place(void)
{
	static const u32 border[] = { 0,         DIRECT, SINGLE, SINGLE + 256, SINGLE + 512,
				      MAX_BLOCKS };
	u32 bn = border[rig_below(ARRAY_SIZE(border))] + (u32)rig_below(9) - 4;

	if (rig_below(3) == 0)
		bn = (u32)rig_below(MAX_BLOCKS);
	return bn < MAX_BLOCKS ? bn : 0;
}

static void do_resize(struct file *f)
{
	u32 blocks = random_place() + 1;

	if (blocks > MAX_BLOCKS)
		return;
	assert_int_equal(file_truncate(f, (u64)blocks * FS_BLOCK), 0);
	for (u32 i = blocks; i < model_blocks; i++)
		model[i] = 0;
	model_blocks = blocks;
}

static void do_write(struct file *f, u32 tag)
{
	u32 bn = random_place();
	s64 n;

	bn = MIN(bn, model_blocks);
	if (bn == MAX_BLOCKS)
		bn = 0;
	n = write_block(f, bn, tag);
	if (n == -ENOSPC)
		return;
	assert_int_equal(n, FS_BLOCK);
	model[bn] = tag;
	model_blocks = MAX(model_blocks, bn + 1);
}

static void do_read(struct file *f)
{
	u32 bn = random_place();

	if (bn < model_blocks)
		assert_int_equal(read_block(f, bn), model[bn]);
}

static void check_model(struct file *f)
{
	assert_int_equal(size_of(f), (u64)model_blocks * FS_BLOCK);
	for (u32 i = 0; i < model_blocks; i++) {
		if (model[i] || i % 1000 == 0)
			assert_int_equal(read_block(f, i), model[i]);
	}
}

/* On a disk with room for few blocks, so that it is full now and then. */
static void test_random(void **state)
{
	struct file *f;

	(void)state;
	mount_large(400, 20);
	f = rig_open("f", O_CREATE | O_RDWR);
	for (u32 i = 1; i <= 6000; i++) {
		u64 what = rig_below(100);

		if (what < 15)
			do_resize(f);
		else if (what < 85)
			do_write(f, i);
		else if (what < 95)
			do_read(f);
		else if (what < 97)
			assert_int_equal(fs_sync(), 0);
		if (i % 500 == 0) {
			check_model(f);
			close_clean(f);
			assert_int_equal(rig_mount(RIG_RAM), 0);
			f = rig_open("f", O_RDWR);
			check_model(f);
		}
	}
	close_clean(f);
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_tables_go_with_their_blocks),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_shortening_in_pieces),
		cmocka_unit_test(test_power_cuts),
		cmocka_unit_test(test_damaged_trees),
		cmocka_unit_test(test_random),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
