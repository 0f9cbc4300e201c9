// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_data.c - reading, writing and truncating against a flat model, with pages of
 * the user that come and go, memory that is reclaimed, full disks and reboots. */
#include "fs_rig.h"

#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"

#define RAM (8 * MIB)
#define NFILES 5
#define MAX_SIZE (700 * KIB)

struct model {
	bool exists;
	u64 size;
	u8 data[MAX_SIZE];
};

static struct model model[NFILES];
static struct file *open_file[NFILES];
static u8 back[MAX_SIZE + 1];
static u64 max_size;

static const char *path_of(u32 i)
{
	static const char *const path[NFILES] = { "a", "/b", "dir/c", "dir/../d",
						  "dir//e" };

	return path[i];
}

static void close_all(void)
{
	for (u32 i = 0; i < NFILES; i++) {
		if (open_file[i])
			file_put(open_file[i]);
		open_file[i] = NULL;
	}
}

static struct file *get_file(u32 i)
{
	if (!open_file[i]) {
		open_file[i] = rig_open(path_of(i), O_CREATE | O_RDWR);
		model[i].exists = true;
	}
	return open_file[i];
}

/* Checks the size and every byte. */
static void check_file(u32 i)
{
	s64 n = rig_read_file(path_of(i), back, sizeof(back));

	if (!model[i].exists) {
		assert_int_equal(n, -ENOENT);
		return;
	}
	assert_int_equal(n, model[i].size);
	assert_memory_equal(back, model[i].data, model[i].size);
}

static void check_all(void)
{
	for (u32 i = 0; i < NFILES; i++)
		check_file(i);
}

static u64 random_length(void)
{
	switch (rig_below(4)) {
	case 0:
		return 1 + rig_below(20);
	case 1:
		return FS_BLOCK * (1 + rig_below(8));
	case 2:
		return PAGE_SIZE * (1 + rig_below(8));
	default:
		return 1 + rig_below(40000);
	}
}

static u64 random_offset(u64 size)
{
	u64 off = rig_below(size + 1);

	switch (rig_below(4)) {
	case 0:
		return size;
	case 1:
		return ALIGN_DOWN(off, FS_BLOCK);
	case 2:
		return ALIGN_DOWN(off, PAGE_SIZE);
	default:
		return off;
	}
}

/* Makes some pages of the user's buffer absent, and perhaps one bad.  Returns the offset of
 * the first bad byte from @from, or @n. */
static u64 shuffle_pages(u64 from, u64 n)
{
	u64 bad = n;

	for (u32 i = 0; i < RIG_USER_PAGES; i++)
		rig_user_page[i] = rig_below(3) ? PAGE_THERE : PAGE_ABSENT;
	if (rig_below(8) == 0) {
		u64 page = from / PAGE_SIZE + rig_below(n / PAGE_SIZE + 1);

		rig_user_page[page] = PAGE_BAD;
		bad = page * PAGE_SIZE > from ? page * PAGE_SIZE - from : 0;
	}
	return MIN(bad, n);
}

static void do_write(u32 i)
{
	struct file *f = get_file(i);
	struct model *m = &model[i];
	u64 at = rig_below(PAGE_SIZE), n = random_length();
	u64 off = random_offset(m->size), good, done;
	s64 ret, end;

	for (u64 k = 0; k < n; k++)
		rig_user[at + k] = (u8)rig_random();
	good = shuffle_pages(at, n);
	assert_int_equal(file_seek(f, (s64)off, 0), off);
	ret = file_write(f, rig_uptr(at), n);
	end = file_seek(f, 0, 1);
	assert_in_range(end, off, off + n);
	done = (u64)end - off;
	memcpy(m->data + off, rig_user + at, done);
	m->size = MAX(m->size, off + done);
	if (ret >= 0)
		assert_int_equal(done, n);
	if (ret == (s64)n)
		assert_int_equal(good, n);
	else if (ret == -EFAULT)
		assert_int_equal(done, good);
	else if (ret == -EFBIG)
		assert_int_equal(end, max_size);
	else
		assert_int_equal(ret, -ENOSPC);
}

