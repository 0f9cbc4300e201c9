/* pageio.c - finding, reading and allocating the disk blocks of cached file pages. */
#include "fs/pageio_priv.h"

#include "fs/inode_priv.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/geo_priv.h"
#include "fs/store/io_priv.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame.h"

u32 pageio_count(const struct inode *ip, u64 index)
{
	u64 first = index * WB_PAGE_BLOCKS, end = DIV_UP((u64)ip->size, FS_BLOCK);

	return first < end ? (u32)MIN(end - first, (u64)WB_PAGE_BLOCKS) : 0;
}

int pageio_find(struct inode *ip, u64 index, u32 lo, u32 hi, struct page_blocks *pb)
{
	u32 end = MIN(hi, pageio_count(ip, index));

	*pb = (struct page_blocks){ .first = (u32)index * WB_PAGE_BLOCKS };
	for (u32 i = lo; i < end;) {
		int n = bmap_find_run(ip, pb->first + i, end - i, &pb->block[i]);

		if (n < 0)
			return n;
		i += (u32)n;
	}
	pb->missing = (1u << hi) - (1u << MAX(lo, end));
	for (u32 i = lo; i < end; i++)
		pb->missing |= (u32)!pb->block[i] << i;
	return 0;
}

int pageio_begin(struct log_op *op, const struct page_blocks *pb)
{
	/* What it may log: bitmap blocks for four blocks and two indirect ones, three
	 * indirect blocks, the inode. */
	u32 nlog = MIN(6u, geo.bitmap_blocks) + 4, want = 0;

	for (u32 i = 0; i < WB_PAGE_BLOCKS; i++)
		want += pb->missing >> i & 1;
	if (want && pb->first + WB_PAGE_BLOCKS > geo.ndirect)
		want += BMAP_RUN_TABLES;
	return blocks_begin(op, nlog, 0, want);
}

int pageio_alloc(struct log_op *op, struct inode *ip, struct page_blocks *pb)
{
	u32 i = 0, n;

	while (pb->missing) {
		int got;

		while (!(pb->missing & BIT(i)))
			i++;
		for (n = 1; pb->missing & BIT(i + n);)
			n++;
		got = bmap_alloc_run(op, ip, pb->first + i, n, &pb->block[i]);
		if (got < 0)
			return got;
		i += (u32)got;
		pb->missing &= ~((1u << i) - 1);
	}
	return 0;
}

/* Asks for the blocks of @pg that have a place, and clears the others. */
static void pageio_add(struct io *io, struct page *pg, const struct page_blocks *pb)
{
	u8 *data = frame_va(pg);

	for (u32 i = 0; i < WB_PAGE_BLOCKS; i++) {
		if (pb->block[i])
			io_add(io, pb->block[i], data + i * FS_BLOCK, 1);
		else
			memset(data + i * FS_BLOCK, 0, FS_BLOCK);
	}
}

static void pageio_clear_past_end(const struct inode *ip, struct page *pg)
{
	u64 start = pg->index * PAGE_SIZE;

	if (ip->size > start && ip->size < start + PAGE_SIZE)
		memset((u8 *)frame_va(pg) + (ip->size - start), 0,
		       start + PAGE_SIZE - ip->size);
}

/* All blocks are found before the first request: see io_priv.h. */
int pageio_read(struct inode *ip, struct page *const *pg, u32 n)
{
	struct page_blocks pb[PAGEIO_MAX];
	struct io io;
	int err = 0;

	ASSERT(n <= PAGEIO_MAX);
	for (u32 i = 0; i < n && !err; i++)
		err = pageio_find(ip, pg[i]->index, 0, WB_PAGE_BLOCKS, &pb[i]);
	if (err)
		return err;
	io_init(&io, geo.dev, BIO_READ);
	for (u32 i = 0; i < n; i++)
		pageio_add(&io, pg[i], &pb[i]);
	err = io_finish(&io);
	for (u32 i = 0; i < n && !err; i++)
		pageio_clear_past_end(ip, pg[i]);
	return err;
}
