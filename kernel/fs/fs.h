/* fs.h - the file system as the rest of the kernel sees it.
 *
 * A path is a kernel string that ends with NUL, in at most MAXPATH bytes; a relative one
 * starts at @cwd.  Functions return 0 (or a count) or -errno, and a failed call has changed
 * nothing.  All but inode_dup() may sleep.  No locks held, except that an area lock may be
 * held over inode_put(). */
#pragma once

#include "lib/types.h"
#include "uapi/stat.h"

struct blkdev;
struct inode;
struct file;
struct object;
struct page;

/* At boot: fs_init() sets up the tables. fs_mount() mounts the root file system: replays
 * the log, frees orphans and starts the thread that commits.  It prints what it has
 * mounted, or what is wrong. */
void fs_init(void);
int fs_mount(struct blkdev *dev) MUST_CHECK;

/* Makes everything written so far durable.  0 or -EIO. */
int fs_sync(void) MUST_CHECK;

/* How much of the disk files have, and can still get. */
struct fs_space {
	const char *name; /* of the disk's driver */
	u32 block, blocks, available;
	bool read_only;
};
void fs_space(struct fs_space *space);

/* --- names ------------------------------------------------------------- */

/* Gets the inode that @path names, with a reference.  Follows symbolic links. */
int fs_lookup(struct inode *cwd, const char *path, struct inode **out) MUST_CHECK;

/* Opens or creates a file; @flags as in uapi/fcntl.h.  The caller gets the only
 * reference. */
int fs_open(struct inode *cwd, const char *path, int flags, struct file **out) MUST_CHECK;
int fs_mkdir(struct inode *cwd, const char *path) MUST_CHECK;
int fs_mknod(struct inode *cwd, const char *path, s16 major, s16 minor) MUST_CHECK;
int fs_symlink(struct inode *cwd, const char *target, const char *path) MUST_CHECK;

/* Each of the two paths starts at its own directory.  With @follow, a symbolic link that
 * @old names is followed. */
int fs_link_at(struct inode *from, const char *old, struct inode *to, const char *new,
	       bool follow) MUST_CHECK;
int fs_rename_at(struct inode *from, const char *old, struct inode *to,
		 const char *new) MUST_CHECK;

MUST_CHECK static inline int fs_link(struct inode *cwd, const char *old, const char *new)
{
	return fs_link_at(cwd, old, cwd, new, false);
}

MUST_CHECK static inline int fs_rename(struct inode *cwd, const char *old, const char *new)
{
	return fs_rename_at(cwd, old, cwd, new);
}

/* Removes a name, if what it names is of @kinds.  -ENOTDIR: it is no directory and should
 * be one; -EISDIR; -ENOTEMPTY. */
#define FS_NONDIR 1u
#define FS_DIR 2u
int fs_remove(struct inode *cwd, const char *path, unsigned kinds) MUST_CHECK;

/* An empty directory, too, as in xv6. */
MUST_CHECK static inline int fs_unlink(struct inode *cwd, const char *path)
{
	return fs_remove(cwd, path, FS_NONDIR | FS_DIR);
}

/* Copies the first @size bytes of the target, without a NUL.  Returns how many were copied;
 * -EINVAL: @path does not name a symbolic link. */
s64 fs_readlink(struct inode *cwd, const char *path, char *buf, u64 size) MUST_CHECK;

/* --- inodes ------------------------------------------------------------ */

struct inode *inode_root(void); /* with a new reference */
struct inode *inode_dup(struct inode *ip);
void inode_put(struct inode *ip); /* may sleep; the last put of an unlinked file frees it */
void inode_stat(struct inode *ip, struct stat *st);

/* A number that changes whenever the contents of @ip are changed, while there is a
 * reference to it.  A store through a mapping counts only when the page becomes
 * writable. */
u32 inode_version(const struct inode *ip);

/* Reads [off, off + n) into kernel memory, through the page cache for files.
 * Bytes read (short at the end of the file) or -errno. */
s64 inode_read(struct inode *ip, void *dst, u64 off, u64 n) MUST_CHECK;

/* The page cache of a regular file; NULL for anything else. */
struct object *inode_object(struct inode *ip);

/* Gets page @index of a regular file, with a reference, for a program to run from.  From
 * now on, a write to the file leaves that frame alone.  -ENOEXEC: the page lies past the
 * end of the file, at least in part.  -EAGAIN: programs may write to the page through a
 * mapping, so the caller takes a copy.  -ENOMEM, -EIO. */
int inode_text_page(struct inode *ip, u64 index, struct page **out) MUST_CHECK;
