// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_crash.c - power cuts.
 *
 * A random workload runs while the disk records every sector written and every
 * flush.  Then the power is cut after each of them in turn: all sectors written before the
 * last flush are on the disk, and of the later ones any part, in any order.  The result has
 * to mount and to be clean.  Files that were there at the last sync that had returned, and
 * have not changed since, must be unchanged.  No file may hold a byte of another one: that
 * is what ordered mode is for.
 *
 * Each file has bytes of its own: the upper half of a byte says whose, and is never 0. */
#include "fs_rig.h"

#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"

#define RAM (6 * MIB)
#define NFILES 9
#define NDIRS 4
#define MAX_SIZE 60000
#define MAX_SYNCS 40

/* A file is in one of the directories, or not there. */
struct state {
	struct {
		bool exists;
		u32 dir;
		u32 size;
		u8 data[MAX_SIZE];
	} file[NFILES];
	bool touched[NFILES]; /* by an operation between this sync and the next */
	size_t nevents;       /* when it was durable                            */
};

static struct state now, synced[MAX_SYNCS];
static u32 nsyncs;
static bool large; /* the layout of inodes */
static u8 *base_image;
static u8 back[MAX_SIZE + 1];

static const char *path_of(u32 dir, u32 i)
{
	static const char *const prefix[NDIRS] = { "", "d1/", "d2/", "d3/" };
	static char text[2][32];
	static u32 turn;

	turn = 1 - turn;
	snprintf(text[turn], sizeof(text[turn]), "%sf%u", prefix[dir], i);
	return text[turn];
}

static const char *here(u32 i)
{
	return path_of(now.file[i].dir, i);
}

static void touch(u32 i)
{
	synced[nsyncs - 1].touched[i] = true;
}

/* --- the workload -------------------------------------------------------------------- */

static void do_write(u32 i)
{
	u32 off = (u32)rig_below(now.file[i].size + 1);
	u32 n = 1 + (u32)rig_below(rig_below(3) ? 3000 : 20000);
	struct file *f;

	if (rig_below(2))
		off = now.file[i].size;
	n = MIN(n, MAX_SIZE - off);
	if (!now.file[i].exists)
		now.file[i].dir = (u32)rig_below(NDIRS);
	for (u32 k = 0; k < n; k++)
		now.file[i].data[off + k] = (u8)((i + 1) << 4 | rig_below(16));
	f = rig_open(here(i), O_CREATE | O_WRONLY);
	assert_int_equal(file_seek(f, off, 0), off);
	rig_write(f, now.file[i].data + off, n);
	file_put(f);
	now.file[i].exists = true;
	now.file[i].size = MAX(now.file[i].size, off + n);
}

/* Through a mapping: the page is prepared, then the program stores. */
static void do_map(u32 i)
{
	struct inode *ip;
	struct object *obj;
	struct page *pg;
	u32 off, n;

	if (!now.file[i].exists || now.file[i].size == 0)
		return;
	off = (u32)rig_below(now.file[i].size);
	n = (u32)MIN(PAGE_SIZE - off % PAGE_SIZE, now.file[i].size - off);
	assert_int_equal(fs_lookup(rig_cwd(), here(i), &ip), 0);
	obj = inode_object(ip);
	assert_int_equal(object_get_page(obj, off / PAGE_SIZE, &pg), 0);
	assert_int_equal(obj->ops->prepare_write(obj, &pg), 0);
	for (u32 k = 0; k < n; k++)
		now.file[i].data[off + k] = (u8)((i + 1) << 4 | rig_below(16));
	memcpy((u8 *)frame_va(pg) + off % PAGE_SIZE, now.file[i].data + off, n);
	obj->ops->mark_dirty(obj, pg);
	frame_put(pg);
	inode_put(ip);
}

static void do_truncate(u32 i)
{
	u32 size = rig_below(2) ? 0 : (u32)rig_below(MAX_SIZE);
	struct file *f;

	if (!now.file[i].exists)
		return;
	f = rig_open(here(i), O_WRONLY | (size ? 0 : O_TRUNC));
	assert_int_equal(file_truncate(f, size), 0);
	file_put(f);
	if (size > now.file[i].size)
		memset(now.file[i].data + now.file[i].size, 0, size - now.file[i].size);
	now.file[i].size = size;
}

