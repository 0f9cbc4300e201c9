/* dir.c - the entries of one directory.
 *
 * Entries are read and changed in the buffer cache, under the inode lock of the directory.
 * They change only in an operation of the caller's. */
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/name/dirindex_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

#define PER_BLOCK (FS_BLOCK / sizeof(struct fs_dirent))

/* A directory with as many entries gets an index when it is searched the n-th time: names
 * that the cache knows need none, and adding and removing them costs more with one. */
#define INDEXED_SLOTS 64
#define INDEXED_SEARCHES 8
#define MAX_CANDIDATES 8 /* more are searched for one by one */

void name_set(union name *nm, const char *text, size_t len)
{
	*nm = (union name){ .word = { 0, 0 } };
	memcpy(nm->entry.name, text, MIN(len, FS_NAMELEN));
}

bool name_is_dots(const union name *nm)
{
	const char *s = nm->entry.name;

	return s[0] == '.' && (s[1] == '\0' || (s[1] == '.' && s[2] == '\0'));
}

int dir_check(const struct inode *dp)
{
	if (dp->type != T_DIR)
		return -ENOTDIR;
	return dp->nlink > 0 ? 0 : -ENOENT;
}

static u32 dir_nslots(const struct inode *dp)
{
	return dp->size / (u32)sizeof(struct fs_dirent);
}

static union name *dir_entries(struct buf *b)
{
	return (union name *)(void *)b->data;
}

/* Gets the block with entry @slot; *@b is NULL for a hole.  -EIO. */
static int dir_get_block(struct inode *dp, u32 slot, struct buf **b)
{
	u32 block;
	int err = bmap_find(dp, slot / PER_BLOCK, &block);

	*b = NULL;
	if (err || block == 0)
		return err;
	return buf_get(block, b);
}

/* Returns the index of the first entry in [from, n) of block @b that matches, or @n.  @b is
 * NULL for a hole. */
typedef u32 dir_match_fn(struct buf *b, u32 from, u32 n, const union name *nm);

/* Calls @match for each block with entries from @from on, until one matches; *@place has
 * that entry, with a reference of its buffer.  -ENOENT if none matches, -EIO, -EINTR. */
static int dir_scan(struct inode *dp, u32 from, dir_match_fn *match, const union name *nm,
		    struct dir_place *place)
{
	u32 total = dir_nslots(dp);

	for (u32 slot = from; slot < total;) {
		u32 base = ALIGN_DOWN(slot, PER_BLOCK);
		u32 n = MIN((u32)PER_BLOCK, total - base);
		struct buf *b;
		u32 at;
		int err = dir_get_block(dp, slot, &b);

		if (err)
			return err;
		at = match(b, slot - base, n, nm);
		if (at < n) {
			*place = (struct dir_place){ .slot = base + at, .b = b };
			return 0;
		}
		if (b)
			buf_put(b);
		slot = base + (u32)PER_BLOCK;
		if (sched_point_killed())
			return -EINTR;
	}
	return -ENOENT;
}

static u32 dir_match_name(struct buf *b, u32 from, u32 n, const union name *nm)
{
	for (u32 i = from; b && i < n; i++) {
		const union name *e = &dir_entries(b)[i];

		if (e->entry.ino && name_equal(e, nm))
			return i;
	}
	return n;
}

static u32 dir_match_free(struct buf *b, u32 from, u32 n, const union name *nm)
{
	(void)nm;
	if (!b)
		return from;
	while (from < n && dir_entries(b)[from].entry.ino)
		from++;
	return from;
}

static u32 dir_match_other_than_dots(struct buf *b, u32 from, u32 n, const union name *nm)
{
	(void)nm;
	for (u32 i = from; b && i < n; i++) {
		if (dir_entries(b)[i].entry.ino && !name_is_dots(&dir_entries(b)[i]))
			return i;
	}
	return n;
}

/* --- the index of a large directory -------------------------------------------------- */

/* Enters all names of @dp.  0; -EAGAIN: no room, or a block cannot be read; -EINTR. */
static int dir_fill_index(struct inode *dp, struct dirindex *x)
{
	u32 total = dir_nslots(dp);

	for (u32 base = 0; base < total; base += (u32)PER_BLOCK) {
		u32 n = MIN((u32)PER_BLOCK, total - base);
		bool room = true;
		struct buf *b;

		if (dir_get_block(dp, base, &b))
			return -EAGAIN;
		for (u32 i = 0; b && i < n && room; i++) {
			const union name *e = &dir_entries(b)[i];

			if (e->entry.ino)
				room = dirindex_add(x, e, base + i);
		}
		if (b)
			buf_put(b);
		if (!room)
			return -EAGAIN;
		if (sched_point_killed())
			return -EINTR;
	}
	return 0;
}

/* Gets the index of @dp if it has one.  Only its own lock's holder makes it one. */
static struct dirindex *dir_find_index(struct inode *dp)
{
	struct dirindex *x = dp->unindexed ? NULL : dirindex_get(dp->ino);

	dp->unindexed = !x;
	return x;
}

/* Gets the index of @dp, and makes it if it is worth it.  -EAGAIN: it has none; -EINTR. */
static int dir_get_index(struct inode *dp, struct dirindex **out)
{
	int err;

	if (dir_nslots(dp) < INDEXED_SLOTS)
		return -EAGAIN;
	*out = dir_find_index(dp);
	if (*out)
		return 0;
	if (++dp->searches < INDEXED_SEARCHES)
		return -EAGAIN;
	dp->searches = 0;
	*out = dirindex_make(dp->ino, dir_nslots(dp));
	if (!*out)
		return -EAGAIN;
	dp->unindexed = false;
	err = dir_fill_index(dp, *out);
	if (err)
		dirindex_put(*out, false);
	return err;
}

