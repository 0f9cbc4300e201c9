/* sys.h - private to user/lib: the stubs of usys.S and the kernel's own values
 * where they differ from picolibc's of the same name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* O_CREATE, struct stat, ... of the kernel, under names of their own.  The
 * rest of this folder includes picolibc's <fcntl.h> and <sys/stat.h>. */
#define stat kstat
#include "uapi/stat.h"
#undef stat
#include "uapi/fcntl.h"
enum kopen {
	K_CREATE = O_CREATE,
	K_TRUNC = O_TRUNC,
	K_NOFOLLOW = O_NOFOLLOW,
	K_APPEND = O_APPEND,
	K_EXCL = O_EXCL,
	K_DUP = FCNTL_DUP,
	K_DUP_TO = FCNTL_DUP_TO,
	K_CLOEXEC = FCNTL_CLOEXEC,
	K_FLAGS = FCNTL_FLAGS,
	K_AT_CURRENT = AT_CURRENT,
	K_AT_FOLLOW = AT_FOLLOW,
	K_AT_REMOVES = AT_REMOVES
};
#undef O_RDONLY
#undef O_WRONLY
#undef O_RDWR
#undef O_CREATE
#undef O_TRUNC
#undef O_NOFOLLOW
#undef O_APPEND
#undef O_EXCL

#define SBRK_EAGER 1 /* mode of sbrk: the memory is there when it returns */

struct procinfo;
struct meminfo;
struct sysinfo;
struct console_info;

long sys_fork(void);
_Noreturn void sys_exit(int status);
long sys_pipe(int fd[2]);
long sys_read(int fd, void *buf, size_t n);
long sys_kill(int pid);
long sys_execve(const char *path, char *const argv[], char *const envp[]);
long sys_fstat(int fd, struct kstat *st);
long sys_chdir(const char *path);
long sys_dup(int fd);
long sys_getpid(void);
long sys_sbrk(int n, int mode);
long sys_pause(int ticks);
long sys_uptime(void);
long sys_open(const char *path, int flags);
long sys_write(int fd, const void *buf, size_t n);
long sys_mknod(const char *path, int major, int minor);
long sys_unlink(const char *path);
long sys_link(const char *old, const char *new);
long sys_mkdir(const char *path);
long sys_close(int fd);
long sys_trace(long mask);
long sys_calltrace(int fd, int follow);
long sys_sysinfo(struct sysinfo *info);
long sys_symlink(const char *target, const char *path);
long sys_sync(void);
long sys_fsync(int fd);
long sys_lseek(int fd, long offset, int whence);
long sys_reboot(int how, int status);
long sys_procinfo(struct procinfo *info, int max, size_t size);
long sys_rename(const char *old, const char *new);
long sys_wait4(int pid, int *status, int options);
long sys_isatty(int fd);
long sys_ftruncate(int fd, long length);
long sys_bootarg(const char *name, char *buf, size_t size);
long sys_clock(void);
long sys_readlink(const char *path, char *buf, size_t size);
long sys_meminfo(struct meminfo *info);
long sys_snapshot(int kind, int pid, unsigned long long start, void *buf, size_t n);
long sys_harvest(int pid, unsigned long long start, void *buf, size_t n);
long sys_mmap(void *addr, size_t len, int prot, int flags, int fd, long offset);
long sys_munmap(void *addr, size_t len);
long sys_mprotect(void *addr, size_t len, int prot);
long sys_msync(void *addr, size_t len, int flags);
long sys_madvise(void *addr, size_t len, int advice);
long sys_mincore(void *addr, size_t len, unsigned char *bytes);
long sys_mremap(void *addr, size_t old_len, size_t new_len, int flags);
long sys_job(int how, int number);
long sys_explain(int pid, unsigned long va, int access, char *buf, size_t size);
long sys_console(int how, struct console_info *info);
long sys_setoption(const char *name, const char *value);
long sys_connect(unsigned addr, unsigned own, unsigned port);
long sys_bind(unsigned port);
long sys_unbind(unsigned port);
long sys_send(unsigned own, unsigned addr, unsigned port, const void *buf, size_t n);
long sys_recv(unsigned port, unsigned *addr, unsigned short *from, void *buf, size_t n);
long sys_icmp_echo(unsigned addr, size_t n, int ms);

struct usage;
struct pollfd;
long sys_usage(struct usage *u);
long sys_poll(struct pollfd *fds, size_t n, long ns);
long sys_ppoll(struct pollfd *fds, size_t n, long ns, unsigned mask);
long sys_fcntl(int fd, int how, long arg);
long sys_pread(int fd, void *buf, size_t n, long offset);
long sys_pwrite(int fd, const void *buf, size_t n, long offset);

long sys_openat(int dir, const char *path, int flags);
long sys_mkdirat(int dir, const char *path);
long sys_unlinkat(int dir, const char *path, int flags);
long sys_renameat(int from, const char *old, int to, const char *new);
long sys_linkat(int from, const char *old, int to, const char *new, int flags);
long sys_symlinkat(const char *target, int dir, const char *path);
long sys_readlinkat(int dir, const char *path, char *buf, size_t size);
long sys_fchdir(int dir);

struct signal_action;
struct signal_timer;
struct sigaltstack;
long sys_sigaction(int sig, const struct signal_action *new, struct signal_action *old);
long sys_sigmask(int how, unsigned set);
long sys_sigsend(int pid, int tid, int sig);
long sys_sigstack(const struct sigaltstack *new, struct sigaltstack *old);
long sys_sigtimer(const struct signal_timer *new, struct signal_timer *old);
void sys_sigresume(void);
struct siginfo;
long sys_sigwait(unsigned set, struct siginfo *info, long deadline);
long sys_sigqueue(int pid, int sig, void *value);

struct pthread;
long sys_clone(void (*fn)(struct pthread *), struct pthread *arg, void *stack, void *tls);
_Noreturn void sys_leave(void *value);
long sys_join(int tid, unsigned long *value, int options);
long sys_gettid(void);
long sys_futex(int *word, int op, int value, long ns);

/* The last part of argv[0]. */
extern const char *program_name;

/* Flush stdout.  Returns 0, or the errno of the last write to it that failed; exit() then
 * does not report this error again. */
int stdio_error(void);

/* Turns the result of a stub into that of POSIX: -1 with errno set for a failure. */
long sys_result(long r);

/* --- lock.c ------------------------------------------------------------------- */

/* All zero: free.  Taken by a thread that may take it again. */
struct __lock {
	int word;    /* 0 free, 1 taken, 2 taken and somebody may wait */
	void *owner; /* its tp */
	unsigned count;
};

/* True from the first pthread_create() on.  Before that the locks of picolibc cost
 * nothing. */
extern bool lock_needed;

/* @word alone, without owner and count. */
void word_lock(int *word);
bool word_trylock(int *word);
void word_unlock(int *word);

void lock_take(struct __lock *l);
bool lock_try(struct __lock *l);
void lock_give(struct __lock *l);
