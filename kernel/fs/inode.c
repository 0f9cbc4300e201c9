/* inode.c - the table of inodes.
 *
 * The table always has NSLOT slots, and more while more inodes are in use.  So a program
 * that maps many files takes memory, not the slots that others need.
 *
 * Locks: table.lock (rank fstable) guards numbers and lists.  Each inode has a mutex for
 * its contents.
 *
 * Most references come and go without table.lock, by a compare-and-swap of `refs`.  The bit
 * REFS_LOCKED forbids that where more than the count changes with the first or the last
 * reference: the slot is empty, not loaded, additional, or its inode has no names.  It is
 * set and cleared by a holder of a reference, so it does not change while there is none,
 * except by inode_claim_idle(), which takes the slot.
 *
 * The last inode_put() of an inode without names frees it, if inode_kill() did not come
 * before.  REFS_DYING is set from then on, so that a corrupt directory entry cannot bring
 * it back: nobody else gets a reference until the slot is given back, or the inode becomes
 * another file.  Each hart keeps one such slot for the next file that it makes: files that
 * come and go take nothing that harts share. */
#include "fs/inode_priv.h"

#include "core/report/klog.h"
#include "core/thread.h"
#include "fs/fs.h"
#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/ifree_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "uapi/errno.h"

#define NSLOT 200
#define NHASH 256
#define MAX_STEPS 4 /* of a look-up without the lock */

/* In inode.refs: */
#define REFS_COUNT 0x1fffffffu
#define REFS_DYING 0x20000000u  /* nobody gets another reference                */
#define REFS_LOCKED 0x80000000u /* the first and the last reference need table.lock */
#define REFS_USED 0x40000000u   /* looked up since table.hand last passed by    */

static struct {
	struct spinlock lock;
	u32 hand; /* (lock) of the slots with an inode, the one that is asked next */
	struct inode *hash[NHASH]; /* (A) changed under (lock) */

	/* (lock) Idle slots that are used first: additional ones; then empty ones. */
	struct list extra, empty;
	struct inode slot[NSLOT];
} table;

static struct slab_cache extra_slots;
struct inode *inode_root_dir;

static bool inode_is_extra(const struct inode *ip)
{
	return ip < table.slot || ip >= table.slot + NSLOT;
}

static u32 inode_refs(const struct inode *ip)
{
	return __atomic_load_n(&ip->refs, __ATOMIC_RELAXED);
}

