/* statvfs.c - how much room the file system has; there is one. */
#include <snap.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "uapi/fsformat.h"

static int statvfs_disk(struct statvfs *st)
{
	static struct snap_reader r;
	const struct snap_disk *d;

	if (!snap_begin(&r, SNAP_DISK, 0, 0) || !(d = snap_next(&r)))
		return -1;
	*st = (struct statvfs){
		.f_bsize = d->block,
		.f_frsize = d->block,
		.f_blocks = d->blocks,
		.f_bfree = d->available,
		.f_bavail = d->available,
		.f_flag = ST_NOSUID | (d->read_only ? ST_RDONLY : 0),
		.f_namemax = FS_NAMELEN,
	};
	return 0;
}

int statvfs(const char *restrict path, struct statvfs *restrict st)
{
	return access(path, F_OK) < 0 ? -1 : statvfs_disk(st);
}

int fstatvfs(int fd, struct statvfs *st)
{
	struct stat file;

	return fstat(fd, &file) < 0 ? -1 : statvfs_disk(st);
}
