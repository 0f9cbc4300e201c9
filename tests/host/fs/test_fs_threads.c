// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit
/* test_fs_threads.c - several threads at once, on a disk that answers late and in any
 * order, during commits and reclaim.  In the end all that each thread wrote is there,
 * nothing written through a shared offset is lost, and the disk is clean. */
#include "late_disk.h"

#include "core/hart.h"
#include "fs/store/log_priv.h"

#define RAM (4 * MIB)
#define NTHREADS 4
#define NFILES 4
#define MAX_SIZE 30000
#define TAG(number) (((number) + 1) << 4)
#define COMMON_TAG 0x50u
#define SHARED_TAG 0x60            /* letters */
#define USER_SPAN (10 * PAGE_SIZE) /* of the user's memory, for each thread */

static bool stop_disturbing;

/* --- the threads --------------------------------------------------------------------- */

struct worker {
	pthread_t thread;
	u32 number;
	u64 random;
	u32 nops;
	u64 user; /* offset of its part of the user's memory */
	struct {
		bool exists;
		u32 dir, size;
		u8 data[MAX_SIZE];
	} file[NFILES];
};

static struct worker worker[NTHREADS];
static struct file *shared;

static u32 below(struct worker *w, u32 n)
{
	w->random = w->random * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(w->random >> 33) % n;
}

static void path_of(struct worker *w, u32 i, u32 dir, char *path)
{
	sprintf(path, "%s%u-%u", dir == 0 ? "" : dir == 1 ? "d/" : "d/e/", w->number, i);
}

static void write_some(struct worker *w, u32 i)
{
	u32 off = below(w, w->file[i].size + 1);
	u32 n = 1 + below(w, 9000);
	struct file *f;
	char path[32];

	n = MIN(n, MAX_SIZE - off);
	if (!w->file[i].exists)
		w->file[i].dir = below(w, 3);
	path_of(w, i, w->file[i].dir, path);
	for (u32 k = 0; k < n; k++)
		w->file[i].data[off + k] = (u8)(TAG(w->number) | below(w, 16));
	memcpy(rig_user + w->user, w->file[i].data + off, n);
	f = rig_open(path, O_CREATE | O_WRONLY);
	assert_int_equal(file_seek(f, off, 0), off);
	assert_int_equal(file_write(f, rig_uptr(w->user), n), n);
	file_put(f);
	w->file[i].exists = true;
	w->file[i].size = MAX(w->file[i].size, off + n);
}

static void check_some(struct worker *w, u32 i)
{
	struct file *f;
	char path[32];
	int err;

	path_of(w, i, w->file[i].dir, path);
	err = fs_open(rig_cwd(), path, O_RDONLY, &f);
	assert_int_equal(err, w->file[i].exists ? 0 : -ENOENT);
	if (err)
		return;
	assert_int_equal(file_read(f, rig_uptr(w->user), MAX_SIZE + 1), w->file[i].size);
	assert_memory_equal(rig_user + w->user, w->file[i].data, w->file[i].size);
	file_put(f);
}

static void change_some(struct worker *w, u32 i)
{
	char path[32], to[32];
	u32 dir = below(w, 3);
	struct file *f;

	if (!w->file[i].exists)
		return;
	path_of(w, i, w->file[i].dir, path);
	path_of(w, i, dir, to);
	switch (below(w, 4)) {
	case 0:
		assert_int_equal(fs_unlink(rig_cwd(), path), 0);
		w->file[i].exists = false;
		w->file[i].size = 0;
		break;
	case 1:
		assert_int_equal(fs_rename(rig_cwd(), path, to), 0);
		w->file[i].dir = dir;
		break;
	case 2:
		w->file[i].size = below(w, w->file[i].size + 1);
		f = rig_open(path, O_WRONLY);
		assert_int_equal(file_truncate(f, w->file[i].size), 0);
		file_put(f);
		break;
	default:
		f = rig_open(path, O_WRONLY);
		assert_int_equal(fs_unlink(rig_cwd(), path), 0);
		memset(rig_user + w->user, TAG(w->number), 5000);
		assert_int_equal(file_write(f, rig_uptr(w->user), 5000), 5000);
		file_put(f);
		w->file[i].exists = false;
		w->file[i].size = 0;
	}
}

