/* file.h - device numbers.  Programs cannot see the kernel's files and inodes, so their
 * structs are only declared. */
#pragma once

#include "types.h"

struct file;
struct inode;

#define CONSOLE 1 /* device majors */
#define STATS 2

#define mkdev(ma, mi) ((uint)((ma)*0x10000 | (mi)))
#define major(dev) ((dev) / 0x10000 % 0x10000)
#define minor(dev) ((dev) % 0x10000)
