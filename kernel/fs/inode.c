/* inode.c - the table of inodes, and their 64 bytes on the disk.
 *
 * The table always has NSLOT slots, and more while more inodes are in use.  So a program
 * that maps many files takes memory, not the slots that others need.
 *
 * Locks: table.lock (rank fstable) guards numbers, references and lists.  Each inode has a
 * mutex for its contents.  The mutex `search` is held while a free inode is looked for; the
 * thread that takes it holds the lock of a directory.
 *
 * The last inode_put() of an inode without names frees it.  From then on the inode is
 * `dying`, so that a corrupt directory entry cannot bring it back. */
#include "fs/inode_priv.h"

#include "core/report/klog.h"
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "uapi/errno.h"

#define NSLOT 200
#define NHASH 256

static struct {
	struct spinlock lock;
	struct list lru;           /* (lock) slots without references, oldest first */
	struct inode *hash[NHASH]; /* (lock) */
	struct mutex search;       /* for free inodes on the disk */
	u32 first_free;            /* (lock) no free inode has a lower number           */
	u64 frees;                 /* (lock) counts inodes that became free             */
	u32 unsettled;             /* (lock) inodes that are being made or freed        */
	struct waitq settled;      /* until there are fewer of those                    */
	struct inode slot[NSLOT];
} table;

static struct slab_cache extra_slots;

static void inode_slot_init(struct inode *ip)
{
	mutex_init(&ip->lock, "inode", RANK_inode);
	object_init(&ip->obj, &inode_object_ops);
}

void inode_init(void)
{
	memset(&table, 0, sizeof(table));
	spin_init(&table.lock, "inodes", RANK_fstable);
	mutex_init(&table.search, "free inodes", RANK_inode);
	waitq_init(&table.settled);
	slab_init(&extra_slots, "inodes", sizeof(struct inode));
	list_init(&table.lru);
	table.first_free = FS_ROOT_INO;
	for (unsigned i = 0; i < NSLOT; i++) {
		struct inode *ip = &table.slot[i];

		inode_slot_init(ip);
		list_add_tail(&table.lru, &ip->lru);
	}
}

/* --- slots; table.lock held unless said otherwise ------------------------------------ */

static struct inode *inode_find(u32 ino)
{
	struct inode *ip = table.hash[ino % NHASH];

	while (ip && ip->ino != ino)
		ip = ip->hash_next;
	return ip;
}

static void inode_hash_in(struct inode *ip, u32 ino)
{
	struct inode **slot = &table.hash[ino % NHASH];

	ip->ino = ino;
	ip->hash_next = *slot;
	*slot = ip;
}

static void inode_hash_out(struct inode *ip)
{
	struct inode **slot = &table.hash[ip->ino % NHASH];

	if (!ip->ino)
		return;
	while (*slot != ip)
		slot = &(*slot)->hash_next;
	*slot = ip->hash_next;
	ip->ino = 0;
}

static void inode_take_ref(struct inode *ip)
{
	if (ip->refs++ == 0)
		list_del(&ip->lru);
}

/* Takes a slot out of all lists, for another inode; NULL if there is none.  In that case
 * @dirty says whether a commit would free one: pages that are on their way to the disk must
 * get there before the file can be read again. */
static struct inode *inode_take_slot(bool *dirty)
{
	struct inode *ip;

	*dirty = false;
	list_for_each(ip, &table.lru, lru) {
		if (__atomic_load_n(&ip->obj.ndirty, __ATOMIC_ACQUIRE)) {
			*dirty = true;
			continue;
		}
		list_del(&ip->lru);
		inode_hash_out(ip);
		return ip;
	}
	return NULL;
}

static bool inode_is_extra(const struct inode *ip)
{
	return ip < table.slot || ip >= table.slot + NSLOT;
}

/* Allocates one more slot.  -ENOMEM.  No lock held. */
static int inode_add_slot(struct inode **out)
{
	*out = slab_alloc(&extra_slots, 0);
	if (!*out)
		return -ENOMEM;
	inode_slot_init(*out);
	return 0;
}

