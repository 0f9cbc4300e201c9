/* args.h - decoding arguments of system calls. */
#pragma once

#include "lib/types.h"
#include "uapi/limits.h"

struct file;

/* Copies the path at user address @arg: 0, -EFAULT, -ENAMETOOLONG.  Sleeps. */
int arg_path(u64 arg, char path[MAXPATH]) MUST_CHECK;

/* The running process's open file of descriptor @arg, or NULL. */
struct file *arg_file(u64 arg);

/* The lowest free descriptor, or -EMFILE.  It stays free until the process itself uses
 * it. */
int arg_free_fd(void);
