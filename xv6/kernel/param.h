/* param.h - limits that programs count on.  Those that are the kernel's as well
 * stand in kernel/uapi/limits.h, too; xv6/tests/names.c compares. */
#pragma once

/* Processes. */
#define NPROC 64    /* at once                                   */
#define MAXARG 32   /* of exec(), the NULL included              */
#define USERSTACK 1 /* pages of stack                            */
#define NCPU 8

/* Files. */
#define NOFILE 16   /* open ones of a process                    */
#define NFILE 100   /* open ones of the system                   */
#define NINODE 50   /* inodes in use                             */
#define NDEV 10     /* device majors                             */
#define ROOTDEV 1   /* what fstat() says of files on the disk    */
#define MAXPATH 128 /* bytes of a path, NUL included             */

/* The disk.  A file is written MAXOPBLOCKS blocks at a time, less some for
 * its inode and maps; tests choose sizes around that. */
#define MAXOPBLOCKS 10
#define LOGBLOCKS (3 * MAXOPBLOCKS)
#define LOGSIZE LOGBLOCKS /* the name up to 2024 */
#define NBUF LOGBLOCKS
#define FSSIZE 2000 /* blocks; an image here may be larger       */