/* Gives back a slot that nobody uses and that is in no list.  No lock held. */
static void inode_drop_slot(struct inode *ip)
{
	if (inode_is_extra(ip)) {
		object_drop_pages(&ip->obj, 0);
		slab_free(&extra_slots, ip);
		return;
	}
	spin_lock(&table.lock);
	list_add(&table.lru, &ip->lru);
	spin_unlock(&table.lock);
}

/* Gets an empty slot, in no list.  No spin lock held; may sleep for a commit. */
static int inode_get_empty_slot(struct inode **out)
{
	struct inode *ip;
	bool dirty;

	for (;;) {
		spin_lock(&table.lock);
		ip = inode_take_slot(&dirty);
		spin_unlock(&table.lock);
		if (ip) {
			object_drop_pages(&ip->obj, 0);
			*out = ip;
			return 0;
		}
		if (!dirty)
			return inode_add_slot(out);
		if (log_commit())
			return -ENFILE;
	}
}

/* --- references ---------------------------------------------------------------------- */

/* Gets the slot of @ino with a reference; it may not be loaded.  No lock held. */
static int inode_claim(u32 ino, struct inode **out)
{
	struct inode *ip, *fresh = NULL;
	int err = 0;

	for (;;) {
		spin_lock(&table.lock);
		ip = inode_find(ino);
		if (ip && ip->dying) {
			err = -EIO;
		} else if (ip) {
			inode_take_ref(ip);
		} else if (fresh) {
			ip = fresh;
			fresh = NULL;
			ip->loaded = false;
			ip->type = 0;
			ip->refs = 1;
			inode_hash_in(ip, ino);
		}
		spin_unlock(&table.lock);
		if (ip || err)
			break;
		err = inode_get_empty_slot(&fresh);
		if (err)
			return err;
	}
	if (fresh)
		inode_drop_slot(fresh);
	*out = ip;
	return err;
}

static void inode_unload(struct inode *ip)
{
	ip->type = ip->major = ip->minor = ip->nlink = 0;
	ip->size = ip->goal = ip->next_page = ip->free_slot = 0;
	memset(ip->addr, 0, sizeof(ip->addr));
}

static struct fs_dinode *inode_dinode(const struct inode *ip, struct buf *b)
{
	return &((struct fs_dinode *)(void *)b->data)[ip->ino % FS_INODES_PER_BLOCK];
}

/* Reads the inode from the disk.  Its lock is held. */
static int inode_load(struct inode *ip)
{
	const struct fs_dinode *d;
	struct buf *b;
	int err = inode_buf(ip, &b);

	if (err)
		return err;
	d = inode_dinode(ip, b);
	inode_unload(ip);
	ip->type = d->type;
	ip->major = d->major;
	ip->minor = d->minor;
	ip->nlink = d->nlink;
	ip->size = d->size;
	memcpy(ip->addr, d->addr, sizeof(ip->addr));
	buf_put(b);
	if (ip->type < T_DIR || ip->type > T_SYMLINK || ip->nlink < 0)
		err = -EIO;
	else
		__atomic_store_n(&ip->loaded, true, __ATOMIC_RELEASE);
	return err;
}

int inode_get(u32 ino, struct inode **out)
{
	struct inode *ip;
	int err;

	if (ino < FS_ROOT_INO || ino >= geo.ninodes)
		return -EIO;
	err = inode_claim(ino, &ip);
	if (err)
		return err;
	if (!__atomic_load_n(&ip->loaded, __ATOMIC_ACQUIRE)) {
		/* Only a thread that loads the inode can hold this lock, and that thread
		 * takes no lock of another inode. */
		inode_lock_nested(ip);
		if (!ip->loaded)
			err = inode_load(ip);
		inode_unlock(ip);
	}
	if (!err && ip->type == 0)
		err = -EIO; /* it is being created, and a corrupt entry names it */
	if (err) {
		inode_put(ip);
		return err;
	}
	*out = ip;
	return 0;
}

struct inode *inode_dup(struct inode *ip)
{
	spin_lock(&table.lock);
	inode_take_ref(ip);
	spin_unlock(&table.lock);
	return ip;
}

/* Notes that inode @ino is free, or may be.  table.lock held. */
static void inode_note_free(u32 ino)
{
	table.first_free = MIN(table.first_free, ino);
	table.frees++;
}

