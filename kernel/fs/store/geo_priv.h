/* geo_priv.h - where everything lies on the mounted disk.
 *
 * Read from the superblock and checked at mount; constant after that.  Every block number
 * that comes from the disk is checked against these before use. */
#pragma once

#include "lib/types.h"
#include "uapi/fsformat.h"

#define FS_SECTORS (FS_BLOCK / 512)

/* The most blocks that one operation may log; rename needs that many. */
#define FS_OP_MAX 12

struct blkdev;

struct geometry {
	struct blkdev *dev;
	bool read_only;
	u32 size; /* blocks; [data_start, size) is for files and directories */
	u32 data_start;
	u32 ninodes; /* numbers are [1, ninodes) */
	u32 inode_start, inode_blocks;
	u32 bitmap_start, bitmap_blocks;
	u32 log_start, log_blocks; /* the header included */
	u32 log_cap;               /* the most blocks of a transaction */

	/* An inode has @ndirect addresses of blocks, followed by @levels addresses of
	 * trees, of depth 1, 2, ...: one in plain images, two in those of the file system
	 * lab. */
	u32 ndirect, levels;
	u32 max_blocks; /* of a file */
};

extern struct geometry geo;

static inline bool geo_is_data(u32 block)
{
	return block >= geo.data_start && block < geo.size;
}

static inline u64 geo_max_bytes(void)
{
	return (u64)geo.max_blocks * FS_BLOCK;
}

static inline u32 geo_inode_block(u32 ino)
{
	return geo.inode_start + ino / (u32)FS_INODES_PER_BLOCK;
}

/* Reads the superblock of @dev into geo.  -EINVAL if it makes no sense, -EIO, -ENOMEM. */
int geo_read(struct blkdev *dev) MUST_CHECK;
