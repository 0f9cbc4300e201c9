/* fsformat.h - the xv6 file system on disk; little endian throughout.
 * Blocks: 0 unused | superblock | log | inodes | bitmap | data; the superblock says where
 * each part starts.  mkfs and fsck use this file, too. */
#pragma once

#include <stdint.h>

#define FS_BLOCK 1024
#define FS_MAGIC 0x10203040u
#define FS_SUPER_BLOCK 1
#define FS_ROOT_INO 1

struct fs_super {
	uint32_t magic;
	uint32_t size;    /* blocks in the image               */
	uint32_t nblocks; /* data blocks                       */
	uint32_t ninodes;
	uint32_t nlog;       /* log blocks, the header included   */
	uint32_t logstart;   /* block of the log header           */
	uint32_t inodestart; /* first inode block                 */
	uint32_t bmapstart;  /* first bitmap block                */
};

#define FS_LOG_MAX 30 /* entries; the log headers of all years of xv6 have room for them */

struct fs_log_header {
	int32_t n;                 /* committed blocks, 0: nothing to replay */
	int32_t block[FS_LOG_MAX]; /* the block that each is a copy of       */
};

/* An inode has 13 block addresses.  Plain images: 12 direct, 1 indirect.  Images
 * of the file system lab: 11 direct, 1 indirect, 1 double indirect.  The superblock
 * does not tell the two apart. */
#define FS_NADDR 13
#define FS_NDIRECT 12
#define FS_NINDIRECT (FS_BLOCK / 4)
#define FS_MAXFILE (FS_NDIRECT + FS_NINDIRECT) /* blocks */

struct fs_dinode {
	int16_t type; /* 0 free, else T_* of stat.h */
	int16_t major, minor;
	int16_t nlink;
	uint32_t size;           /* bytes             */
	uint32_t addr[FS_NADDR]; /* 0: a hole         */
};

#define FS_INODES_PER_BLOCK (FS_BLOCK / sizeof(struct fs_dinode))
#define FS_BITS_PER_BLOCK (FS_BLOCK * 8)

#define FS_NAMELEN 14 /* not NUL-terminated when 14 long */

struct fs_dirent {
	uint16_t ino; /* 0: unused */
	char name[FS_NAMELEN];
};

_Static_assert(sizeof(struct fs_dinode) == 64, "dinode is 64 bytes on disk");
_Static_assert(sizeof(struct fs_dirent) == 16, "dirent is 16 bytes on disk");
_Static_assert(sizeof(struct fs_super) == 32, "superblock is 32 bytes on disk");
