// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_dirindex.c - the index of a large directory answers what a linear search would.
 *
 * The name cache is made to forget, so that each look-up searches. */
#include "fs_rig.h"

#include "fs/inode_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/name/dirindex_priv.h"
#include "uapi/stat.h"

#define NNAMES 400
#define MAX_ENTRIES 768 /* in the direct blocks */
#define INODES 600

static struct inode *dir;
static union name entry[MAX_ENTRIES];

static void get_dir(void)
{
	assert_int_equal(fs_lookup(rig_cwd(), "d", &dir), 0);
}

static bool has_index(void)
{
	struct dirindex *x;

	inode_lock(dir);
	x = dirindex_get(dir->ino);
	if (x)
		dirindex_put(x, true);
	inode_unlock(dir);
	return x != NULL;
}

static u32 read_entries(void)
{
	s64 n = inode_read(dir, entry, 0, sizeof(entry));

	assert_true(n >= 0 && n % (s64)sizeof(entry[0]) == 0);
	return (u32)n / sizeof(entry[0]);
}

/* What dir_find() should find. */
static int linear(const union name *nm, u32 n, u32 *ino, u32 *slot)
{
	for (u32 i = 0; i < n; i++) {
		if (entry[i].entry.ino &&
		    !memcmp(entry[i].entry.name, nm->entry.name, FS_NAMELEN)) {
			*ino = entry[i].entry.ino;
			*slot = i;
			return 0;
		}
	}
	return -ENOENT;
}

static void check_name(const union name *nm, u32 n)
{
	u32 ino = 0, slot = 0, want_ino = 0, want_slot = 0;
	int err, want = linear(nm, n, &want_ino, &want_slot);

	inode_lock(dir);
	err = dir_find(dir, nm, &ino, &slot);
	inode_unlock(dir);
	assert_int_equal(err, want);
	if (!err) {
		assert_int_equal(ino, want_ino);
		assert_int_equal(slot, want_slot);
	}
}

static void name_of(u32 i, union name *nm)
{
	char text[16];

	sprintf(text, "n%u", i);
	name_set(nm, text, strlen(text));
}

static void check_all(u32 nnames)
{
	u32 n = read_entries();
	union name nm;

	namecache_forget_dir(dir->ino);
	for (u32 i = 0; i < nnames; i++) {
		name_of(i, &nm);
		check_name(&nm, n);
	}
	for (u32 i = 0; i < n; i++) {
		nm = entry[i];
		nm.entry.ino = 0;
		check_name(&nm, n);
	}
}

static const char *path_of(u32 i)
{
	static char path[2][32];
	static u32 turn;

	turn = 1 - turn;
	sprintf(path[turn], "d/n%u", i);
	return path[turn];
}

static void make_dir(u32 nnames)
{
	rig_fresh(2000, INODES);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	for (u32 i = 0; i < nnames; i++)
		assert_int_equal(fs_mknod(rig_cwd(), path_of(i), 1, 1), 0);
	get_dir();
	check_all(nnames);
}

/* --- changes -------------------------------------------------------------------------- */

static void change(void)
{
	u32 a = (u32)rig_below(NNAMES), b = (u32)rig_below(NNAMES);
	int err;

	switch (rig_below(5)) {
	case 0:
		err = fs_unlink(rig_cwd(), path_of(a));
		break;
	case 1:
		err = fs_rename(rig_cwd(), path_of(a), path_of(b));
		break;
	case 2:
		err = fs_link(rig_cwd(), path_of(a), path_of(b));
		break;
	case 3:
		err = fs_mkdir(rig_cwd(), path_of(a));
		break;
	default:
		err = rig_try_open(path_of(a), O_CREATE);
	}
	assert_true(err <= 0 && err != -EIO && err != -ENOSPC);
}

static void test_changes(void **state)
{
	(void)state;
	make_dir(NNAMES / 2);
	for (u32 round = 0; round < 40; round++) {
		for (u32 i = 0; i < 50; i++)
			change();
		check_all(NNAMES);
		assert_true(has_index());
		if (round % 8 == 7) {
			assert_true(rig_reclaim(100) > 0);
			assert_false(has_index());
		}
	}
	inode_put(dir);
	rig_done();
}

/* The same few names come and go, more often than a table has cells. */
static void test_coming_and_going(void **state)
{
	(void)state;
	make_dir(100);
	assert_true(has_index());
	for (u32 i = 0; i < 3000; i++) {
		assert_int_equal(rig_try_open(path_of(100 + i % 100), O_CREATE), 0);
		assert_int_equal(fs_unlink(rig_cwd(), path_of(100 + i % 100)), 0);
	}
	check_all(200);
	assert_true(has_index());
	inode_put(dir);
	rig_done();
}

/* The directory grows past what the table has room for. */
static void test_growing(void **state)
{
	(void)state;
	make_dir(100);
	rig_write_file("f", "x", 1);
	for (u32 i = 0; i < 650; i++) {
		assert_int_equal(fs_link(rig_cwd(), "f", path_of(1000 + i)), 0);
		namecache_forget_dir(dir->ino);
	}
	check_all(1650);
	assert_true(has_index());
	inode_put(dir);
	rig_done();
}

