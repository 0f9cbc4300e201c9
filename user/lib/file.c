/* file.c - the POSIX calls on files and descriptors. */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

long sys_result(long r)
{
	if (r >= 0)
		return r;
	errno = (int)-r;
	return -1;
}

/* The kernel's open flags for picolibc's.  O_NOCTTY has no effect. */
static int kernel_flags(int flags)
{
	int k = flags & O_ACCMODE;

	k |= flags & O_CREAT ? K_CREATE : 0;
	k |= flags & O_TRUNC ? K_TRUNC : 0;
	k |= flags & O_APPEND ? K_APPEND : 0;
	k |= flags & O_EXCL ? K_EXCL : 0;
	k |= flags & O_NOFOLLOW ? K_NOFOLLOW : 0;
	return k;
}

/* What is left of open() and openat(), of which @result came from the kernel. */
static int open_finish(long result, int flags)
{
	struct stat st;
	int fd = (int)sys_result(result);

	if (fd >= 0 && flags & O_DIRECTORY &&
	    (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))) {
		close(fd);
		errno = ENOTDIR;
		return -1;
	}
	if (fd >= 0 && flags & O_CLOEXEC)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

/* The last argument, the mode, is ignored: files have none here. */
int open(const char *path, int flags, ...)
{
	return open_finish(sys_open(path, kernel_flags(flags)), flags);
}

int openat(int dir, const char *path, int flags, ...)
{
	return open_finish(sys_openat(dir, path, kernel_flags(flags)), flags);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd)
{
	return (int)sys_result(sys_close(fd));
}

/* At the end of the device `statistics` the kernel gives an error, which the labs' programs
 * wait for; it has no other use for this one. */
ssize_t read(int fd, void *buf, size_t n)
{
	long got = sys_read(fd, buf, n);

	return got == -ENODATA ? 0 : sys_result(got);
}

ssize_t write(int fd, const void *buf, size_t n)
{
	return sys_result(sys_write(fd, buf, n));
}

off_t lseek(int fd, off_t offset, int whence)
{
	return sys_result(sys_lseek(fd, offset, whence));
}

int isatty(int fd)
{
	long r = sys_isatty(fd);

	if (r > 0)
		return 1;
	errno = r < 0 ? (int)-r : ENOTTY;
	return 0;
}

static mode_t mode_of(int type)
{
	switch (type) {
	case T_DIR:
		return S_IFDIR | 0777;
	case T_DEVICE:
		return S_IFCHR | 0666;
	case T_SYMLINK:
		return S_IFLNK | 0777;
	default:
		return S_IFREG | 0777;
	}
}

int fstat(int fd, struct stat *st)
{
	struct kstat k;

	if (sys_result(sys_fstat(fd, &k)) < 0)
		return -1;
	*st = (struct stat){
		.st_dev = (dev_t)k.dev,
		.st_ino = (ino_t)k.ino,
		.st_mode = mode_of(k.type),
		.st_nlink = (nlink_t)k.nlink,
		.st_size = (off_t)k.size,
		.st_blksize = 1024,
		.st_blocks = (blkcnt_t)((k.size + S_BLKSIZE - 1) / S_BLKSIZE),
	};
	return 0;
}

/* There is no stat system call: the file is opened, as @fd, for fstat(). */
static int stat_opened(int fd, struct stat *st)
{
	int result, error;

	if (fd < 0)
		return -1;
	result = fstat(fd, st);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

int stat(const char *restrict path, struct stat *restrict st)
{
	return stat_opened(open(path, O_RDONLY), st);
}

int lstat(const char *restrict path, struct stat *restrict st)
{
	return stat_opened(open(path, O_RDONLY | O_NOFOLLOW), st);
}

int fstatat(int dir, const char *restrict path, struct stat *restrict st, int flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
		errno = EINVAL;
		return -1;
	}
	if (flags & AT_EMPTY_PATH && !*path && dir != AT_FDCWD)
		return fstat(dir, st);
	flags = flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0;
	return stat_opened(openat(dir, path, O_RDONLY | flags), st);
}

/* Every file may be read, written and run by everybody. */
int access(const char *path, int mode)
{
	struct stat st;

	(void)mode;
	return stat(path, &st);
}

int dup(int fd)
{
	return (int)sys_result(sys_dup(fd));
}

int pipe(int fd[2])
{
	return (int)sys_result(sys_pipe(fd));
}

int link(const char *old, const char *new)
{
	return (int)sys_result(sys_link(old, new));
}

int symlink(const char *target, const char *path)
{
	return (int)sys_result(sys_symlink(target, path));
}

ssize_t readlink(const char *restrict path, char *restrict buf, size_t size)
{
	return sys_result(sys_readlink(path, buf, size));
}

/* Also removes an empty directory, as in xv6; unlinkat() does not. */
int unlink(const char *path)
{
	return (int)sys_result(sys_unlink(path));
}

int rename(const char *old, const char *new)
{
	return (int)sys_result(sys_rename(old, new));
}

int mkdir(const char *path, mode_t mode)
{
	(void)mode;
	return (int)sys_result(sys_mkdir(path));
}

int rmdir(const char *path)
{
	return (int)sys_result(sys_unlinkat(K_AT_CURRENT, path, K_AT_REMOVES));
}

int chdir(const char *path)
{
	return (int)sys_result(sys_chdir(path));
}

int ftruncate(int fd, off_t length)
{
	return (int)sys_result(length < 0 ? -EINVAL : sys_ftruncate(fd, length));
}

int truncate(const char *path, off_t length)
{
	int fd = open(path, O_WRONLY), result, error;

	if (fd < 0)
		return -1;
	result = ftruncate(fd, length);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

int fdatasync(int fd)
{
	return fsync(fd);
}

int fsync(int fd)
{
	return (int)sys_result(sys_fsync(fd));
}

void sync(void)
{
	sys_sync();
}