static void do_unlink(u32 i)
{
	if (!now.file[i].exists)
		return;
	assert_int_equal(fs_unlink(rig_cwd(), here(i)), 0);
	now.file[i].exists = false;
	now.file[i].size = 0;
}

static void do_rename(u32 i)
{
	u32 dir = (u32)rig_below(NDIRS);

	if (!now.file[i].exists)
		return;
	assert_int_equal(fs_rename(rig_cwd(), here(i), path_of(dir, i)), 0);
	now.file[i].dir = dir;
}

/* Makes and removes names that only fsck looks at. */
static void do_noise(void)
{
	char a[32], b[32];
	int err = 0;

	snprintf(a, sizeof(a), "d%u/n%u", (u32)(1 + rig_below(3)), (u32)rig_below(20));
	snprintf(b, sizeof(b), "d%u/n%u", (u32)(1 + rig_below(3)), (u32)rig_below(20));
	switch (rig_below(6)) {
	case 0:
		err = fs_mkdir(rig_cwd(), a);
		break;
	case 1:
		err = fs_symlink(rig_cwd(), "somewhere/else", a);
		break;
	case 2:
		err = fs_link(rig_cwd(), a, b);
		break;
	case 3:
		err = fs_rename(rig_cwd(), a, b);
		break;
	case 4:
		err = fs_mknod(rig_cwd(), a, 1, 0);
		break;
	default:
		err = fs_unlink(rig_cwd(), a);
	}
	assert_true(err <= 0 && err != -EIO && err != -EROFS);
}

static void do_sync(void)
{
	assert_int_equal(fs_sync(), 0);
	if (nsyncs == MAX_SYNCS)
		return;
	synced[nsyncs] = now;
	memset(synced[nsyncs].touched, 0, sizeof(synced[nsyncs].touched));
	synced[nsyncs].nevents = rig_disk.nevents;
	nsyncs++;
}

static void work(u32 nops)
{
	for (u32 k = 0; k < nops; k++) {
		u32 i = (u32)rig_below(NFILES), what = (u32)rig_below(20);

		if (what == 0) {
			do_sync();
			continue;
		}
		if (what < 6) {
			do_noise();
			continue;
		}
		touch(i);
		if (what < 12)
			do_write(i);
		else if (what < 14)
			do_map(i);
		else if (what < 16)
			do_truncate(i);
		else if (what < 18)
			do_unlink(i);
		else
			do_rename(i);
	}
}

static void start(u32 blocks, u32 nlog)
{
	rig_format(blocks, 80, nlog, large);
	memset(&now, 0, sizeof(now));
	nsyncs = 0;
	assert_int_equal(rig_mount(RAM), 0);
	for (u32 d = 1; d < NDIRS; d++) {
		char path[8];

		snprintf(path, sizeof(path), "d%u", d);
		assert_int_equal(fs_mkdir(rig_cwd(), path), 0);
	}
	assert_int_equal(fs_sync(), 0);
	base_image = malloc(rig_disk.sectors * SECTOR);
	assert_non_null(base_image);
	memcpy(base_image, rig_disk.data, rig_disk.sectors * SECTOR);
	rig_disk.record = true;
	rig_disk.nevents = 0;
	do_sync();
}

/* --- the cut ------------------------------------------------------------------------- */

static void check_loose(u32 i)
{
	for (u32 d = 0; d < NDIRS; d++) {
		s64 n = rig_read_file(path_of(d, i), back, sizeof(back));

		assert_true(n == -ENOENT || (n >= 0 && n <= MAX_SIZE));
		for (s64 k = 0; k < n; k++)
			assert_true(back[k] == 0 || back[k] >> 4 == (u8)(i + 1));
	}
}

static void check_exact(const struct state *s, u32 i)
{
	for (u32 d = 0; d < NDIRS; d++) {
		s64 n = rig_read_file(path_of(d, i), back, sizeof(back));

		if (!s->file[i].exists || s->file[i].dir != d) {
			assert_int_equal(n, -ENOENT);
			continue;
		}
		assert_int_equal(n, s->file[i].size);
		assert_memory_equal(back, s->file[i].data, s->file[i].size);
	}
}

/* Compares with the state at the last sync before the cut.  Files that are not touched
 * between this sync and the next have not changed by the time of the cut. */
