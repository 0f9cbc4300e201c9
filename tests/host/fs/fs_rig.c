/* fs_rig.c - see fs_rig.h. */
#include "fs_rig.h"

#include <sched.h>

#include "core/clock.h"
#include "core/hart.h"
#include "core/report/klog.h"
#include "core/sync/mutex.h"
#include "core/thread.h"
#include "dev/chardev.h"
#include "fs/store/log_priv.h"
#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"
#include "mm/phys/reclaim.h"
#include "no_network.h"
#include "pipe_waits.h"
#include "shim.h"

struct rig_disk rig_disk = { .fail_read_in = -1, .fail_write_in = -1 };
struct failing rig_frames;
char rig_messages[4096];
u8 rig_user[RIG_USER_PAGES * PAGE_SIZE];
enum rig_page rig_user_page[RIG_USER_PAGES];
bool rig_forgetful, rig_killed, rig_yields;
void (*rig_between)(enum rig_point at);
u64 rig_cut_pages, rig_points, rig_kill_at;

static struct page *frames;
struct shrinker *rig_shrinkers;
static __thread u32 ranks_held[RANK_COUNT], spin_ranks;
static __thread bool in_transaction;

/* --- the disk ------------------------------------------------------------------------ */

static bool fails(s64 *in)
{
	if (*in < 0)
		return false;
	if (*in == 0) {
		if (!rig_disk.stay_broken)
			*in = -1;
		return true;
	}
	(*in)--;
	return false;
}

static void remember(u32 sector, const u8 *data)
{
	struct rig_event *e;

	if (!rig_disk.record)
		return;
	if (rig_disk.nevents == rig_disk.max_events) {
		rig_disk.max_events = rig_disk.max_events * 2 + 256;
		rig_disk.event = realloc(rig_disk.event, rig_disk.max_events * sizeof(*e));
		assert_non_null(rig_disk.event);
	}
	e = &rig_disk.event[rig_disk.nevents++];
	e->sector = sector;
	if (data)
		memcpy(e->data, data, SECTOR);
}

static void transfer(struct bio *bio)
{
	u64 sector = bio->sector;

	for (u32 i = 0; i < bio->nsegs; i++) {
		u8 *data = bio->seg[i].data;

		for (u32 n = 0; n < bio->seg[i].bytes; n += SECTOR, sector++) {
			u8 *place = rig_disk.data + sector * SECTOR;

			assert_true(sector < rig_disk.sectors);
			if (bio->op == BIO_READ) {
				memcpy(data + n, place, SECTOR);
			} else {
				memcpy(place, data + n, SECTOR);
				remember((u32)sector, data + n);
			}
		}
	}
}

static void submit(struct blkdev *dev, struct bio *bio)
{
	bool is_read = bio->op == BIO_READ;
	int error = 0;

	(void)dev;
	if (fails(is_read ? &rig_disk.fail_read_in : &rig_disk.fail_write_in))
		error = -EIO;
	else if (bio->op == BIO_FLUSH)
		remember(RIG_FLUSH, NULL);
	else
		transfer(bio);
	rig_disk.reads += is_read;
	rig_disk.writes += bio->op == BIO_WRITE;
	rig_disk.flushes += bio->op == BIO_FLUSH;
	bio_finish(bio, error);
}

struct blkdev rig_dev = { .name = "disk0", .has_flush = true, .submit = submit };

void rig_disk_free(void)
{
	free(rig_disk.data);
	free(rig_disk.event);
	rig_disk = (struct rig_disk){ .fail_read_in = -1, .fail_write_in = -1 };
}

void rig_disk_set(const u8 *data, u64 bytes)
{
	rig_disk_free();
	rig_disk.sectors = bytes / SECTOR;
	rig_disk.data = malloc(bytes + 1);
	assert_non_null(rig_disk.data);
	memcpy(rig_disk.data, data, bytes);
	rig_dev.sectors = rig_disk.sectors;
}

void rig_format(u32 size, u32 ninodes, u32 nlog, bool big)
{
	struct fsimg_geometry g = { .size = size, .ninodes = ninodes, .nlog = nlog };
	struct fsimg img = { .big = big };

	option_put(FSBIG, big ? FSBIG_ON : FSBIG_OFF);
	assert_int_equal(fsimg_format(&img, &g), 0);
	rig_disk_set(img.data, (u64)size * FS_BLOCK);
	fsimg_free(&img);
}

static void apply(const struct rig_event *e)
{
	if (e->sector != RIG_FLUSH)
		memcpy(rig_disk.data + (u64)e->sector * SECTOR, e->data, SECTOR);
}

