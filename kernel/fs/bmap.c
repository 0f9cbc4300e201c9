/* bmap.c - finds, allocates and frees the disk blocks of a file.
 *
 * An inode has geo.ndirect addresses of blocks, followed by geo.levels addresses of trees,
 * of depth 1, 2, ...  A tree of depth d covers 256^d blocks.  Plain and large-file images
 * differ only in these two numbers.
 *
 * Addresses come from the disk, so each is checked to lie in the data area before use. */
#include "core/thread.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/log_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "uapi/errno.h"

#define MAX_DEPTH 2

/* The way to a block: an address in the inode, then an index in each indirect block. */
struct way {
	u32 slot;
	u32 depth; /* indirect blocks on the way */
	u32 index[MAX_DEPTH];
};

static u32 bmap_tree_blocks(u32 depth)
{
	return depth == 2 ? FS_NINDIRECT * FS_NINDIRECT : FS_NINDIRECT;
}

/* -EFBIG if no file can have a block @bn. */
static int way_find(u32 bn, struct way *w)
{
	*w = (struct way){ .slot = bn };
	if (bn < geo.ndirect)
		return 0;
	bn -= geo.ndirect;
	for (u32 depth = 1; depth <= geo.levels; depth++) {
		if (bn < bmap_tree_blocks(depth)) {
			w->slot = geo.ndirect + depth - 1;
			w->depth = depth;
			w->index[0] = depth == 2 ? bn / FS_NINDIRECT : bn;
			w->index[1] = bn % FS_NINDIRECT;
			return 0;
		}
		bn -= bmap_tree_blocks(depth);
	}
	return -EFBIG;
}

static u32 *bmap_entries(struct buf *b)
{
	return (u32 *)(void *)b->data;
}

/* Where the way to a block ends.  If passed == way.depth, that is the block's own address,
 * and those of the next blocks follow it.  Otherwise it is a hole in the tree. */
struct end {
	struct way way;
	u32 passed;    /* indirect blocks up to there    */
	u32 *addr;     /* the last address, in @b or in the inode */
	struct buf *b; /* with a reference, or NULL      */
};

static void end_put(struct end *e)
{
	if (e->b)
		buf_put(e->b);
}

/* Follows the way to block @bn, through indirect blocks, to its end.  -EFBIG, -EIO. */
static int bmap_walk(struct inode *ip, u32 bn, struct end *e)
{
	int err = way_find(bn, &e->way);

	if (err)
		return err;
	e->passed = 0;
	e->addr = &ip->addr[e->way.slot];
	e->b = NULL;
	while (e->passed < e->way.depth && *e->addr) {
		struct buf *next;

		err = geo_is_data(*e->addr) ? buf_get(*e->addr, &next) : -EIO;
		end_put(e);
		if (err)
			return err;
		e->b = next;
		e->addr = &bmap_entries(next)[e->way.index[e->passed]];
		e->passed++;
	}
	return 0;
}

/* How many blocks, at most @n, have their addresses side by side from this end on. */
static u32 end_side_by_side(const struct end *e, u32 n)
{
	u32 depth = e->way.depth;
	u32 left = depth ? FS_NINDIRECT - e->way.index[depth - 1]
			 : geo.ndirect - e->way.slot;

	return MIN(n, left);
}

int bmap_find_run(struct inode *ip, u32 bn, u32 n, u32 *out)
{
	struct end e;
	int err = bmap_walk(ip, bn, &e);

	if (err)
		return -EIO;
	n = end_side_by_side(&e, n);
	for (u32 i = 0; i < n; i++) {
		out[i] = e.passed == e.way.depth ? e.addr[i] : 0;
		if (out[i] && !geo_is_data(out[i]))
			err = -EIO;
	}
	end_put(&e);
	return err ? err : (int)n;
}

static void bmap_free_tables(struct log_op *op, const u32 *table, u32 n)
{
	while (n-- > 0) {
		/* Its bitmap block is logged, so this logs no other. */
		int err = block_free(op, table[n], 1, 0);

		ASSERT(err != -EAGAIN);
	}
}

