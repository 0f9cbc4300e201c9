/* layout.h - which of its two layouts the inodes of an image have; pure, for mkfs as well.
 *
 * Plain: 12 addresses of blocks, one of a table of blocks.  Large, of the file system lab:
 * 11 of blocks, one of a table, one of a table of tables.  The superblock does not say
 * which, but every file of more than 12 blocks does.  The same holds of an image with a
 * log to replay, as each inode in its place is whole.
 *
 * No program can make a file in the large layout that looks plain: that has its last
 * address in use, which a large file of such a size has not.  The reverse is possible: a
 * file with a hole whose 12th block looks like a table.  So one file of each kind in an
 * image means damage or intent, and whoever finds both asks the user. */
#pragma once

#include "lib/types.h"
#include "uapi/fsformat.h"

struct layout_votes {
	u32 plain, large; /* files that have the one and not the other */
};

/* Counts what @di shows.  Returns 0, or the number of a block, not checked, that shows
 * more: then the caller passes its contents to layout_count_table(). */
u32 layout_count_inode(struct layout_votes *v, const struct fs_dinode *di);

/* @entry has FS_NINDIRECT numbers; files have the blocks [lo, hi) of the disk. */
void layout_count_table(struct layout_votes *v, const struct fs_dinode *di,
			const u32 *entry, u32 lo, u32 hi);
