/* mman.h - mappings.  System calls 27 (mmap) and 28 (munmap) are the labs', the others are
 * Pagoda's own.  The values are those of most POSIX systems. */
#pragma once

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01    /* writes reach the file and all who map it       */
#define MAP_PRIVATE 0x02   /* writes go to private copies                    */
#define MAP_FIXED 0x10     /* exactly there; replaces what is mapped there   */
#define MAP_ANONYMOUS 0x20 /* zeroed memory, no file                         */
#define MAP_FAILED ((void *)-1)

/* msync() always returns after the disk has the data; the flags change nothing. */
#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

/* madvise() */
#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4

#define MREMAP_MAYMOVE 1 /* the mapping may move if it cannot grow in place */
