/* args.h - taking arguments of system calls apart. */
#pragma once

#include "lib/types.h"
#include "uapi/limits.h"

struct file;

/* The path that a program names: 0, -EFAULT, -ENAMETOOLONG. */
int arg_path(u64 arg, char path[MAXPATH]) MUST_CHECK;

/* The open file behind a descriptor, or NULL. */
struct file *arg_file(u64 arg);
