/* sys/mman.h - mappings, with their POSIX names.  All set errno when they fail. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "uapi/mman.h"
#include <sys/cdefs.h>

__BEGIN_DECLS

#define MAP_ANON MAP_ANONYMOUS

/* Fail with MAP_FAILED. */
void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *mremap(void *addr, size_t old_len, size_t new_len, int flags);

/* Fail with -1. */
int munmap(void *addr, size_t len);
int mprotect(void *addr, size_t len, int prot);
int msync(void *addr, size_t len, int flags);

/* MADV_DONTNEED: pages of private mappings, stack and heap are zero, or as in the file, at
 * the next access.  Shared mappings and the program's own text and data do not change. */
int madvise(void *addr, size_t len, int advice);

/* A byte for each page: 1 if it is in the page table of this process.  A page of a file
 * that is in the page cache but was not touched by this process counts as absent. */
int mincore(void *addr, size_t len, unsigned char *in_memory);

__END_DECLS
