/* descriptor.c - fcntl(), copies of descriptors, reads and writes at a place, poll(). */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <unistd.h>

#define NS_PER_MS 1000000l

static int descriptor_control(int fd, int how, long arg)
{
	return (int)sys_result(sys_fcntl(fd, how, arg));
}

static int descriptor_flags(int fd)
{
	int k = descriptor_control(fd, K_FLAGS, 0);

	return k < 0 ? -1 : (k & O_ACCMODE) | (k & K_APPEND ? O_APPEND : 0);
}

/* The flags of an open file do not change: only those that it has can be set. */
static int descriptor_set_flags(int fd, int flags)
{
	int now = descriptor_flags(fd);

	if (now < 0)
		return -1;
	if ((flags & (O_APPEND | O_NONBLOCK)) == (now & O_APPEND))
		return 0;
	errno = EINVAL;
	return -1;
}

int fcntl(int fd, int how, ...)
{
	va_list args;
	int arg, result;

	va_start(args, how);
	arg = va_arg(args, int);
	va_end(args);
	switch (how) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		result = descriptor_control(fd, K_DUP, arg);
		if (result >= 0 && how == F_DUPFD_CLOEXEC)
			descriptor_control(result, K_CLOEXEC, 1);
		return result;
	case F_GETFD:
		return descriptor_control(fd, K_CLOEXEC, 2);
	case F_SETFD:
		result = descriptor_control(fd, K_CLOEXEC, arg & FD_CLOEXEC);
		return result < 0 ? -1 : 0;
	case F_GETFL:
		return descriptor_flags(fd);
	case F_SETFL:
		return descriptor_set_flags(fd, arg);
	default:
		errno = EINVAL;
		return -1;
	}
}

int dup2(int from, int to)
{
	return descriptor_control(from, K_DUP_TO, to);
}

int dup3(int from, int to, int flags)
{
	if (from == to || flags & ~O_CLOEXEC) {
		errno = EINVAL;
		return -1;
	}
	to = dup2(from, to);
	if (to >= 0 && flags)
		descriptor_control(to, K_CLOEXEC, 1);
	return to;
}

int pipe2(int fd[2], int flags)
{
	if (flags & ~O_CLOEXEC) {
		errno = EINVAL;
		return -1;
	}
	if (pipe(fd) < 0)
		return -1;
	for (int i = 0; i < 2 && flags; i++)
		descriptor_control(fd[i], K_CLOEXEC, 1);
	return 0;
}

ssize_t pread(int fd, void *buf, size_t n, off_t offset)
{
	return sys_result(sys_pread(fd, buf, n, offset));
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t offset)
{
	return sys_result(sys_pwrite(fd, buf, n, offset));
}

int poll(struct pollfd *fds, nfds_t n, int ms)
{
	return (int)sys_result(sys_poll(fds, n, ms < 0 ? -1 : ms * NS_PER_MS));
}
