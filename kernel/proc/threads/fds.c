/* fds.c - see fds.h. */

#include "proc/threads/fds.h"

#include "fs/file.h"
#include "fs/fs.h"
#include "lib/assert.h"

/* In the table of a process with several threads: a descriptor that is reserved. */
static char reserved_mark;
#define RESERVED ((struct file *)(void *)&reserved_mark)

static void fds_lock(struct proc *p)
{
	if (p->threads.several)
		spin_lock(&p->files_lock);
}

static void fds_unlock(struct proc *p)
{
	if (p->threads.several)
		spin_unlock(&p->files_lock);
}

struct file *fds_hold(struct proc *p, int fd)
{
	struct peer *self = &threads_self()->peer;
	struct file *f;

	ASSERT(!self->held);
	spin_lock(&p->files_lock);
	f = p->files[fd];
	if (f == RESERVED)
		f = NULL;
	if (f)
		self->held = file_dup(f);
	spin_unlock(&p->files_lock);
	return f;
}

struct inode *fds_hold_cwd(struct proc *p)
{
	struct peer *self = &threads_self()->peer;

	if (!self->held_cwd) {
		spin_lock(&p->files_lock);
		self->held_cwd = inode_dup(p->cwd);
		spin_unlock(&p->files_lock);
	}
	return self->held_cwd;
}

void proc_set_cwd(struct inode *ip)
{
	struct proc *p = proc_current();
	struct inode *old;

	fds_lock(p);
	old = p->cwd;
	p->cwd = ip;
	fds_unlock(p);
	inode_put(old);
}

int fds_reserve(struct proc *p, int from)
{
	int fd;

	spin_lock(&p->files_lock);
	fd = fd_find(p, from);
	if (fd >= 0)
		p->files[fd] = RESERVED;
	spin_unlock(&p->files_lock);
	return fd;
}

void fds_put(struct proc *p, int fd, struct file *f)
{
	spin_lock(&p->files_lock);
	p->files[fd] = f;
	spin_unlock(&p->files_lock);
}

struct file *fds_take(struct proc *p, int fd)
{
	struct file *f;

	spin_lock(&p->files_lock);
	f = p->files[fd];
	if (f == RESERVED) {
		f = NULL;
	} else {
		p->files[fd] = NULL;
		p->cloexec &= ~(1u << fd);
	}
	spin_unlock(&p->files_lock);
	return f;
}

struct file *fds_get(struct proc *p, int fd)
{
	struct file *f;

	if (fd < 0 || fd >= NOFILE)
		return NULL;
	fds_lock(p);
	f = p->files[fd];
	if (f == RESERVED)
		f = NULL;
	if (f)
		file_dup(f);
	fds_unlock(p);
	return f;
}

int fds_swap(struct proc *p, int fd, struct file *f, struct file **old)
{
	int err = 0;

	fds_lock(p);
	*old = p->files[fd];
	if (*old == RESERVED) {
		err = -EBUSY;
	} else {
		p->files[fd] = f;
		p->cloexec &= ~(1u << fd);
	}
	fds_unlock(p);
	return err;
}

bool fds_cloexec(struct proc *p, int fd)
{
	return p->cloexec >> fd & 1;
}

void fds_set_cloexec(struct proc *p, int fd, bool on)
{
	fds_lock(p);
	p->cloexec &= ~(1u << fd);
	p->cloexec |= (u32)on << fd;
	fds_unlock(p);
}

void fds_close_marked(struct proc *p)
{
	for (int fd = 0; fd < NOFILE; fd++) {
		if (fds_cloexec(p, fd) && p->files[fd]) {
			file_put(p->files[fd]);
			p->files[fd] = NULL;
		}
	}
	p->cloexec = 0;
}

void fds_release_held(void)
{
	struct peer *self = &threads_self()->peer;

	if (self->held)
		file_put(self->held);
	if (self->held_cwd)
		inode_put(self->held_cwd);
	self->held = NULL;
	self->held_cwd = NULL;
}

void fds_copy(struct proc *child, struct proc *parent)
{
	fds_lock(parent);
	for (int fd = 0; fd < NOFILE; fd++) {
		struct file *f = parent->files[fd];

		if (f && f != RESERVED)
			child->files[fd] = file_dup(f);
	}
	child->cloexec = parent->cloexec;
	child->cwd = inode_dup(parent->cwd);
	fds_unlock(parent);
}

void fds_close_all(struct proc *p)
{
	for (int fd = 0; fd < NOFILE; fd++) {
		if (p->files[fd])
			file_put(p->files[fd]);
		p->files[fd] = NULL;
	}
	inode_put(p->cwd);
	p->cwd = NULL;
}