/* Some of the @n events at @event, in any order. */
static void apply_some(const struct rig_event *event, size_t n)
{
	size_t *pick = malloc((n + 1) * sizeof(*pick));

	assert_non_null(pick);
	for (size_t i = 0; i < n; i++)
		pick[i] = i;
	for (size_t i = n; i > 1; i--) {
		size_t k = rig_below(i), tmp = pick[i - 1];

		pick[i - 1] = pick[k];
		pick[k] = tmp;
	}
	/* None of them, all, or some. */
	if (n)
		n = rig_below(3) ? rig_below(n + 1) : rig_below(2) * n;
	for (size_t i = 0; i < n; i++)
		apply(&event[pick[i]]);
	free(pick);
}

void rig_cut_power(const u8 *base, const struct rig_event *event, size_t cut, bool in_order)
{
	size_t flushed = cut;

	memcpy(rig_disk.data, base, rig_disk.sectors * SECTOR);
	while (!in_order && flushed > 0 && event[flushed - 1].sector != RIG_FLUSH)
		flushed--;
	for (size_t i = 0; i < flushed; i++)
		apply(&event[i]);
	apply_some(event + flushed, cut - flushed);
}

bool rig_is_clean(void)
{
	struct fsck_options opt = { .strict = true, .out = stdout };
	struct fsck_report report;
	struct fsimg img = { .big = opt(FSBIG) == FSBIG_ON };

	img.blocks = (u32)(rig_disk.sectors / 2);
	img.data = malloc((size_t)img.blocks * FS_BLOCK);
	assert_non_null(img.data);
	memcpy(img.data, rig_disk.data, (size_t)img.blocks * FS_BLOCK);
	assert_int_equal(fsck_run(&img, &opt, &report), 0);
	fsimg_free(&img);
	return report.errors == 0 && !report.refused;
}

/* --- memory -------------------------------------------------------------------------- */

void shrinker_register(struct shrinker *s)
{
	s->next = rig_shrinkers;
	rig_shrinkers = s;
}

u64 reclaim(u64 want)
{
	u64 n = 0;

	for (struct shrinker *s = rig_shrinkers; s && n < want; s = s->next)
		n += s->scan(want - n);
	return n;
}

struct page *__real_frame_alloc(enum frame_kind kind, unsigned flags);
struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags);

struct page *__wrap_frame_alloc(enum frame_kind kind, unsigned flags)
{
	assert_true(!in_transaction && (!shim_spin_depth() || flags & FRAME_NOWAIT));
	return failing_now(&rig_frames) ? NULL : __real_frame_alloc(kind, flags);
}

struct page *__real_frame_alloc_order(enum frame_kind kind, unsigned n, unsigned flags);
struct page *__wrap_frame_alloc_order(enum frame_kind kind, unsigned n, unsigned flags);

struct page *__wrap_frame_alloc_order(enum frame_kind kind, unsigned n, unsigned flags)
{
	return failing_now(&rig_frames) ? NULL : __real_frame_alloc_order(kind, n, flags);
}

/* --- the kernel around --------------------------------------------------------------- */

u32 option_values[NOPTIONS]; /* 0: each option has its first value */

u64 clock_now(void)
{
	static u64 now;

	return __atomic_add_fetch(&now, 1, __ATOMIC_RELAXED);
}

u64 clock_from_ms(u64 ms)
{
	return ms * 1000;
}

/* There is no thread that commits in the background, unless a test starts one. */
int kthread_start(const char *name, void (*fn)(void *), void *arg)
{
	(void)name;
	(void)fn;
	(void)arg;
	return 0;
}

static void come_to(enum rig_point at)
{
	if (rig_between)
		rig_between(at);
}

/* Nothing is mapped here. */
void mappings_write_back(void)
{
}

void mappings_cut(struct object *obj, u64 pages)
{
	rig_cut_pages = pages;
	come_to(RIG_CUT);
	assert_int_equal(obj->nareas, 0);
}

struct thread *thread_current(void)
{
	static __thread char self;

	return (struct thread *)&self;
}

void sched_point(void)
{
	assert_int_equal(shim_spin_depth(), 0);
	if (__atomic_add_fetch(&rig_points, 1, __ATOMIC_RELAXED) == rig_kill_at)
		rig_killed = true;
}

bool thread_killed(void)
{
	return rig_killed;
}

static s64 tty_read(uptr_t dst, u64 n)
{
	return n && copyout_nofault(dst, "x", 1) == 1 ? 1 : 0;
}

static s64 tty_write(uptr_t src, u64 n)
{
	(void)src;
	return (s64)n;
}

