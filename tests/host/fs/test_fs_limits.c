// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_limits.c - the most links that an inode can have, and directories that were
 * removed while somebody is in them: every call that makes a name fails, with nothing
 * changed.  Slots of inodes: no slot becomes two inodes, and they leave others buffers. */
#include "fs_rig.h"

#include "fs/store/alloc_priv.h"
#include "fs/inode_priv.h"

#define MOST 32767

static s16 links_of(const char *path)
{
	struct inode *ip;
	struct stat st;

	assert_int_equal(fs_lookup(rig_cwd(), path, &ip), 0);
	inode_stat(ip, &st);
	inode_put(ip);
	return st.nlink;
}

/* --- links --------------------------------------------------------------------------- */

/* Makes the count of @path what it would be after many calls. */
static void set_links(const char *path, s16 n)
{
	struct inode *ip;

	assert_int_equal(fs_lookup(rig_cwd(), path, &ip), 0);
	ip->nlink = n;
	inode_put(ip);
}

/* Every link that a file can have: 32,767 names in directories of 4,000. */
static void test_links_of_a_file(void **state)
{
	char path[32];
	u32 made;

	(void)state;
	rig_fresh(2500, 100);
	rig_write_file("f", "x", 1);
	for (made = 1; made < MOST; made++) {
		snprintf(path, sizeof(path), "d%u", made / 4000);
		if (made == 1 || made % 4000 == 0)
			assert_int_equal(fs_mkdir(rig_cwd(), path), 0);
		snprintf(path, sizeof(path), "d%u/%u", made / 4000, made);
		assert_int_equal(fs_link(rig_cwd(), "f", path), 0);
	}
	assert_int_equal(links_of("f"), MOST);
	for (u32 i = 0; i < 3; i++)
		assert_int_equal(fs_link(rig_cwd(), "f", "more"), -EMLINK);
	assert_int_equal(rig_try_open("more", O_RDONLY), -ENOENT);
	assert_int_equal(links_of("f"), MOST);
	assert_int_equal(fs_unlink(rig_cwd(), "f"), 0);
	assert_int_equal(fs_link(rig_cwd(), "d0/1", "f"), 0);
	assert_int_equal(links_of("d0/1"), MOST);
	rig_done();
}

/* The ".." of each directory is a link to its parent. */
static void test_links_of_a_directory(void **state)
{
	u32 free;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "other"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "d/in"), 0);
	assert_int_equal(links_of("d"), 2);
	set_links("d", MOST - 1);
	assert_int_equal(fs_mkdir(rig_cwd(), "d/last"), 0);
	assert_int_equal(links_of("d"), MOST);
	assert_int_equal(fs_sync(), 0);
	free = blocks_available();
	assert_int_equal(fs_mkdir(rig_cwd(), "d/more"), -EMLINK);
	assert_int_equal(rig_try_open("d/more", O_RDONLY), -ENOENT);
	assert_int_equal(fs_rename(rig_cwd(), "other", "d/more"), -EMLINK);
	assert_int_equal(links_of("other"), 1);
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(blocks_available(), free);
	/* What adds no link still works: a file, another name, a directory replaced. */
	assert_int_equal(rig_try_open("d/file", O_CREATE), 0);
	assert_int_equal(fs_rename(rig_cwd(), "d/in", "d/renamed"), 0);
	assert_int_equal(fs_rename(rig_cwd(), "other", "d/renamed"), 0);
	assert_int_equal(links_of("d"), MOST);
	assert_int_equal(fs_unlink(rig_cwd(), "d/last"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "d/more"), 0);
	assert_int_equal(links_of("d"), MOST);
	set_links("d", 3);
	assert_int_equal(fs_unlink(rig_cwd(), "d/more"), 0); /* stores it */
	rig_done();
}

/* --- removed directories ------------------------------------------------------------- */

typedef int make_fn(struct inode *at);

static int make_file(struct inode *at)
{
	struct file *f;
	int err = fs_open(at, "new", O_CREATE | O_RDWR, &f);

	if (!err)
		file_put(f);
	return err;
}

static int make_dir(struct inode *at)
{
	return fs_mkdir(at, "new");
}

static int make_node(struct inode *at)
{
	return fs_mknod(at, "new", 1, 0);
}

static int make_link(struct inode *at)
{
	return fs_link(at, "/file", "new");
}

static int make_symlink(struct inode *at)
{
	return fs_symlink(at, "/file", "new");
}

static int move_file(struct inode *at)
{
	return fs_rename(at, "/file", "new");
}

static int move_dir(struct inode *at)
{
	return fs_rename(at, "/dir", "new");
}

static make_fn *const makers[] = { make_file,    make_dir,  make_node, make_link,
				   make_symlink, move_file, move_dir };

/* Nothing is made in a directory without a name, by any call; where it has one, each of
 * them works. */
static void test_removed_directories(void **state)
{
	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(makers) * 2; i++) {
		bool removed = i & 1;
		struct inode *at;
		u32 free;

		rig_fresh(1000, 100);
		rig_write_file("file", "x", 1);
		assert_int_equal(fs_mkdir(rig_cwd(), "dir"), 0);
		assert_int_equal(fs_mkdir(rig_cwd(), "gone"), 0);
		assert_int_equal(fs_lookup(rig_cwd(), "gone", &at), 0);
		if (removed)
			assert_int_equal(fs_unlink(rig_cwd(), "gone"), 0);
		assert_int_equal(fs_sync(), 0);
		free = blocks_available();
		assert_int_equal(makers[i / 2](at), removed ? -ENOENT : 0);
		assert_int_equal(fs_sync(), 0);
		if (removed) {
			assert_int_equal(blocks_available(), free);
			assert_int_equal(links_of("file"), 1);
			assert_int_equal(links_of("dir"), 1);
		}
		inode_put(at);
		rig_done();
	}
}