static void check_contents(size_t cut)
{
	const struct state *s = &synced[0];

	for (u32 k = 0; k < nsyncs; k++) {
		if (synced[k].nevents <= cut)
			s = &synced[k];
	}
	for (u32 i = 0; i < NFILES; i++) {
		if (s->touched[i])
			check_loose(i);
		else
			check_exact(s, i);
	}
}

static void try_cut(const struct rig_event *event, size_t cut, bool in_order)
{
	rig_cut_power(base_image, event, cut, in_order);
	if (rig_mount(RAM)) {
		printf("cut at %zu: %s", cut, rig_messages);
		fail();
	}
	check_contents(cut);
	assert_int_equal(fs_sync(), 0);
	if (!rig_is_clean()) {
		printf("cut at %zu: %s", cut, rig_messages);
		fail();
	}
	/* The file system goes on working. */
	if (rig_below(8) == 0) {
		rig_write_file("after", "after", 5);
		assert_int_equal(fs_sync(), 0);
		assert_true(rig_is_clean());
	}
}

static void run(u32 blocks, u32 nlog, u32 nops, u32 ncuts)
{
	struct rig_event *event;
	size_t nevents;

	start(blocks, nlog);
	work(nops);
	event = rig_disk.event;
	nevents = rig_disk.nevents;
	rig_disk.event = NULL;
	rig_disk.nevents = rig_disk.max_events = 0;
	rig_disk.record = false;
	for (u32 i = 0; i < ncuts; i++)
		try_cut(event, rig_below(nevents + 1), !rig_dev.has_flush);
	free(event);
	free(base_image);
	rig_shutdown();
}

static void test_cuts(void **state)
{
	(void)state;
	for (u32 i = 0; i < 12; i++)
		run(1200, 30, 150, 120);
}

/* On a small disk blocks are used again soon. */
static void test_cuts_on_a_small_disk(void **state)
{
	(void)state;
	for (u32 i = 0; i < 8; i++)
		run(700, 14, 200, 120);
}

static void test_cuts_with_large_inodes(void **state)
{
	(void)state;
	large = true;
	for (u32 i = 0; i < 4; i++)
		run(900, 30, 150, 100);
	large = false;
}

/* The disk has no cache: it writes at once. */
static void test_cuts_without_flush(void **state)
{
	(void)state;
	rig_dev.has_flush = false;
	for (u32 i = 0; i < 6; i++)
		run(1200, 31, 150, 100);
	rig_dev.has_flush = true;
}

/* The power fails again while the log is being replayed. */
static void test_cut_while_recovering(void **state)
{
	struct rig_event *event, *again;
	size_t nevents, nagain;

	(void)state;
	start(1200, 30);
	work(100);
	event = rig_disk.event;
	nevents = rig_disk.nevents;
	rig_disk.event = NULL;
	rig_disk.nevents = rig_disk.max_events = 0;
	for (u32 i = 0; i < 150; i++) {
		size_t cut = rig_below(nevents + 1);
		u8 *cut_image = malloc(rig_disk.sectors * SECTOR), *saved = base_image;

		assert_non_null(cut_image);
		rig_disk.record = false;
		rig_cut_power(base_image, event, cut, false);
		memcpy(cut_image, rig_disk.data, rig_disk.sectors * SECTOR);
		rig_disk.record = true;
		rig_disk.nevents = 0;
		assert_int_equal(rig_mount(RAM), 0);
		again = rig_disk.event;
		nagain = rig_disk.nevents;
		rig_disk.record = false;
		base_image = cut_image;
		rig_cut_power(base_image, again, rig_below(nagain + 1), false);
		base_image = saved;
		free(cut_image);
		assert_int_equal(rig_mount(RAM), 0);
		check_contents(cut);
		assert_int_equal(fs_sync(), 0);
		assert_true(rig_is_clean());
	}
	free(event);
	free(base_image);
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_cuts_on_a_small_disk),
		cmocka_unit_test(test_cuts_with_large_inodes),
		cmocka_unit_test(test_cuts_without_flush),
		cmocka_unit_test(test_cut_while_recovering),
	};
	int failed;

	if (getenv("RIG_SEED"))
		rig_seed = strtoul(getenv("RIG_SEED"), NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
