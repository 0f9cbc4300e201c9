/* rename.c - moves a name, in one operation.
 *
 * As in POSIX, a file or an empty directory that has the new name is replaced, a directory
 * cannot move into itself, and nothing happens if both names are of one file. */
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "fs/name/names_priv.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

/* The old name or the new one: path.last in the directory path.at. */
struct side {
	struct path path;
	struct inode *ip; /* what it names, with a reference, or NULL */
	u32 slot;         /* of its entry, if there is one            */
	struct dir_place place;
	struct buf *dbuf; /* of the directory's inode                 */
	struct buf *ibuf; /* of ip                                    */
};

struct renaming {
	struct side from, to;
	struct dir_place dotdot; /* of a directory that changes its parent */
};

static bool rename_is_move(const struct renaming *r)
{
	return r->from.path.at != r->to.path.at;
}

static bool rename_moves_dir(const struct renaming *r)
{
	return r->from.ip->type == T_DIR && rename_is_move(r);
}

/* Looks the name up.  The directory is locked. */
static int side_find(struct side *s)
{
	u32 ino;
	int err = dir_check(s->path.at);

	s->ip = NULL;
	if (!err)
		err = dir_find(s->path.at, &s->path.last, &ino, &s->slot);
	if (!err)
		err = inode_get(ino, &s->ip);
	return err;
}

static void side_forget(struct side *s)
{
	if (s->ip)
		inode_put(s->ip);
	s->ip = NULL;
}

/* Whether @ip is @dp or above it: 1, 0 or -errno.  names_mutex is held, so the tree of
 * directories does not change; no inode is locked. */
static int rename_is_above(struct inode *ip, struct inode *dp)
{
	struct inode *at = inode_dup(dp);
	u32 steps = 0;
	int err = 0;

	while (!err && at != ip && at->ino != FS_ROOT_INO) {
		struct inode *up = NULL;
		union name dotdot;
		u32 ino, slot;

		name_set(&dotdot, "..", 2);
		inode_lock(at);
		err = dir_check(at);
		if (!err)
			err = dir_find(at, &dotdot, &ino, &slot);
		if (!err)
			err = inode_get(ino, &up);
		inode_unlock(at);
		if (!err && ++steps > geo.ninodes)
			err = -EIO; /* the way up is a loop */
		else if (!err && sched_point_killed())
			err = -EINTR;
		inode_put(at);
		at = up;
	}
	if (!err)
		err = at == ip;
	if (at)
		inode_put(at);
	return err;
}

/* Finds what will move, and checks that it does not move into itself. */
static int rename_check_source(struct renaming *r)
{
	struct inode *dp = r->from.path.at;
	int err;

	inode_lock(dp);
	err = side_find(&r->from);
	inode_unlock(dp);
	if (err)
		return err;
	if (r->from.ip == dp)
		return -EIO;
	if (r->from.ip->type != T_DIR)
		return 0;
	err = rename_is_above(r->from.ip, r->to.path.at);
	return err > 0 ? -EINVAL : err;
}

/* Checks what the two names mean.  All locks held. */
static int rename_check(struct renaming *r)
{
	struct inode *src = r->from.ip, *dst = r->to.ip;
	bool is_dir = src->type == T_DIR;

	if (src->nlink < 1 || (is_dir && r->from.path.at->nlink < 2))
		return -EIO;
	if (dst) {
		if (dst->nlink < 1)
			return -EIO;
		if (is_dir && dst->type != T_DIR)
			return -ENOTDIR;
		if (!is_dir && dst->type == T_DIR)
			return -EISDIR;
		if (is_dir && !dir_is_empty(dst))
			return -ENOTEMPTY;
		if (is_dir && r->to.path.at->nlink < 2)
			return -EIO;
	} else if (is_dir && rename_is_move(r) && r->to.path.at->nlink == INT16_MAX) {
		return -EMLINK;
	}
	return 0;
}

static int rename_get_dotdot(struct renaming *r)
{
	union name dotdot;
	u32 ino, slot;
	int err;

	if (!rename_moves_dir(r))
		return 0;
	name_set(&dotdot, "..", 2);
	err = dir_find(r->from.ip, &dotdot, &ino, &slot);
	if (!err)
		err = dir_get_place(r->from.ip, slot, &r->dotdot);
	return err == -ENOENT || (!err && !r->dotdot.b) ? -EIO : err;
}

/* Gets all buffers that the operation changes. */
static int rename_get_buffers(struct renaming *r)
{
	int err = inode_buf(r->from.path.at, &r->from.dbuf);

	if (!err)
		err = inode_buf(r->to.path.at, &r->to.dbuf);
	if (!err)
		err = inode_buf(r->from.ip, &r->from.ibuf);
	if (!err && r->to.ip)
		err = inode_buf(r->to.ip, &r->to.ibuf);
	if (!err)
		err = dir_get_place(r->from.path.at, r->from.slot, &r->from.place);
	if (!err && !r->from.place.b)
		err = -EIO;
	if (!err && r->to.ip)
		err = dir_get_place(r->to.path.at, r->to.slot, &r->to.place);
	else if (!err)
		err = dir_find_place(r->to.path.at, &r->to.place);
	if (!err)
		err = rename_get_dotdot(r);
	return err;
}