/* Allocates the indirect blocks that are missing on the way, and frees them again if it
 * fails.  Returns the block to allocate next, if it is free, or -ENOSPC or -EIO.
 *
 * Mostly none is missing.  So this and bmap_enter_tables() stay apart from their caller,
 * which then has fewer registers to save. */
static __attribute__((noinline)) s64 bmap_alloc_tables(struct log_op *op, u32 goal,
						       u32 *table, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		int got = block_alloc(op, goal, 1, &table[i]);

		if (got < 0) {
			bmap_free_tables(op, table, i);
			return got;
		}
		goal = table[i] + 1;
	}
	return goal;
}

/* Enters the addresses of new indirect blocks, which are the rest of the way, and goes on
 * to its end. */
static __attribute__((noinline)) void bmap_enter_tables(struct log_op *op, struct end *e,
							const u32 *table)
{
	while (e->passed < e->way.depth) {
		struct buf *b = buf_get_clear(*table);

		*e->addr = *table++;
		if (e->b)
			log_write(op, e->b);
		end_put(e);
		e->b = b;
		e->addr = &bmap_entries(b)[e->way.index[e->passed]];
		e->passed++;
	}
}

/* How many of the next @n blocks, whose addresses lie side by side, have no place before
 * one has. */
static u32 end_count_missing(const struct end *e, u32 n)
{
	u32 i = 0;

	if (e->passed < e->way.depth)
		return n;
	while (i < n && e->addr[i] == 0)
		i++;
	return i;
}

int bmap_missing(struct inode *ip, u32 bn)
{
	struct end e;
	int missing, err = bmap_walk(ip, bn, &e);

	if (err)
		return err;
	missing = (int)(e.way.depth - e.passed);
	missing += missing || *e.addr == 0;
	end_put(&e);
	return missing;
}

/* Allocates up to @n adjacent blocks for the end of a way, and what is missing on the
 * way. */
static int bmap_alloc_at(struct log_op *op, struct inode *ip, struct end *e, u32 n,
			 u32 *out)
{
	u32 table[MAX_DEPTH], ntables = e->way.depth - e->passed, first;
	s64 goal = ip->goal;
	int got;

	if (op->space <= ntables)
		return blocks_none();
	if (ntables)
		goal = bmap_alloc_tables(op, ip->goal, table, ntables);
	if (goal < 0)
		return (int)goal;
	got = block_alloc(op, (u32)goal, n, &first);
	if (got < 0) {
		bmap_free_tables(op, table, ntables);
		return got;
	}
	if (ntables)
		bmap_enter_tables(op, e, table);
	ip->goal = first + (u32)got;
	for (u32 i = 0, block = first; i < (u32)got; i++, block++)
		e->addr[i] = out[i] = block;
	if (e->b)
		log_write(op, e->b);
	return got;
}

int bmap_alloc_run(struct log_op *op, struct inode *ip, u32 bn, u32 n, u32 *out)
{
	struct end e;
	int got, err = bmap_walk(ip, bn, &e);

	if (err)
		return err;
	n = end_count_missing(&e, end_side_by_side(&e, n));
	if (n) {
		got = bmap_alloc_at(op, ip, &e, n, out);
	} else {
		*out = *e.addr; /* the block has a place */
		got = geo_is_data(*out) ? 1 : -EIO;
	}
	end_put(&e);
	return got;
}

int bmap_find(struct inode *ip, u32 bn, u32 *out)
{
	int n = bmap_find_run(ip, bn, 1, out);

	return n < 0 ? n : 0;
}

int bmap_alloc(struct log_op *op, struct inode *ip, u32 bn, u32 *out)
{
	int n = bmap_alloc_run(op, ip, bn, 1, out);

	return n < 0 ? n : 0;
}

/* --- freeing ------------------------------------------------------------------------- */

/* Blocks that the operation must still be able to log after bitmap blocks: the inode and an
 * indirect block of each depth. */
#define KEEP (1 + MAX_DEPTH)

