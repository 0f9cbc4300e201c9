/* names.c - making, linking and removing names.
 *
 * Order of inode locks: a directory, then what is in it.  A thread may hold the locks of
 * two existing directories only with names_mutex held.  Any other thread holds the lock of
 * one directory at most, and then waits only for inodes that are new or are not
 * directories.  A thread that holds one of those waits for no inode.  So there is no
 * deadlock, whatever tree a corrupt disk has.
 *
 * What can fail is done before the operation begins: looking up names, reading blocks,
 * finding inodes.  The exception is allocating blocks: it comes first in the operation, and
 * is undone if it fails. */
#include "fs/name/names_priv.h"

#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/read_write_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "lib/string.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

#define MAX_NLINK 32767

struct mutex names_mutex;

void names_init(void)
{
	mutex_init(&names_mutex, "names", RANK_dir);
}

/* How many blocks an operation logs that enters a name and allocates @need blocks: those of
 * the two inodes and of the entry, if it allocates none. */
static u32 names_blocks(int need)
{
	return need ? FS_OP_MAX : 3;
}

/* --- making -------------------------------------------------------------------------- */

/* What node_create() works with. */
struct creation {
	struct path *p;
	const struct newnode *what;
	struct inode *ip;
	struct dir_place place;
	struct buf *ibuf, *dbuf; /* of the two inodes */
};

/* Whether a new inode of this kind has a block. */
static bool node_has_contents(const struct newnode *what)
{
	return what->type == T_DIR || what->type == T_SYMLINK;
}

/* Writes the first contents of a new directory or symbolic link. */
static int node_fill(struct log_op *op, struct creation *c)
{
	struct inode *ip = c->ip;
	struct buf *b;
	u32 block;
	int err;

	if (!node_has_contents(c->what))
		return 0;
	err = bmap_alloc(op, ip, 0, &block);
	if (err)
		return err;
	b = buf_get_clear(block);
	if (c->what->type == T_DIR) {
		union name *e = (union name *)(void *)b->data;

		name_set(&e[0], ".", 1);
		e[0].entry.ino = (u16)ip->ino;
		name_set(&e[1], "..", 2);
		e[1].entry.ino = (u16)c->p->at->ino;
		ip->size = 2 * sizeof(*e);
	} else {
		ip->size = (u32)strlen(c->what->target);
		memcpy(b->data, c->what->target, ip->size);
	}
	log_write(op, b);
	buf_put(b);
	return 0;
}

/* Enters inode @ino as p->last in the directory p->at, and stores that in @dbuf if it has
 * become larger: most often it stays as it is, and its 64 bytes are not written. */
static int names_enter(struct log_op *op, struct path *p, struct dir_place *place, u32 ino,
		       struct buf *dbuf)
{
	struct inode *dp = p->at;
	bool has_block = place->b != NULL;
	u32 size = dp->size;
	int err = dir_fill(op, dp, place, &p->last, ino);

	if (!err && (!has_block || dp->size != size))
		inode_store(op, dp, dbuf);
	return err;
}

static int node_create_in(struct log_op *op, struct creation *c)
{
	struct inode *dp = c->p->at, *ip = c->ip;
	int err = node_fill(op, c);

	if (!err)
		err = names_enter(op, c->p, &c->place, ip->ino, c->dbuf);
	if (err) {
		u32 end;
		int freed = bmap_free(op, ip, 0, &end);

		ip->size = 0;
		return freed ? freed : err;
	}
	ip->type = c->what->type;
	ip->major = c->what->major;
	ip->minor = c->what->minor;
	ip->nlink = 1;
	inode_store(op, ip, c->ibuf);
	if (ip->type == T_DIR) {
		dp->nlink++;
		inode_store(op, dp, c->dbuf);
	}
	return 0;
}

static int node_create_buffered(struct creation *c)
{
	int need = dir_missing(c->p->at, &c->place);
	struct log_op op;
	int err;

	if (need < 0)
		return need;
	if (node_has_contents(c->what))
		need++;
	inode_lock_nested(c->ip);
	err = blocks_begin(&op, names_blocks(need), (u32)need, (u32)need);
	if (!err) {
		err = node_create_in(&op, c);
		log_end(&op);
	}
	inode_unlock(c->ip);
	return err;
}

