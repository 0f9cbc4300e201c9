/* file.c - the table of open files, and what they do.
 *
 * A regular file has an offset.  If several descriptors share it, the file's mutex is held
 * for a whole read or write, so that calls do not mix.  Devices and pipes have no offset
 * and take no mutex: a thread that waits for input must not hold up the others. */
#include "fs/file.h"

#include "core/hart.h"
#include "dev/chardev.h"
#include "fs/read_write_priv.h"
#include "fs/file_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "ipc/pipe.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "net/port.h"
#include "net/socket.h"
#include "uapi/errno.h"
#include "uapi/fcntl.h"
#include "uapi/limits.h"
#include "uapi/poll.h"

static struct file table[NFILE];

/* Where a hart looks first: the file that it closed last.  (A), and only a hint. */
static struct {
	struct file *file;
	u64 pad[7]; /* each in a cache line of its own */
} first[MAX_HARTS];

void file_init(void)
{
	memset(table, 0, sizeof(table));
	for (u32 i = 0; i < NFILE; i++)
		mutex_init(&table[i].lock, "file", RANK_file);
	for (u32 i = 0; i < MAX_HARTS; i++)
		first[i].file = &table[i * (NFILE / MAX_HARTS)];
}

/* Takes @f if it is free. */
static bool file_claim(struct file *f)
{
	return !__atomic_load_n(&f->used, __ATOMIC_RELAXED) &&
	       !__atomic_exchange_n(&f->used, 1, __ATOMIC_ACQUIRE);
}

/* Takes a free file, or returns NULL. */
static struct file *file_find_free(void)
{
	struct file *f = __atomic_load_n(&first[hart_index()].file, __ATOMIC_RELAXED);

	for (u32 i = 0; i < NFILE; i++) {
		if (file_claim(f))
			return f;
		f = f + 1 < table + NFILE ? f + 1 : table;
	}
	return NULL;
}

int file_alloc(struct file **out)
{
	struct file *f = file_find_free();

	if (!f)
		return -ENFILE;
	f->kind = FILE_NONE;
	f->readable = f->writable = f->append = false;
	f->off = 0;
	f->ip = NULL;
	f->pipe = NULL;
	__atomic_store_n(&f->refs, 1, __ATOMIC_RELAXED);
	*out = f;
	return 0;
}

void file_free(struct file *f)
{
	__atomic_store_n(&first[hart_index()].file, f, __ATOMIC_RELAXED);
	__atomic_store_n(&f->used, 0, __ATOMIC_RELEASE);
}

void file_set_inode(struct file *f, struct inode *ip, int flags)
{
	f->kind = ip->type == T_DEVICE ? FILE_DEVICE : FILE_INODE;
	f->ip = ip;
	f->readable = !(flags & O_WRONLY);
	f->writable = (flags & (O_WRONLY | O_RDWR)) != 0;
	f->append = (flags & O_APPEND) != 0;
}

struct file *file_dup(struct file *f)
{
	__atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	return f;
}

void file_put(struct file *f)
{
	/* Nobody can get another reference while this is the only one. */
	if (__atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) != 1 &&
	    __atomic_fetch_sub(&f->refs, 1, __ATOMIC_ACQ_REL) != 1)
		return;
	if (f->ip)
		inode_put(f->ip);
	else if (f->kind == FILE_PIPE)
		pipe_close(f->pipe, f->writable);
	else if (f->kind == FILE_SOCKET)
		port_close(f->port);
	file_free(f);
}

static const struct chardev *file_device(const struct file *f)
{
	return f->kind == FILE_DEVICE ? chardev_get((unsigned)f->ip->major) : NULL;
}

bool file_can_tell(const struct file *f)
{
	return f->kind == FILE_PIPE && f->writable;
}

int file_tell(struct file *f, const void *bytes, u64 n)
{
	return pipe_put(f->pipe, bytes, n);
}

struct inode *file_dir(const struct file *f)
{
	return f->kind == FILE_INODE && f->ip->type == T_DIR ? f->ip : NULL;
}

bool file_is_tty(const struct file *f)
{
	const struct chardev *dev = file_device(f);

	return dev && dev->tty;
}

bool file_reads_tty(const struct file *f)
{
	return f->kind == FILE_DEVICE && f->readable && file_is_tty(f);
}

/* --- reading and writing ------------------------------------------------------------- */

/* Locks the offset if it is shared; file_unlock() wants what this returns.  With a single
 * reference it stays the caller's own: only its own thread could share it. */
static bool file_lock(struct file *f)
{
	bool shared = __atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) > 1;

	if (shared)
		mutex_lock(&f->lock);
	return shared;
}

static void file_unlock(struct file *f, bool shared)
{
	if (shared)
		mutex_unlock(&f->lock);
}

static s64 file_read_inode(struct file *f, uptr_t dst, u32 n)
{
	bool shared = file_lock(f);
	s64 done = 0;

	if (f->off + n <= UINT32_MAX)
		done = data_read(f->ip, (struct sink){ .user = dst }, f->off, n);
	if (done > 0)
		f->off += (u64)done;
	file_unlock(f, shared);
	return done;
}