static void do_read(u32 i)
{
	struct file *f = get_file(i);
	struct model *m = &model[i];
	u64 at = rig_below(PAGE_SIZE), n = random_length(), off = random_offset(m->size);
	u64 expect = off < m->size ? MIN(n, m->size - off) : 0;
	u64 good = shuffle_pages(at, n);
	s64 ret;

	assert_int_equal(file_seek(f, (s64)off, 0), off);
	ret = file_read(f, rig_uptr(at), n);
	if (good < expect) {
		assert_int_equal(ret, -EFAULT);
		assert_int_equal(file_seek(f, 0, 1), off);
		return;
	}
	assert_int_equal(ret, expect);
	assert_memory_equal(rig_user + at, m->data + off, expect);
	assert_int_equal(file_seek(f, 0, 1), off + expect);
}

static void do_truncate(u32 i)
{
	struct file *f = get_file(i);
	struct model *m = &model[i];
	u64 size = rig_below(3) ? random_offset(m->size) : rig_below(max_size + 1);
	int err;

	size = MIN(size, m->size + 60000);
	err = file_truncate(f, size);
	assert_int_equal(err, 0);
	if (size > m->size)
		memset(m->data + m->size, 0, size - m->size);
	m->size = size;
}

static void do_append(u32 i)
{
	struct model *m = &model[i];
	u64 n = random_length();
	struct file *f;
	s64 ret;

	get_file(i);
	f = rig_open(path_of(i), O_WRONLY | O_APPEND);
	shuffle_pages(0, n);
	for (u32 k = 0; k < RIG_USER_PAGES; k++)
		rig_user_page[k] = PAGE_ABSENT;
	memset(rig_user, (int)rig_random(), n);
	ret = file_write(f, rig_uptr(0), n);
	if (ret < 0) {
		struct stat st;

		assert_true(ret == -ENOSPC || ret == -EFBIG);
		assert_int_equal(file_stat(f, &st), 0);
		assert_in_range(st.size, m->size, m->size + n);
		n = st.size - m->size;
	}
	memcpy(m->data + m->size, rig_user, n);
	m->size += n;
	file_put(f);
}

/* A program runs a page, so it must not see the page change. */
static void do_run_and_write(u32 i)
{
	struct model *m = &model[i];
	u8 before[PAGE_SIZE];
	struct inode *ip;
	struct page *pg;
	u64 index;

	get_file(i);
	if (m->size == 0)
		return;
	index = rig_below(m->size) / PAGE_SIZE;
	assert_int_equal(fs_lookup(rig_cwd(), path_of(i), &ip), 0);
	assert_int_equal(object_get_page(inode_object(ip), index, &pg), 0);
	page_set_flags(pg, PG_TEXT);
	memcpy(before, frame_va(pg), PAGE_SIZE);
	for (u32 k = 0; k < 5; k++) {
		do_write(i);
		if (k % 2)
			do_truncate(i);
	}
	assert_memory_equal(frame_va(pg), before, PAGE_SIZE);
	if (rig_below(2)) {
		check_file(i);
		assert_int_equal(fs_sync(), 0);
	}
	frame_put(pg);
	inode_put(ip);
}

/* A program writes into a shared mapping.  What it writes past the end of the file does not
 * become part of the file. */
static void do_map(u32 i)
{
	struct model *m = &model[i];
	struct inode *ip;
	struct object *obj;
	struct page *pg;
	u64 off, n;
	int err;

	get_file(i);
	if (m->size == 0)
		return;
	off = rig_below(m->size);
	n = 1 + rig_below(PAGE_SIZE - off % PAGE_SIZE);
	assert_int_equal(fs_lookup(rig_cwd(), path_of(i), &ip), 0);
	obj = inode_object(ip);
	assert_int_equal(object_get_page(obj, off / PAGE_SIZE, &pg), 0);
	err = obj->ops->prepare_write(obj, &pg);
	assert_true(err == 0 || err == -ENOSPC);
	if (!err) {
		u8 *data = (u8 *)frame_va(pg) + off % PAGE_SIZE;

		for (u64 k = 0; k < n; k++)
			data[k] = (u8)rig_random();
		memcpy(m->data + off, data, MIN(n, m->size - off));
		if (rig_below(4) == 0)
			assert_int_equal(fs_sync(), 0);
		obj->ops->mark_dirty(obj, pg);
	}
	frame_put(pg);
	inode_put(ip);
}