static const struct chardev tty = {
	.name = "tty",
	.tty = true,
	.read = tty_read,
	.write = tty_write,
};

const struct chardev *chardev_get(unsigned major)
{
	return major == 1 ? &tty : NULL;
}

void __real_printk(const char *format, ...);
void __wrap_printk(const char *format, ...) PRINTF_LIKE(1, 2);

void __wrap_printk(const char *format, ...)
{
	size_t len = strlen(rig_messages);
	va_list args;

	va_start(args, format);
	vsnprintf(rig_messages + len, sizeof(rig_messages) - len, format, args);
	va_end(args);
}

/* --- the order of locks -------------------------------------------------------------- */

void __real_mutex_lock(struct mutex *m);
void __wrap_mutex_lock(struct mutex *m);
void __real_mutex_lock_nested(struct mutex *m);
void __wrap_mutex_lock_nested(struct mutex *m);
void __real_mutex_unlock(struct mutex *m);
void __wrap_mutex_unlock(struct mutex *m);
void __real_spin_lock(struct spinlock *lk);
void __wrap_spin_lock(struct spinlock *lk);
void __real_spin_unlock(struct spinlock *lk);
void __wrap_spin_unlock(struct spinlock *lk);
int __real_log_begin(struct log_op *op, u32 nblocks);
int __wrap_log_begin(struct log_op *op, u32 nblocks);
void __real_log_end(struct log_op *op);
void __wrap_log_end(struct log_op *op);
int __real_log_commit(void);
int __wrap_log_commit(void);

static void assert_no_rank_from(u32 rank)
{
	for (; rank < RANK_COUNT; rank++)
		assert_int_equal(ranks_held[rank], 0);
}

void __wrap_mutex_lock(struct mutex *m)
{
	assert_no_rank_from(m->rank);
	assert_true(!in_transaction || m->rank > RANK_log);
	__real_mutex_lock(m);
	ranks_held[m->rank]++;
}

void __wrap_mutex_lock_nested(struct mutex *m)
{
	assert_no_rank_from(m->rank + 1);
	assert_true(!in_transaction);
	__real_mutex_lock_nested(m);
	ranks_held[m->rank]++;
}

void __wrap_mutex_unlock(struct mutex *m)
{
	ranks_held[m->rank]--;
	__real_mutex_unlock(m);
}

void __wrap_spin_lock(struct spinlock *lk)
{
	assert_true(lk->rank == RANK_none || spin_ranks >> lk->rank == 0);
	if (rig_yields && !spin_ranks)
		sched_yield();
	__real_spin_lock(lk);
	if (lk->rank != RANK_none)
		spin_ranks |= 1u << lk->rank;
}

void __wrap_spin_unlock(struct spinlock *lk)
{
	if (lk->rank != RANK_none)
		spin_ranks &= ~(1u << lk->rank);
	__real_spin_unlock(lk);
}

int __real_waitq_wait(struct waitq *wq, struct spinlock *lk);
int __wrap_waitq_wait(struct waitq *wq, struct spinlock *lk);
void __real_waitq_wait_quiet(struct waitq *wq, struct spinlock *lk);
void __wrap_waitq_wait_quiet(struct waitq *wq, struct spinlock *lk);

/* @lk is the only spin lock that is held, and it is released during the wait. */
int __wrap_waitq_wait(struct waitq *wq, struct spinlock *lk)
{
	u32 ranks = spin_ranks;
	int err;

	spin_ranks = 0;
	err = __real_waitq_wait(wq, lk);
	spin_ranks = ranks;
	return err;
}

void __wrap_waitq_wait_quiet(struct waitq *wq, struct spinlock *lk)
{
	u32 ranks = spin_ranks;

	spin_ranks = 0;
	__real_waitq_wait_quiet(wq, lk);
	spin_ranks = ranks;
}

int __wrap_log_begin(struct log_op *op, u32 nblocks)
{
	int err;

	come_to(RIG_TRANSACTION);
	assert_true(!in_transaction && shim_spin_depth() == 0);
	err = __real_log_begin(op, nblocks);
	in_transaction = !err;
	return err;
}

void __wrap_log_end(struct log_op *op)
{
	assert_true(in_transaction);
	__real_log_end(op);
	in_transaction = false;
}

int __wrap_log_commit(void)
{
	assert_true(!in_transaction);
	return __real_log_commit();
}

/* --- the user ------------------------------------------------------------------------ */