/* Takes a slot beyond the NSLOT out of all lists if nobody refers to it; else NULL.  Such
 * slots are the first of the list.  An inode whose pages are being written is left for a
 * later call.  table.lock held. */
static struct inode *inode_take_idle(void)
{
	struct inode *ip = list_first(&table.lru, struct inode, lru);

	if (list_empty(&table.lru) || !inode_is_extra(ip) ||
	    __atomic_load_n(&ip->obj.ndirty, __ATOMIC_ACQUIRE))
		return NULL;
	list_del(&ip->lru);
	inode_hash_out(ip);
	return ip;
}

/* Gives one reference back and returns true.  But if it is the last one of an inode without
 * names, keeps the reference, marks the inode dying and returns false. */
static bool inode_put_ref(struct inode *ip)
{
	struct inode *idle;
	bool last;

	spin_lock(&table.lock);
	last = ip->refs == 1 && ip->loaded && ip->type != 0 && ip->nlink == 0 && !ip->dying;
	if (last) {
		ip->dying = true;
		table.unsettled++;
	} else if (--ip->refs == 0) {
		if (ip->type == 0)
			inode_note_free(ip->ino);
		if (inode_is_extra(ip))
			list_add(&table.lru, &ip->lru);
		else
			list_add_tail(&table.lru, &ip->lru);
	}
	idle = inode_take_idle();
	spin_unlock(&table.lock);
	if (idle)
		inode_drop_slot(idle);
	return !last;
}

/* The making or freeing of an inode has ended.  table.lock held. */
static void inode_count_settled(void)
{
	table.unsettled--;
	waitq_wake_all(&table.settled);
}

void inode_put(struct inode *ip)
{
	struct inode *idle;
	int err;

	if (inode_put_ref(ip))
		return;
	/* If this fails, the inode stays an orphan on the disk, and the next mount frees
	 * it. */
	err = inode_free(ip);
	spin_lock(&table.lock);
	ip->dying = false;
	ip->refs = 0;
	if (err) {
		ip->loaded = false;
	} else {
		inode_note_free(ip->ino);
		inode_hash_out(ip);
	}
	inode_count_settled();
	list_add(&table.lru, &ip->lru);
	idle = inode_take_idle();
	spin_unlock(&table.lock);
	if (idle)
		inode_drop_slot(idle);
}

struct inode *inode_root(void)
{
	struct inode *ip;
	int err = inode_get(FS_ROOT_INO, &ip);

	/* The mount holds a reference, so this cannot fail. */
	ASSERT(!err);
	return ip;
}

/* --- the disk's side ----------------------------------------------------------------- */

int inode_buf(const struct inode *ip, struct buf **out)
{
	return buf_get(geo_inode_block(ip->ino), out);
}

void inode_store(struct log_op *op, const struct inode *ip, struct buf *b)
{
	struct fs_dinode *d = inode_dinode(ip, b);

	/* A single store for the type: inode_is_free() may look at it now. */
	__atomic_store_n(&d->type, ip->type, __ATOMIC_RELAXED);
	d->major = ip->major;
	d->minor = ip->minor;
	d->nlink = ip->nlink;
	d->size = ip->size;
	memcpy(d->addr, ip->addr, sizeof(d->addr));
	log_write(op, b);
}

/* Whether another thread has taken the free inode @ino and will fill it in. */
static bool inode_is_claimed(u32 ino)
{
	struct inode *ip;
	bool claimed;

	spin_lock(&table.lock);
	ip = inode_find(ino);
	claimed = ip && ip->refs > 0;
	spin_unlock(&table.lock);
	return claimed;
}

/* Whether inode @ino, in buffer @b, is free.  Looks at the type twice: between the first
 * look and inode_is_claimed(), a thread that had claimed the inode may fill it in and put
 * it.  Only a holder of the mutex `search` makes a new claim. */
static bool inode_is_free(struct buf *b, u32 ino)
{
	const struct fs_dinode *d = (const struct fs_dinode *)(const void *)b->data;
	const s16 *type = &d[ino % FS_INODES_PER_BLOCK].type;

	return __atomic_load_n(type, __ATOMIC_RELAXED) == 0 && !inode_is_claimed(ino) &&
	       __atomic_load_n(type, __ATOMIC_RELAXED) == 0;
}

