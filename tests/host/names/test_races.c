// sources: kernel/fs/*.c kernel/fs/*/*.c kernel/ipc/pipe.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/slab.c kernel/dev/block.c tests/host/fs/fs_rig.c tests/host/shim/shim.c tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags: -pthread -Itests/host/fs -Wl,--wrap=frame_alloc,--wrap=frame_alloc_order,--wrap=printk,--wrap=mutex_lock,--wrap=mutex_lock_nested,--wrap=mutex_unlock,--wrap=spin_lock,--wrap=spin_unlock,--wrap=waitq_wait,--wrap=waitq_wait_quiet,--wrap=log_begin,--wrap=log_end,--wrap=log_commit,--wrap=namecache_find,--wrap=buf_get,--wrap=waitq_wake_all
/* test_races.c - look-ups without a lock, and what changes names and inodes meanwhile.
 *
 * A hook runs in the middle of a look-up.  In the last tests several threads use the same
 * names. */
#include "late_disk.h"

#include <unistd.h>

#include "fs/inode_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/log_priv.h"
#include "uapi/stat.h"

#define NTHREADS 4
#define NNAMES 6
#define ROUNDS 4000
#define HANG_SECONDS 60

/* Runs once, after the name cache was asked, or when a block is asked for. */
static void (*after_find)(void);
static void (*at_block)(void);

static void run_once(void (**hook)(void))
{
	void (*fn)(void) = *hook;

	*hook = NULL;
	if (fn)
		fn();
}

bool __real_namecache_find(u32 dir, const union name *nm, struct name_hit *hit);
bool __wrap_namecache_find(u32 dir, const union name *nm, struct name_hit *hit);
int __real_buf_get(u32 block, struct buf **out);
int __wrap_buf_get(u32 block, struct buf **out);

bool __wrap_namecache_find(u32 dir, const union name *nm, struct name_hit *hit)
{
	bool found = __real_namecache_find(dir, nm, hit);

	run_once(&after_find);
	return found;
}

int __wrap_buf_get(u32 block, struct buf **out)
{
	run_once(&at_block);
	return __real_buf_get(block, out);
}

static u32 number_of(const char *path)
{
	struct inode *ip;
	u32 ino;

	if (fs_lookup(rig_cwd(), path, &ip))
		return 0;
	ino = ip->ino;
	inode_put(ip);
	return ino;
}

/* --- a hook in the middle ------------------------------------------------------------- */

static void replace_a_by_b(void)
{
	u32 ino = number_of("a");

	assert_int_equal(fs_unlink(rig_cwd(), "a"), 0);
	assert_int_equal(rig_try_open("b", O_CREATE), 0);
	assert_int_equal(number_of("b"), ino);
}

/* The file is removed, and its number given to another, after the cache has told it. */
static void test_removed_meanwhile(void **state)
{
	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	assert_int_not_equal(number_of("a"), 0);
	after_find = replace_a_by_b;
	assert_int_equal(number_of("a"), 0);
	rig_done();
}

static void rename_b_to_a(void)
{
	assert_int_equal(fs_rename(rig_cwd(), "b", "a"), 0);
}

static void test_renamed_meanwhile(void **state)
{
	u32 b;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	assert_int_equal(rig_try_open("b", O_CREATE), 0);
	b = number_of("b");
	assert_int_not_equal(number_of("a"), b);
	after_find = rename_b_to_a;
	assert_int_equal(number_of("a"), b);
	rig_done();
}

static u32 wanted;
static struct inode *tried;

static void try_wanted(void)
{
	tried = inode_try(wanted);
}

static void (*at_transaction)(void);

static void run_at_transaction(enum rig_point at)
{
	if (at == RIG_TRANSACTION)
		run_once(&at_transaction);
}

/* An inode is asked for while it is being freed, and while it is read from the disk. */
static void test_not_ready(void **state)
{
	struct inode *ip;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	assert_int_equal(fs_lookup(rig_cwd(), "a", &ip), 0);
	wanted = ip->ino;
	assert_int_equal(fs_unlink(rig_cwd(), "a"), 0);
	assert_null(inode_try(wanted));
	at_transaction = try_wanted;
	rig_between = run_at_transaction;
	tried = ip;
	inode_put(ip);
	rig_between = NULL;
	assert_null(at_transaction);
	assert_null(tried);

	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(rig_mount(RIG_RAM), 0);
	at_block = try_wanted;
	tried = ip;
	assert_int_equal(inode_get(wanted, &ip), 0);
	assert_null(at_block);
	assert_null(tried);
	assert_ptr_equal(inode_try(wanted), ip);
	inode_put(ip);
	inode_put(ip);
	rig_done();
}