/* Finds the first entry with @nm as dir_scan() does, by the index.  -EAGAIN: it has to be
 * searched for. */
static int dir_find_by_index(struct inode *dp, const struct dirindex *x,
			     const union name *nm, struct dir_place *place)
{
	u32 slot[MAX_CANDIDATES], n = dirindex_find(x, nm, slot, MAX_CANDIDATES);

	if (n > MAX_CANDIDATES)
		return -EAGAIN;
	for (u32 i = 0; i < n; i++) {
		int err = dir_get_place(dp, slot[i], place);

		if (err)
			return err;
		if (dir_match_name(place->b, slot[i] % PER_BLOCK, slot[i] % PER_BLOCK + 1,
				   nm) == slot[i] % PER_BLOCK)
			return 0;
		dir_put_place(place);
	}
	return -ENOENT;
}

/* Finds the first entry with @nm; *@place has it, with a reference of its buffer. */
static int dir_search(struct inode *dp, const union name *nm, struct dir_place *place)
{
	struct dirindex *x;
	int err = dir_get_index(dp, &x);

	if (!err) {
		err = dir_find_by_index(dp, x, nm, place);
		dirindex_put(x, true);
	}
	return err == -EAGAIN ? dir_scan(dp, 0, dir_match_name, nm, place) : err;
}

/* The entry @slot of @dp has now the name @nm, or has it no more. */
static void dir_note_entry(struct inode *dp, const union name *nm, u32 slot, bool there)
{
	struct dirindex *x = NULL;

	if (dir_nslots(dp) >= INDEXED_SLOTS)
		x = dir_find_index(dp);
	if (!x)
		return;
	if (!there)
		dirindex_remove(x, nm, slot);
	dirindex_put(x, !there || dirindex_add(x, nm, slot));
}

void dir_forget(u32 dir)
{
	namecache_forget_dir(dir);
	dirindex_forget(dir);
}

int dir_find(struct inode *dp, const union name *nm, u32 *ino, u32 *slot)
{
	bool cached = !name_is_dots(nm);
	struct dir_place place;
	struct name_hit hit;
	int err;

	if (cached && namecache_find(dp->ino, nm, &hit)) {
		*ino = hit.ino;
		*slot = hit.slot;
		return hit.ino ? 0 : -ENOENT;
	}
	err = dir_search(dp, nm, &place);
	if (!err) {
		*ino = dir_entries(place.b)[place.slot % PER_BLOCK].entry.ino;
		*slot = place.slot;
		dir_put_place(&place);
	}
	if (cached && (!err || err == -ENOENT))
		namecache_enter(dp->ino, nm, err ? 0 : *ino, err ? 0 : *slot);
	return err;
}

bool dir_is_empty(struct inode *dp)
{
	struct dir_place place;
	int err = dir_scan(dp, 0, dir_match_other_than_dots, NULL, &place);

	if (!err)
		dir_put_place(&place);
	return err == -ENOENT;
}

int dir_find_place(struct inode *dp, struct dir_place *place)
{
	u32 end = dir_nslots(dp);
	int err = dir_scan(dp, dp->free_slot, dir_match_free, NULL, place);

	if (!err)
		dp->free_slot = place->slot;
	if (err != -ENOENT)
		return err;
	dp->free_slot = end;
	if ((u64)(end + 1) * sizeof(struct fs_dirent) > geo_max_bytes())
		return -EFBIG;
	return dir_get_place(dp, end, place);
}

int dir_get_place(struct inode *dp, u32 slot, struct dir_place *place)
{
	place->slot = slot;
	return dir_get_block(dp, slot, &place->b);
}

void dir_put_place(struct dir_place *place)
{
	if (place->b)
		buf_put(place->b);
	place->b = NULL;
}

int dir_missing(struct inode *dp, const struct dir_place *place)
{
	return place->b ? 0 : bmap_missing(dp, place->slot / PER_BLOCK);
}

int dir_fill(struct log_op *op, struct inode *dp, struct dir_place *place,
	     const union name *nm, u32 ino)
{
	union name *e;

	if (!place->b) {
		u32 block;
		int err = bmap_alloc(op, dp, place->slot / PER_BLOCK, &block);

		if (err)
			return err;
		place->b = buf_get_clear(block);
	}
	e = &dir_entries(place->b)[place->slot % PER_BLOCK];
	*e = *nm;
	e->entry.ino = (u16)ino;
	log_write(op, place->b);
	dp->size = MAX(dp->size, (place->slot + 1) * (u32)sizeof(*e));
	dir_note_entry(dp, nm, place->slot, true);
	if (!name_is_dots(nm))
		namecache_enter(dp->ino, nm, ino, place->slot);
	return 0;
}

void dir_clear(struct log_op *op, struct inode *dp, struct dir_place *place,
	       const union name *nm)
{
	ASSERT(place->b);
	dir_entries(place->b)[place->slot % PER_BLOCK] = (union name){ .word = { 0, 0 } };
	log_write(op, place->b);
	dp->free_slot = MIN(dp->free_slot, place->slot);
	dir_note_entry(dp, nm, place->slot, false);
	if (!name_is_dots(nm))
		namecache_enter(dp->ino, nm, 0, 0);
}
