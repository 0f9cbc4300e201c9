/* args.h - decoding arguments of system calls. */
#pragma once

#include "lib/types.h"
#include "uapi/limits.h"

/* Copies the path at user address @arg: 0, -EFAULT, -ENAMETOOLONG.  Sleeps. */
int arg_path(u64 arg, char path[MAXPATH]) MUST_CHECK;

/* The same for the path of a file.  To a program that calls as xv6 does, an empty one may
 * name the current directory; to one that calls the native way it is -ENOENT. */
int arg_file_path(u64 arg, char path[MAXPATH]) MUST_CHECK;
