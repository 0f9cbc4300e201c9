/* bmap.c - from block numbers of a file to blocks of the disk.
 *
 * An inode has geo.ndirect addresses of blocks and then geo.levels addresses of trees, of
 * depth 1, 2, ...  A tree of depth d covers 256^d blocks.  Plain and large-file images
 * differ in these two numbers alone.
 *
 * Addresses come from the disk: each is compared with the data area before use. */
#include "fs/alloc_priv.h"
#include "fs/buf_priv.h"
#include "fs/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/log_priv.h"
#include "lib/assert.h"
#include "uapi/errno.h"

#define MAX_DEPTH 2

/* The way to a block: an address in the inode, then an index into each indirect block. */
struct way {
	u32 slot;
	u32 depth; /* indirect blocks on the way */
	u32 index[MAX_DEPTH];
};

static u32 tree_blocks(u32 depth)
{
	return depth == 2 ? FS_NINDIRECT * FS_NINDIRECT : FS_NINDIRECT;
}

/* -EFBIG if no file has a block @bn. */
static int find_way(u32 bn, struct way *w)
{
	*w = (struct way){ .slot = bn };
	if (bn < geo.ndirect)
		return 0;
	bn -= geo.ndirect;
	for (u32 depth = 1; depth <= geo.levels; depth++) {
		if (bn < tree_blocks(depth)) {
			w->slot = geo.ndirect + depth - 1;
			w->depth = depth;
			w->index[0] = depth == 2 ? bn / FS_NINDIRECT : bn;
			w->index[1] = bn % FS_NINDIRECT;
			return 0;
		}
		bn -= tree_blocks(depth);
	}
	return -EFBIG;
}

static u32 *entries(struct buf *b)
{
	return (u32 *)(void *)b->data;
}

/* Goes down from @addr, indirect block by indirect block, until the block or a hole.
 * @addr becomes the last address seen, 0 for a hole; @last the buffer that it was read
 * from (the caller's to put), NULL if it is the inode's; @at how many were passed. */
static int descend(const struct way *w, u32 *at, u32 *addr, struct buf **last)
{
	*last = NULL;
	*at = 0;
	for (;;) {
		struct buf *b;
		int err;

		if (*addr && !geo_is_data(*addr)) {
			err = -EIO;
		} else {
			err = 0;
			if (*addr == 0 || *at == w->depth)
				return 0;
			err = buf_get(*addr, &b);
		}
		if (*last)
			buf_put(*last);
		*last = NULL;
		if (err)
			return err;
		*last = b;
		*addr = entries(b)[w->index[*at]];
		(*at)++;
	}
}

int bmap_find(struct inode *ip, u32 bn, u32 *out)
{
	struct buf *last;
	struct way w;
	u32 at;
	int err;

	err = find_way(bn, &w);
	if (err)
		return -EIO;
	*out = ip->addr[w.slot];
	if (w.depth == 0)
		return *out && !geo_is_data(*out) ? -EIO : 0;
	err = descend(&w, &at, out, &last);
	if (!err && last)
		buf_put(last);
	return err;
}

/* Allocates @n blocks; all or none. */
static int alloc_blocks(struct log_op *op, u32 goal, u32 *block, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int err = block_alloc(op, i ? block[i - 1] + 1 : goal, &block[i]);

		if (err) {
			while (i-- > 0) {
				/* In the bitmap block that was logged for it. */
				int freed = block_free(op, block[i], 0);

				ASSERT(freed != -EAGAIN);
			}
			return err;
		}
	}
	return 0;
}

int bmap_alloc(struct log_op *op, struct inode *ip, u32 bn, u32 *out)
{
	u32 block[MAX_DEPTH + 1], at, n;
	struct buf *last;
	struct way w;
	int err = find_way(bn, &w);

	if (err)
		return err;
	*out = ip->addr[w.slot];
	err = descend(&w, &at, out, &last);
	if (err || *out)
		goto out;
	/* Indirect blocks @at .. depth-1 are missing, and the block itself. */
	n = w.depth - at + 1;
	err = alloc_blocks(op, ip->goal, block, n);
	if (err)
		goto out;
	if (last) {
		entries(last)[w.index[at - 1]] = block[0];
		log_write(op, last);
	} else {
		ip->addr[w.slot] = block[0];
	}
	for (u32 i = 0; i + 1 < n; i++) {
		struct buf *b = buf_get_clear(block[i]);

		entries(b)[w.index[at + i]] = block[i + 1];
		log_write(op, b);
		buf_put(b);
	}
	*out = block[n - 1];
	ip->goal = *out + 1;
out:
	if (last)
		buf_put(last);
	return err;
}

/* --- freeing ------------------------------------------------------------------------- */

/* Blocks that the operation must be able to log besides the bitmap: the inode and an
 * indirect block of each depth. */
#define KEEP (1 + MAX_DEPTH)

struct freeing {
	struct log_op *op;
	u32 first; /* blocks from here on go          */
	u32 end;   /* those from here on may be gone  */
};

static int free_leaf(struct freeing *f, u32 *addr, u32 bn)
{
	int err = *addr ? block_free(f->op, *addr, KEEP) : 0;

	if (!err) {
		*addr = 0;
		f->end = MIN(f->end, bn);
	}
	return err;
}

static int free_tree(struct freeing *f, u32 *addr, u32 depth, u32 bn);

/* The entries of an indirect block of @depth that covers the blocks from @bn on. */
static int free_entries(struct freeing *f, u32 *entry, u32 depth, u32 bn, bool *changed)
{
	u32 span = depth == 2 ? FS_NINDIRECT : 1;
	int err = 0;

	for (u32 i = FS_NINDIRECT; i-- > 0 && !err;) {
		u32 before = entry[i], lo = bn + i * span;

		if (lo + span <= f->first)
			break;
		if (before == 0)
			continue;
		if (depth == 1)
			err = free_leaf(f, &entry[i], lo);
		else
			err = free_tree(f, &entry[i], depth - 1, lo);
		*changed |= entry[i] != before;
	}
	return err;
}

/* The tree that hangs at @addr: what lies behind f->first, the last blocks first; and
 * its indirect block too if nothing is left. */
static int free_tree(struct freeing *f, u32 *addr, u32 depth, u32 bn)
{
	bool changed = false;
	struct buf *b;
	int err;

	if (*addr == 0 || bn + tree_blocks(depth) <= f->first)
		return 0;
	if (!geo_is_data(*addr)) {
		*addr = 0;
		return 0;
	}
	err = buf_get(*addr, &b);
	if (err)
		return err;
	err = free_entries(f, entries(b), depth, bn, &changed);
	if (!err && bn >= f->first) {
		err = free_leaf(f, addr, bn);
		changed &= err != 0;
	}
	/* A block that is free has no contents that matter. */
	if (changed)
		log_write(f->op, b);
	buf_put(b);
	return err;
}

int bmap_free(struct log_op *op, struct inode *ip, u32 first, u32 *end)
{
	struct freeing f = { .op = op, .first = first, .end = ~0u };
	u32 bn = geo.ndirect;
	int err = 0;

	if (geo.levels == 2) {
		bn += tree_blocks(1);
		err = free_tree(&f, &ip->addr[geo.ndirect + 1], 2, bn);
		bn -= tree_blocks(1);
	}
	if (!err)
		err = free_tree(&f, &ip->addr[geo.ndirect], 1, bn);
	while (!err && bn-- > first)
		err = free_leaf(&f, &ip->addr[bn], bn);
	*end = f.end;
	return err;
}
