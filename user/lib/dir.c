/* dir.c - directories: reading their entries, and the way up to the root. */
#include "sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi/fsformat.h"
#include "uapi/limits.h"

struct dir_stream {
	int fd;
	int next, count; /* entries of raw[]: returned so far, and all */
	struct dirent entry;
	struct fs_dirent raw[32];
};

DIR *fdopendir(int fd)
{
	DIR *dir = malloc(sizeof(*dir));

	if (!dir)
		return NULL;
	dir->fd = fd;
	dir->next = dir->count = 0;
	return dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !dir)
		close(fd);
	return dir;
}

int dirfd(DIR *dir)
{
	return dir->fd;
}

struct dirent *readdir(DIR *dir)
{
	const struct fs_dirent *raw;

	do {
		if (dir->next == dir->count) {
			ssize_t n = read(dir->fd, dir->raw, sizeof(dir->raw));

			if (n < (ssize_t)sizeof(*raw))
				return NULL;
			dir->count = (int)(n / (ssize_t)sizeof(*raw));
			dir->next = 0;
		}
		raw = &dir->raw[dir->next++];
	} while (raw->ino == 0);
	dir->entry.d_ino = raw->ino;
	memcpy(dir->entry.d_name, raw->name, FS_NAMELEN);
	dir->entry.d_name[FS_NAMELEN] = '\0';
	return &dir->entry;
}

void rewinddir(DIR *dir)
{
	lseek(dir->fd, 0, SEEK_SET);
	dir->next = dir->count = 0;
}

int closedir(DIR *dir)
{
	int result = close(dir->fd);

	free(dir);
	return result;
}

/* Find the name of inode @ino in directory @path and put it, after a slash, before @tail,
 * where @room bytes are free.  Returns the new start, or NULL with errno set. */
static char *prepend_name(const char *path, ino_t ino, char *tail, size_t room)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return NULL;
	do {
		entry = readdir(dir);
	} while (entry && entry->d_ino != ino);
	if (!entry) {
		errno = ENOENT;
		tail = NULL;
	} else if (strlen(entry->d_name) + 1 > room) {
		errno = ERANGE;
		tail = NULL;
	} else {
		tail -= strlen(entry->d_name);
		memcpy(tail, entry->d_name, strlen(entry->d_name));
		*--tail = '/';
	}
	closedir(dir);
	return tail;
}

/* The kernel knows the current directory but not its name: look up the name of each
 * directory in its parent. */
char *getcwd(char *buf, size_t size)
{
	char up[MAXPATH] = ".";
	size_t len = 1;
	char *tail = buf + size;
	struct stat here, above;

	if (!buf || size < 2) {
		errno = EINVAL;
		return NULL;
	}
	*--tail = '\0';
	if (stat(up, &here) < 0)
		return NULL;
	for (;;) {
		if (len + 4 > sizeof(up)) {
			errno = ENAMETOOLONG;
			return NULL;
		}
		strcpy(up + len, "/..");
		len += 3;
		if (stat(up, &above) < 0)
			return NULL;
		if (above.st_ino == here.st_ino)
			break;
		tail = prepend_name(up, here.st_ino, tail, (size_t)(tail - buf));
		if (!tail)
			return NULL;
		here = above;
	}
	if (*tail == '\0')
		*--tail = '/';
	return memmove(buf, tail, (size_t)(buf + size - tail));
}