/* All threads write, read and cut a file of whole pages.  A page that is read was written
 * by one call, as a whole. */
static void use_common(struct worker *w)
{
	struct file *f = rig_open("common", O_CREATE | O_RDWR);
	u32 page = below(w, 6);
	s64 n;

	if (below(w, 10) == 0)
		assert_int_equal(file_truncate(f, page * PAGE_SIZE), 0);
	if (below(w, 2)) {
		memset(rig_user + w->user, (int)(COMMON_TAG | below(w, 16)), PAGE_SIZE);
		assert_true(file_seek(f, (s64)(page * PAGE_SIZE), 0) >= 0);
		n = file_write(f, rig_uptr(w->user), PAGE_SIZE);
		assert_true(n == PAGE_SIZE || n == -EINVAL); /* past the end */
	} else {
		assert_true(file_seek(f, (s64)(page * PAGE_SIZE), 0) >= 0);
		n = file_read(f, rig_uptr(w->user), PAGE_SIZE);
		assert_true(n == PAGE_SIZE || n == 0);
		for (s64 k = 1; k < n; k++)
			assert_int_equal(rig_user[w->user + k], rig_user[w->user]);
	}
	file_put(f);
}

/* All threads make and remove the same few names. */
static void fight(struct worker *w)
{
	static const char *const name[] = { "n1", "d/n1", "d/e/n2", "n3", "d/n3" };
	const char *a = name[below(w, 5)], *b = name[below(w, 5)];
	int err;

	switch (below(w, 6)) {
	case 0:
		err = fs_mkdir(rig_cwd(), a);
		break;
	case 1:
		err = fs_rename(rig_cwd(), a, b);
		break;
	case 2:
		err = fs_link(rig_cwd(), a, b);
		break;
	case 3:
		err = fs_symlink(rig_cwd(), b, a);
		break;
	default:
		err = fs_unlink(rig_cwd(), a);
	}
	assert_true(err <= 0 && err != -EIO && err != -EROFS && err != -ENOMEM);
}

static void write_shared(struct worker *w)
{
	memset(rig_user + w->user, 'a' + (int)w->number, 10);
	assert_int_equal(file_write(shared, rig_uptr(w->user), 10), 10);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	shim_hart = 1 + w->number;
	file_dup(shared);
	for (u32 k = 0; k < w->nops; k++) {
		u32 i = below(w, NFILES);

		write_shared(w);
		use_common(w);
		switch (below(w, 8)) {
		case 0 ... 2:
			write_some(w, i);
			break;
		case 3 ... 4:
			check_some(w, i);
			break;
		case 5:
			change_some(w, i);
			break;
		default:
			fight(w);
		}
	}
	file_put(shared);
	return NULL;
}

static void *disturb(void *arg)
{
	u32 round = 0;

	shim_hart = 6;
	while (!__atomic_load_n(&stop_disturbing, __ATOMIC_ACQUIRE)) {
		if (round % 3 == 0)
			assert_int_equal(fs_sync(), 0);
		else if (round % 3 == 1)
			rig_reclaim(50);
		for (u32 i = 0; i < 50; i++)
			sched_yield();
		round++;
	}
	return arg;
}

/* The file has records of ten equal bytes, and as many of each letter as were written. */
static void check_shared(u32 nops)
{
	static u8 data[NTHREADS * 100000];
	u32 count[NTHREADS] = { 0 };
	s64 n = rig_read_file("shared", data, sizeof(data));

	assert_int_equal(n, NTHREADS * nops * 10);
	for (s64 i = 0; i < n; i += 10) {
		assert_in_range(data[i], 'a', 'a' + NTHREADS - 1);
		for (u32 k = 1; k < 10; k++)
			assert_int_equal(data[i + k], data[i]);
		count[data[i] - 'a']++;
	}
	for (u32 i = 0; i < NTHREADS; i++)
		assert_int_equal(count[i], nops);
}

