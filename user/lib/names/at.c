/* at.c - calls whose paths begin at a directory that a descriptor has open; openat() and
 * fstatat() are in file.c. */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(AT_FDCWD == K_AT_CURRENT && AT_REMOVEDIR == K_AT_REMOVES &&
		       AT_SYMLINK_FOLLOW == K_AT_FOLLOW,
	       "the kernel has picolibc's values");

int mkdirat(int dir, const char *path, mode_t mode)
{
	(void)mode;
	return (int)sys_result(sys_mkdirat(dir, path));
}

int unlinkat(int dir, const char *path, int flags)
{
	return (int)sys_result(sys_unlinkat(dir, path, flags));
}

int renameat(int from, const char *old, int to, const char *new)
{
	return (int)sys_result(sys_renameat(from, old, to, new));
}

int linkat(int from, const char *old, int to, const char *new, int flags)
{
	return (int)sys_result(sys_linkat(from, old, to, new, flags));
}

int symlinkat(const char *target, int dir, const char *path)
{
	return (int)sys_result(sys_symlinkat(target, dir, path));
}

ssize_t readlinkat(int dir, const char *restrict path, char *restrict buf, size_t size)
{
	return sys_result(sys_readlinkat(dir, path, buf, size));
}

/* As access(): it is enough that the file is there. */
int faccessat(int dir, const char *path, int mode, int flags)
{
	struct stat st;

	if (mode & ~(R_OK | W_OK | X_OK) || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW)) {
		errno = EINVAL;
		return -1;
	}
	return fstatat(dir, path, &st, flags & AT_SYMLINK_NOFOLLOW);
}

int fchdir(int dir)
{
	return (int)sys_result(sys_fchdir(dir));
}