int node_create(struct path *p, const struct newnode *what, struct inode **out)
{
	struct creation c = { .p = p, .what = what };
	int err;

	if (what->type == T_DIR && p->at->nlink >= MAX_NLINK)
		return -EMLINK;
	err = inode_new(&c.ip);
	if (err)
		return err;
	err = inode_buf(c.ip, &c.ibuf);
	if (err)
		goto out_inode;
	err = inode_buf(p->at, &c.dbuf);
	if (err)
		goto out_ibuf;
	err = dir_find_place(p->at, &c.place);
	if (err)
		goto out_dbuf;
	err = node_create_buffered(&c);
	dir_put_place(&c.place);
out_dbuf:
	inode_put_buf(p->at, c.dbuf);
out_ibuf:
	inode_put_buf(c.ip, c.ibuf);
out_inode:
	if (err || !out)
		inode_put(c.ip);
	else
		*out = c.ip;
	inode_settle();
	return err;
}

static int names_make(struct inode *cwd, const char *path, const struct newnode *what)
{
	struct path p;
	u32 ino, slot;
	int err;

	path_begin(&p, cwd, path);
	err = path_parent(&p);
	if (!err) {
		inode_lock(p.at);
		err = dir_check(p.at);
		if (!err) {
			err = dir_find(p.at, &p.last, &ino, &slot);
			if (err == -ENOENT)
				err = node_create(&p, what, NULL);
			else if (!err)
				err = -EEXIST;
		}
		inode_unlock(p.at);
	}
	path_end(&p);
	return err;
}

int fs_mkdir(struct inode *cwd, const char *path)
{
	return names_make(cwd, path, &(struct newnode){ .type = T_DIR });
}

int fs_mknod(struct inode *cwd, const char *path, s16 major, s16 minor)
{
	struct newnode what = { .type = T_DEVICE, .major = major, .minor = minor };

	return names_make(cwd, path, &what);
}

int fs_symlink(struct inode *cwd, const char *target, const char *path)
{
	if (target[0] == '\0')
		return -ENOENT;
	if (strnlen(target, MAXPATH) >= MAXPATH)
		return -ENAMETOOLONG;
	return names_make(cwd, path,
			  &(struct newnode){ .type = T_SYMLINK, .target = target });
}

/* --- linking ------------------------------------------------------------------------- */

/* Both inodes locked, and their buffers held. */
static int names_link_buffered(struct path *p, struct inode *ip, struct buf *ibuf,
			       struct buf *dbuf)
{
	struct dir_place place;
	struct log_op op;
	int need, err = dir_find_place(p->at, &place);

	if (err)
		return err;
	need = dir_missing(p->at, &place);
	if (need < 0)
		err = need;
	else
		err = blocks_begin(&op, names_blocks(need), (u32)need, (u32)need);
	if (!err) {
		err = names_enter(&op, p, &place, ip->ino, dbuf);
		if (!err) {
			ip->nlink++;
			inode_store(&op, ip, ibuf);
		}
		log_end(&op);
	}
	dir_put_place(&place);
	return err;
}

/* Enters @ip as p->last in p->at.  Both inodes locked. */
static int names_link_locked(struct path *p, struct inode *ip)
{
	struct buf *ibuf, *dbuf;
	int err;

	if (ip->nlink == 0)
		return -ENOENT; /* its last name was removed meanwhile */
	if (ip->nlink >= MAX_NLINK)
		return -EMLINK;
	err = inode_buf(ip, &ibuf);
	if (err)
		return err;
	err = inode_buf(p->at, &dbuf);
	if (!err) {
		err = names_link_buffered(p, ip, ibuf, dbuf);
		inode_put_buf(p->at, dbuf);
	}
	inode_put_buf(ip, ibuf);
	return err;
}

static int names_link_at(struct path *p, struct inode *ip)
{
	u32 ino, slot;
	int err;

	inode_lock(p->at);
	err = dir_check(p->at);
	if (!err)
		err = dir_find(p->at, &p->last, &ino, &slot);
	if (!err) {
		err = -EEXIST;
	} else if (err == -ENOENT && p->at->nlink > 0) {
		inode_lock_nested(ip);
		err = names_link_locked(p, ip);
		inode_unlock(ip);
	}
	inode_unlock(p->at);
	return err;
}