/* Returns the number of the first free inode from @ino on, 0 if there is none, or -EIO.
 * Mutex `search` held. */
static s64 inode_find_free(u32 ino)
{
	struct buf *b = NULL;
	bool found = false;

	for (; ino < geo.ninodes && !found; ino++) {
		if (!b || ino % FS_INODES_PER_BLOCK == 0) {
			int err;

			if (b)
				buf_put(b);
			sched_point();
			err = buf_get(geo_inode_block(ino), &b);
			if (err)
				return err;
		}
		found = inode_is_free(b, ino);
	}
	if (b)
		buf_put(b);
	return found ? ino - 1 : 0;
}

/* Called when no free inode was found and table.frees had been @frees before the search.
 * Waits while an inode is being freed, or is being made, because that may fail.  Returns
 * whether an inode has become free since, so that the caller searches again. */
static bool inode_wait_for_free(u64 frees)
{
	bool freed;

	spin_lock(&table.lock);
	while (table.frees == frees && table.unsettled)
		waitq_wait_quiet(&table.settled, &table.lock);
	freed = table.frees != frees;
	spin_unlock(&table.lock);
	return freed;
}

/* Finds a free inode and gets a reference.  -ENOSPC.  Mutex `search` held. */
static int inode_claim_free(struct inode **out)
{
	u64 frees;
	s64 ino;
	int err;

	do {
		spin_lock(&table.lock);
		ino = table.first_free;
		frees = table.frees;
		spin_unlock(&table.lock);
		ino = inode_find_free((u32)ino);
	} while (ino == 0 && inode_wait_for_free(frees));
	if (ino <= 0)
		return ino ? (int)ino : -ENOSPC;
	err = inode_claim((u32)ino, out);
	spin_lock(&table.lock);
	if (!err) {
		table.unsettled++;
		if (table.frees == frees)
			table.first_free = (u32)ino;
	}
	spin_unlock(&table.lock);
	return err;
}

int inode_new(struct inode **out)
{
	struct inode *ip;
	int err;

	mutex_lock_nested(&table.search);
	err = inode_claim_free(&ip);
	if (!err) {
		inode_unload(ip);
		ip->loaded = true;
		*out = ip;
	}
	mutex_unlock(&table.search);
	if (err == -ENOSPC)
		printk_limited("ialloc: no inodes", "ialloc: no inodes\n");
	return err;
}

void inode_settle(void)
{
	spin_lock(&table.lock);
	inode_count_settled();
	spin_unlock(&table.lock);
}

u32 inode_version(const struct inode *ip)
{
	return __atomic_load_n(&ip->version, __ATOMIC_RELAXED);
}

void inode_stat(struct inode *ip, struct stat *st)
{
	inode_lock(ip);
	*st = (struct stat){
		.dev = 1,
		.ino = ip->ino,
		.type = ip->type,
		.nlink = ip->nlink,
		.size = ip->size,
	};
	inode_unlock(ip);
}

struct object *inode_object(struct inode *ip)
{
	return ip->type == T_FILE ? &ip->obj : NULL;
}

static int inode_reclaim_in_block(struct buf *b, u32 first)
{
	const struct fs_dinode *d = (const struct fs_dinode *)(const void *)b->data;

	for (u32 i = 0; i < FS_INODES_PER_BLOCK && first + i < geo.ninodes; i++) {
		struct inode *ip;

		if (d[i].type == 0 || d[i].nlink != 0 || first + i < FS_ROOT_INO)
			continue;
		if (!log_is_writable())
			return 0;
		printk("ireclaim: orphaned inode %u\n", first + i);
		if (inode_get(first + i, &ip) == 0)
			inode_put(ip);
	}
	return 0;
}

int inode_reclaim_orphans(void)
{
	for (u32 ino = 0; ino < geo.ninodes; ino += (u32)FS_INODES_PER_BLOCK) {
		struct buf *b;
		int err = buf_get(geo_inode_block(ino), &b);

		if (err)
			return err;
		err = inode_reclaim_in_block(b, ino);
		buf_put(b);
		if (err)
			return err;
	}
	return 0;
}
