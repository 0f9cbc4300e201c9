/* mman.c - the calls of sys/mman.h. */
#include <sys/mman.h>

#include "sys.h"

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return (void *)sys_result(sys_mmap(addr, len, prot, flags, fd, offset));
}

void *mremap(void *addr, size_t old_len, size_t new_len, int flags)
{
	return (void *)sys_result(sys_mremap(addr, old_len, new_len, flags));
}

int munmap(void *addr, size_t len)
{
	return (int)sys_result(sys_munmap(addr, len));
}

int mprotect(void *addr, size_t len, int prot)
{
	return (int)sys_result(sys_mprotect(addr, len, prot));
}

int msync(void *addr, size_t len, int flags)
{
	return (int)sys_result(sys_msync(addr, len, flags));
}

int madvise(void *addr, size_t len, int advice)
{
	return (int)sys_result(sys_madvise(addr, len, advice));
}

int mincore(void *addr, size_t len, unsigned char *in_memory)
{
	return (int)sys_result(sys_mincore(addr, len, in_memory));
}
