/* param.h - limits that programs rely on.  Those that this kernel shares are also in
 * kernel/uapi/limits.h; xv6/tests/names.c compares both. */
#pragma once

/* Processes. */
#define NPROC 64  /* at once                                   */
#define MAXARG 32 /* of exec(), the NULL included              */
#ifdef LAB_UTIL
#define USERSTACK 2 /* pages of stack; LAB=util boots with stack=2 */
#else
#define USERSTACK 1
#endif
#define NCPU 8

/* Files. */
#define NOFILE 16   /* open ones of a process                    */
#define NFILE 100   /* open ones of the system                   */
#define NINODE 50   /* inodes in use                             */
#define NDEV 10     /* device majors                             */
#define ROOTDEV 1   /* what fstat() says of files on the disk    */
#define MAXPATH 128 /* bytes of a path, NUL included             */

/* The disk.  One operation of xv6 writes at most MAXOPBLOCKS blocks, inode and maps
 * included; tests choose file sizes around that. */
#define MAXOPBLOCKS 10
#define LOGBLOCKS (3 * MAXOPBLOCKS)
#define LOGSIZE LOGBLOCKS /* the name up to 2024 */
#define NBUF LOGBLOCKS
#ifdef LAB_FS
#define FSSIZE 200000
#else
#define FSSIZE 2000 /* blocks; an image here may be larger       */
#endif
