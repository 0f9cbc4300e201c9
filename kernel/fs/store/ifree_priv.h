/* ifree_priv.h - which inodes are free.
 *
 * A set in memory, filled at mount.  An inode is in it while it is free on the disk and
 * nobody makes a file of it.
 *
 * A shortage that ends by itself is no error: whoever finds no free inode waits while
 * others free one, or make one, because that may fail. */
#pragma once

#include "lib/types.h"

#define MAX_INODES 65536 /* directory entries have 16 bits for the number */

void ifree_init(void);

/* Inode @ino is free.  Any context without an ifree lock. */
void ifree_add(u32 ino);

/* Takes the lowest one; if other threads take and add inodes meanwhile, one that was the
 * lowest.  0: there is none.  The caller calls ifree_settle() when the inode is in use on
 * the disk, or was added again.  May sleep: the caller may hold locks of directories. */
u32 ifree_take(void) MUST_CHECK;

/* Between these the caller frees an inode; ifree_add() comes before the second. */
void ifree_begin(void);
void ifree_settle(void);
