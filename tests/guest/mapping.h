/* mapping.h - mmap and its family, for the cases that use them. */
#pragma once

#include "lib.h"
#include "uapi/mman.h"

#define NR_MMAP 27
#define NR_MUNMAP 28
#define NR_MPROTECT 79
#define NR_MSYNC 80
#define NR_MADVISE 81
#define NR_MINCORE 82
#define NR_MREMAP 83

#define map(addr, len, prot, flags, fd, off) \
	((word)ecall_raw((long)(addr), len, prot, flags, fd, off, NR_MMAP))

static inline word anon(long pages, int prot)
{
	word p = map(0, pages * (long)PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != ~0ul);
	return p;
}

static inline long unmap(word addr, long len)
{
	return ecall_raw((long)addr, len, 0, 0, 0, 0, NR_MUNMAP);
}

static inline long protect(word addr, long len, int prot)
{
	return ecall_raw((long)addr, len, prot, 0, 0, 0, NR_MPROTECT);
}

static inline long msync(word addr, long len)
{
	return ecall_raw((long)addr, len, MS_SYNC, 0, 0, 0, NR_MSYNC);
}

static inline long advise(word addr, long len, int advice)
{
	return ecall_raw((long)addr, len, advice, 0, 0, 0, NR_MADVISE);
}

#define RW (PROT_READ | PROT_WRITE)

/* Makes a file "m" of @len bytes of pattern @seed; returns its open descriptor. */
static inline int make_pattern(long len, uint32_t seed)
{
	long fd = open("m", O_CREATE | O_RDWR);

	pattern_fill(scratch, len, seed);
	EQ(write((int)fd, scratch, len), len);
	EQ(lseek((int)fd, 0, 0), 0);
	return (int)fd;
}
