/* fs.h - the file system on disk. */
#pragma once

#include "types.h"

#define BSIZE 1024 /* bytes of a block */
#define ROOTINO 1
#define FSMAGIC 0x10203040

/* Block 1. */
struct superblock {
	uint magic, size;      /* FSMAGIC; blocks in all              */
	uint nblocks, ninodes; /* blocks for data; inodes             */
	uint nlog, logstart;   /* blocks of log, the first of them    */
	uint inodestart;       /* first block with inodes             */
	uint bmapstart;        /* first block of the bitmap           */
};

/* An inode, 64 bytes.  It has the numbers of the file's first NDIRECT blocks; a table has
 * NINDIRECT more.  In an image of the file system lab, a table of such tables replaces one
 * direct block. */
#define NINDIRECT 256
#ifdef LAB_FS
#define NDIRECT 11
#define NTABLES 2
#define MAXFILE (NDIRECT + NINDIRECT + NINDIRECT * NINDIRECT)
#else
#define NDIRECT 12
#define NTABLES 1
#define MAXFILE (NINDIRECT + NDIRECT)
#endif

#define NLINK_MAX 32767 /* links to one inode: nlink is a short */

struct dinode {
	short type; /* T_... of stat.h, 0: free */
	short major, minor, nlink;
	uint size;
	uint addrs[NDIRECT + NTABLES];
};

/* The block that holds inode @i, and the one that holds the bit of block @b. */
#define IPB (BSIZE / 64ul)
#define BPB (8 * BSIZE)
#define IBLOCK(i, sb) ((sb).inodestart + (i) / IPB)
#define BBLOCK(b, sb) ((sb).bmapstart + (b) / BPB)

#define DIRSIZ 14

/* A directory is a file full of these; those with inum 0 are free. */
struct dirent {
	ushort inum;
	char name[DIRSIZ]; /* no NUL if all are used */
};
