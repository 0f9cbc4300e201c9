/* limits.c - getrlimit() and what is like it: the limits are fixed. */
#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "uapi/limits.h"

#define STACK 8388608 /* bytes; a program that was linked with another size has that */
#define USER_HALF (1ul << 38) /* bytes of an address space that are a program's */
#define LINKS 32767

/* False: there is no such limit. */
static bool limit_get(int which, rlim_t *limit)
{
	switch (which) {
	case RLIMIT_STACK:
		*limit = STACK;
		return true;
	case RLIMIT_NOFILE:
		*limit = NOFILE;
		return true;
	case RLIMIT_NPROC:
		*limit = NPROC;
		return true;
	case RLIMIT_AS:
		*limit = USER_HALF;
		return true;
	case RLIMIT_CORE:
		*limit = 0;
		return true;
	case RLIMIT_CPU:
	case RLIMIT_DATA:
	case RLIMIT_FSIZE:
		*limit = RLIM_INFINITY;
		return true;
	default:
		errno = EINVAL;
		return false;
	}
}

int getrlimit(int which, struct rlimit *limit)
{
	rlim_t now;

	if (!limit_get(which, &now))
		return -1;
	*limit = (struct rlimit){ now, now };
	return 0;
}

/* A limit that the kernel would not keep is refused. */
int setrlimit(int which, const struct rlimit *limit)
{
	rlim_t now;

	if (!limit_get(which, &now))
		return -1;
	if (limit->rlim_cur == now && limit->rlim_max == now)
		return 0;
	errno = limit->rlim_max > now ? EPERM : EINVAL;
	return -1;
}

int getdtablesize(void)
{
	return NOFILE;
}

static long limit_of_paths(int name)
{
	switch (name) {
	case _PC_LINK_MAX:
		return LINKS;
	case _PC_NAME_MAX:
		return 14;
	case _PC_PATH_MAX:
		return MAXPATH;
	case _PC_PIPE_BUF:
		return PIPESIZE;
	case _PC_NO_TRUNC:
		return 0;
	default:
		errno = EINVAL;
		return -1;
	}
}

long pathconf(const char *path, int name)
{
	return access(path, F_OK) < 0 ? -1 : limit_of_paths(name);
}

long fpathconf(int fd, int name)
{
	return isatty(fd) == 0 && errno == EBADF ? -1 : limit_of_paths(name);
}