/* The same where both it and its parent are gone, by paths through "..". */
static void test_removed_parents(void **state)
{
	struct inode *at, *ip;
	struct file *f;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_mkdir(rig_cwd(), "a"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "a/b"), 0);
	assert_int_equal(fs_lookup(rig_cwd(), "a/b", &at), 0);
	assert_int_equal(fs_unlink(at, "../b"), 0);
	assert_int_equal(fs_unlink(at, "/a"), 0);
	assert_int_equal(fs_lookup(at, "..", &ip), -ENOENT);
	assert_int_equal(fs_open(at, "../x", O_CREATE | O_RDWR, &f), -ENOENT);
	assert_int_equal(fs_mkdir(at, "../x"), -ENOENT);
	assert_int_equal(fs_mkdir(at, ".."), -ENOENT);
	assert_int_equal(fs_open(at, ".", O_RDONLY, &f), -ENOENT);
	assert_int_equal(fs_unlink(at, "../../a"), -ENOENT);
	inode_put(at);
	rig_done();
}

/* --- slots of inodes ------------------------------------------------------------------ */

#define NHELD 200 /* with the root, one more than the table has slots */

static struct inode *get_numbered(u32 n)
{
	struct inode *ip;
	char path[16];

	snprintf(path, sizeof(path), "f%u", n);
	assert_int_equal(fs_lookup(rig_cwd(), path, &ip), 0);
	return ip;
}

/* An additional slot cannot be used yet, as it has dirty pages; so the empty one behind it
 * is.  While an inode is there, the slot is no other's. */
static void test_empty_slot_behind_dirty_one(void **state)
{
	struct inode *held[NHELD + 4];
	char path[16];

	(void)state;
	rig_fresh(2000, 300);
	for (u32 i = 0; i < ARRAY_SIZE(held); i++) {
		snprintf(path, sizeof(path), "f%u", i);
		rig_write_file(path, "x", 1);
	}
	assert_int_equal(fs_sync(), 0);
	for (u32 i = 0; i < NHELD - 1; i++)
		held[i] = get_numbered(i);
	snprintf(path, sizeof(path), "f%u", NHELD - 1);
	rig_write_file(path, "dirty", 5); /* in an additional slot */
	assert_int_equal(fs_unlink(rig_cwd(), "f7"), 0);
	inode_put(held[7]); /* its slot is empty now */
	held[7] = get_numbered(NHELD);
	assert_int_equal(fs_sync(), 0);
	for (u32 i = NHELD - 1; i < ARRAY_SIZE(held); i++)
		held[i] = get_numbered(i);
	for (u32 i = 0; i < ARRAY_SIZE(held); i++) {
		for (u32 k = 0; k < i; k++)
			assert_true(held[i] != held[k] || (i == NHELD && k == 7));
	}
	for (u32 i = 0; i < ARRAY_SIZE(held); i++)
		inode_put(held[i]);
	rig_done();
}

/* --- their buffers ------------------------------------------------------------------- */

#define NBLOCKS 760 /* more than there are buffers */

/* Inodes in as many blocks are in use.  The slots of the table keep a buffer each, and the
 * additional ones none, so other work goes on. */
static void test_more_blocks_than_buffers(void **state)
{
	u32 per = (u32)FS_INODES_PER_BLOCK;
	struct inode *ip[NBLOCKS];

	(void)state;
	rig_format(NBLOCKS + 200, NBLOCKS * per, 30, false);
	for (u32 i = 1; i < NBLOCKS; i++) {
		struct fs_dinode *d =
			(struct fs_dinode *)(void *)(rig_disk.data + (32 + i) * FS_BLOCK);

		assert_int_equal(d->type, 0);
		d->type = T_FILE;
		d->nlink = 1;
		d->size = i;
	}
	assert_int_equal(rig_mount(RIG_RAM), 0);
	for (u32 i = 1; i < NBLOCKS; i++)
		assert_int_equal(inode_get(i * per, &ip[i]), 0);
	rig_write_file("new", "x", 1);
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "new"), 0);
	for (u32 i = 1; i < NBLOCKS; i++) {
		assert_int_equal(ip[i]->size, i);
		inode_put(ip[i]);
	}
	assert_int_equal(fs_sync(), 0);
	rig_shutdown(); /* no entry names them, so the disk is not clean */
}

/* The root has no name: it is "." in itself. */
static void test_root(void **state)
{
	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("f", O_CREATE), 0);
	assert_int_equal(rig_try_open("/", O_CREATE | O_EXCL), -EEXIST);
	assert_int_equal(fs_mkdir(rig_cwd(), "/"), -EEXIST);
	assert_int_equal(fs_symlink(rig_cwd(), "/", "//"), -EEXIST);
	assert_int_equal(fs_link(rig_cwd(), "f", "/"), -EEXIST);
	assert_int_equal(fs_rename(rig_cwd(), "f", "/"), -EINVAL);
	assert_int_equal(fs_rename(rig_cwd(), "/", "f"), -EINVAL);
	assert_int_equal(fs_symlink(rig_cwd(), "/", "top"), 0);
	assert_int_equal(rig_try_open("top", O_CREATE), -EISDIR);
	assert_int_equal(fs_mkdir(rig_cwd(), "top/"), -EEXIST);
	assert_int_equal(fs_unlink(rig_cwd(), "top"), 0);
	rig_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_of_a_file),
		cmocka_unit_test(test_links_of_a_directory),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_removed_directories),
		cmocka_unit_test(test_removed_parents),
		cmocka_unit_test(test_empty_slot_behind_dirty_one),
		cmocka_unit_test(test_more_blocks_than_buffers),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
