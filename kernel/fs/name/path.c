/* path.c - from paths to inodes.
 *
 * A walk holds a reference to the inode where it is.  It locks a directory only while it
 * looks up one name in it.  As it holds one lock at a time, ".." needs no lock order. */
#include "fs/store/buf_priv.h"
#include "fs/read_write_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/fs.h"
#include "fs/inode_priv.h"
#include "lib/string.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

#define MAX_LINKS 10

void path_begin(struct path *p, struct inode *cwd, const char *text)
{
	p->at = text[0] == '/' ? inode_root_dir : cwd;
	p->held = false;
	p->rest = text;
	p->links = 0;
}

/* Moves to @ip.  Its reference becomes the path's if @held. */
static void path_move(struct path *p, struct inode *ip, bool held)
{
	if (p->held)
		inode_put(p->at);
	p->at = ip;
	p->held = held;
}

void path_end(struct path *p)
{
	path_move(p, NULL, false);
}

struct inode *path_end_at(struct path *p)
{
	struct inode *ip = p->at;

	return p->held ? ip : inode_dup(ip);
}

static const char *path_skip_slashes(const char *s)
{
	while (*s == '/')
		s++;
	return s;
}

/* Moves the next name of the path to p->last; false if there is none.  *@is_last: no other
 * follows. */
static bool path_next_name(struct path *p, bool *is_last)
{
	const char *s = path_skip_slashes(p->rest);
	u32 len = 0;

	p->last = (union name){ .word = { 0, 0 } };
	for (; *s && *s != '/'; s++) {
		if (len < FS_NAMELEN)
			p->last.entry.name[len++] = *s;
	}
	p->rest = path_skip_slashes(s);
	*is_last = *p->rest == '\0';
	return len > 0;
}

/* Gets the inode that p->last names in the directory p->at, with a reference.  Locks the
 * directory. */
static int path_lookup_locked(struct path *p, struct inode **out)
{
	struct inode *dp = p->at;
	u32 ino, slot;
	int err;

	inode_lock(dp);
	err = dir_check(dp);
	if (!err && name_is_dots(&p->last) &&
	    (p->last.entry.name[1] == '\0' || dp->ino == FS_ROOT_INO)) {
		*out = inode_dup(dp);
	} else if (!err) {
		err = dir_find(dp, &p->last, &ino, &slot);
		if (!err)
			err = inode_get(ino, out);
	}
	inode_unlock(dp);
	return err;
}

/* The same, without the lock if the name and its inode are cached.  Once there is a
 * reference, the cache is asked again: if it has not changed, the name led to that inode
 * then, and the inode was not freed meanwhile.  The dots are never in the cache, nor are
 * names in what is no directory.  No name in a removed directory leads anywhere. */
static int path_lookup(struct path *p, struct inode **out)
{
	struct name_hit hit;

	if (!namecache_find(p->at->ino, &p->last, &hit))
		return path_lookup_locked(p, out);
	if (!hit.ino)
		return -ENOENT;
	*out = inode_try(hit.ino);
	if (*out && name_hit_holds(&hit))
		return 0;
	if (*out)
		inode_put(*out);
	return path_lookup_locked(p, out);
}

int path_follow(struct path *p, struct inode *link)
{
	char target[MAXPATH];
	size_t len, rest;
	s64 n;

	if (p->links++ == MAX_LINKS)
		return -ELOOP;
	n = inode_read(link, target, 0, sizeof(target));
	if (n < 0)
		return (int)n;
	len = strnlen(target, (size_t)n);
	rest = strlen(p->rest);
	if (len == 0)
		return -ENOENT;
	if (len + 1 + rest >= MAXPATH)
		return -ENAMETOOLONG;
	memmove(p->text + len + 1, p->rest, rest + 1);
	memcpy(p->text, target, len);
	p->text[len] = '/';
	p->rest = p->text;
	if (target[0] == '/')
		path_move(p, inode_root_dir, false);
	return 0;
}

static int path_step(struct path *p, bool follow)
{
	struct inode *next;
	int err = path_lookup(p, &next);

	if (err)
		return err;
	if (next->type == T_SYMLINK && follow) {
		err = path_follow(p, next);
		inode_put(next);
		return err;
	}
	path_move(p, next, true);
	return 0;
}

int path_walk(struct path *p, bool follow)
{
	bool is_last;

	while (path_next_name(p, &is_last)) {
		int err = path_step(p, follow || !is_last);

		if (err)
			return err;
	}
	return 0;
}

int path_parent(struct path *p)
{
	bool is_last, rooted = *p->rest == '/';

	while (path_next_name(p, &is_last)) {
		int err;

		if (is_last)
			return 0;
		err = path_step(p, true);
		if (err)
			return err;
	}
	if (!rooted)
		return -ENOENT;
	p->last.entry.name[0] = '.';
	return 0;
}

int fs_lookup(struct inode *cwd, const char *path, struct inode **out)
{
	struct path p;
	int err;

	path_begin(&p, cwd, path);
	err = path_walk(&p, true);
	if (err)
		path_end(&p);
	else
		*out = path_end_at(&p);
	return err;
}

s64 fs_readlink(struct inode *cwd, const char *path, char *buf, u64 size)
{
	struct path p;
	s64 n;

	path_begin(&p, cwd, path);
	n = path_walk(&p, false);
	if (n == 0)
		n = p.at->type == T_SYMLINK ? inode_read(p.at, buf, 0, size) : -EINVAL;
	path_end(&p);
	return n;
}
