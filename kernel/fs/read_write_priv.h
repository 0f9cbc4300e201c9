/* read_write_priv.h - reading and writing the contents of inodes. */
#pragma once

#include "lib/types.h"
#include "mm/uaccess.h"

struct inode;

/* Where bytes go: to @kernel, or if that is NULL, to @user in the running process. */
struct sink {
	void *kernel;
	uptr_t user;
};

/* Reads bytes [off, off + n): of files through the page cache, of directories and symbolic
 * links through the buffer cache.  Returns the number of bytes read, fewer than @n only at
 * the end or after an error that came later than the first byte.  -EINVAL for devices,
 * -EFAULT, -EIO, -ENOMEM, -EINTR.  No lock held except that of a file's offset. */
s64 data_read(struct inode *ip, struct sink to, u64 off, u64 n) MUST_CHECK;

/* Writes bytes [*off, *off + n) of a file; with @append, @n bytes at its end.  0, or -errno
 * if not all were written.  Either way *off ends after the last byte written.  -EINVAL: not
 * a regular file, or *off lies past its end; -EFBIG, -ENOSPC, -EROFS, -EIO, -ENOMEM,
 * -EFAULT, -EINTR.  No lock held except that of a file's offset. */
int data_write(struct inode *ip, uptr_t src, u64 *off, u64 n, bool append) MUST_CHECK;
