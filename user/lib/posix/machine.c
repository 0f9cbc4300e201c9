/* machine.c - what a program can ask about the machine: uname(), sysconf(). */
#include "sys.h"

#include <errno.h>
#include <pagoda.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usyscall.h>

#define CLK_TCK 100
#define ARG_BYTES 65536 /* exec.c */

int uname(struct utsname *name)
{
	*name = (struct utsname){
		.sysname = "Pagoda",
		.nodename = "pagoda",
		.release = "1",
		.version = "Pagoda",
		.machine = "riscv64",
	};
	return 0;
}

int gethostname(char *buf, size_t size)
{
	if (strlcpy(buf, "pagoda", size) < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static long sysconf_pages(int name)
{
	struct meminfo info;

	if (meminfo(&info) < 0)
		return -1;
	return (long)(name == _SC_PHYS_PAGES ? info.total : info.available);
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_BYTES;
	case _SC_CHILD_MAX:
		return NPROC - 1;
	case _SC_CLK_TCK:
		return CLK_TCK;
	case _SC_OPEN_MAX:
		return NOFILE;
	case _SC_PAGESIZE:
		return 4096;
	case _SC_PHYS_PAGES:
	case _SC_AVPHYS_PAGES:
		return sysconf_pages(name);
	default:
		errno = EINVAL;
		return -1;
	}
}

pid_t getppid(void)
{
	return ugetppid();
}
