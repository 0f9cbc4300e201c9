/* dir_priv.h - directories, the cache of names, and paths.
 *
 * A name is handled as the directory entry that holds it, 16 bytes with the inode
 * number 0: comparing two is comparing two words. */
#pragma once

#include "lib/types.h"
#include "uapi/fsformat.h"
#include "uapi/limits.h"

struct buf;
struct inode;
struct log_op;

union name {
	struct fs_dirent entry;
	u64 word[2]; /* the low 16 bits of word[0] are the inode number */
};

_Static_assert(sizeof(union name) == 16, "a name is a directory entry");

#define NAME_INO_MASK 0xffffull

/* Longer names are cut. */
void name_set(union name *nm, const char *text, size_t len);

static inline bool name_equal(const union name *a, const union name *b)
{
	return ((a->word[0] ^ b->word[0]) & ~NAME_INO_MASK) == 0 &&
	       a->word[1] == b->word[1];
}

bool name_is_dots(const union name *nm); /* "." or ".." */

/* --- directories: dir.c; their inode lock held --------------------------------------- */

/* Whether names can be looked up in it and made: -ENOTDIR; -ENOENT if it was removed. */
int dir_check(const struct inode *dp) MUST_CHECK;

/* The inode number of @nm and the index of its entry.  -ENOENT, -EIO. */
int dir_find(struct inode *dp, const union name *nm, u32 *ino, u32 *slot) MUST_CHECK;
bool dir_is_empty(struct inode *dp); /* but for dots; false as well if it cannot be read */

/* A place for an entry; found before the transaction, as is everything that may fail. */
struct dir_place {
	u32 slot;
	struct buf *b; /* of its block, or NULL if that has to be allocated */
};

#define DIR_FILL_MAX 6 /* blocks that dir_fill() logs */

int dir_find_place(struct inode *dp, struct dir_place *place) MUST_CHECK;
int dir_get_place(struct inode *dp, u32 slot, struct dir_place *place) MUST_CHECK;
void dir_put_place(struct dir_place *place);

/* How many blocks dir_fill() allocates there.  -EIO. */
int dir_missing(struct inode *dp, const struct dir_place *place) MUST_CHECK;

/* Writes an entry; the inode of the directory, which may have grown, is not stored.
 * Fails (-ENOSPC, -EIO) only for a place without buffer, and has changed nothing then. */
int dir_fill(struct log_op *op, struct inode *dp, struct dir_place *place,
	     const union name *nm, u32 ino) MUST_CHECK;
void dir_clear(struct log_op *op, struct inode *dp, struct dir_place *place,
	       const union name *nm);

/* --- names seen before: namecache.c -------------------------------------------------- */

/* Every change of a directory tells the cache, and both happen under the inode lock
 * of the directory: what is found is true. */
struct name_hit {
	u32 ino; /* 0: there is no such name */
	u32 slot;
};

void namecache_init(void);
bool namecache_find(u32 dir, const union name *nm, struct name_hit *hit);
void namecache_enter(u32 dir, const union name *nm, u32 ino, u32 slot);
void namecache_forget_dir(u32 dir);

/* --- paths: path.c ------------------------------------------------------------------- */

struct path {
	struct inode *at;   /* how far the walk got; with a reference             */
	const char *rest;   /* what is left                                       */
	union name last;    /* path_parent(): the last name                       */
	u32 links;          /* symbolic links followed                            */
	char text[MAXPATH]; /* rest points into it after the first of those      */
};

/* Begins at @cwd or the root; path_end() gives the reference in ->at back. */
void path_begin(struct path *p, struct inode *cwd, const char *text);
void path_end(struct path *p);

/* Walks to the end; @follow: also if that is a symbolic link. */
int path_walk(struct path *p, bool follow) MUST_CHECK;

/* Walks to the directory (not checked to be one) that is to hold the last name.
 * -ENOENT if there is no last name. */
int path_parent(struct path *p) MUST_CHECK;

/* Puts the target of symbolic link @link, an entry of the directory ->at, in front of
 * what is left.  -ELOOP, -ENAMETOOLONG, -ENOENT. */
int path_follow(struct path *p, struct inode *link) MUST_CHECK;
