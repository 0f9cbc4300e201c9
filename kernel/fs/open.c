/* open.c - from a path and flags to an open file. */
#include "fs/store/alloc_priv.h"
#include "fs/read_write_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/file_priv.h"
#include "fs/fs.h"
#include "fs/inode_priv.h"
#include "fs/name/names_priv.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/limits.h"

#define NOFOLLOW (O_NOFOLLOW | O_NOFOLLOW_TOO)

/* Finds p->last in p->at, or creates a file of that name; gets a reference. */
static int open_find_or_create(struct path *p, int flags, struct inode **out)
{
	u32 ino, slot;
	int err;

	inode_lock(p->at);
	err = dir_check(p->at);
	if (!err) {
		err = dir_find(p->at, &p->last, &ino, &slot);
		if (err == -ENOENT)
			err = node_create(p, &(struct newnode){ .type = T_FILE }, out);
		else if (!err && (flags & O_EXCL))
			err = -EEXIST;
		else if (!err)
			err = inode_get(ino, out);
	}
	inode_unlock(p->at);
	return err;
}

static int open_creating(struct path *p, int flags, struct inode **out)
{
	for (;;) {
		int err = path_parent(p);

		if (!err)
			err = open_find_or_create(p, flags, out);
		if (err)
			return err;
		if ((*out)->type == T_DIR) {
			inode_put(*out);
			return -EISDIR;
		}
		if ((*out)->type != T_SYMLINK || (flags & NOFOLLOW))
			return 0;
		err = path_follow(p, *out);
		inode_put(*out);
		if (err)
			return err;
	}
}

static int open_existing(struct path *p, int flags, struct inode **out)
{
	int err = path_walk(p, !(flags & NOFOLLOW));

	if (err)
		return err;
	if (p->at->type == T_DIR && (flags & ~NOFOLLOW) != O_RDONLY)
		return -EISDIR;
	*out = path_end_at(p);
	return 0;
}

static int open_inode(struct inode *cwd, const char *path, int flags, struct inode **out)
{
	struct path p;
	int err;

	path_begin(&p, cwd, path);
	if (flags & O_CREATE) {
		err = open_creating(&p, flags, out);
		path_end(&p);
	} else {
		err = open_existing(&p, flags, out);
		if (err)
			path_end(&p);
	}
	return err;
}

/* The last checks, and truncating. */
static int open_prepare(struct inode *ip, int flags)
{
	int err = 0;

	if (ip->type == T_DEVICE && (ip->major < 0 || ip->major >= NDEV))
		return -ENXIO;
	if ((flags & O_TRUNC) && ip->type == T_FILE)
		err = inode_set_size(ip, 0);
	return err;
}

int fs_open(struct inode *cwd, const char *path, int flags, struct file **out)
{
	struct inode *ip;
	struct file *f;
	int err = file_alloc(&f);

	if (err)
		return err;
	err = open_inode(cwd, path, flags, &ip);
	if (!err) {
		err = open_prepare(ip, flags);
		if (err)
			inode_put(ip);
	}
	if (err) {
		file_free(f);
		return err;
	}
	file_set_inode(f, ip, flags);
	*out = f;
	return 0;
}
