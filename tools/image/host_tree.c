/* host_tree.c - see host_tree.h. */
#define _GNU_SOURCE
#include "host_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int tree_fail(const char *path)
{
	return mkfs_fail(path, -FSIMG_EHOST);
}

static int entry_is_name(const struct dirent *e)
{
	return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* Bytes in order, whatever the user's language is. */
static int entry_compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int tree_read_link(struct mkfs_file *f, size_t size)
{
	ssize_t n;

	f->data = malloc(size + 1);
	if (!f->data)
		return mkfs_fail(f->from, -FSIMG_ENOMEM);
	n = readlink(f->from, (char *)f->data, size + 1);
	if (n < 0)
		return tree_fail(f->from);
	f->size = (size_t)n;
	return 0;
}

static int tree_read(struct mkfs_files *list, const char *from, const char *name, bool top);

static int tree_read_folder(struct mkfs_files *list, const char *from, const char *name)
{
	struct dirent **entry;
	int n = scandir(from, &entry, entry_is_name, entry_compare);
	int status = n < 0 ? tree_fail(from) : 0;

	for (int i = 0; i < n; i++) {
		char *path = NULL, *inside = NULL;

		if (!status && (asprintf(&path, "%s/%s", from, entry[i]->d_name) < 0 ||
				asprintf(&inside, "%s/%s", name, entry[i]->d_name) < 0))
			status = mkfs_fail(from, -FSIMG_ENOMEM);
		if (!status)
			status = tree_read(list, path, inside, false);
		free(path);
		free(inside);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return status;
}

/* @top: named on the command line, where a symbolic link stands for what it names. */
static int tree_read(struct mkfs_files *list, const char *from, const char *name, bool top)
{
	struct stat st;
	struct mkfs_file *f;

	if (top ? stat(from, &st) : lstat(from, &st))
		return tree_fail(from);
	f = mkfs_files_new(list, from, name);
	if (!f)
		return 1;
	if (S_ISDIR(st.st_mode)) {
		f->kind = MKFS_FOLDER;
		return tree_read_folder(list, from, name);
	}
	if (S_ISLNK(st.st_mode)) {
		f->kind = MKFS_LINK;
		return tree_read_link(f, (size_t)st.st_size);
	}
	if (S_ISREG(st.st_mode) && st.st_nlink > 1) {
		f->host[0] = st.st_dev;
		f->host[1] = st.st_ino;
	}
	if (!top && !S_ISREG(st.st_mode)) {
		fprintf(stderr, "mkfs: %s: neither a file nor a folder nor a link\n", from);
		return 1;
	}
	return mkfs_file_read(f);
}

int host_tree_read(struct mkfs_files *list, const char *from, const char *name)
{
	return tree_read(list, from, name, true);
}

int host_tree_here(void)
{
	return AT_FDCWD;
}

int host_tree_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -FSIMG_EHOST : fd;
}

int host_tree_folder(int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0777) < 0 && errno != EEXIST)
		return -FSIMG_EHOST;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -FSIMG_EHOST : fd;
}

static int tree_remove(int parent, const char *name)
{
	return unlinkat(parent, name, 0) < 0 && errno != ENOENT ? -FSIMG_EHOST : 0;
}

int host_tree_create(int parent, const char *name)
{
	int fd;

	if (tree_remove(parent, name))
		return -FSIMG_EHOST;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	return fd < 0 ? -FSIMG_EHOST : fd;
}

int host_tree_link(int parent, const char *name, const char *target)
{
	if (tree_remove(parent, name) || symlinkat(target, parent, name) < 0)
		return -FSIMG_EHOST;
	return 0;
}

int host_tree_write(int fd, const void *src, size_t n)
{
	const char *from = src;

	while (n) {
		ssize_t put = write(fd, from, n);

		if (put < 0 && errno != EINTR)
			return -FSIMG_EHOST;
		if (put > 0) {
			from += put;
			n -= (size_t)put;
		}
	}
	return 0;
}

int host_tree_close(int fd)
{
	return close(fd) < 0 ? -FSIMG_EHOST : 0;
}

bool host_tree_in_use(const char *path)
{
#ifdef F_OFD_GETLK
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool held;

	if (fd < 0)
		return false;
	held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(fd);
	return held;
#else
	(void)path;
	return false;
#endif
}
