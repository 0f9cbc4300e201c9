/* file.h - open files: what a descriptor refers to; shared by dup and fork. */
#pragma once

#include "lib/types.h"
#include "uapi/stat.h"

struct file;
struct inode;
struct object;

/* Takes and gives back a reference.  The last put closes the file and may sleep. */
struct file *file_dup(struct file *f);
void file_put(struct file *f);

/* What the system calls do; docs/abi.md section 2 has those of xv6.  No locks held.
 * Threads that use a file at the same time have a reference each.
 *
 * Reading and writing return the number of bytes or -errno: -EBADF if @f is not open for
 * that, -EINVAL for @n < 0, and what data_read(), data_write(), the pipe or the device
 * returns.  file_stat(): -EINVAL for a pipe. */
s64 file_read(struct file *f, uptr_t dst, int n) MUST_CHECK;
s64 file_write(struct file *f, uptr_t src, int n) MUST_CHECK;
int file_stat(struct file *f, struct stat *st) MUST_CHECK;

/* Moves the offset of a file or directory to @offset bytes from the start (@whence 0), from
 * where it is (1) or from the end (2).  It may lie past the end.  Returns the new offset;
 * -ESPIPE for pipes and devices, -EINVAL. */
s64 file_seek(struct file *f, s64 offset, int whence) MUST_CHECK;

/* Reads and writes at @off, and leaves the file's own offset alone.  -ESPIPE for pipes and
 * devices. */
s64 file_read_at(struct file *f, uptr_t dst, int n, u64 off) MUST_CHECK;
s64 file_write_at(struct file *f, uptr_t src, int n, u64 off) MUST_CHECK;

/* The flags of open() that @f has now. */
int file_flags(const struct file *f);

/* What is true of @f at this moment: POLL... of uapi/poll.h. */
u32 file_poll(struct file *f);

/* Makes durable what was written so far, to whatever file.  -EINVAL for a pipe; -EIO. */
int file_sync(struct file *f) MUST_CHECK;

/* Sets the size of a regular file in bytes.  -EBADF: not open for writing; -EINVAL: not a
 * regular file; or an error of inode_set_size(). */
int file_truncate(struct file *f, u64 size) MUST_CHECK;

/* Whether @f is the end of a pipe for writing; then file_tell() is pipe_put(). */
bool file_can_tell(const struct file *f);
int file_tell(struct file *f, const void *bytes, u64 n) MUST_CHECK;

/* The directory that @f has open, or NULL.  Takes no reference. */
struct inode *file_dir(const struct file *f);

bool file_is_tty(const struct file *f);
bool file_reads_tty(const struct file *f); /* whether reading it reads a terminal */

/* Gets the pages of a regular file for a mapping that reads them and, with @write, writes
 * them.  -EACCES: the file is not open for that.  -ENODEV: not a regular file.  Takes no
 * reference. */
int file_mappable(struct file *f, bool write, struct object **out) MUST_CHECK;

/* Opens a connection for datagrams, see socket_connect() (net/socket.h).  Reading takes one
 * datagram, writing sends one.  -ENFILE, -EINVAL, -EADDRINUSE, -ENOBUFS. */
int socket_open(u32 addr, u16 own, u16 port, struct file **out) MUST_CHECK;

/* Makes a pipe and opens both ends.  -ENFILE, -ENOMEM. */
int pipe_create(struct file **rd, struct file **wr) MUST_CHECK;