/* The number of a directory that was removed goes to another. */
static void test_number_used_again(void **state)
{
	u32 ino;

	(void)state;
	make_dir(100);
	ino = dir->ino;
	assert_true(has_index());
	for (u32 i = 0; i < 100; i++)
		assert_int_equal(fs_unlink(rig_cwd(), path_of(i)), 0);
	inode_put(dir);
	assert_int_equal(fs_unlink(rig_cwd(), "d"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	get_dir();
	assert_int_equal(dir->ino, ino);
	assert_false(has_index());
	inode_put(dir);
	rig_done();
}

/* The directory leaves memory and comes back, and its index is there all the time. */
static void test_away_and_back(void **state)
{
	char path[16];
	u32 ino;

	(void)state;
	make_dir(100);
	ino = dir->ino;
	assert_true(has_index());
	inode_put(dir);
	for (u32 i = 0; i < 400; i++) {
		sprintf(path, "r%u", i);
		assert_int_equal(rig_try_open(path, O_CREATE), 0);
	}
	assert_int_not_equal(dir->ino, ino);
	for (u32 i = 0; i < 40; i++)
		change();
	get_dir();
	assert_int_equal(dir->ino, ino);
	assert_true(has_index());
	check_all(NNAMES);
	inode_put(dir);
	rig_done();
}

/* Without memory for an index, and under a steady shortage. */
static void test_no_memory(void **state)
{
	(void)state;
	make_dir(100);
	for (u32 i = 0; i < 200; i++) {
		change();
		if (i % 3 == 0)
			rig_reclaim(100);
		if (i % 10 == 0)
			check_all(NNAMES);
	}
	inode_put(dir);
	rig_done();
}

/* More large directories than there are indexes. */
static void test_many_directories(void **state)
{
	struct inode *ip;
	char path[32];

	(void)state;
	rig_fresh(3000, INODES);
	rig_write_file("f", "x", 1);
	for (u32 d = 0; d < 20; d++) {
		sprintf(path, "d%u", d);
		assert_int_equal(fs_mkdir(rig_cwd(), path), 0);
		for (u32 i = 0; i < 80; i++) {
			sprintf(path, "d%u/n%u", d, i);
			assert_int_equal(fs_link(rig_cwd(), "f", path), 0);
		}
	}
	for (u32 k = 0; k < 3000; k++) {
		u32 d = (u32)rig_below(20), i = (u32)rig_below(160);

		if (k % 50 == 0)
			rig_reclaim(1);
		sprintf(path, "d%u/n%u", d, i);
		assert_int_equal(fs_lookup(rig_cwd(), path, &ip), i < 80 ? 0 : -ENOENT);
		if (i < 80)
			inode_put(ip);
	}
	rig_done();
}

/* --- a directory with any contents ---------------------------------------------------- */

static void hostile_entry(union name *e)
{
	static const char *const text[] = { ".",  "..",      "n1", "n1",
					    "n2", "a\0junk", "",   "abcdefghijklmn" };
	u32 k = (u32)rig_below(ARRAY_SIZE(text) + 2);

	memset(e, 0, sizeof(*e));
	if (k < ARRAY_SIZE(text))
		memcpy(e->entry.name, text[k],
		       k == 5 ? 6 : MIN(strlen(text[k]), (size_t)FS_NAMELEN));
	else
		name_of((u32)rig_below(NNAMES), e);
	e->entry.ino = (u16)(rig_below(4) ? rig_below(65536) : 0);
}

static void test_hostile(void **state)
{
	(void)state;
	for (u32 round = 0; round < 10; round++) {
		u32 addr[FS_NDIRECT];

		make_dir(450);
		memcpy(addr, dir->addr, sizeof(addr));
		assert_int_equal(fs_sync(), 0);
		for (u32 b = 0; b < FS_NDIRECT && addr[b]; b++) {
			union name *e =
				(union name *)(void *)(rig_disk.data + addr[b] * FS_BLOCK);

			for (u32 i = 0; i < FS_BLOCK / sizeof(*e); i++) {
				if (rig_below(10) < round)
					hostile_entry(&e[i]);
			}
		}
		assert_int_equal(rig_mount(RIG_RAM), 0);
		get_dir();
		check_all(NNAMES);
		check_all(NNAMES);
		assert_true(has_index());
		inode_put(dir);
		rig_shutdown();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),   cmocka_unit_test(test_coming_and_going),
		cmocka_unit_test(test_growing),   cmocka_unit_test(test_number_used_again),
		cmocka_unit_test(test_no_memory), cmocka_unit_test(test_many_directories),
		cmocka_unit_test(test_hostile),   cmocka_unit_test(test_away_and_back),
	};
	int failed;

	if (getenv("RIG_SEED"))
		rig_seed = strtoul(getenv("RIG_SEED"), NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
