/* fs.h - the file system on disk. */
#pragma once

#include "types.h"

#define BSIZE 1024 /* bytes of a block */
#define ROOTINO 1
#define FSMAGIC 0x10203040

/* Block 1. */
struct superblock {
	uint magic, size;         /* FSMAGIC; blocks in all              */
	uint nblocks, ninodes;    /* blocks for data; inodes             */
	uint nlog, logstart;      /* blocks of log, the first of them    */
	uint inodestart;          /* first block with inodes             */
	uint bmapstart;           /* first block with bits               */
};

/* A file has this many blocks by itself, and these by way of a table. */
#define NDIRECT 12
#define NINDIRECT (BSIZE / (int)sizeof(uint))
#define MAXFILE (NDIRECT + NINDIRECT)

struct dinode {
	short type; /* T_... of stat.h, 0: free */
	short major, minor;
	short nlink;
	uint size;
	uint addrs[NDIRECT + 1]; /* the last: the table */
};

/* Inodes in a block, and the block of inode @i. */
#define IPB (BSIZE / sizeof(struct dinode))
#define IBLOCK(i, sb) ((sb).inodestart + (i) / IPB)

/* Bits in a block, and the block with the bit of block @b. */
#define BPB (8 * BSIZE)
#define BBLOCK(b, sb) ((sb).bmapstart + (b) / BPB)

#define DIRSIZ 14

/* A directory is a file full of these; those with inum 0 are free. */
struct dirent {
	ushort inum;
	char name[DIRSIZ]; /* no NUL if all are used */
};