/* --- threads -------------------------------------------------------------------------- */

static void run_threads(void *(*fn)(void *))
{
	pthread_t thread[NTHREADS];

	for (u32 i = 0; i < NTHREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, fn, (void *)(uintptr_t)i),
				 0);
	for (u32 i = 0; i < NTHREADS; i++)
		pthread_join(thread[i], NULL);
}

/* The name of a device says its minor number.  Names that lead to others lead to files. */
static void *use_names(void *arg)
{
	u32 random = (u32)(uintptr_t)arg + 1;

	shim_hart = 1 + (u32)(uintptr_t)arg;
	for (u32 k = 0; k < ROUNDS; k++) {
		struct inode *ip;
		char name[8], other[8];
		u32 i;
		int err;

		random = random * 1664525u + 1013904223u;
		i = (random >> 16) % NNAMES;
		sprintf(name, "n%u", i);
		sprintf(other, "o%u", i);
		switch ((random >> 24) % 8) {
		case 0:
			err = fs_mknod(rig_cwd(), name, 1, (s16)i);
			assert_true(err == 0 || err == -EEXIST);
			break;
		case 1:
			err = fs_unlink(rig_cwd(), (random >> 30) ? name : other);
			assert_true(err == 0 || err == -ENOENT);
			break;
		case 2:
			err = rig_try_open(other, O_CREATE);
			assert_int_equal(err, 0);
			break;
		default:
			err = fs_lookup(rig_cwd(), name, &ip);
			assert_true(err == 0 || err == -ENOENT);
			if (err)
				break;
			assert_int_equal(ip->type, T_DEVICE);
			assert_int_equal(ip->minor, i);
			inode_put(ip);
		}
	}
	return NULL;
}

static void test_names(void **state)
{
	(void)state;
	rig_fresh(1000, 100);
	late_disk_start();
	run_threads(use_names);
	late_disk_stop();
	rig_done();
}

/* Names that share a set of the cache, more than it has ways. */
#define NSHARED 6

static union name sharing[NSHARED];

static void find_names_of_a_set(void)
{
	struct name_hit hit;
	u32 n = 0, set = 0;

	for (u32 k = 0; n < NSHARED; k++) {
		char text[8];

		sprintf(text, "x%u", k);
		name_set(&sharing[n], text, strlen(text));
		namecache_enter(1, &sharing[n], 1, 0);
		assert_true(__real_namecache_find(1, &sharing[n], &hit));
		if (n == 0)
			set = hit.set;
		n += hit.set == set;
	}
}

/* The first thread enters them in turn; for the others each leads to what it should. */
static void *use_cache(void *arg)
{
	u32 number = (u32)(uintptr_t)arg;

	shim_hart = 1 + number;
	for (u32 k = 0; k < 1000000; k++) {
		u32 i = k % NSHARED;
		struct name_hit hit;

		if (number == 0) {
			namecache_enter(1, &sharing[i], 100 + i, i);
		} else if (__real_namecache_find(1, &sharing[i], &hit) && hit.ino != 1) {
			assert_int_equal(hit.ino, 100 + i);
			assert_int_equal(hit.slot, i);
		}
	}
	return NULL;
}

static void test_cache(void **state)
{
	(void)state;
	rig_fresh(1000, 100);
	find_names_of_a_set();
	run_threads(use_cache);
	namecache_forget_dir(1);
	rig_done();
}

/* --- sleepers, who go on only when they are woken ------------------------------------- */

static struct waitq *woken; /* (A) the last that was */

void __real_waitq_wake_all(struct waitq *wq);
void __wrap_waitq_wake_all(struct waitq *wq);

void __wrap_waitq_wake_all(struct waitq *wq)
{
	__atomic_store_n(&woken, wq, __ATOMIC_RELEASE);
	__real_waitq_wake_all(wq);
}

static bool asleep; /* (A) */