struct freeing {
	struct log_op *op;
	u32 first; /* free the blocks from here on           */
	u32 end;   /* blocks from here on may have been freed */
};

/* How many of the @n addresses that end at @addr[n - 1] name adjacent blocks, in ascending
 * order, that block_free() takes at once. */
static u32 bmap_count_adjacent(const u32 *addr, u32 n)
{
	u32 last = addr[n - 1], run = 1;

	if (!geo_is_data(last))
		return 1;
	addr += n - 1;
	n = MIN(n, MIN(last % BLOCKS_WORD, last - geo.data_start) + 1);
	while (run < n && *--addr == last - run)
		run++;
	return run;
}

/* Frees the blocks of @n addresses that lie side by side, from f->first on, last ones
 * first.  The first address is that of block @bn.  *changed: some were cleared. */
static int bmap_free_row(struct freeing *f, u32 *addr, u32 n, u32 bn, bool *changed)
{
	u32 lo = f->first > bn ? f->first - bn : 0;

	while (n > lo) {
		u32 run = 1;

		if (addr[n - 1]) {
			int err;

			run = bmap_count_adjacent(addr + lo, n - lo);
			err = block_free(f->op, addr[n - run], run, KEEP);
			if (err)
				return err;
			memset(&addr[n - run], 0, run * sizeof(*addr));
			*changed = true;
		}
		n -= run;
		f->end = MIN(f->end, bn + n);
	}
	return 0;
}

static int bmap_free_tree(struct freeing *f, u32 *addr, u32 depth, u32 bn);

/* Frees the trees of depth 1 that the entries of an indirect block lead to, from f->first
 * on, last entries first.  The indirect block covers the blocks from @bn on. */
static int bmap_free_trees(struct freeing *f, u32 *entry, u32 bn, bool *changed)
{
	int err = 0;

	for (u32 i = FS_NINDIRECT; i-- > 0 && !err;) {
		u32 before = entry[i];

		if (bn + (i + 1) * FS_NINDIRECT <= f->first)
			break;
		err = bmap_free_tree(f, &entry[i], 1, bn + i * FS_NINDIRECT);
		*changed |= entry[i] != before;
	}
	return err;
}

/* Frees blocks of the tree at @addr from f->first on, last blocks first, and its indirect
 * block as well if nothing of the tree is left. */
static int bmap_free_tree(struct freeing *f, u32 *addr, u32 depth, u32 bn)
{
	bool changed = false;
	struct buf *b;
	int err;

	if (*addr == 0 || bn + bmap_tree_blocks(depth) <= f->first)
		return 0;
	if (!geo_is_data(*addr)) {
		*addr = 0;
		return 0;
	}
	err = buf_get(*addr, &b);
	if (err)
		return err;
	sched_point(); /* an operation may free the blocks of many indirect ones */
	if (depth == 1)
		err = bmap_free_row(f, bmap_entries(b), FS_NINDIRECT, bn, &changed);
	else
		err = bmap_free_trees(f, bmap_entries(b), bn, &changed);
	if (!err && bn >= f->first) {
		bool freed = false;

		err = bmap_free_row(f, addr, 1, bn, &freed);
		changed &= !freed;
	}
	/* The contents of a block that was freed do not matter. */
	if (changed)
		log_write(f->op, b);
	buf_put(b);
	return err;
}

int bmap_free(struct log_op *op, struct inode *ip, u32 first, u32 *end)
{
	struct freeing f = { .op = op, .first = first, .end = ~0u };
	u32 bn = geo.ndirect;
	bool changed = false;
	int err = 0;

	if (geo.levels == 2) {
		bn += bmap_tree_blocks(1);
		err = bmap_free_tree(&f, &ip->addr[geo.ndirect + 1], 2, bn);
		bn -= bmap_tree_blocks(1);
	}
	if (!err)
		err = bmap_free_tree(&f, &ip->addr[geo.ndirect], 1, bn);
	if (!err)
		err = bmap_free_row(&f, ip->addr, geo.ndirect, 0, &changed);
	*end = f.end;
	return err;
}
