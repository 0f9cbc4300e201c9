/* namecache.c - remembers names that were looked up, and what they led to.
 *
 * A table of fixed size with four ways to a set, which are replaced in turn.
 *
 * Each set has a spin lock, rank fstable, for writers.  Readers take no lock: a writer
 * makes the number `seq` odd before it changes the set, and even afterwards.  A reader that
 * finds the number odd, or another one after it has read, knows nothing. */
#include "core/sync/spinlock.h"
#include "fs/name/dir_priv.h"
#include "lib/string.h"

#define NSETS 256
#define NWAYS 4

/* Volatile, not atomic: gcc makes an atomic store a swap. */
struct entry {
	volatile u64 key[2]; /* words of the name, with the number of the directory */
	volatile u64 what;   /* inode number, and above it the index of the entry */
};

static struct set {
	struct spinlock lock;
	volatile u32 seq;        /* (A) changed under (lock) */
	u32 next;                /* (lock) the way to replace next */
	struct entry way[NWAYS]; /* (A) changed under (lock); key[0] 0: unused */
} set[NSETS];

void namecache_init(void)
{
	memset(set, 0, sizeof(set));
	for (u32 i = 0; i < NSETS; i++)
		spin_init(&set[i].lock, "names", RANK_fstable);
}

static struct entry namecache_key(u32 dir, const union name *nm)
{
	return (struct entry){ .key = { nm->word[0] | dir, nm->word[1] } };
}

static struct set *namecache_set(const struct entry *e)
{
	u64 h = (e->key[0] ^ (e->key[1] << 7)) * 0x9e3779b97f4a7c15ull;

	return &set[(h >> 32) % NSETS];
}

/* The entry of @s with the words of @key, or NULL. */
static struct entry *namecache_lookup(struct set *s, const struct entry *key)
{
	for (struct entry *e = s->way; e < s->way + NWAYS; e++) {
		if (e->key[0] == key->key[0] && e->key[1] == key->key[1])
			return e;
	}
	return NULL;
}

static bool namecache_is_at(const struct set *s, u32 seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return s->seq == seq;
}

bool namecache_find(u32 dir, const union name *nm, struct name_hit *hit)
{
	struct entry key = namecache_key(dir, nm), *e;
	struct set *s = namecache_set(&key);
	u64 what;

	hit->seq = s->seq;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	e = hit->seq & 1 ? NULL : namecache_lookup(s, &key);
	if (!e)
		return false;
	what = e->what;
	hit->ino = (u32)what;
	hit->slot = (u32)(what >> 32);
	hit->set = (u32)(s - set);
	return namecache_is_at(s, hit->seq);
}

bool name_hit_holds(const struct name_hit *hit)
{
	return namecache_is_at(&set[hit->set], hit->seq);
}

/* Lock held. */
static void namecache_write(struct set *s, struct entry *e, const struct entry *with)
{
	u32 seq = s->seq;

	s->seq = seq + 1;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	e->key[0] = with->key[0];
	e->key[1] = with->key[1];
	e->what = with->what;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	s->seq = seq + 2;
}

void namecache_enter(u32 dir, const union name *nm, u32 ino, u32 slot)
{
	struct entry key = namecache_key(dir, nm), *e;
	struct set *s = namecache_set(&key);

	key.what = (u64)slot << 32 | ino;
	spin_lock(&s->lock);
	e = namecache_lookup(s, &key);
	if (!e) {
		e = &s->way[s->next];
		s->next = (s->next + 1) % NWAYS;
	}
	namecache_write(s, e, &key);
	spin_unlock(&s->lock);
}

void namecache_forget_dir(u32 dir)
{
	for (struct set *s = set; s < set + NSETS; s++) {
		spin_lock(&s->lock);
		for (u32 i = 0; i < NWAYS; i++) {
			if ((s->way[i].key[0] & NAME_INO_MASK) == dir)
				namecache_write(s, &s->way[i], &(struct entry){ 0 });
		}
		spin_unlock(&s->lock);
	}
}