/* Called after the lock was released, so a wake-up may have come already.  Threads other
 * than the sleeper wake up by themselves. */
static bool sleep_until_woken(struct waitq *wq)
{
	sched_yield();
	if (shim_hart != 1)
		return true;
	__atomic_store_n(&asleep, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&woken, __ATOMIC_ACQUIRE) != wq)
		sched_yield();
	return true;
}

/* Runs @fn in a thread that goes to sleep; then calls @wake. */
static void run_sleeper(void *(*fn)(void *), void (*wake)(void))
{
	pthread_t thread;

	shim_sleep = sleep_until_woken;
	asleep = false;
	__atomic_store_n(&woken, NULL, __ATOMIC_RELEASE);
	alarm(HANG_SECONDS);
	assert_int_equal(pthread_create(&thread, NULL, fn, NULL), 0);
	while (!__atomic_load_n(&asleep, __ATOMIC_ACQUIRE))
		sched_yield();
	wake();
	pthread_join(thread, NULL);
	alarm(0);
	shim_sleep = NULL;
}

static struct inode *made;

static void *create_last(void *arg)
{
	shim_hart = 1;
	assert_int_equal(rig_try_open("last", O_CREATE), 0);
	return arg;
}

static void give_up_making(void)
{
	inode_put(made);
	inode_settle();
}

/* The last free inode is taken for a file that is not made. */
static void test_waiting_for_inode(void **state)
{
	char path[16];
	u32 n = 0;

	(void)state;
	rig_fresh(1000, 100);
	do
		sprintf(path, "n%u", n++);
	while (rig_try_open(path, O_CREATE) == 0);
	assert_int_equal(fs_unlink(rig_cwd(), "n0"), 0);
	assert_int_equal(inode_new(&made), 0);
	run_sleeper(create_last, give_up_making);
	rig_done();
}

static struct log_op open_op;

static void *commit(void *arg)
{
	shim_hart = 1;
	assert_int_equal(log_commit(), 0);
	return arg;
}

static bool begun; /* (A) */

static void *begin_late(void *arg)
{
	struct log_op op;

	shim_hart = 2;
	assert_int_equal(log_begin(&op, 1), 0);
	__atomic_store_n(&begun, true, __ATOMIC_RELEASE);
	log_end(&op);
	return arg;
}

static void end_operation(void)
{
	pthread_t thread;

	begun = false;
	assert_int_equal(pthread_create(&thread, NULL, begin_late, NULL), 0);
	usleep(50000);
	assert_false(__atomic_load_n(&begun, __ATOMIC_ACQUIRE));
	log_end(&open_op);
	pthread_join(thread, NULL);
}

/* A commit waits for an operation that is open, and others wait for the commit. */
static void test_commit_waits(void **state)
{
	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	shim_hart = 2; /* its gate has room */
	assert_int_equal(log_begin(&open_op, 1), 0);
	log_end(&open_op);
	shim_hart = 0;
	assert_int_equal(log_begin(&open_op, 1), 0);
	run_sleeper(commit, end_operation);
	rig_done();
}

/* What operations do not use leaves no trace. */
static void test_unused(void **state)
{
	struct log_op op;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(fs_sync(), 0);
	alarm(HANG_SECONDS);
	for (u32 i = 0; i < 100; i++) {
		assert_int_equal(log_begin(&op, FS_OP_MAX), 0);
		log_end(&op);
	}
	alarm(0);
	rig_done();
}

/* The rig allows a thread only one operation. */
int __real_log_begin(struct log_op *op, u32 nblocks);
void __real_log_end(struct log_op *op);

static struct log_op large_op;

static void *begin_large(void *arg)
{
	struct log_op op;

	shim_hart = 1;
	assert_int_equal(log_begin(&op, FS_OP_MAX), 0);
	log_end(&op);
	return arg;
}

static void end_operations(void)
{
	log_end(&open_op);
	__real_log_end(&large_op);
}

/* Each hart may keep room in the log, but not from one that needs it: no commit comes, as
 * it would fail.  What open operations have reserved nobody else gets. */