static void rename_put_buffers(struct renaming *r)
{
	inode_put_buf(r->from.path.at, r->from.dbuf);
	inode_put_buf(r->to.path.at, r->to.dbuf);
	inode_put_buf(r->from.ip, r->from.ibuf);
	inode_put_buf(r->to.ip, r->to.ibuf);
	dir_put_place(&r->from.place);
	dir_put_place(&r->to.place);
	dir_put_place(&r->dotdot);
}

/* In the operation: writes the new entry, clears the old one, and sets "..". */
static int rename_change_entries(struct log_op *op, struct renaming *r)
{
	struct inode *to = r->to.path.at;
	int err = dir_fill(op, to, &r->to.place, &r->to.path.last, r->from.ip->ino);

	if (err)
		return err;
	dir_clear(op, r->from.path.at, &r->from.place, &r->from.path.last);
	if (rename_moves_dir(r)) {
		union name dotdot;

		name_set(&dotdot, "..", 2);
		err = dir_fill(op, r->from.ip, &r->dotdot, &dotdot, to->ino);
	}
	return err;
}

static void rename_change_counts(struct log_op *op, struct renaming *r)
{
	if (r->to.ip) {
		r->to.ip->nlink--;
		if (r->to.ip->type == T_DIR)
			r->to.path.at->nlink--;
		inode_store(op, r->to.ip, r->to.ibuf);
	}
	if (rename_moves_dir(r)) {
		r->from.path.at->nlink--;
		r->to.path.at->nlink++;
	}
	inode_store(op, r->from.ip, r->from.ibuf);
	inode_store(op, r->from.path.at, r->from.dbuf);
	inode_store(op, r->to.path.at, r->to.dbuf);
}

static int rename_change(struct renaming *r)
{
	struct log_op op;
	int need = 0, err = rename_check(r);

	if (!err)
		err = rename_get_buffers(r);
	if (!err)
		need = dir_missing(r->to.path.at, &r->to.place);
	if (!err)
		err = need < 0 ? need : blocks_begin(&op, FS_OP_MAX, (u32)need, (u32)need);
	if (!err) {
		err = rename_change_entries(&op, r);
		if (!err)
			rename_change_counts(&op, r);
		log_end(&op);
	}
	rename_put_buffers(r);
	return err;
}

/* Locks the two inodes and renames.  The directories are locked. */
static int rename_locked(struct renaming *r)
{
	struct inode *seen = r->from.ip, *a, *b;
	int err = side_find(&r->from);

	/* The reference that rename_check_source() got keeps the number from being used
	 * again. */
	if (!err && r->from.ip != seen)
		err = -EAGAIN;
	inode_put(seen);
	if (!err) {
		err = side_find(&r->to);
		if (err == -ENOENT && r->to.path.at->nlink > 0)
			err = 0;
	}
	a = r->from.ip;
	b = r->to.ip;
	if (err || a == b)
		return err;
	if (b == r->from.path.at)
		return -ENOTEMPTY;
	if (a == r->to.path.at || b == r->to.path.at || a == r->from.path.at)
		return -EIO;
	inode_lock_nested(a);
	if (b)
		inode_lock_nested(b);
	err = rename_change(r);
	if (b)
		inode_unlock(b);
	inode_unlock(a);
	return err;
}

/* -EAGAIN: the old name names another inode by now. */
static int rename_once(struct renaming *r)
{
	struct inode *from = r->from.path.at, *to = r->to.path.at;
	int err = rename_check_source(r);

	if (err)
		return err;
	inode_lock(from);
	if (to != from)
		inode_lock_nested(to);
	err = rename_locked(r);
	if (to != from)
		inode_unlock(to);
	inode_unlock(from);
	return err;
}

/* Too large for a stack.  names_mutex guards it, so only one renaming goes on at a time. */
static struct renaming renaming;

static int rename_paths(struct renaming *r)
{
	int err = path_parent(&r->from.path);

	if (!err)
		err = path_parent(&r->to.path);
	if (err)
		return err;
	if (name_is_dots(&r->from.path.last) || name_is_dots(&r->to.path.last))
		return -EINVAL;
	do {
		err = rename_once(r);
		side_forget(&r->from);
		side_forget(&r->to);
	} while (err == -EAGAIN);
	return err;
}

int fs_rename_at(struct inode *from, const char *old, struct inode *to, const char *new)
{
	struct renaming *r = &renaming;
	int err;

	mutex_lock(&names_mutex);
	*r = (struct renaming){ .dotdot = { 0 } };
	path_begin(&r->from.path, from, old);
	path_begin(&r->to.path, to, new);
	err = rename_paths(r);
	path_end(&r->to.path);
	path_end(&r->from.path);
	mutex_unlock(&names_mutex);
	return err;
}
