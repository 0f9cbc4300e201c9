/* stat.h - what fstat() tells about a file; xv6's layout, 24 bytes. */
#pragma once

#define T_DIR 1
#define T_FILE 2
#define T_DEVICE 3
#define T_SYMLINK 4

struct stat {
	int dev;                 /* always 1                      */
	unsigned int ino;        /* inode number                  */
	short type;              /* T_*                           */
	short nlink;             /* directory entries that name it */
	int pad;                 /* 0                             */
	unsigned long long size; /* bytes                         */
};
