/* namecache.c - remembers names that were looked up, and what they led to.
 *
 * A table of fixed size with four ways to a set, which are replaced in turn.  One spin
 * lock, rank fstable, guards it. */
#include "core/sync/spinlock.h"
#include "fs/name/dir_priv.h"
#include "lib/string.h"

#define NSETS 256
#define NWAYS 4

struct entry {
	u64 key[2]; /* words of the name, with the directory's number as inode number */
	u32 ino, slot;
};

static struct {
	struct spinlock lock;
	struct entry set[NSETS][NWAYS]; /* (lock) key[0] 0: unused */
	u8 next[NSETS];                 /* (lock) the way to replace next */
} cache;

void namecache_init(void)
{
	memset(&cache, 0, sizeof(cache));
	spin_init(&cache.lock, "names", RANK_fstable);
}

static struct entry namecache_key(u32 dir, const union name *nm)
{
	return (struct entry){ .key = { nm->word[0] | dir, nm->word[1] } };
}

static u32 namecache_set(const struct entry *e)
{
	u64 h = (e->key[0] ^ (e->key[1] << 7)) * 0x9e3779b97f4a7c15ull;

	return (u32)(h >> 32) % NSETS;
}

/* The entry with the words of @key, or NULL.  Lock held. */
static struct entry *namecache_lookup(const struct entry *key)
{
	struct entry *e = cache.set[namecache_set(key)];

	for (u32 i = 0; i < NWAYS; i++, e++) {
		if (e->key[0] == key->key[0] && e->key[1] == key->key[1])
			return e;
	}
	return NULL;
}

bool namecache_find(u32 dir, const union name *nm, struct name_hit *hit)
{
	struct entry key = namecache_key(dir, nm), *e;

	spin_lock(&cache.lock);
	e = namecache_lookup(&key);
	if (e)
		*hit = (struct name_hit){ .ino = e->ino, .slot = e->slot };
	spin_unlock(&cache.lock);
	return e != NULL;
}

void namecache_enter(u32 dir, const union name *nm, u32 ino, u32 slot)
{
	struct entry key = namecache_key(dir, nm), *e;
	u32 set = namecache_set(&key);

	key.ino = ino;
	key.slot = slot;
	spin_lock(&cache.lock);
	e = namecache_lookup(&key);
	if (!e) {
		e = &cache.set[set][cache.next[set]];
		cache.next[set] = (cache.next[set] + 1) % NWAYS;
	}
	*e = key;
	spin_unlock(&cache.lock);
}

void namecache_forget_dir(u32 dir)
{
	spin_lock(&cache.lock);
	for (u32 i = 0; i < NSETS * NWAYS; i++) {
		struct entry *e = &cache.set[i / NWAYS][i % NWAYS];

		if ((e->key[0] & NAME_INO_MASK) == dir)
			*e = (struct entry){ 0 };
	}
	spin_unlock(&cache.lock);
}
