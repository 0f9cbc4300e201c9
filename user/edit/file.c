/* file.c - the file that is edited; see buffer.h. */
#include "buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

#define CHUNK 65536u

/* Fills the text; false, with errno set, if that fails. */
static bool file_fill(struct text *t, int fd)
{
	struct stat st;
	ssize_t n;
	char *room;

	/* All at once if the size is right. */
	if (fstat(fd, &st) == 0 && !text_room(t, 0, (size_t)st.st_size + CHUNK))
		return false;
	do {
		room = text_room(t, text_len(t), CHUNK);
		n = room ? read(fd, room, CHUNK) : -1;
		if (n > 0)
			text_added(t, (size_t)n);
	} while (n > 0);
	return n == 0;
}

const char *file_read(struct buffer *b, const char *path, bool *exists)
{
	struct stat st;
	bool filled;
	int fd;

	*exists = stat(path, &st) == 0;
	if (!*exists)
		return errno == ENOENT ? NULL : tool_reason();
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? strerror(EISDIR) : "is a device";
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return tool_reason();
	filled = file_fill(&b->text, fd);
	close(fd);
	return filled ? NULL : tool_reason();
}

/* Writes all; false, with errno set, if that fails.  The data are on the disk then. */
static bool file_put(struct text *t, int fd)
{
	size_t len = text_len(t), done = 0;
	const char *bytes = text_flat(t);
	ssize_t n;

	while (done < len) {
		n = write(fd, bytes + done, len - done < CHUNK ? len - done : CHUNK);
		if (n <= 0) {
			errno = n == 0 ? ENOSPC : errno;
			return false;
		}
		done += (size_t)n;
	}
	return fsync(fd) == 0;
}

const char *file_write(struct buffer *b, const char *path)
{
	char target[PATH_MAX], fresh[PATH_MAX + 16];
	const char *why = NULL;
	struct stat st;
	int fd;

	/* A symbolic link stays one. */
	if (!realpath(path, target))
		strlcpy(target, path, sizeof(target));
	if (stat(target, &st) == 0 && !S_ISREG(st.st_mode))
		return "is no file any more";
	snprintf(fresh, sizeof(fresh), "%.*s.edit%d", (int)(tool_basename(target) - target),
		 target, getpid());
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (fd < 0)
		return tool_reason();
	if (!file_put(&b->text, fd))
		why = tool_reason();
	if (close(fd) < 0 && !why)
		why = tool_reason();
	if (!why && rename(fresh, target) < 0)
		why = tool_reason();
	if (why) {
		unlink(fresh);
		return why;
	}
	b->saved = b->nsteps;
	b->joins = false;
	return NULL;
}
