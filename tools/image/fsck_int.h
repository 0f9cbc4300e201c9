/* fsck_int.h - what the passes of fsck share.
 * Order: superblock, log, inodes and their maps, bitmap, the tree.  Each pass leaves the
 * image in a state that the next one relies on: the pass of the tree may allocate by the
 * bitmap. */
#pragma once

#include "fsck.h"
#include "uapi/stat.h"

/* An entry to a directory whose ".." names another parent: decided at the end. */
struct fsck_doubt {
	struct fs_dirent *entry;
	uint32_t dir; /* where the entry is */
};

struct fsck {
	struct fsimg *img;
	const struct fsck_options *opt;
	struct fsck_report *rep;
	uint32_t size, data_start, ninodes;

	/* Until the bitmap is right: */
	uint8_t *owned;     /* a bit for each block: a file has it             */
	uint8_t *seen;      /* the same, for finding a second owner            */
	bool shared;        /* some data block has two owners                  */
	uint32_t free_hint; /* no unowned block in [data_start, free_hint)     */

	uint8_t *reached; /* per inode: an entry below the root names it     */
	uint8_t *below;   /* per directory not reached: another one has it   */
	uint32_t *links;  /* per inode: the link count that it should have   */
	uint32_t *parent; /* per directory that is reached                   */
	uint32_t *queue;  /* directories reached: done up to head            */
	uint32_t queue_head, queue_tail;
	struct fsck_doubt *doubt;
	uint32_t ndoubt, doubt_room;
	uint32_t root_cursor; /* no free entry in the root before this offset    */
	bool no_memory;       /* an allocation failed: give up                   */
};

/* Counts a finding and prints it. */
void fsck_say(struct fsck *f, enum fsck_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static inline bool fsck_get(const uint8_t *bits, uint32_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

static inline void fsck_set(uint8_t *bits, uint32_t i)
{
	bits[i / 8] |= (uint8_t)(1u << (i % 8));
}

/* Blocks of a file of @size bytes, holes included. */
static inline uint32_t fsck_file_blocks(uint32_t size)
{
	return size / FS_BLOCK + (size % FS_BLOCK != 0);
}

/* --- fsck_inode.c ------------------------------------------------------- */

/* One address of a file's map. */
struct fsck_ref {
	uint32_t ino;
	uint32_t *addr; /* its place in the image                          */
	uint32_t index; /* the first block of the file that it leads to    */
	int depth;      /* 0: data, 1: a table of data, 2: of tables       */
};

typedef void (*fsck_ref_fn)(struct fsck *f, const struct fsck_ref *ref, void *arg);

/* Calls @fn for every address but holes, a table before its entries.  If @fn clears the
 * address of a table, its entries are left out. */
void fsck_map_walk(struct fsck *f, uint32_t ino, fsck_ref_fn fn, void *arg);

/* Afterwards types exist, sizes fit, every address is in the data area and has one owner,
 * f->owned is exact, and inode 1 is a directory. */
void fsck_inodes(struct fsck *f);

/* Frees an inode and its blocks, once the bitmap is right. */
void fsck_inode_free(struct fsck *f, uint32_t ino);

/* --- fsck_dir.c: one directory ------------------------------------------ */

/* Gives a directory room for "." and "..".  False if there is no block for that. */
bool fsck_dir_prepare(struct fsck *f, uint32_t dir);

/* The entry at byte @off, in place; NULL in a hole. */
struct fs_dirent *fsck_dir_entry(struct fsck *f, uint32_t dir, uint32_t off);

/* The inode that the ".." of a directory names; 0 if there is no "..". */
uint32_t fsck_dir_dotdot(struct fsck *f, uint32_t dir);

/* Repairs what can be decided without the rest of the tree: all but what entries
 * lead to. */
void fsck_dir_entries(struct fsck *f, uint32_t dir, uint32_t parent);

typedef void (*fsck_entry_fn)(struct fsck *f, uint32_t dir, struct fs_dirent *e);

/* Calls @fn for every used entry but the first two. */
void fsck_dir_each(struct fsck *f, uint32_t dir, fsck_entry_fn fn);

/* --- fsck_tree.c -------------------------------------------------------- */

/* Afterwards every inode in use is part of one tree, and all link counts are right. */
void fsck_tree(struct fsck *f);