int fs_link_at(struct inode *old_dir, const char *old, struct inode *new_dir,
	       const char *new, bool follow)
{
	struct path from, to;
	int err;

	path_begin(&from, old_dir, old);
	err = path_walk(&from, follow);
	if (!err && from.at->type == T_DIR)
		err = -EPERM;
	if (!err) {
		path_begin(&to, new_dir, new);
		err = path_parent(&to);
		if (!err)
			err = names_link_at(&to, from.at);
		path_end(&to);
	}
	path_end(&from);
	return err;
}

/* --- removing ------------------------------------------------------------------------ */

struct removal {
	struct path *p;
	struct inode *ip;
	struct dir_place place;
	struct buf *ibuf, *dbuf;
};

/* Whether the inode can be freed with its last name: it has no contents, and nobody else
 * refers to it. */
static bool names_remove_frees(struct inode *ip)
{
	return ip->type != T_DIR && ip->nlink == 1 && inode_is_blank(ip) && inode_kill(ip);
}

static int names_remove_buffered(struct removal *r)
{
	struct inode *dp = r->p->at;
	bool frees = names_remove_frees(r->ip);
	struct log_op op;
	int err = log_begin(&op, 3);

	if (err) {
		if (frees)
			inode_revive(r->ip);
		return err;
	}
	dir_clear(&op, dp, &r->place, &r->p->last);
	if (r->ip->type == T_DIR) {
		dp->nlink--;
		inode_store(&op, dp, r->dbuf);
	}
	r->ip->nlink--;
	if (frees)
		r->ip->type = 0;
	inode_store(&op, r->ip, r->ibuf);
	log_end(&op);
	return 0;
}

/* Removes the entry at @slot, which names r->ip.  Both inodes locked. */
static int names_remove_locked(struct removal *r, u32 slot)
{
	struct inode *dp = r->p->at;
	bool is_dir = r->ip->type == T_DIR;
	int err;

	if (r->ip->nlink < 1 || (is_dir && dp->nlink < 2))
		return -EIO;
	if (is_dir && !dir_is_empty(r->ip))
		return -ENOTEMPTY;
	err = inode_buf(r->ip, &r->ibuf);
	if (err)
		return err;
	err = inode_buf(dp, &r->dbuf);
	if (err)
		goto out_ibuf;
	err = dir_get_place(dp, slot, &r->place);
	if (!err && !r->place.b)
		err = -EIO;
	if (!err)
		err = names_remove_buffered(r);
	dir_put_place(&r->place);
	inode_put_buf(dp, r->dbuf);
out_ibuf:
	inode_put_buf(r->ip, r->ibuf);
	return err;
}

/* Removes p->last, if it is of @kinds; else -EISDIR or -ENOTDIR.  The caller holds
 * names_mutex if it may be a directory.  *@gone gets the inode if it was found, which the
 * caller puts without any lock held. */
static int names_remove_last(struct path *p, unsigned kinds, struct inode **gone)
{
	struct removal r = { .p = p };
	u32 ino, slot;
	int err;

	inode_lock(p->at);
	err = dir_check(p->at);
	if (!err)
		err = dir_find(p->at, &p->last, &ino, &slot);
	if (!err)
		err = inode_get(ino, &r.ip);
	if (!err) {
		bool is_dir = r.ip->type == T_DIR;

		*gone = r.ip;
		if (r.ip == p->at) {
			err = -EIO; /* a directory in itself */
		} else if (!(kinds & (is_dir ? FS_DIR : FS_NONDIR))) {
			err = is_dir ? -EISDIR : -ENOTDIR;
		} else {
			inode_lock_nested(r.ip);
			err = names_remove_locked(&r, slot);
			inode_unlock(r.ip);
		}
	}
	inode_unlock(p->at);
	return err;
}

int fs_remove(struct inode *cwd, const char *path, unsigned kinds)
{
	struct inode *gone = NULL;
	struct path p;
	int err;

	path_begin(&p, cwd, path);
	err = path_parent(&p);
	if (!err && name_is_dots(&p.last))
		err = -EINVAL;
	if (!err)
		err = names_remove_last(&p, kinds & FS_NONDIR, &gone);
	if (err == -EISDIR && gone && kinds & FS_DIR) {
		inode_put(gone);
		gone = NULL;
		mutex_lock(&names_mutex);
		err = names_remove_last(&p, kinds, &gone);
		mutex_unlock(&names_mutex);
	}
	if (gone)
		inode_put(gone);
	path_end(&p);
	return err;
}