/* --- with the power cut -------------------------------------------------------------- */

static u8 *base_image;

/* Every byte of the file, if it is there, is 0 or has the tag. */
static void check_tag(const char *path, u32 tag)
{
	static u8 data[FS_MAXFILE * FS_BLOCK];
	s64 n = rig_read_file(path, data, sizeof(data));

	assert_true(n >= 0 || n == -ENOENT);
	for (s64 k = 0; k < n; k++)
		assert_true(data[k] == 0 || (data[k] & 0xf0) == tag);
}

static void check_cut(const struct rig_event *event, size_t cut)
{
	rig_cut_power(base_image, event, cut, false);
	assert_int_equal(rig_mount(RAM), 0);
	for (u32 i = 0; i < NTHREADS; i++) {
		for (u32 k = 0; k < NFILES * 3; k++) {
			char path[32];

			path_of(&worker[i], k / 3, k % 3, path);
			check_tag(path, TAG(i));
		}
	}
	check_tag("common", COMMON_TAG);
	check_tag("shared", SHARED_TAG);
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
}

static void check_cuts(u32 ncuts)
{
	struct rig_event *event = rig_disk.event;
	size_t nevents = rig_disk.nevents;

	rig_disk.event = NULL;
	rig_disk.nevents = rig_disk.max_events = 0;
	rig_disk.record = false;
	for (u32 i = 0; i < ncuts; i++)
		check_cut(event, rig_below(nevents + 1));
	free(event);
	free(base_image);
}

/* --- all of it ----------------------------------------------------------------------- */

static void run_workers(u32 nops)
{
	memset(worker, 0, sizeof(worker));
	for (u32 i = 0; i < NTHREADS; i++) {
		struct worker *w = &worker[i];

		w->number = i;
		w->random = rig_random();
		w->nops = nops;
		w->user = i * USER_SPAN;
		assert_int_equal(pthread_create(&w->thread, NULL, work, w), 0);
	}
	for (u32 i = 0; i < NTHREADS; i++)
		pthread_join(worker[i].thread, NULL);
}

static void make_disk(void)
{
	rig_format(1500, 100, 30, false);
	assert_int_equal(rig_mount(RAM), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "d"), 0);
	assert_int_equal(fs_mkdir(rig_cwd(), "d/e"), 0);
	shared = rig_open("shared", O_CREATE | O_WRONLY);
	assert_int_equal(fs_sync(), 0);
	base_image = malloc(rig_disk.sectors * SECTOR);
	assert_non_null(base_image);
	memcpy(base_image, rig_disk.data, rig_disk.sectors * SECTOR);
	rig_disk.record = true;
}

static void run(u32 nops)
{
	pthread_t disturber;

	stop_disturbing = false;
	late_disk_start();
	assert_int_equal(pthread_create(&disturber, NULL, disturb, NULL), 0);
	run_workers(nops);
	for (u32 i = 0; i < NTHREADS; i++) {
		for (u32 k = 0; k < NFILES; k++)
			check_some(&worker[i], k);
	}
	file_put(shared);
	check_shared(nops);
	__atomic_store_n(&stop_disturbing, true, __ATOMIC_RELEASE);
	pthread_join(disturber, NULL);
	assert_int_equal(fs_sync(), 0);
	late_disk_stop();
}

static void test_threads(void **state)
{
	(void)state;
	make_disk();
	run(3000);
	assert_true(rig_is_clean());
	check_cuts(200);
	rig_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };
	int failed;

	if (getenv("RIG_SEED"))
		rig_seed = strtoul(getenv("RIG_SEED"), NULL, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rig_disk_free();
	return failed;
}
