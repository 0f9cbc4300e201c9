/* proc.c - the POSIX calls on processes, memory and the machine. */
#include "sys.h"

#include <errno.h>
#include <pagoda.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Only what waitpid() tells is kept: wait_status() tells -1 of those that were killed. */
void _exit(int status)
{
	sys_exit(status & 0xff);
}

pid_t fork(void)
{
	return (pid_t)sys_result(sys_fork());
}

pid_t getpid(void)
{
	return (pid_t)sys_getpid();
}

int wait_status(int pid, int *status, int options)
{
	return (int)sys_result(sys_wait4(pid, status, options));
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return (pid_t)sys_result(sys_wait4(pid, status, options | WAIT_POSIX));
}

pid_t wait(int *status)
{
	return waitpid(-1, status, 0);
}

void *sbrk(ptrdiff_t n)
{
	long old;

	if (n != (int)n) {
		errno = ENOMEM;
		return (void *)-1;
	}
	old = sys_result(sys_sbrk((int)n, SBRK_EAGER));
	return (void *)old;
}

int trace(long mask)
{
	return (int)sys_result(sys_trace(mask));
}

int calltrace(int fd, bool follow)
{
	return (int)sys_result(sys_calltrace(fd, follow));
}

int sysinfo(struct sysinfo *info)
{
	return (int)sys_result(sys_sysinfo(info));
}

long explain(int pid, unsigned long va, int access, char *buf, size_t size)
{
	return sys_result(sys_explain(pid, va, access, buf, size));
}

int job(int how)
{
	return (int)sys_result(sys_job(how, 0));
}

int job_foreground(int number)
{
	return (int)sys_result(sys_job(JOB_FOREGROUND, number));
}

int console(int how, struct console_info *info)
{
	return (int)sys_result(sys_console(how, info));
}

int meminfo(struct meminfo *info)
{
	return (int)sys_result(sys_meminfo(info));
}

int procinfo(struct procinfo *info, int max)
{
	return (int)sys_result(sys_procinfo(info, max, sizeof(*info)));
}

int reboot(int how, int status)
{
	return (int)sys_result(sys_reboot(how, status));
}

int bootarg(const char *name, char *buf, size_t size)
{
	return (int)sys_result(sys_bootarg(name, buf, size));
}

int setoption(const char *name, const char *value)
{
	return (int)sys_result(sys_setoption(name, value));
}

int device_make(const char *path, int major, int minor)
{
	return (int)sys_result(sys_mknod(path, major, minor));
}
