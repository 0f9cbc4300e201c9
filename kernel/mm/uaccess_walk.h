/* uaccess_walk.h - user memory by walking the page table in software.
 *
 * uaccess=walk: how stock xv6 does it, kept to be compared with.  Every page
 * is looked up from the root, its A and D bits are set, and the bytes go through the
 * direct map.  Pages that are not there come by the same fault path
 * as for the hardware.  The running process's own table needs no lock: nobody
 * else adds or removes entries of it. */
#pragma once

#include "lib/types.h"

struct aspace;

/* Copies between @kernel and @user; bytes done, fewer than @n where a page is
 * refused.  Sleeps, unless the thread has faults off. */
u64 walk_copy_in(struct aspace *as, void *kernel, va_t user, u64 n);
u64 walk_copy_out(struct aspace *as, va_t user, const void *kernel, u64 n);

/* As uaccess_string(): length, @max without NUL, -1 after a refused page. */
s64 walk_string(struct aspace *as, char *kernel, va_t user, u64 max);
