/* data_priv.h - bytes of inodes, from and to user programs and the kernel. */
#pragma once

#include "lib/types.h"
#include "mm/uaccess.h"

struct inode;

/* Where bytes go: kernel memory, or the running process's if @kernel is NULL. */
struct sink {
	void *kernel;
	uptr_t user;
};

/* Reads [off, off + n): files through the page cache, directories and symbolic links
 * through the buffers.  Bytes read, short at the end; -EFAULT, -EIO, -ENOMEM.  No locks
 * held but a file's offset. */
s64 data_read(struct inode *ip, struct sink to, u64 off, u64 n) MUST_CHECK;

/* Writes [*off, *off + n) of a file, or at its end with @append.  0 or -errno; *off
 * moves on by what was written, in both cases. */
int data_write(struct inode *ip, uptr_t src, u64 *off, u64 n, bool append) MUST_CHECK;
