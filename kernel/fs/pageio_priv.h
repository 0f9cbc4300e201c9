/* pageio_priv.h - the disk blocks of cached file pages.
 *
 * Readers, writers and shared mappings all find the blocks of a page here, and give
 * places to those that have none.  The inode lock is held for all of these. */
#pragma once

#include "fs/wb_priv.h"

struct inode;
struct log_op;
struct page;

#define PAGEIO_MAX 8 /* pages that are read at once */

/* Blocks of one page are numbered 0 to WB_PAGE_BLOCKS - 1. */
struct page_blocks {
	u32 first;                 /* number of block 0 in the file                 */
	u32 missing;               /* bit i: block i is wanted and has no place     */
	u32 block[WB_PAGE_BLOCKS]; /* where each one is on the disk, 0 for nowhere  */
};

/* How many blocks of page @index lie in the file, the last one perhaps in part. */
u32 pageio_count(const struct inode *ip, u64 index);

/* Finds blocks [lo, hi) of page @index and notes which are missing.  A block past the end
 * of the file counts as missing.  -EIO. */
int pageio_find(struct inode *ip, u64 index, u32 lo, u32 hi,
		struct page_blocks *pb) MUST_CHECK;

/* Begins an operation that allocates what @pb is missing and stores the inode.  Reserves as
 * many blocks as that may take, indirect ones included, or as many as there are.
 * -EROFS. */
int pageio_begin(struct log_op *op, const struct page_blocks *pb) MUST_CHECK;

/* Gives places to the missing blocks, in order, and takes their bits out of pb->missing.
 * After an error (-ENOSPC, -EIO) those before the first that remains keep theirs. */
int pageio_alloc(struct log_op *op, struct inode *ip, struct page_blocks *pb) MUST_CHECK;

/* Reads the @n pages at @pg, at most PAGEIO_MAX.  Holes and what is past the end of the
 * file become zeros.  -EIO: some page could not be read, and none is valid. */
int pageio_read(struct inode *ip, struct page *const *pg, u32 n) MUST_CHECK;
