/* file.h - device numbers.  Files and inodes are the kernel's own affair; their
 * structs are here by name only. */
#pragma once

#include "types.h"

struct file;
struct inode;

#define CONSOLE 1 /* device majors */
#define STATS 2

#define mkdev(ma, mi) ((uint)((ma)*0x10000 | (mi)))
#define major(dev) ((dev) / 0x10000 % 0x10000)
#define minor(dev) ((dev) % 0x10000)
