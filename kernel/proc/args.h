/* args.h - decoding arguments of system calls. */
#pragma once

#include "lib/types.h"
#include "uapi/limits.h"

/* Copies the path at user address @arg: 0, -EFAULT, -ENAMETOOLONG.  Sleeps. */
int arg_path(u64 arg, char path[MAXPATH]) MUST_CHECK;
