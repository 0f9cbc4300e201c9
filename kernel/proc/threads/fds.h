/* fds.h - the descriptors and the current directory of a process.
 *
 * While a process has one thread, nothing changes them but the system call in progress.
 * With several threads another one may close a descriptor or change the directory
 * meanwhile.  So a thread that looks one up then gets a reference, which it holds until its
 * system call ends; and a descriptor that is about to be used is reserved. */
#pragma once

#include "proc/proc.h"
#include "uapi/errno.h"

/* What the functions below do while @p, the running process, has several threads. */
struct file *fds_hold(struct proc *p, int fd);
struct inode *fds_hold_cwd(struct proc *p);
int fds_reserve(struct proc *p, int from) MUST_CHECK;
struct file *fds_take(struct proc *p, int fd);
void fds_put(struct proc *p, int fd, struct file *f);

/* The running process's open file of descriptor @arg, or NULL.  It stays open until the
 * system call ends.  At most once in a system call. */
static inline struct file *arg_file(u64 arg)
{
	struct proc *p = proc_current();
	int fd = (int)arg;

	if (fd < 0 || fd >= NOFILE)
		return NULL;
	return p->threads.several ? fds_hold(p, fd) : p->files[fd];
}

/* Its current directory, which stays until the system call ends. */
static inline struct inode *proc_cwd(void)
{
	struct proc *p = proc_current();

	return p->threads.several ? fds_hold_cwd(p) : p->cwd;
}

/* Makes @ip, whose reference it takes over, the current directory. */
void proc_set_cwd(struct inode *ip);

static inline int fd_find(const struct proc *p, int fd)
{
	while (fd < NOFILE && p->files[fd])
		fd++;
	return fd < NOFILE ? fd : -EMFILE;
}

/* The lowest free descriptor of @p, the running process, from @from on; or -EMFILE.  It
 * stays free for the caller, who then calls fd_install(). */
MUST_CHECK static inline int fd_reserve(struct proc *p, int from)
{
	return p->threads.several ? fds_reserve(p, from) : fd_find(p, from);
}

/* Puts @f, whose reference it takes over, into the descriptor that was reserved.  NULL: it
 * is free again. */
static inline void fd_install(struct proc *p, int fd, struct file *f)
{
	if (p->threads.several)
		fds_put(p, fd, f);
	else
		p->files[fd] = f;
}

/* Takes the file out of descriptor @arg; its reference moves to the caller.  NULL: none. */
static inline struct file *fd_take(u64 arg)
{
	struct proc *p = proc_current();
	int fd = (int)arg;
	struct file *f;

	if (fd < 0 || fd >= NOFILE)
		return NULL;
	if (p->threads.several)
		return fds_take(p, fd);
	f = p->files[fd];
	p->files[fd] = NULL;
	p->cloexec &= ~(1u << fd);
	return f;
}

/* The file of descriptor @fd of @p, the running process, with a reference for the caller;
 * or NULL. */
struct file *fds_get(struct proc *p, int fd) MUST_CHECK;

/* Makes descriptor @fd of @p, the running process, refer to @f, whose reference it takes
 * over, and returns what it referred to, or NULL.  -EBUSY: another thread is about to use
 * the descriptor. */
int fds_swap(struct proc *p, int fd, struct file *f, struct file **old) MUST_CHECK;

/* Whether exec closes descriptor @fd of @p, the running process; fds_set_cloexec() changes
 * it. */
bool fds_cloexec(struct proc *p, int fd);
void fds_set_cloexec(struct proc *p, int fd, bool on);

/* exec: closes those.  There is one thread. */
void fds_close_marked(struct proc *p);

/* Gives back what the running thread holds for its system call. */
void fds_release_held(void);

/* fork: @child, which nobody else can see, gets those of @parent, the running process. */
void fds_copy(struct proc *child, struct proc *parent);

/* exit: no other thread of @p runs any more. */
void fds_close_all(struct proc *p);