s64 file_read(struct file *f, uptr_t dst, int n)
{
	const struct chardev *dev;

	if (!f->readable)
		return -EBADF;
	if (n < 0)
		return -EINVAL;
	if (f->kind == FILE_INODE)
		return file_read_inode(f, dst, (u32)n);
	if (f->kind == FILE_PIPE)
		return pipe_read(f->pipe, dst, n);
	if (f->kind == FILE_SOCKET)
		return socket_read(f->port, dst, n);
	dev = file_device(f);
	return dev ? dev->read(dst, n) : -ENXIO;
}

static s64 file_write_inode(struct file *f, uptr_t src, u32 n)
{
	bool shared = file_lock(f);
	int err = -EINVAL;

	if (f->off + n <= UINT32_MAX)
		err = data_write(f->ip, src, &f->off, n, f->append);
	file_unlock(f, shared);
	return err ? err : (s64)n;
}

s64 file_write(struct file *f, uptr_t src, int n)
{
	const struct chardev *dev;

	if (!f->writable)
		return -EBADF;
	if (n < 0)
		return -EINVAL;
	if (f->kind == FILE_INODE)
		return file_write_inode(f, src, (u32)n);
	if (f->kind == FILE_PIPE)
		return pipe_write(f->pipe, src, n);
	if (f->kind == FILE_SOCKET)
		return socket_write(f->port, src, n);
	dev = file_device(f);
	return dev ? dev->write(src, n) : -ENXIO;
}

s64 file_read_at(struct file *f, uptr_t dst, int n, u64 off)
{
	if (!f->readable)
		return -EBADF;
	if (f->kind != FILE_INODE)
		return -ESPIPE;
	if (n < 0 || off > INT32_MAX)
		return -EINVAL;
	return data_read(f->ip, (struct sink){ .user = dst }, off, (u64)n);
}

s64 file_write_at(struct file *f, uptr_t src, int n, u64 off)
{
	u64 end = off;
	int err;

	if (!f->writable)
		return -EBADF;
	if (f->kind != FILE_INODE)
		return -ESPIPE;
	if (n < 0 || off > INT32_MAX)
		return -EINVAL;
	err = data_write(f->ip, src, &end, (u64)n, false);
	return err ? err : n;
}

/* --- the rest ------------------------------------------------------------------------ */

int file_stat(struct file *f, struct stat *st)
{
	if (!f->ip)
		return -EINVAL;
	inode_stat(f->ip, st);
	return 0;
}

s64 file_seek(struct file *f, s64 offset, int whence)
{
	struct stat st;
	s64 base = 0;
	bool shared;

	if (f->kind != FILE_INODE)
		return -ESPIPE;
	if (whence < 0 || whence > 2)
		return -EINVAL;
	shared = file_lock(f);
	if (whence == 1)
		base = (s64)f->off;
	if (whence == 2) {
		inode_stat(f->ip, &st);
		base = (s64)st.size;
	}
	if (offset > INT32_MAX || offset < -(s64)INT32_MAX || base + offset < 0) {
		base = -EINVAL;
	} else {
		base += offset;
		f->off = (u64)base;
	}
	file_unlock(f, shared);
	return base;
}

int file_flags(const struct file *f)
{
	int flags = f->append ? O_APPEND : 0;

	if (f->readable && f->writable)
		return flags | O_RDWR;
	return flags | (f->writable ? O_WRONLY : O_RDONLY);
}

u32 file_poll(struct file *f)
{
	const struct chardev *dev = file_device(f);

	if (f->kind == FILE_PIPE)
		return pipe_poll(f->pipe, f->writable);
	if (f->kind == FILE_SOCKET)
		return POLLOUT | (port_ready(f->port) ? POLLIN : 0);
	if (dev && dev->ready && !dev->ready())
		return POLLOUT;
	return POLLIN | POLLOUT;
}

int file_sync(struct file *f)
{
	return f->ip ? log_sync() : -EINVAL;
}

int file_truncate(struct file *f, u64 size)
{
	if (!f->writable)
		return -EBADF;
	return f->kind == FILE_INODE ? inode_set_size(f->ip, size) : -EINVAL;
}

int pipe_create(struct file **rd, struct file **wr)
{
	int err = file_alloc(rd);

	if (err)
		return err;
	err = file_alloc(wr);
	if (err) {
		file_free(*rd);
		return err;
	}
	err = pipe_alloc(&(*rd)->pipe);
	if (err) {
		file_free(*rd);
		file_free(*wr);
		return err;
	}
	(*wr)->pipe = (*rd)->pipe;
	(*rd)->kind = (*wr)->kind = FILE_PIPE;
	(*rd)->readable = true;
	(*wr)->writable = true;
	return 0;
}

int socket_open(u32 addr, u16 own, u16 port, struct file **out)
{
	struct file *f;
	int err = file_alloc(&f);

	if (err)
		return err;
	err = socket_connect(addr, own, port, &f->port);
	if (err) {
		file_free(f);
		return err;
	}
	f->kind = FILE_SOCKET;
	f->readable = f->writable = true;
	*out = f;
	return 0;
}
