/* memory.c - sbrk(), and the pid from the page that the kernel writes for a program. */
#include "kernel/memlayout.h"
#include "kernel/vm.h"
#include "user/user.h"

char *sbrk(int bytes)
{
	return sys_sbrk(bytes, SBRK_EAGER);
}

char *sbrklazy(int bytes)
{
	return sys_sbrk(bytes, SBRK_LAZY);
}

int ugetpid(void)
{
	return ((const volatile struct usyscall *)USYSCALL)->pid;
}
