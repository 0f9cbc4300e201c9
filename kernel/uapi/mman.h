/* mman.h - mappings.  The labs' numbers are 27 (mmap) and 28 (munmap); the others
 * are Pagoda's own.  Values as in POSIX systems at large. */
#pragma once

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01    /* writes reach the file and all who map it       */
#define MAP_PRIVATE 0x02   /* writes stay here                               */
#define MAP_FIXED 0x10     /* exactly there; what was there goes             */
#define MAP_ANONYMOUS 0x20 /* zeros, no file                                 */
#define MAP_FAILED ((void *)-1)

/* msync(): always until the disk has it; the flags are accepted. */
#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

/* madvise() */
#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4

#define MREMAP_MAYMOVE 1 /* if it cannot grow where it is */
