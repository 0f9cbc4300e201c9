/* file.h - open files: what a descriptor refers to; shared by dup and fork. */
#pragma once

#include "lib/types.h"
#include "uapi/stat.h"

struct file;
struct object;

/* References; the last put closes.  file_put() may sleep. */
struct file *file_dup(struct file *f);
void file_put(struct file *f);

/* Bytes done or -errno, as docs/abi.md section 2 has it; -EINVAL for @n < 0.  No locks
 * held. */
s64 file_read(struct file *f, uptr_t dst, int n) MUST_CHECK;
s64 file_write(struct file *f, uptr_t src, int n) MUST_CHECK;
int file_stat(struct file *f, struct stat *st) MUST_CHECK;
s64 file_seek(struct file *f, s64 offset, int whence) MUST_CHECK;
int file_sync(struct file *f) MUST_CHECK;
int file_truncate(struct file *f, u64 size) MUST_CHECK;
bool file_is_readable(const struct file *f);
bool file_is_tty(struct file *f);

/* The pages of a regular file for a mapping that reads, and with @write also
 * writes, them.  -EACCES: not open for that; -ENODEV: nothing to map.  No new
 * reference. */
int file_mappable(struct file *f, bool write, struct object **out) MUST_CHECK;

/* Both ends of a new pipe.  -ENFILE, -ENOMEM. */
int pipe_create(struct file **rd, struct file **wr) MUST_CHECK;
