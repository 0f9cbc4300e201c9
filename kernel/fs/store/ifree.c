/* ifree.c - which inodes are free: a bit for each, but for those that harts keep. */
#include "fs/store/ifree_priv.h"

#include "core/hart.h"
#include "core/sync/waitq.h"
#include "fs/inode_priv.h"
#include "lib/types.h"
#include "lib/string.h"

#define NWORDS (MAX_INODES / 64)

static struct {
	u64 word[NWORDS]; /* (A) */
	u32 first;        /* (A) the word to look at first: a hint                */
	u32 waiting;      /* (A) threads that wait until inodes are settled       */

	struct {
		struct inode *kept; /* (A) a free one, or NULL */

		/* (A) By this hart.  Inodes that are being made or freed were begun and are
		 * not settled, perhaps by another hart. */
		u32 begun, settled;
	} __attribute__((aligned(64))) own[MAX_HARTS];
	struct spinlock lock;
	struct waitq wq;
} ifree;

void ifree_init(void)
{
	memset(&ifree, 0, sizeof(ifree));
	spin_init(&ifree.lock, "free inodes", RANK_logspin);
	waitq_init(&ifree.wq);
}

void ifree_add(u32 ino)
{
	u32 at = ino / 64;

	__atomic_fetch_or(&ifree.word[at], 1ull << ino % 64, __ATOMIC_SEQ_CST);
	if (at < __atomic_load_n(&ifree.first, __ATOMIC_RELAXED))
		__atomic_store_n(&ifree.first, at, __ATOMIC_RELAXED);
}

/* Takes the lowest bit of word @at; 0: it has none. */
static u32 ifree_take_from(u32 at)
{
	u64 w;

	while ((w = __atomic_load_n(&ifree.word[at], __ATOMIC_SEQ_CST)) != 0) {
		u64 bit = w & -w;

		if (__atomic_fetch_and(&ifree.word[at], ~bit, __ATOMIC_ACQ_REL) & bit)
			return at * 64 + bits_lowest(bit);
	}
	return 0;
}

/* Inode 0 does not exist, so its bit is never set. */
static u32 ifree_search(void)
{
	u32 first = __atomic_load_n(&ifree.first, __ATOMIC_RELAXED), at = first;

	for (u32 i = 0; i < NWORDS; i++) {
		u32 ino = ifree_take_from(at);

		if (ino) {
			if (at != first)
				__atomic_store_n(&ifree.first, at, __ATOMIC_RELAXED);
			return ino;
		}
		at = (at + 1) % NWORDS;
	}
	return 0;
}

/* --- inodes that harts keep ---------------------------------------------------------- */

static struct inode **ifree_kept(u32 hart)
{
	return &ifree.own[hart].kept;
}

static struct inode *ifree_take_kept_of(u32 hart)
{
	if (!__atomic_load_n(ifree_kept(hart), __ATOMIC_RELAXED))
		return NULL;
	return __atomic_exchange_n(ifree_kept(hart), NULL, __ATOMIC_ACQUIRE);
}

void ifree_keep(struct inode *ip)
{
	struct inode *was = ifree_take_kept_of(hart_index()), *none = NULL;

	if (was && was->ino < ip->ino) {
		struct inode *lower = was;

		was = ip;
		ip = lower;
	}
	if (!__atomic_compare_exchange_n(ifree_kept(hart_index()), &none, ip, false,
					 __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		inode_give_back(ip);
	if (was)
		inode_give_back(was);
}

/* Whether an inode in the set has a lower number than @ino. */
static bool ifree_has_below(u32 ino)
{
	u32 at = __atomic_load_n(&ifree.first, __ATOMIC_RELAXED);
	u64 w = __atomic_load_n(&ifree.word[at], __ATOMIC_RELAXED);

	return at == ino / 64 ? w & ((1ull << ino % 64) - 1) : w && at < ino / 64;
}

struct inode *ifree_take_kept(void)
{
	struct inode *ip = __atomic_load_n(ifree_kept(hart_index()), __ATOMIC_RELAXED);

	/* It may be taken meanwhile, but its slot stays. */
	if (!ip || ifree_has_below(__atomic_load_n(&ip->ino, __ATOMIC_RELAXED)))
		return NULL;
	return ifree_take_kept_of(hart_index());
}

static void ifree_give_kept(void)
{
	for (u32 i = 0; i < MAX_HARTS; i++) {
		struct inode *ip = ifree_take_kept_of(i);

		if (ip)
			inode_give_back(ip);
	}
}

/* --- shortages ----------------------------------------------------------------------- */

void ifree_begin(void)
{
	__atomic_fetch_add(&ifree.own[hart_index()].begun, 1, __ATOMIC_SEQ_CST);
}

static void ifree_end(void)
{
	__atomic_fetch_add(&ifree.own[hart_index()].settled, 1, __ATOMIC_SEQ_CST);
}

/* Whether an inode that was begun before this call is not settled.  What is settled is
 * added up first: so nothing that is settled meanwhile makes up for what is not. */
static bool ifree_is_unsettled(void)
{
	u32 n = 0;

	for (u32 i = 0; i < MAX_HARTS; i++)
		n -= __atomic_load_n(&ifree.own[i].settled, __ATOMIC_SEQ_CST);
	for (u32 i = 0; i < MAX_HARTS; i++)
		n += __atomic_load_n(&ifree.own[i].begun, __ATOMIC_SEQ_CST);
	return n != 0;
}

/* A waiter counts itself before it searches and looks at the other counts, which change
 * here before this looks for waiters.  So one of the two sees the other. */
void ifree_settle(void)
{
	ifree_end();
	if (!__atomic_load_n(&ifree.waiting, __ATOMIC_SEQ_CST))
		return;
	spin_lock(&ifree.lock);
	waitq_wake_all(&ifree.wq);
	spin_unlock(&ifree.lock);
}

/* Searches until an inode is found, or none is being made or freed.  A hart keeps an inode
 * before that is settled: so if all are settled, what harts keep then is found. */
static u32 ifree_take_later(void)
{
	u32 ino;

	__atomic_fetch_add(&ifree.waiting, 1, __ATOMIC_SEQ_CST);
	spin_lock(&ifree.lock);
	for (;;) {
		bool more = ifree_is_unsettled();

		spin_unlock(&ifree.lock);
		ifree_give_kept();
		spin_lock(&ifree.lock);
		ifree_begin();
		ino = ifree_search();
		if (ino || !more)
			break;
		ifree_end();
		if (ifree_is_unsettled())
			waitq_wait_quiet(&ifree.wq, &ifree.lock);
	}
	__atomic_fetch_sub(&ifree.waiting, 1, __ATOMIC_SEQ_CST);
	spin_unlock(&ifree.lock);
	if (!ino)
		ifree_settle();
	return ino;
}

u32 ifree_take(void)
{
	u32 ino = ifree_search();

	if (ino)
		return ino;
	ifree_settle();
	return ifree_take_later();
}