static void do_remove(u32 i)
{
	struct model *m = &model[i];
	bool keep_open = rig_below(2);

	get_file(i);
	assert_int_equal(fs_unlink(rig_cwd(), path_of(i)), 0);
	if (keep_open) {
		/* Without a name it can still be written and read. */
		do_write(i);
		do_read(i);
	}
	file_put(open_file[i]);
	open_file[i] = NULL;
	m->exists = false;
	m->size = 0;
}

static void do_reboot(void)
{
	close_all();
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	assert_int_equal(rig_mount(RAM), 0);
	check_all();
}

static void do_random(void)
{
	u32 i = (u32)rig_below(NFILES);

	switch (rig_below(40)) {
	case 0:
		do_remove(i);
		break;
	case 1:
		do_reboot();
		break;
	case 2:
		assert_int_equal(fs_sync(), 0);
		break;
	case 3:
		rig_reclaim(rig_below(300));
		break;
	case 4:
		do_run_and_write(i);
		break;
	case 5:
		check_file(i);
		break;
	case 6:
		do_map(i);
		break;
	case 7 ... 9:
		do_append(i);
		break;
	case 10 ... 15:
		do_truncate(i);
		break;
	case 16 ... 25:
		do_read(i);
		break;
	default:
		do_write(i);
	}
}

static void run(u32 disk, u32 nlog, bool big, u32 nops)
{
	close_all();
	memset(model, 0, sizeof(model));
	rig_format(disk, 40, nlog, big);
	max_size = (big ? MAX_SIZE : (u64)FS_MAXFILE * FS_BLOCK);
	assert_int_equal(rig_mount(RAM), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "dir"), 0);
	for (u32 i = 0; i < nops; i++) {
		rig_forgetful = rig_below(4) == 0;
		do_random();
		/* Large files are tested up to the size of the model. */
		for (u32 k = 0; big && k < NFILES; k++) {
			if (model[k].size > MAX_SIZE - 2 * 60000) {
				assert_int_equal(file_truncate(get_file(k), 5000), 0);
				model[k].size = 5000;
			}
		}
	}
	rig_forgetful = false;
	do_reboot();
	rig_shutdown();
}

static void test_plain(void **state)
{
	(void)state;
	run(2000, 30, false, 1500);
}

static void test_small_log(void **state)
{
	(void)state;
	run(2000, 13, false, 800);
}

static void test_full_disk(void **state)
{
	(void)state;
	run(300, 31, false, 2000);
}

static void test_large_files(void **state)
{
	(void)state;
	run(20000, 30, true, 1500);
}

/* 65803 blocks, all of them. */
static void test_largest_file(void **state)
{
	const u32 nblocks = 11 + 256 + 65536;
	u64 nbytes = 0;
	struct file *f;
	u32 word;

	(void)state;
	rig_format(70000, 40, 30, true);
	assert_int_equal(rig_mount(RAM), 0);
	f = rig_open("big", O_CREATE | O_RDWR);
	for (u32 i = 0; i < nblocks; i += 29) {
		u32 n = MIN(29u, nblocks - i) * FS_BLOCK;

		for (u32 k = 0; k < n / 4; k++)
			((u32 *)(void *)rig_user)[k] = (u32)(nbytes / 4 + k);
		assert_int_equal(file_write(f, rig_uptr(0), n), n);
		nbytes += n;
	}
	assert_int_equal(file_write(f, rig_uptr(0), 1), -EFBIG);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	for (u32 i = 0; i < 2000; i++) {
		u64 off = rig_below(nbytes / 4) * 4;

		assert_int_equal(file_seek(f, (s64)off, 0), off);
		assert_int_equal(file_read(f, rig_uptr(0), 4), 4);
		memcpy(&word, rig_user, 4);
		assert_int_equal(word, off / 4);
	}
	for (u64 size = nbytes; size > 3000; size = size * 2 / 3)
		assert_int_equal(file_truncate(f, size), 0);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	assert_int_equal(fs_unlink(rig_cwd(), "big"), 0);
	file_put(f);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),        cmocka_unit_test(test_small_log),
		cmocka_unit_test(test_full_disk),    cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_largest_file),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	rig_disk_free();
	return failed;
}