static bool page_is_there(va_t va)
{
	u64 i = (va - RIG_USER_BASE) / PAGE_SIZE;

	if (va < RIG_USER_BASE || i >= RIG_USER_PAGES)
		return false;
	if (rig_forgetful && rig_user_page[i] == PAGE_THERE && rig_below(4) == 0)
		rig_user_page[i] = PAGE_ABSENT;
	return rig_user_page[i] == PAGE_THERE;
}

/* Bytes from @p on, at most @n, that can be reached without a fault. */
static u64 reachable(uptr_t p, u64 n)
{
	u64 done = 0;

	while (done < n && page_is_there(p.va + done))
		done += MIN(n - done, PAGE_SIZE - (p.va + done) % PAGE_SIZE);
	return done;
}

/* Copies @n bytes and comes to a point in the middle. */
static void copy_halves(u8 *dst, const u8 *src, u64 n, enum rig_point half)
{
	memcpy(dst, src, n / 2);
	come_to(half);
	memcpy(dst + n / 2, src + n / 2, n - n / 2);
}

u64 copyin_nofault(void *dst, uptr_t src, u64 n)
{
	come_to(RIG_COPYIN);
	n = reachable(src, n);
	if (n)
		copy_halves(dst, rig_user + (src.va - RIG_USER_BASE), n, RIG_HALF_IN);
	return n;
}

u64 copyout_nofault(uptr_t dst, const void *src, u64 n)
{
	n = reachable(dst, n);
	if (n)
		copy_halves(rig_user + (dst.va - RIG_USER_BASE), src, n, RIG_HALF_OUT);
	return n;
}

int uaccess_fault_in(uptr_t p, bool write)
{
	u64 i = (p.va - RIG_USER_BASE) / PAGE_SIZE;

	(void)write;
	assert_no_rank_from(RANK_area);
	assert_true(!in_transaction && shim_spin_depth() == 0);
	if (p.va < RIG_USER_BASE || i >= RIG_USER_PAGES || rig_user_page[i] == PAGE_BAD)
		return -EFAULT;
	rig_user_page[i] = PAGE_THERE;
	return 0;
}

/* --- booting ------------------------------------------------------------------------- */

void rig_shutdown(void)
{
	free(frames);
	frames = NULL;
	rig_shrinkers = NULL;
	shim_ram_fini();
}

void rig_boot(u64 ram)
{
	u64 n = ram / PAGE_SIZE;

	rig_shutdown();
	memset(ranks_held, 0, sizeof(ranks_held));
	in_transaction = false;
	rig_messages[0] = '\0';
	failing_end(&rig_frames);
	shim_ram_init(ram);
	frames = calloc(n, sizeof(*frames));
	assert_non_null(frames);
	frame_init(SHIM_RAM_BASE, ram, frames);
	frame_boot_free(SHIM_RAM_BASE, SHIM_RAM_BASE + ram);
	memset(rig_user_page, 0, sizeof(rig_user_page));
	object_cache_init();
	fs_init();
}

int rig_mount(u64 ram)
{
	rig_boot(ram);
	return fs_mount(&rig_dev);
}

/* --- shorthands ---------------------------------------------------------------------- */

struct inode *rig_cwd(void)
{
	struct inode *root = inode_root();

	/* The mount's reference keeps it. */
	inode_put(root);
	return root;
}

struct file *rig_open(const char *path, int flags)
{
	struct file *f;

	assert_int_equal(fs_open(rig_cwd(), path, flags, &f), 0);
	return f;
}

void rig_write(struct file *f, const void *data, u64 n)
{
	assert_true(n <= sizeof(rig_user));
	if (n)
		memcpy(rig_user, data, n);
	assert_int_equal(file_write(f, rig_uptr(0), n), n);
}

void rig_write_file(const char *path, const void *data, u64 n)
{
	struct file *f = rig_open(path, O_CREATE | O_TRUNC | O_WRONLY);

	rig_write(f, data, n);
	file_put(f);
}

s64 rig_read_file(const char *path, u8 *data, u64 max)
{
	struct inode *ip;
	s64 n = fs_lookup(rig_cwd(), path, &ip);

	if (n)
		return n;
	n = inode_read(ip, data, 0, max);
	inode_put(ip);
	return n;
}

void rig_fresh(u32 blocks, u32 ninodes)
{
	rig_format(blocks, ninodes, 30, false);
	assert_int_equal(rig_mount(RIG_RAM), 0);
}

void rig_done(void)
{
	assert_int_equal(fs_sync(), 0);
	assert_true(rig_is_clean());
	rig_shutdown();
}

int rig_try_open(const char *path, int flags)
{
	struct file *f;
	int err = fs_open(rig_cwd(), path, flags, &f);

	if (!err)
		file_put(f);
	return err;
}