/* Sets ip->refs to @to if it is *@from; else gets what it is. */
static bool inode_refs_swap(struct inode *ip, u32 *from, u32 to)
{
	return __atomic_compare_exchange_n(&ip->refs, from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* Neighbours are in different cache lines: they may be files of different harts. */
static u32 inode_hash(u32 ino)
{
	return ino * 9 % NHASH;
}

/* --- slots; table.lock held unless said otherwise ------------------------------------ */

static struct inode *inode_find(u32 ino)
{
	struct inode *ip = table.hash[inode_hash(ino)];

	while (ip && ip->ino != ino)
		ip = ip->hash_next;
	return ip;
}

static void inode_hash_in(struct inode *ip, u32 ino)
{
	struct inode **slot = &table.hash[inode_hash(ino)];

	__atomic_store_n(&ip->ino, ino, __ATOMIC_RELAXED);
	__atomic_store_n(&ip->hash_next, *slot, __ATOMIC_RELAXED);
	__atomic_store_n(slot, ip, __ATOMIC_RELEASE);
}

static void inode_hash_out(struct inode *ip)
{
	struct inode **slot = &table.hash[inode_hash(ip->ino)];

	if (!ip->ino)
		return;
	while (*slot != ip)
		slot = &(*slot)->hash_next;
	__atomic_store_n(slot, ip->hash_next, __ATOMIC_RELAXED);
	__atomic_store_n(&ip->ino, 0, __ATOMIC_RELAXED);
}

static struct inode *inode_take(struct inode *ip)
{
	list_del(&ip->idle);
	inode_hash_out(ip);
	ip->refs = REFS_LOCKED | 1;
	return ip;
}

/* Takes the first slot of table.extra or of table.empty.  NULL: there is none, or its pages
 * are being written. */
static struct inode *inode_take_first(struct list *list)
{
	struct inode *ip = list_first(list, struct inode, idle);

	if (list_empty(list) || __atomic_load_n(&ip->obj.ndirty, __ATOMIC_ACQUIRE))
		return NULL;
	return inode_take(ip);
}

/* Puts a slot without references into the list where it belongs, if that is one. */
static void inode_note_idle(struct inode *ip)
{
	if (inode_is_extra(ip))
		list_add(&table.extra, &ip->idle);
	else if (!ip->ino)
		list_add(&table.empty, &ip->idle);
}

static void inode_slot_init(struct inode *ip)
{
	mutex_init(&ip->lock, "inode", RANK_inode);
	object_init(&ip->obj, &inode_object_ops);
	list_init(&ip->idle);
	ip->refs = REFS_LOCKED;
}

void inode_init(void)
{
	memset(&table, 0, sizeof(table));
	spin_init(&table.lock, "inodes", RANK_fstable);
	slab_init(&extra_slots, "inodes", sizeof(struct inode));
	list_init(&table.extra);
	list_init(&table.empty);
	for (unsigned i = NSLOT; i-- > 0;) { /* the first one is used first */
		inode_slot_init(&table.slot[i]);
		inode_note_idle(&table.slot[i]);
	}
	ifree_init();
}

/* Whether nobody refers to slot @ip and its pages are on the disk; then it has a reference.
 * Sets *@dirty if only these prevent it.  A slot that was looked up since the last time
 * stays. */
static bool inode_claim_idle(struct inode *ip, bool *dirty)
{
	u32 r = inode_refs(ip);

	if (r & REFS_COUNT)
		return false;
	if (r & REFS_USED) {
		inode_refs_swap(ip, &r, r & ~REFS_USED);
		return false;
	}
	if (__atomic_load_n(&ip->obj.ndirty, __ATOMIC_ACQUIRE)) {
		*dirty = true;
		return false;
	}
	return inode_refs_swap(ip, &r, REFS_LOCKED | 1);
}

/* Takes a slot for another inode, with one reference; NULL if there is none.  In that case
 * @dirty says whether a commit would free one: pages that are on their way to the disk must
 * get there before the file can be read again. */
static struct inode *inode_take_slot(bool *dirty)
{
	struct inode *ip = inode_take_first(&table.extra);

	*dirty = !ip && !list_empty(&table.extra);
	if (!ip)
		ip = inode_take_first(&table.empty);
	for (u32 i = 0; i < 2 * NSLOT && !ip; i++) {
		struct inode *at = &table.slot[table.hand];

		table.hand = (table.hand + 1) % NSLOT;
		if (inode_claim_idle(at, dirty))
			ip = inode_take(at); /* it may be an empty one behind a dirty one */
	}
	return ip;
}

/* Allocates one more slot.  -ENOMEM.  No lock held. */
static int inode_add_slot(struct inode **out)
{
	*out = slab_alloc(&extra_slots, 0);
	if (!*out)
		return -ENOMEM;
	inode_slot_init(*out);
	(*out)->refs = REFS_LOCKED | 1;
	return 0;
}

/* Gives back a slot that was taken.  No lock held. */
static void inode_drop_slot(struct inode *ip)
{
	if (inode_is_extra(ip)) {
		object_drop_pages(&ip->obj, 0);
		slab_free(&extra_slots, ip);
		return;
	}
	spin_lock(&table.lock);
	ip->refs = REFS_LOCKED;
	inode_note_idle(ip);
	spin_unlock(&table.lock);
}

/* Gets a slot, with one reference; it may still have pages.  No spin lock held; may sleep
 * for a commit. */
static int inode_get_slot(struct inode **out)
{
	struct inode *ip;
	bool dirty;

	for (;;) {
		spin_lock(&table.lock);
		ip = inode_take_slot(&dirty);
		spin_unlock(&table.lock);
		if (ip) {
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

/* Enters slot @ip, which was taken, for inode @ino.  table.lock held. */
static void inode_enter(struct inode *ip, u32 ino)
{
	ip->loaded = ip->making = false;
	ip->type = 0;
	inode_hash_in(ip, ino);
}

/* Gets a reference to @ip, unless it is dying.  table.lock held. */
static bool inode_join(struct inode *ip)
{
	u32 r = inode_refs(ip);

	do {
		if (r & REFS_DYING)
			return false;
	} while (!inode_refs_swap(ip, &r, r + 1));
	list_del(&ip->idle);
	return true;
}

/* Gets the slot of @ino with a reference; it may not be loaded.  No lock held. */
static int inode_claim(u32 ino, struct inode **out)
{
	struct inode *ip, *fresh = NULL;
	int err = 0;

	for (;;) {
		bool dirty;

		spin_lock(&table.lock);
		ip = inode_find(ino);
		if (ip && !inode_join(ip)) {
			err = -EIO;
		} else if (!ip) {
			if (!fresh)
				fresh = inode_take_slot(&dirty);
			if (fresh && !fresh->obj.npages) {
				ip = fresh;
				fresh = NULL;
				inode_enter(ip, ino);
			}
		}
		spin_unlock(&table.lock);
		if (ip || err)
			break;
		if (!fresh)
			err = inode_get_slot(&fresh);
		if (err)
			return err;
		object_drop_pages(&fresh->obj, 0);
	}
	if (fresh)
		inode_drop_slot(fresh);
	*out = ip;
	return err;
}

/* A slot of the table stays an inode for ever.  So if it becomes another inode during the
 * look-up, its number shows that once there is a reference. */
struct inode *inode_try(u32 ino)
{
	struct inode *ip = __atomic_load_n(&table.hash[inode_hash(ino)], __ATOMIC_ACQUIRE);
	u32 r;

	for (u32 n = 0; n < MAX_STEPS && ip && !inode_is_extra(ip); n++) {
		if (__atomic_load_n(&ip->ino, __ATOMIC_RELAXED) != ino) {
			ip = __atomic_load_n(&ip->hash_next, __ATOMIC_ACQUIRE);
			continue;
		}
		r = inode_refs(ip);
		do {
			if (r & REFS_LOCKED)
				return NULL;
		} while (!inode_refs_swap(ip, &r, (r + 1) | REFS_USED));
		if (__atomic_load_n(&ip->ino, __ATOMIC_RELAXED) == ino)
			return ip;
		inode_put(ip);
		return NULL;
	}
	return NULL;
}

void inode_note_names(struct inode *ip)
{
	bool named = ip->type != 0 && ip->nlink > 0 && !inode_is_extra(ip);

	if (named && (inode_refs(ip) & REFS_LOCKED))
		__atomic_fetch_and(&ip->refs, ~(REFS_LOCKED | REFS_DYING),
				   __ATOMIC_RELEASE);
	else if (!named && !(inode_refs(ip) & REFS_LOCKED))
		__atomic_fetch_or(&ip->refs, REFS_LOCKED, __ATOMIC_RELEASE);
}

int inode_keep_buf(struct inode *ip)
{
	struct buf *was = ip->buf;

	if (inode_is_extra(ip) || (was && was->block == geo_inode_block(ip->ino)))
		return 0;
	ip->buf = NULL;
	if (was)
		buf_put(was);
	return buf_get(geo_inode_block(ip->ino), &ip->buf);
}

int inode_get(u32 ino, struct inode **out)
{
	struct inode *ip = inode_try(ino);
	int err;

	if (ip) {
		*out = ip;
		return 0;
	}
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
	__atomic_fetch_add(&ip->refs, 1, __ATOMIC_RELAXED);
	return ip;
}

/* Whether an additional slot is idle.  A hint without the lock. */
static bool inode_has_extra(void)
{
	return __atomic_load_n(&table.extra.next, __ATOMIC_RELAXED) != &table.extra;
}

/* Gives back an additional slot that nobody refers to, if there is one. */
static void inode_drop_extra(void)
{
	struct inode *idle;

	spin_lock(&table.lock);
	idle = inode_take_first(&table.extra);
	spin_unlock(&table.lock);
	if (idle)
		inode_drop_slot(idle);
}

bool inode_kill(struct inode *ip)
{
	u32 r = inode_refs(ip);

	do {
		if ((r & (REFS_COUNT | REFS_DYING)) != 1)
			return false;
	} while (!inode_refs_swap(ip, &r, r | REFS_LOCKED | REFS_DYING));
	ifree_begin();
	return true;
}

void inode_revive(struct inode *ip)
{
	__atomic_fetch_and(&ip->refs, ~REFS_DYING, __ATOMIC_RELEASE);
	inode_note_names(ip);
	ifree_settle();
}

/* Gives one reference back and returns true.  But if it is the last one of an inode without
 * names, keeps the reference, marks the inode dying and returns false. */
static bool inode_put_ref(struct inode *ip)
{
	u32 r, unused = 0;
	bool last;

	spin_lock(&table.lock);
	r = inode_refs(ip);
	do {
		last = (r & REFS_COUNT) == 1 && ip->loaded && ip->type != 0 &&
		       ip->nlink == 0;
	} while (!inode_refs_swap(ip, &r, last ? r | REFS_DYING : r - 1));
	if (last) {
		ifree_begin();
	} else if ((r & REFS_COUNT) == 1) {
		if (ip->making) {
			unused = ip->ino;
			inode_hash_out(ip);
		}
		inode_note_idle(ip);
	}
	spin_unlock(&table.lock);
	if (unused)
		ifree_add(unused);
	return !last;
}

/* Takes a dying inode from its slot, and adds its number to the free ones if @is_free. */
static void inode_bury(struct inode *ip, bool is_free)
{
	u32 ino = ip->ino;

	spin_lock(&table.lock);
	if (is_free)
		inode_hash_out(ip);
	else
		ip->loaded = false;
	__atomic_store_n(&ip->refs, REFS_LOCKED, __ATOMIC_RELEASE);
	inode_note_idle(ip);
	spin_unlock(&table.lock);
	if (is_free)
		ifree_add(ino);
}

void inode_give_back(struct inode *ip)
{
	inode_bury(ip, true);
}

/* Gives back the last reference to a dying inode that is free on the disk. */
static void inode_put_free(struct inode *ip)
{
	bool made = ip->making; /* in vain: whoever did that settles it */

	ip->making = false;
	if (inode_is_extra(ip))
		inode_give_back(ip);
	else
		ifree_keep(ip);
	if (!made)
		ifree_settle();
}

/* Gives back the last reference to an inode without names, and frees it.  If that fails,
 * the inode stays an orphan on the disk, and the next mount frees it. */
static void inode_put_nameless(struct inode *ip)
{
	if (inode_free(ip) == 0) {
		inode_put_free(ip);
		return;
	}
	inode_bury(ip, false);
	ifree_settle();
}

void inode_put(struct inode *ip)
{
	u32 r = inode_refs(ip);

	while ((r & REFS_COUNT) > 1 || !(r & REFS_LOCKED)) {
		if (inode_refs_swap(ip, &r, r - 1)) {
			if ((r & REFS_COUNT) == 1 && inode_has_extra())
				inode_drop_extra();
			return;
		}
	}
	if (r & REFS_DYING)
		inode_put_free(ip);
	else if (!inode_put_ref(ip))
		inode_put_nameless(ip);
	if (inode_has_extra())
		inode_drop_extra();
}

struct inode *inode_root(void)
{
	return inode_dup(inode_root_dir);
}

/* --- making -------------------------------------------------------------------------- */

/* Gets a free inode that has no slot.  Called after ifree_begin(). */
static __attribute__((noinline)) int inode_new_slot(struct inode **out)
{
	u32 ino = ifree_take();
	int err;

	if (!ino) {
		printk_limited("ialloc: no inodes", "ialloc: no inodes\n");
		return -ENOSPC;
	}
	err = inode_claim(ino, out);
	if (err) {
		ifree_add(ino);
		ifree_settle();
		return err;
	}
	/* A corrupt entry may name it, and have led a thread here. */
	inode_lock_nested(*out);
	inode_unload(*out);
	(*out)->loaded = (*out)->making = true;
	err = inode_keep_buf(*out);
	inode_unlock(*out);
	if (err) {
		inode_put(*out);
		ifree_settle();
	}
	return err;
}

int inode_new(struct inode **out)
{
	ifree_begin();
	*out = ifree_take_kept();
	if (!*out)
		return inode_new_slot(out);
	inode_unload(*out); /* it is dying, so this thread alone has it */
	(*out)->making = true;
	return 0;
}

void inode_settle(void)
{
	ifree_settle();
}
