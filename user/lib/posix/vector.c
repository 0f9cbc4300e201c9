/* vector.c - readv() and writev(). */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* The bytes of all pieces, or -1 with errno set. */
static ssize_t vector_size(const struct iovec *pieces, int n)
{
	size_t size = 0;

	errno = EINVAL;
	if (n <= 0 || n > IOV_MAX)
		return -1;
	for (int i = 0; i < n; i++) {
		if (pieces[i].iov_len > INT_MAX - size)
			return -1;
		size += pieces[i].iov_len;
	}
	return (ssize_t)size;
}

/* A pipe or a terminal may give less than asked for, and then must not be read again: so
 * there is one read for all. */
ssize_t readv(int fd, const struct iovec *pieces, int n)
{
	ssize_t size = vector_size(pieces, n), got;
	char *buf, *from;

	if (size < 0)
		return -1;
	if (n == 1)
		return read(fd, pieces[0].iov_base, (size_t)size);
	buf = from = malloc((size_t)size + 1);
	if (!buf)
		return -1;
	got = read(fd, buf, (size_t)size);
	for (ssize_t left = got; left > 0; pieces++) {
		size_t len = (size_t)left < pieces->iov_len ? (size_t)left
							    : pieces->iov_len;

		memcpy(pieces->iov_base, from, len);
		from += len;
		left -= (ssize_t)len;
	}
	free(buf);
	return got;
}

ssize_t writev(int fd, const struct iovec *pieces, int n)
{
	ssize_t size = vector_size(pieces, n), done;
	char *buf, *to;

	if (size < 0)
		return -1;
	if (n == 1)
		return write(fd, pieces[0].iov_base, (size_t)size);
	buf = to = malloc((size_t)size + 1);
	if (!buf)
		return -1;
	for (int i = 0; i < n; i++) {
		memcpy(to, pieces[i].iov_base, pieces[i].iov_len);
		to += pieces[i].iov_len;
	}
	done = write(fd, buf, (size_t)size);
	free(buf);
	return done;
}
