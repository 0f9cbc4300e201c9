/* dir_priv.h - directories, the name cache, and paths.
 *
 * A name is kept as its directory entry, 16 bytes, with inode number 0.  So two names are
 * compared as two words each. */
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

/* Sets *@nm to the first @len bytes of @text; longer names than FS_NAMELEN are cut. */
void name_set(union name *nm, const char *text, size_t len);

static inline bool name_equal(const union name *a, const union name *b)
{
	return ((a->word[0] ^ b->word[0]) & ~NAME_INO_MASK) == 0 &&
	       a->word[1] == b->word[1];
}

bool name_is_dots(const union name *nm); /* "." or ".." */

/* --- directories: dir.c; their inode lock held --------------------------------------- */

/* Checks that names can be looked up and made in @dp.  -ENOTDIR; -ENOENT if it was
 * removed. */
int dir_check(const struct inode *dp) MUST_CHECK;

/* Finds the inode number of @nm and the index of its entry.  -ENOENT, -EIO, -EINTR. */
int dir_find(struct inode *dp, const union name *nm, u32 *ino, u32 *slot) MUST_CHECK;

/* Whether @dp has no names except the dots.  False also if it cannot be read. */
bool dir_is_empty(struct inode *dp);

/* A place for an entry.  It is found before the operation begins, because that may fail. */
struct dir_place {
	u32 slot;
	struct buf *b; /* has the slot, or NULL if its block has to be allocated */
};

#define DIR_FILL_MAX 6 /* blocks that dir_fill() logs */

/* Finds the first free place, perhaps at the end, or gets the place @slot.  -EFBIG, -EIO,
 * -EINTR. */
int dir_find_place(struct inode *dp, struct dir_place *place) MUST_CHECK;
int dir_get_place(struct inode *dp, u32 slot, struct dir_place *place) MUST_CHECK;
void dir_put_place(struct dir_place *place);

/* How many disk blocks dir_fill() has to allocate for @place.  -EIO, -EFBIG. */
int dir_missing(struct inode *dp, const struct dir_place *place) MUST_CHECK;

/* dir_fill() writes the entry.  The directory may grow; the caller stores its inode.  Fails
 * (-ENOSPC, -EIO) only for a place without a buffer, and has then changed nothing.
 * dir_clear() removes the entry @nm from its place, which has a buffer. */
int dir_fill(struct log_op *op, struct inode *dp, struct dir_place *place,
	     const union name *nm, u32 ino) MUST_CHECK;
void dir_clear(struct log_op *op, struct inode *dp, struct dir_place *place,
	       const union name *nm);

/* What is remembered of the directory with inode number @dir is forgotten: it is gone, and
 * its number may be used again. */
void dir_forget(u32 dir);

/* --- names seen before: namecache.c -------------------------------------------------- */

/* A directory and the cache change together, under the inode lock of the directory.  So
 * what the cache says is true: under that lock as long as it is held, without it at the
 * moment of the look-up and as long as name_hit_holds(). */
struct name_hit {
	u32 ino; /* 0: there is no such name */
	u32 slot;
	u32 seq, set; /* for name_hit_holds() */
};

void namecache_init(void);

/* Whether the cache knows about @nm in the directory with inode number @dir; sets *@hit.
 * Takes no lock. */
bool namecache_find(u32 dir, const union name *nm, struct name_hit *hit);

/* Whether what the cache said is still true. */
bool name_hit_holds(const struct name_hit *hit);

/* Remembers what @nm leads to; @ino 0: there is no such name. */
void namecache_enter(u32 dir, const union name *nm, u32 ino, u32 slot);

/* The directory is gone, and its number may be used again. */
void namecache_forget_dir(u32 dir);

/* --- paths: path.c ------------------------------------------------------------------- */

struct path {
	struct inode *at;   /* where the walk is                                 */
	bool held;          /* with a reference of its own                       */
	const char *rest;   /* of the path: what is not walked yet               */
	union name last;    /* path_parent(): the last name                       */
	u32 links;          /* symbolic links followed                            */
	char text[MAXPATH]; /* what rest points to after the first of those      */
};

/* Begins at @cwd, to which the caller keeps a reference, or at the root if @text begins
 * with a slash. */
void path_begin(struct path *p, struct inode *cwd, const char *text);
void path_end(struct path *p);

/* Ends the path.  Returns where it is, with a reference. */
struct inode *path_end_at(struct path *p);

/* Walks to the end of the path; with @follow, follows a symbolic link there as well. */
int path_walk(struct path *p, bool follow) MUST_CHECK;

/* Walks to what should be the directory of the last name; the caller checks that it is one.
 * The root, which has no name, is "." in itself.  -ENOENT: the path is empty. */
int path_parent(struct path *p) MUST_CHECK;

/* Puts the target of @link, a symbolic link in the directory ->at, before the rest of the
 * path.  -ELOOP, -ENAMETOOLONG, -ENOENT; -EIO, -EINTR. */
int path_follow(struct path *p, struct inode *link) MUST_CHECK;
