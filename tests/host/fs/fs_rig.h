/* fs_rig.h - the file system on the host: a disk that records all writes and flushes,
 * memory that can run out, a user's pages that can be missing, and a check of the lock
 * order.
 *
 * "Booting" starts the caches anew with what is on the disk, as after a power cut. */
#pragma once

#include "failing.h"
#include "rig.h"

#include <string.h>

#include "core/option/options.h"
#include "dev/block.h"
#include "fsck.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "lib/types.h"
#include "mm/phys/frame.h"
#include "mm/phys/reclaim.h"
#include "mm/uaccess.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/limits.h"

/* --- the disk ------------------------------------------------------------------------ */

/* What reached the disk, in order; @block RIG_FLUSH for a flush. */
struct rig_event {
	u32 sector;
	u8 data[SECTOR];
};

#define RIG_FLUSH ~0u

struct rig_disk {
	u8 *data;
	u64 sectors;
	bool record;
	struct rig_event *event;
	size_t nevents, max_events;
	s64 fail_read_in, fail_write_in; /* requests before one fails; -1: none does */
	bool stay_broken;                /* all after that one fail too              */
	u64 reads, writes, flushes;      /* requests                                 */
};

extern struct rig_disk rig_disk;
extern struct blkdev rig_dev;

/* An empty file system of @size blocks. */
void rig_format(u32 size, u32 ninodes, u32 nlog, bool big);
void rig_disk_set(const u8 *data, u64 bytes); /* any bytes */
void rig_disk_free(void);

/* Sets the disk to what it may hold when the power fails after @cut of the events, which
 * began with the contents @base.  All events before the last flush are on the disk, and of
 * those after it any, in any order.  With @in_order all are: the disk has no cache. */
void rig_cut_power(const u8 *base, const struct rig_event *event, size_t cut,
		   bool in_order);

/* Whether fsck finds the disk clean as it is; prints what is wrong. */
bool rig_is_clean(void);

/* --- the machine --------------------------------------------------------------------- */

extern struct failing rig_frames; /* frames that are refused                       */
extern char rig_messages[4096];   /* what printk said since the boot              */
extern bool rig_yields;           /* other threads get a turn before each spin lock */
extern u64 rig_points;            /* scheduling points that were reached            */
extern u64 rig_kill_at;           /* at this one the thread is killed; 0: at none  */

/* rig_boot() makes memory and an unmounted file system; rig_mount() also mounts it.  The
 * memory and the caches of the boot before are gone. */
void rig_boot(u64 ram);
int rig_mount(u64 ram) MUST_CHECK;
void rig_shutdown(void); /* frees all memory of the host */

extern struct shrinker *rig_shrinkers;

/* What mem_available() is in the kernel. */
static inline u64 rig_free_frames(void)
{
	u64 n = frame_count(FRAME_free);

	for (struct shrinker *s = rig_shrinkers; s; s = s->next)
		n += s->count();
	return n;
}

static inline u64 rig_reclaim(u64 want)
{
	return reclaim(want);
}

/* --- the user ------------------------------------------------------------------------ */

#define RIG_USER_BASE 0x100000ul
#define RIG_USER_PAGES 64

enum rig_page { PAGE_THERE, PAGE_ABSENT, PAGE_BAD };

extern u8 rig_user[RIG_USER_PAGES * PAGE_SIZE];
extern enum rig_page rig_user_page[RIG_USER_PAGES];
extern bool rig_forgetful; /* pages that are there may be absent at the next copy */
extern bool rig_killed;    /* the thread has been killed                          */

static inline uptr_t rig_uptr(u64 off)
{
	return uptr(RIG_USER_BASE + off);
}

/* --- in the middle of calls ---------------------------------------------------------- */

enum rig_point {
	RIG_COPYIN,      /* before a copy from the user                          */
	RIG_HALF_IN,     /* in the middle of it                                  */
	RIG_HALF_OUT,    /* in the middle of a copy to the user                  */
	RIG_TRANSACTION, /* before a transaction                                 */
	RIG_CUT,         /* before mappings are cut, to rig_cut_pages of the file */
};

extern void (*rig_between)(enum rig_point at); /* or NULL */
extern u64 rig_cut_pages;

/* --- shorthands that fail the test --------------------------------------------------- */

struct inode *rig_cwd(void); /* the root */
struct file *rig_open(const char *path, int flags);
void rig_write(struct file *f, const void *data, u64 n);
void rig_write_file(const char *path, const void *data, u64 n);

/* The whole file; its length, or -errno. */
s64 rig_read_file(const char *path, u8 *data, u64 max);

#define RIG_RAM (8 * MIB)

/* rig_fresh() makes and mounts a new file system.  rig_done() syncs it, checks that fsck
 * finds it clean, and frees it. */
void rig_fresh(u32 blocks, u32 ninodes);
void rig_done(void);

/* Opens and closes: 0 or -errno. */
int rig_try_open(const char *path, int flags);
