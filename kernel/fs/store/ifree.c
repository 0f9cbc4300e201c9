/* ifree.c - which inodes are free: a bit for each. */
#include "fs/store/ifree_priv.h"

#include "core/hart.h"
#include "core/sync/waitq.h"
#include "lib/types.h"
#include "lib/string.h"

#define NWORDS (MAX_INODES / 64)

static struct {
	u64 word[NWORDS]; /* (A) */
	u32 first;        /* (A) the word to look at first: a hint                */

	/* Inodes that are being made or freed were begun and are not settled, perhaps by
	 * another hart. */
	struct {
		u32 begun, settled; /* (A) by this hart */
	} __attribute__((aligned(64))) count[MAX_HARTS];
	u32 waiting; /* (A) changed under (lock): threads that wait for those */
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

void ifree_begin(void)
{
	__atomic_fetch_add(&ifree.count[hart_index()].begun, 1, __ATOMIC_SEQ_CST);
}

static void ifree_end(void)
{
	__atomic_fetch_add(&ifree.count[hart_index()].settled, 1, __ATOMIC_SEQ_CST);
}

/* Whether an inode that was begun before this call is not settled.  What is settled is
 * added up first: so nothing that is settled meanwhile makes up for what is not. */
static bool ifree_is_unsettled(void)
{
	u32 n = 0;

	for (u32 i = 0; i < MAX_HARTS; i++)
		n -= __atomic_load_n(&ifree.count[i].settled, __ATOMIC_SEQ_CST);
	for (u32 i = 0; i < MAX_HARTS; i++)
		n += __atomic_load_n(&ifree.count[i].begun, __ATOMIC_SEQ_CST);
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

/* Searches until an inode is found, or none is being made or freed. */
static u32 ifree_take_later(void)
{
	u32 ino;

	spin_lock(&ifree.lock);
	__atomic_fetch_add(&ifree.waiting, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		bool more = ifree_is_unsettled();

		ifree_begin();
		ino = ifree_search();
		if (ino || !more)
			break;
		ifree_end();
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
	u32 ino;

	ifree_begin();
	ino = ifree_search();
	if (ino)
		return ino;
	ifree_settle();
	return ifree_take_later();
}
