/* fcntl.h - the flags of open(); xv6's numbers. */
#pragma once

#define O_RDONLY 0x000
#define O_WRONLY 0x001
#define O_RDWR 0x002
#define O_CREATE 0x200
#define O_TRUNC 0x400
#define O_NOFOLLOW 0x800
#define O_NOFOLLOW_TOO 0x004 /* as some programs of the file system lab have it */
#define O_APPEND 0x1000      /* Pagoda's: every write goes to the end of the file */
#define O_EXCL 0x2000        /* Pagoda's: with O_CREATE, -EEXIST if it exists     */

/* openat() and the calls like it begin at the directory that a descriptor has open, or with
 * this in its place at the current one. */
#define AT_CURRENT (-2)
#define AT_FOLLOW 4  /* linkat(): a symbolic link at the end is followed    */
#define AT_REMOVES 8 /* unlinkat(): removes a directory, and nothing else   */

/* fcntl(fd, how, arg) */
#define FCNTL_DUP 0    /* a copy: the lowest free descriptor from arg on      */
#define FCNTL_DUP_TO 1 /* makes arg a copy of fd, after closing it            */
#define FCNTL_CLOEXEC \
	2             /* arg 1: exec closes fd; 0: not; 2: as it is; returns what it was */
#define FCNTL_FLAGS 3 /* returns O_RDONLY, O_WRONLY or O_RDWR, with O_APPEND */
