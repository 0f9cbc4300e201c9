/* fsimg_io.c - images and files on the host.
 * This is a file of its own because the host's struct stat and the image's have the same
 * name.  Errors are -FSIMG_EHOST with errno set. */
#define _GNU_SOURCE
#include "fsimg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* close() that keeps errno. */
static void close_quietly(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
}

/* Appends all of @fd to *@data, which has room for @room bytes. */
static int read_rest(int fd, uint8_t **data, size_t *size, size_t room)
{
	for (;;) {
		ssize_t got;

		if (*size == room) {
			uint8_t *more = realloc(*data, room * 2);

			if (!more)
				return -FSIMG_ENOMEM;
			*data = more;
			room *= 2;
		}
		got = read(fd, *data + *size, room - *size);
		if (got < 0 && errno != EINTR)
			return -FSIMG_EHOST;
		if (got == 0)
			return 0;
		if (got > 0)
			*size += (size_t)got;
	}
}

int fsimg_host_read(const char *path, uint8_t **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t room;
	int err;

	*size = 0;
	*data = NULL;
	if (fd < 0)
		return -FSIMG_EHOST;
	if (fstat(fd, &st) < 0) {
		close_quietly(fd);
		return -FSIMG_EHOST;
	}
	room = st.st_size > 0 ? (size_t)st.st_size + 1 : 4096; /* + 1: to see the end */
	*data = malloc(room);
	err = *data ? read_rest(fd, data, size, room) : -FSIMG_ENOMEM;
	close_quietly(fd);
	if (err) {
		free(*data);
		*data = NULL;
	}
	return err;
}

int fsimg_load(struct fsimg *img, const char *path)
{
	size_t size;
	int err = fsimg_host_read(path, &img->data, &size);

	img->blocks = 0;
	if (!err)
		img->blocks = (uint32_t)(size / FS_BLOCK);
	return err;
}

static int write_at(int fd, const uint8_t *src, size_t n, off_t off)
{
	while (n) {
		ssize_t put = pwrite(fd, src, n, off);

		if (put < 0 && errno != EINTR)
			return -FSIMG_EHOST;
		if (put > 0) {
			src += put;
			off += put;
			n -= (size_t)put;
		}
	}
	return 0;
}

/* Writes the image without its empty blocks, so that it stays sparse. */
static int write_image(int fd, const struct fsimg *img)
{
	static const uint8_t zeros[FS_BLOCK];

	if (ftruncate(fd, (off_t)img->blocks * FS_BLOCK) < 0)
		return -FSIMG_EHOST;
	for (uint32_t b = 0; b < img->blocks; b++) {
		const uint8_t *block = fsimg_block(img, b);
		int err;

		if (memcmp(block, zeros, FS_BLOCK) == 0)
			continue;
		err = write_at(fd, block, FS_BLOCK, (off_t)b * FS_BLOCK);
		if (err)
			return err;
	}
	return fsync(fd) < 0 ? -FSIMG_EHOST : 0;
}

/* Gives a file from mkstemp() the mode that an ordinary new file has, or that
 * of the file it replaces. */
static void set_mode(int fd, const char *replaced)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	if (fchmod(fd, stat(replaced, &st) == 0 ? st.st_mode & 0777 : 0666 & ~mask) < 0)
		errno = 0; /* not fatal: the file keeps its private mode */
}

int fsimg_host_replace(const char *path, const struct fsimg *img)
{
	char *temp = NULL;
	int fd, err;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0)
		return -FSIMG_ENOMEM;
	fd = mkstemp(temp);
	if (fd < 0) {
		free(temp);
		return -FSIMG_EHOST;
	}
	set_mode(fd, path);
	err = write_image(fd, img);
	close_quietly(fd);
	if (!err && rename(temp, path) < 0)
		err = -FSIMG_EHOST;
	if (err) {
		int saved = errno;

		unlink(temp);
		errno = saved;
	}
	free(temp);
	return err;
}

int fsimg_host_update(const char *path, const struct fsimg *img, const uint8_t *old)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -FSIMG_EHOST;
	for (uint32_t b = 0; b < img->blocks && !err; b++) {
		const uint8_t *block = fsimg_block(img, b);

		if (memcmp(block, old + (size_t)b * FS_BLOCK, FS_BLOCK) != 0)
			err = write_at(fd, block, FS_BLOCK, (off_t)b * FS_BLOCK);
	}
	if (!err && fsync(fd) < 0)
		err = -FSIMG_EHOST;
	close_quietly(fd);
	return err;
}