static void test_room(void **state)
{
	struct log_op op;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	rig_disk.fail_write_in = 0;
	for (u32 i = 0; i < 3 * MAX_HARTS; i++) {
		shim_hart = i % MAX_HARTS;
		assert_int_equal(log_begin(&op, FS_OP_MAX - i % 3), 0);
		shim_hart = 0; /* it may end on another hart */
		log_end(&op);
	}
	rig_disk.fail_write_in = -1;
	assert_int_equal(log_begin(&open_op, FS_OP_MAX), 0);
	shim_hart = 3;
	assert_int_equal(__real_log_begin(&large_op, FS_OP_MAX), 0);
	shim_hart = 0;
	run_sleeper(begin_large, end_operations);
	rig_done();
}

/* --- files without contents ----------------------------------------------------------- */

static u32 transactions;

static void count_transactions(enum rig_point at)
{
	transactions += at == RIG_TRANSACTION;
}

/* The operation that removes the last name frees the inode, unless somebody has it. */
static void test_freed_with_name(void **state)
{
	struct inode *ip;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	assert_int_equal(rig_try_open("b", O_CREATE), 0);
	assert_int_equal(fs_link(rig_cwd(), "b", "c"), 0);
	assert_int_equal(fs_lookup(rig_cwd(), "c", &ip), 0);
	transactions = 0;
	rig_between = count_transactions;
	assert_int_equal(fs_unlink(rig_cwd(), "a"), 0);
	assert_int_equal(transactions, 1);
	assert_int_equal(fs_unlink(rig_cwd(), "b"), 0);
	assert_int_equal(fs_unlink(rig_cwd(), "c"), 0);
	assert_int_equal(transactions, 3);
	inode_put(ip);
	assert_int_equal(transactions, 4);
	rig_between = NULL;
	rig_done();
}

/* After an error of the disk nothing is removed, and the file is as it was. */
static void test_not_freed(void **state)
{
	struct inode *ip;
	u32 ino;

	(void)state;
	rig_fresh(1000, 100);
	assert_int_equal(rig_try_open("a", O_CREATE), 0);
	ino = number_of("a");
	assert_int_equal(fs_sync(), 0);
	assert_int_equal(rig_try_open("b", O_CREATE), 0);
	rig_disk.fail_write_in = 0;
	assert_int_equal(fs_sync(), -EIO);
	rig_disk.fail_write_in = -1;
	for (u32 i = 0; i < 2; i++) {
		assert_int_equal(fs_unlink(rig_cwd(), "a"), -EROFS);
		assert_int_equal(number_of("a"), ino);
		ip = inode_try(ino);
		assert_non_null(ip);
		inode_put(ip);
	}
	assert_int_equal(rig_mount(RIG_RAM), 0);
	assert_int_equal(number_of("a"), ino);
	rig_done();
}

/* A hart keeps the inode that it freed last.  Another hart gets it if there is no other. */
static void test_kept_inode(void **state)
{
	char path[16];
	u32 n = 0, ino;

	(void)state;
	rig_fresh(1000, 100);
	do
		sprintf(path, "n%u", n++);
	while (rig_try_open(path, O_CREATE) == 0);
	for (u32 round = 0; round < 2; round++) {
		for (u32 i = 0; i < 3; i++) {
			sprintf(path, "n%u", i);
			ino = number_of(path);
			shim_hart = i;
			assert_int_equal(fs_unlink(rig_cwd(), path), 0);
		}
		assert_int_equal(rig_try_open("n2", O_CREATE), 0);
		assert_int_equal(number_of("n2"), ino);
		shim_hart = 3;
		assert_int_equal(rig_try_open("n0", O_CREATE), 0);
		assert_int_equal(rig_try_open("n1", O_CREATE), 0);
		assert_int_equal(rig_try_open("no", O_CREATE), -ENOSPC);
		assert_int_equal(fs_unlink(rig_cwd(), "n0"), 0);
		assert_int_equal(fs_unlink(rig_cwd(), "n1"), 0); /* it keeps but one */
		assert_int_equal(rig_try_open("n0", O_CREATE), 0);
		assert_int_equal(rig_try_open("n1", O_CREATE), 0);
		shim_hart = 0;
	}
	rig_done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_removed_meanwhile),
		cmocka_unit_test(test_renamed_meanwhile),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_waiting_for_inode),
		cmocka_unit_test(test_commit_waits),
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_freed_with_name),
		cmocka_unit_test(test_not_freed),
		cmocka_unit_test(test_kept_inode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
