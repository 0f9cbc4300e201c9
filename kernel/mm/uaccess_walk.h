/* uaccess_walk.h - user memory by walking the page table in software.
 *
 * uaccess=walk: the way of stock xv6, kept for comparison.  Every page is looked up from
 * the root, its A and D bits are set, and the bytes go through the direct map.  A page
 * that is not there is brought in by the same fault path as for the hardware.
 *
 * While one thread runs in the space, the walk takes no lock: that thread alone adds
 * entries to the table, and the only other code that removes them is in truncate_maps.c.
 * mapping_walk_begin() keeps it out, and with several threads the others as well. */
#pragma once

#include "lib/types.h"

struct aspace;

/* Copy between @kernel and @user.  Return the bytes copied: @n, or those before the first
 * page that was refused.  Sleep, unless the thread has faults off (no_fault). */
u64 walk_copy_in(struct aspace *as, void *kernel, va_t user, u64 n);
u64 walk_copy_out(struct aspace *as, va_t user, const void *kernel, u64 n);

/* As uaccess_string(): the length, @max if there is no NUL, or -1: a page was refused. */
s64 walk_string(struct aspace *as, char *kernel, va_t user, u64 max);
