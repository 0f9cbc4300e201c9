/* dirindex.c - where the names of large directories are; see dirindex_priv.h.
 *
 * An index is used by one thread at a time, which sets `busy`.  Nobody waits for that.  A
 * directory's lock is held when its index is wanted, so if that is busy, it is being
 * dropped: whoever makes an index busy that is not its directory's drops it.
 *
 * A table is an array of cells, a power of two.  A name's cell is the first from its hash
 * on that was not used when it was added.  A cell that was given up is marked if searches
 * have to go on past it.  A table that is full is dropped and made anew. */
#include "fs/name/dirindex_priv.h"

#include "lib/string.h"
#include "mm/phys/frame.h"
#include "mm/phys/reclaim.h"

#define NINDEX 16
#define MAX_ORDER 5 /* 32 frames, for up to 24,576 names */

/* In a cell: a tag of 8 bits, and above it the number of the entry + FIRST_SLOT. */
#define CELL_FREE 0u
#define CELL_GIVEN_UP 0x100u
#define FIRST_SLOT 2

struct dirindex {
	u32 busy;    /* (A) in use, or being dropped; guards the other fields */
	u32 dir;     /* (A) changed while busy; 0: unused                     */
	u32 nframes; /* (A) changed while busy; of the block with the cells   */
	u32 ncells;
	u32 *cell;
	u32 nfull; /* cells that are not CELL_FREE */
};

static struct dirindex pool[NINDEX];
static u32 next_victim; /* (A) the index to replace next: a hint */

static bool dirindex_try(struct dirindex *x)
{
	return !__atomic_load_n(&x->busy, __ATOMIC_RELAXED) &&
	       !__atomic_exchange_n(&x->busy, 1, __ATOMIC_ACQUIRE);
}

static void dirindex_release(struct dirindex *x)
{
	__atomic_store_n(&x->busy, 0, __ATOMIC_RELEASE);
}

static u32 dirindex_dir(const struct dirindex *x)
{
	return __atomic_load_n(&x->dir, __ATOMIC_RELAXED);
}

/* Frees the memory of @x, which is busy.  Returns how many frames. */
static u64 dirindex_drop(struct dirindex *x)
{
	u64 n = x->nframes;

	if (n)
		frame_put(frame_of_va(x->cell));
	__atomic_store_n(&x->nframes, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&x->dir, 0, __ATOMIC_RELAXED);
	return n;
}

static u64 dirindex_count(void)
{
	u64 n = 0;

	for (u32 i = 0; i < NINDEX; i++)
		n += __atomic_load_n(&pool[i].nframes, __ATOMIC_RELAXED);
	return n;
}

static u64 dirindex_scan(u64 want)
{
	u64 n = 0;

	for (struct dirindex *x = pool; x < pool + NINDEX && n < want; x++) {
		if (!dirindex_dir(x) || !dirindex_try(x))
			continue;
		n += dirindex_drop(x);
		dirindex_release(x);
	}
	return n;
}

static struct shrinker dirindex_shrinker = {
	.count = dirindex_count,
	.scan = dirindex_scan,
};

void dirindex_init(void)
{
	memset(pool, 0, sizeof(pool));
	shrinker_register(&dirindex_shrinker);
}

struct dirindex *dirindex_get(u32 dir)
{
	for (struct dirindex *x = pool; x < pool + NINDEX; x++) {
		if (dirindex_dir(x) != dir || !dirindex_try(x))
			continue;
		if (dirindex_dir(x) == dir)
			return x;
		dirindex_drop(x); /* it has become another directory's */
		dirindex_release(x);
	}
	return NULL;
}

/* Takes an index that nobody uses, without memory; NULL if there is none. */
static struct dirindex *dirindex_claim(void)
{
	u32 at = __atomic_load_n(&next_victim, __ATOMIC_RELAXED);

	for (u32 i = 0; i < NINDEX; i++, at++) {
		struct dirindex *x = &pool[at % NINDEX];

		if (!dirindex_try(x))
			continue;
		__atomic_store_n(&next_victim, at + 1, __ATOMIC_RELAXED);
		dirindex_drop(x);
		return x;
	}
	return NULL;
}

