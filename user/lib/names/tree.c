/* tree.c - nftw() and ftw(): walking through a tree of directories.  A directory is closed
 * before its names are walked, so a deep tree needs no more descriptors than a flat one. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "uapi/limits.h"

typedef int tree_fn(const char *path, const struct stat *st, int what, struct FTW *at);
typedef int tree_fn_old(const char *path, const struct stat *st, int what);

struct tree {
	tree_fn *fn;
	tree_fn_old *old; /* ftw(): in place of fn */
	int flags;
	char path[MAXPATH];
};

/* A directory that the walk is in. */
struct level {
	const struct level *up;
	ino_t ino;
	struct FTW at;
};

static int tree_tell(struct tree *t, const struct stat *st, int what,
		     const struct level *level)
{
	struct FTW at = level->at;

	if (!t->old)
		return t->fn(t->path, st, what, &at);
	return t->old(t->path, st, what == FTW_SLN ? FTW_SL : what);
}

static bool tree_is_above(const struct level *level, ino_t ino)
{
	for (; level; level = level->up)
		if (level->ino == ino)
			return true;
	return false;
}

static int tree_want(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int tree_step(struct tree *t, const struct level *up, int base);

static int tree_names(struct tree *t, const struct level *level, struct dirent **names,
		      int n)
{
	size_t len = strlen(t->path);
	bool slash = len && t->path[len - 1] != '/';
	int result = 0;

	for (int i = 0; i < n; i++) {
		if (result == 0 &&
		    len + slash + strlen(names[i]->d_name) >= sizeof(t->path)) {
			errno = ENAMETOOLONG;
			result = -1;
		} else if (result == 0) {
			strcpy(t->path + len, slash ? "/" : "");
			strcat(t->path, names[i]->d_name);
			result = tree_step(t, level, (int)(len + slash));
			t->path[len] = '\0';
		}
		free(names[i]);
	}
	free(names);
	return result;
}

static int tree_dir(struct tree *t, const struct stat *st, const struct level *level)
{
	struct dirent **names;
	int n, result = 0;

	if (tree_is_above(level->up, level->ino))
		return 0; /* a symbolic link has led back */
	n = scandir(t->path, &names, tree_want, alphasort);
	if (n < 0)
		return tree_tell(t, st, FTW_DNR, level);
	if (!(t->flags & FTW_DEPTH))
		result = tree_tell(t, st, FTW_D, level);
	if (result == 0)
		result = tree_names(t, level, names, n);
	else
		while (n > 0)
			free(names[--n]);
	if (result == 0 && t->flags & FTW_DEPTH)
		result = tree_tell(t, st, FTW_DP, level);
	return result;
}

static int tree_step(struct tree *t, const struct level *up, int base)
{
	struct level level = { .up = up, .at = { .base = base } };
	struct stat st = { 0 };

	level.at.level = up ? up->at.level + 1 : 0;
	if (t->flags & FTW_PHYS) {
		if (lstat(t->path, &st) < 0)
			return tree_tell(t, &st, FTW_NS, &level);
	} else if (stat(t->path, &st) < 0) {
		bool is_link = lstat(t->path, &st) == 0 && S_ISLNK(st.st_mode);

		return tree_tell(t, &st, is_link ? FTW_SLN : FTW_NS, &level);
	}
	level.ino = st.st_ino;
	if (S_ISDIR(st.st_mode))
		return tree_dir(t, &st, &level);
	return tree_tell(t, &st, S_ISLNK(st.st_mode) ? FTW_SL : FTW_F, &level);
}

static int tree_walk(struct tree *t, const char *path)
{
	size_t len = strlcpy(t->path, path, sizeof(t->path));
	const char *name;
	struct stat st;

	if (len >= sizeof(t->path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (len > 1 && t->path[len - 1] == '/')
		t->path[--len] = '\0';
	if (lstat(t->path, &st) < 0)
		return -1;
	name = strrchr(t->path, '/');
	return tree_step(t, NULL, name && name[1] ? (int)(name + 1 - t->path) : 0);
}

int nftw(const char *path, tree_fn *fn, int nopenfd, int flags)
{
	struct tree t = { .fn = fn, .flags = flags };

	(void)nopenfd;
	if (flags & ~(FTW_PHYS | FTW_MOUNT | FTW_DEPTH)) {
		errno = EINVAL;
		return -1;
	}
	return tree_walk(&t, path);
}

int ftw(const char *path, tree_fn_old *fn, int nopenfd)
{
	struct tree t = { .old = fn };

	(void)nopenfd;
	return tree_walk(&t, path);
}
