/* super.c - mounting: checks the superblock and starts the parts in order. */
#include "core/option/options.h"
#include "core/report/klog.h"
#include "dev/block.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/file_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/io_priv.h"
#include "fs/store/log_priv.h"
#include "fs/name/names_priv.h"
#include "fs/wb_priv.h"
#include "ipc/pipe.h"
#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"
#include "uapi/errno.h"
#include "uapi/stat.h"

#define MAX_INODES 65536 /* directory entries have 16 bits for the number */

struct geometry geo;

/* A run of blocks, half-open. */
struct run {
	u64 lo, hi;
};

/* Whether no run is empty, none overlap, and all lie after the superblock.  *@end becomes
 * the end of the last one. */
static bool runs_are_sound(const struct run *run, u32 n, u64 *end)
{
	*end = 0;
	for (u32 i = 0; i < n; i++) {
		if (run[i].lo <= FS_SUPER_BLOCK || run[i].lo >= run[i].hi)
			return false;
		for (u32 j = 0; j < i; j++) {
			if (run[i].lo < run[j].hi && run[j].lo < run[i].hi)
				return false;
		}
		*end = MAX(*end, run[i].hi);
	}
	return true;
}

static void super_set_layout(void)
{
	bool large = opt(FSBIG) == FSBIG_ON;

	geo.ndirect = large ? FS_NDIRECT - 1 : FS_NDIRECT;
	geo.levels = large ? 2 : 1;
	geo.max_blocks = geo.ndirect + FS_NINDIRECT;
	if (large)
		geo.max_blocks += FS_NINDIRECT * FS_NINDIRECT;
}

static int super_check(const struct fs_super *sb, struct blkdev *dev)
{
	u64 inode_blocks = DIV_UP((u64)sb->ninodes, FS_INODES_PER_BLOCK);
	u64 bitmap_blocks = DIV_UP((u64)sb->size, FS_BITS_PER_BLOCK);
	struct run run[] = {
		{ sb->logstart, (u64)sb->logstart + sb->nlog },
		{ sb->inodestart, sb->inodestart + inode_blocks },
		{ sb->bmapstart, sb->bmapstart + bitmap_blocks },
	};
	u64 data;

	if (sb->magic != FS_MAGIC || sb->size > dev->sectors / FS_SECTORS ||
	    sb->size > INT32_MAX)
		return -EINVAL;
	if (sb->ninodes <= FS_ROOT_INO || sb->nlog < FS_OP_MAX + 1)
		return -EINVAL;
	if (!runs_are_sound(run, ARRAY_SIZE(run), &data) || data >= sb->size)
		return -EINVAL;
	/* mkfs makes size / 8192 + 1 bitmap blocks: one more than needed if it divides. */
	if (sb->size % FS_BITS_PER_BLOCK == 0 && sb->size - sb->nblocks == data + 1)
		data++;
	geo = (struct geometry){
		.dev = dev,
		.read_only = dev->read_only,
		.size = sb->size,
		.data_start = (u32)data,
		.ninodes = MIN(sb->ninodes, MAX_INODES),
		.inode_start = sb->inodestart,
		.inode_blocks = (u32)inode_blocks,
		.bitmap_start = sb->bmapstart,
		.bitmap_blocks = (u32)bitmap_blocks,
		.log_start = sb->logstart,
		.log_blocks = sb->nlog,
		.log_cap = MIN((u32)FS_LOG_MAX, sb->nlog - 1),
	};
	super_set_layout();
	return 0;
}

int geo_read(struct blkdev *dev)
{
	struct page *pg = frame_alloc(FRAME_other, 0);
	int err;

	if (!pg)
		return -ENOMEM;
	geo.size = 0;
	if (dev->sectors < 2 * FS_SECTORS)
		err = -EINVAL;
	else
		err = io_block(dev, BIO_READ, FS_SUPER_BLOCK, frame_va(pg));
	if (!err)
		err = super_check(frame_va(pg), dev);
	frame_put(pg);
	return err;
}

/* For reclaim, which frees clean file pages only. */
static void super_write_all(void)
{
	int err = log_commit();

	/* An error has been reported, and the pages are lost. */
	(void)err;
}

static const struct object_writer writer = {
	.usable = log_is_writable,
	.write_all = super_write_all,
};

void fs_init(void)
{
	io_pool_init();
	buf_init();
	wb_init();
	log_init();
	blocks_init();
	inode_init();
	namecache_init();
	names_init();
	file_init();
	pipe_init();
	object_set_writer(&writer);
}