/* A table is at most three quarters full; a new one has room for a quarter more names. */
static bool dirindex_is_full(const struct dirindex *x)
{
	return x->nfull >= x->ncells / 4 * 3;
}

struct dirindex *dirindex_make(u32 dir, u32 nslots)
{
	u32 order = 0, ncells = PAGE_SIZE / sizeof(u32);
	struct dirindex *x;
	struct page *pg;

	while (ncells / 4 * 3 < (u64)nslots + nslots / 4 && order < MAX_ORDER) {
		ncells *= 2;
		order++;
	}
	if (ncells / 4 * 3 < nslots)
		return NULL;
	pg = frame_alloc_order(FRAME_cache, order, FRAME_ZERO | FRAME_NOWAIT);
	if (!pg)
		return NULL;
	x = dirindex_claim();
	if (!x) {
		frame_put(pg);
		return NULL;
	}
	__atomic_store_n(&x->dir, dir, __ATOMIC_RELAXED);
	__atomic_store_n(&x->nframes, 1u << order, __ATOMIC_RELAXED);
	x->cell = frame_va(pg);
	x->ncells = ncells;
	x->nfull = 0;
	return x;
}

void dirindex_put(struct dirindex *x, bool complete)
{
	if (!complete)
		dirindex_drop(x);
	dirindex_release(x);
}

void dirindex_forget(u32 dir)
{
	struct dirindex *x = dirindex_get(dir);

	if (x)
		dirindex_put(x, false);
}

/* --- the table ------------------------------------------------------------------------ */

static u64 dirindex_hash(const union name *nm)
{
	u64 h = (nm->word[0] & ~NAME_INO_MASK) ^ (nm->word[1] << 7 | nm->word[1] >> 57);

	h *= 0x9e3779b97f4a7c15ull;
	return h >> 24;
}

static u32 dirindex_cell(u64 hash, u32 slot)
{
	return (slot + FIRST_SLOT) << 8 | (u8)hash;
}

/* The number of the cell of @nm at @slot; if it has none, of the first that it can have. */
static u32 dirindex_seek(const struct dirindex *x, const union name *nm, u32 slot)
{
	u64 hash = dirindex_hash(nm);
	u32 at = (u32)(hash >> 8), want = dirindex_cell(hash, slot), given_up = ~0u;

	for (;; at++) {
		u32 cell = x->cell[at & (x->ncells - 1)];

		if (cell == CELL_GIVEN_UP && given_up == ~0u)
			given_up = at & (x->ncells - 1);
		if (cell == want || (cell == CELL_FREE && given_up == ~0u))
			return at & (x->ncells - 1);
		if (cell == CELL_FREE)
			return given_up;
	}
}

bool dirindex_add(struct dirindex *x, const union name *nm, u32 slot)
{
	u32 *cell = &x->cell[dirindex_seek(x, nm, slot)];

	if (*cell == CELL_FREE) {
		if (dirindex_is_full(x) || slot >= (1u << 24) - FIRST_SLOT)
			return false;
		x->nfull++;
	}
	*cell = dirindex_cell(dirindex_hash(nm), slot);
	return true;
}

void dirindex_remove(struct dirindex *x, const union name *nm, u32 slot)
{
	u32 at = dirindex_seek(x, nm, slot);

	if (x->cell[at] == CELL_FREE)
		return;
	if (x->cell[(at + 1) & (x->ncells - 1)] == CELL_FREE) {
		x->cell[at] = CELL_FREE;
		x->nfull--;
	} else {
		x->cell[at] = CELL_GIVEN_UP;
	}
}

u32 dirindex_find(const struct dirindex *x, const union name *nm, u32 *slot, u32 max)
{
	u64 hash = dirindex_hash(nm);
	u32 n = 0;

	for (u32 at = (u32)(hash >> 8);; at++) {
		u32 cell = x->cell[at & (x->ncells - 1)], i;

		if (cell == CELL_FREE)
			return n;
		if (cell == CELL_GIVEN_UP || (u8)cell != (u8)hash)
			continue;
		cell = (cell >> 8) - FIRST_SLOT;
		for (i = n; n < max && i > 0 && slot[i - 1] > cell; i--)
			slot[i] = slot[i - 1];
		if (n < max)
			slot[i] = cell;
		n++;
	}
}
