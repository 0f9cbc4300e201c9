/* fsck_inode.c - every inode by itself, and who owns which block.
 * A block with two owners is copied for the later one; a table of addresses
 * with two owners is removed from the later one, as it cannot be right in both. */
#include "fsck_int.h"

#include <string.h>

/* The address of a table: calls @fn for the entries of the table. */
static void walk_table(struct fsck *f, const struct fsck_ref *table, fsck_ref_fn fn,
		       void *arg)
{
	uint32_t step = table->depth > 1 ? FS_NINDIRECT : 1;
	uint32_t *entry = fsimg_block(f->img, *table->addr);

	for (uint32_t i = 0; i < FS_NINDIRECT; i++) {
		struct fsck_ref ref = {
			.ino = table->ino,
			.addr = &entry[i],
			.index = table->index + i * step,
			.depth = table->depth - 1,
		};

		if (!*ref.addr)
			continue;
		fn(f, &ref, arg);
		if (*ref.addr && ref.depth)
			walk_table(f, &ref, fn, arg);
	}
}

void fsck_map_walk(struct fsck *f, uint32_t ino, fsck_ref_fn fn, void *arg)
{
	struct fs_dinode *di = fsimg_inode(f->img, ino);
	uint32_t nd = fsimg_ndirect(f->img);

	for (uint32_t i = 0; i < FS_NADDR; i++) {
		struct fsck_ref ref = {
			.ino = ino,
			.addr = &di->addr[i],
			.index = i <= nd ? i : nd + FS_NINDIRECT,
			.depth = i < nd ? 0 : (int)(i - nd) + 1,
		};

		if (!*ref.addr)
			continue;
		fn(f, &ref, arg);
		if (*ref.addr && ref.depth)
			walk_table(f, &ref, fn, arg);
	}
}

static bool in_data_area(const struct fsck *f, uint32_t b)
{
	return b >= f->data_start && b < f->size;
}

/* Makes an inode the owner of a block, or clears a wrong address.  A data block that has
 * an owner already is left to copy_shared(): which blocks are free is known only when all
 * owners are. */
static void claim(struct fsck *f, const struct fsck_ref *ref, void *arg)
{
	uint32_t b = *ref->addr;

	(void)arg;
	if (!in_data_area(f, b)) {
		fsck_say(f, FSCK_BLOCK_RANGE,
			 "inode %u: its block %u has the address %u: now a hole", ref->ino,
			 ref->index, b);
		*ref->addr = 0;
	} else if (ref->index >= fsck_file_blocks(fsimg_inode(f->img, ref->ino)->size)) {
		fsck_say(f, FSCK_BLOCK_PAST,
			 "inode %u: has block %u at index %u, past its end: freed",
			 ref->ino, b, ref->index);
		*ref->addr = 0;
	} else if (!fsck_get(f->owned, b)) {
		fsck_set(f->owned, b);
	} else if (ref->depth) {
		fsck_say(f, FSCK_BLOCK_TWICE,
			 "inode %u: table of addresses %u has another owner: now a hole",
			 ref->ino, b);
		*ref->addr = 0;
	} else {
		f->shared = true;
	}
}

/* Takes a block that nobody owned; 0 if there is none. */
static uint32_t block_take(struct fsck *f)
{
	for (uint32_t b = f->free_hint; b < f->size; b++) {
		if (fsck_get(f->owned, b))
			continue;
		fsck_set(f->owned, b);
		f->free_hint = b + 1;
		return b;
	}
	f->free_hint = f->size;
	return 0;
}

static void copy_shared(struct fsck *f, const struct fsck_ref *ref, void *arg)
{
	uint32_t b = *ref->addr;
	uint32_t copy;

	(void)arg;
	if (!fsck_get(f->seen, b)) {
		fsck_set(f->seen, b);
		return;
	}
	copy = block_take(f);
	fsck_say(f, FSCK_BLOCK_TWICE, "inode %u: block %u has another owner: now %s",
		 ref->ino, b, copy ? "a copy of it" : "a hole, as the disk is full");
	if (copy) {
		memcpy(fsimg_block(f->img, copy), fsimg_block(f->img, b), FS_BLOCK);
		fsck_set(f->seen, copy);
	}
	*ref->addr = copy;
}