/* Gets the root directory, with the reference that keeps it in memory. */
static int super_get_root(void)
{
	struct inode *root;
	int err = inode_get(FS_ROOT_INO, &root);

	if (err)
		return err;
	if (dir_check(root)) {
		inode_put(root);
		return -EINVAL;
	}
	return 0;
}

/* Whether some inode in buffer @b certainly has the plain layout.  In the large layout, an
 * inode uses its last address only when the other ones do not suffice. */
static bool super_has_plain_inode(const struct buf *b)
{
	const struct fs_dinode *di = (const void *)b->data;
	u64 enough = (u64)(geo.ndirect + FS_NINDIRECT - 1) * FS_BLOCK;

	for (u32 i = 0; i < FS_INODES_PER_BLOCK; i++) {
		if (di[i].type == T_FILE && di[i].size > FS_NDIRECT * FS_BLOCK &&
		    di[i].size < enough && di[i].addr[FS_NADDR - 1])
			return true;
	}
	return false;
}

/* Whether block @block holds addresses of exactly @n blocks, followed by zeros. */
static bool super_is_table_of(u32 block, u64 n)
{
	const u32 *addr;
	bool is = geo_is_data(block);
	struct buf *b;

	if (!is || buf_get(block, &b))
		return false;
	addr = (const void *)b->data;
	for (u64 i = 0; i < FS_NINDIRECT && is; i++)
		is = i < n ? geo_is_data(addr[i]) : addr[i] == 0;
	buf_put(b);
	return is;
}

/* Whether @di certainly has the large layout.  That has an indirect block where the plain
 * one has a block of data, and needs no other for files of this size. */
static bool super_is_large_inode(const struct fs_dinode *di)
{
	u64 n = DIV_UP((u64)di->size, FS_BLOCK);

	if (di->type != T_FILE || n <= FS_NDIRECT || di->addr[FS_NADDR - 1])
		return false;
	return n < FS_NDIRECT + FS_NINDIRECT &&
	       super_is_table_of(di->addr[FS_NDIRECT - 1], n - (FS_NDIRECT - 1));
}

static bool super_has_large_inode(const struct buf *b)
{
	const struct fs_dinode *di = (const void *)b->data;

	for (u32 i = 0; i < FS_INODES_PER_BLOCK; i++) {
		if (super_is_large_inode(&di[i]))
			return true;
	}
	return false;
}

/* Whether an inode in @b shows that the image has the other layout.  If so, prints it. */
static bool super_has_other_layout(const struct buf *b)
{
	if (geo.levels == 2 && super_has_plain_inode(b)) {
		printk("fs: fsbig=on is for images of the file system lab; "
		       "this image is not one\n");
		return true;
	}
	if (geo.levels == 1 && super_has_large_inode(b)) {
		printk("fs: this image has the large files of the file system lab: "
		       "boot with fsbig=on (./run --boot fsbig=on)\n");
		return true;
	}
	return false;
}

/* Checks the layout against the inodes, as the superblock does not tell it.  0, -EIO, or
 * -ENXIO with a message. */
static int super_check_layout(void)
{
	int err = 0;

	for (u32 i = 0; i < geo.inode_blocks && !err; i++) {
		struct buf *b;

		err = buf_get(geo.inode_start + i, &b);
		if (err)
			return err;
		if (super_has_other_layout(b))
			err = -ENXIO;
		buf_put(b);
	}
	return err;
}

static int super_mount(struct blkdev *dev)
{
	int err = geo_read(dev);

	if (!err)
		err = log_recover();
	if (!err)
		err = super_check_layout();
	if (!err)
		err = blocks_mount();
	if (!err)
		err = super_get_root();
	if (!err)
		err = inode_reclaim_orphans();
	if (!err)
		err = log_start();
	return err;
}

int fs_mount(struct blkdev *dev)
{
	int err = super_mount(dev);

	if (!err)
		printk("fs: %s, %u KiB, %u KiB free%s\n", dev->name, geo.size,
		       blocks_available(), geo.read_only ? ", read-only" : "");
	else if (err == -EINVAL)
		printk("fs: %s holds no xv6 file system that makes sense\n", dev->name);
	else if (err != -ENXIO)
		printk("fs: cannot mount %s (error %d)\n", dev->name, -err);
	return err;
}

int fs_sync(void)
{
	return log_sync();
}