static void last_block(struct fsck *f, const struct fsck_ref *ref, void *arg)
{
	uint32_t *end = arg;

	(void)f;
	if (ref->index + 1 > *end) /* a table counts, or it would be past the end */
		*end = ref->index + 1;
}

static void free_block(struct fsck *f, const struct fsck_ref *ref, void *arg)
{
	(void)arg;
	fsimg_bit_set(f->img, *ref->addr, false);
}

void fsck_inode_free(struct fsck *f, uint32_t ino)
{
	struct fs_dinode *di = fsimg_inode(f->img, ino);

	fsck_map_walk(f, ino, free_block, NULL);
	memset(di, 0, sizeof(*di));
}

/* Guesses the type of an inode: a directory's first entry names itself. */
static int16_t guess_type(struct fsck *f, uint32_t ino)
{
	uint32_t b = fsimg_inode(f->img, ino)->addr[0];
	const struct fs_dirent *e;

	if (!in_data_area(f, b))
		return T_FILE;
	e = fsimg_block(f->img, b);
	if (e[0].ino == ino && strcmp(e[0].name, ".") == 0 && strcmp(e[1].name, "..") == 0)
		return T_DIR;
	return T_FILE;
}

static void check_type(struct fsck *f, uint32_t ino, struct fs_dinode *di)
{
	static const struct fs_dinode no_blocks;

	if (ino == FS_ROOT_INO && di->type != T_DIR) {
		bool lost = guess_type(f, ino) != T_DIR;

		fsck_say(f, FSCK_ROOT, "inode 1 is of type %d, not a directory: made %s",
			 di->type, lost ? "an empty one" : "one");
		if (lost)
			memset(di, 0, sizeof(*di));
		di->type = T_DIR;
	}
	if (di->type < 0 || di->type > T_SYMLINK) {
		int16_t type = guess_type(f, ino);

		fsck_say(f, FSCK_TYPE, "inode %u: type %d: taken for a %s", ino, di->type,
			 type == T_DIR ? "directory" : "file");
		di->type = type;
	}
	if (di->type == T_DEVICE &&
	    (di->size || memcmp(di->addr, no_blocks.addr, sizeof(di->addr)) != 0)) {
		fsck_say(f, FSCK_DEVICE, "inode %u: a device with size or blocks: cleared",
			 ino);
		di->size = 0;
		memset(di->addr, 0, sizeof(di->addr));
	}
}

static void check_inode(struct fsck *f, uint32_t ino)
{
	struct fs_dinode *di = fsimg_inode(f->img, ino);
	bool too_big;
	uint32_t end = 0;

	check_type(f, ino, di);
	if (!di->type)
		return;
	too_big = di->size > fsimg_max_blocks(f->img) * FS_BLOCK;
	if (di->type == T_DIR && !too_big && di->size % sizeof(struct fs_dirent)) {
		fsck_say(f, FSCK_DIR_SIZE,
			 "inode %u: a directory of %u bytes: cut to entries", ino,
			 di->size);
		di->size -= di->size % sizeof(struct fs_dirent);
	}
	if (too_big) {
		fsck_say(f, FSCK_SIZE, "inode %u: %u bytes: set to what its blocks hold",
			 ino, di->size);
		di->size = fsimg_max_blocks(f->img) * FS_BLOCK;
	}
	fsck_map_walk(f, ino, claim, NULL);
	if (too_big) {
		fsck_map_walk(f, ino, last_block, &end);
		di->size = end * FS_BLOCK;
	}
}

/* Inodes that no kernel uses: 0, and those past ninodes in the last block. */
static void check_unused_inode(struct fsck *f, uint32_t ino)
{
	struct fs_dinode *di = fsimg_inode(f->img, ino);

	if (!di->type)
		return;
	fsck_say(f, FSCK_RANGE, "inode %u is in use, but inodes are 1 to %u: cleared", ino,
		 f->ninodes - 1);
	memset(di, 0, sizeof(*di));
}

void fsck_inodes(struct fsck *f)
{
	check_unused_inode(f, 0);
	for (uint32_t ino = f->ninodes; ino % FS_INODES_PER_BLOCK; ino++)
		check_unused_inode(f, ino);
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++)
		check_inode(f, ino);
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes && f->shared; ino++)
		if (fsimg_inode(f->img, ino)->type)
			fsck_map_walk(f, ino, copy_shared, NULL);
}
