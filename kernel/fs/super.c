/* super.c - mounting: checks the superblock and starts the parts in order. */
#include "core/option/options.h"
#include "core/report/klog.h"
#include "dev/block.h"
#include "fs/store/alloc_priv.h"
#include "fs/store/buf_priv.h"
#include "fs/name/dir_priv.h"
#include "fs/name/dirindex_priv.h"
#include "fs/file_priv.h"
#include "fs/fs.h"
#include "fs/store/geo_priv.h"
#include "fs/store/ifree_priv.h"
#include "fs/inode_priv.h"
#include "fs/store/io_priv.h"
#include "fs/store/layout.h"
#include "fs/store/log_priv.h"
#include "fs/name/names_priv.h"
#include "fs/wb_priv.h"
#include "ipc/pipe.h"
#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"
#include "uapi/errno.h"

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
	dirindex_init();
	names_init();
	file_init();
	pipe_init();
	object_set_writer(&writer);
}

/* --- the layout of inodes ------------------------------------------------------------- */

/* Counts what the table in block @block, of inode @di, shows; nothing if it cannot be
 * read. */
static void super_count_table(struct layout_votes *v, const struct fs_dinode *di, u32 block)
{
	struct buf *b;

	if (!geo_is_data(block) || buf_get(block, &b))
		return;
	layout_count_table(v, di, (const u32 *)(const void *)b->data, geo.data_start,
			   geo.size);
	buf_put(b);
}

/* Counts what all inodes show.  -EIO. */
static int super_count_layouts(struct layout_votes *v)
{
	*v = (struct layout_votes){ 0 };
	for (u32 i = 0; i < geo.inode_blocks; i++) {
		const struct fs_dinode *di;
		struct buf *b;
		int err = buf_get(geo.inode_start + i, &b);

		if (err)
			return err;
		di = (const void *)b->data;
		for (u32 k = 0; k < FS_INODES_PER_BLOCK; k++) {
			u32 block = layout_count_inode(v, &di[k]);

			if (block)
				super_count_table(v, &di[k], block);
		}
		buf_put(b);
	}
	return 0;
}

/* What forbids the layout that was asked for, with what to do; NULL: nothing. */
static const char *super_layout_fault(const struct layout_votes *v)
{
	if (opt(FSBIG) == FSBIG_AUTO && v->plain && v->large)
		return "this image has inodes of both layouts, so it is damaged: "
		       "boot with fsbig=off or fsbig=on to choose one";
	if (opt(FSBIG) == FSBIG_ON && v->plain && !v->large)
		return "fsbig=on is for images of the file system lab, and this one is "
		       "plain: boot without fsbig=on, or make another image "
		       "(make FSBIG=1 IMAGE=big.img qemu)";
	if (opt(FSBIG) == FSBIG_OFF && v->large && !v->plain)
		return "this image has the large files of the file system lab: "
		       "boot with fsbig=on, or without fsbig=off";
	return NULL;
}

static void super_set_layout(bool large)
{
	option_put(FSBIG, large ? FSBIG_ON : FSBIG_OFF);
	geo.ndirect = large ? FS_NDIRECT - 1 : FS_NDIRECT;
	geo.levels = large ? 2 : 1;
	geo.max_blocks = geo.ndirect + FS_NINDIRECT;
	if (large)
		geo.max_blocks += FS_NINDIRECT * FS_NINDIRECT;
}

/* Takes the layout that was asked for, or the one that the files show, or plain if they are
 * all too short to show any.  -EIO, or -ENXIO with a message. */
static int super_choose_layout(void)
{
	struct layout_votes v;
	int err = super_count_layouts(&v);
	const char *fault;

	if (err)
		return err;
	fault = super_layout_fault(&v);
	if (fault) {
		printk("fs: %s\n", fault);
		return -ENXIO;
	}
	super_set_layout(opt(FSBIG) == FSBIG_ON || (opt(FSBIG) == FSBIG_AUTO && v.large));
	return 0;
}

/* --- mounting ------------------------------------------------------------------------- */

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
	inode_root_dir = root;
	return 0;
}

static void super_reclaim_in_block(struct buf *b, u32 first)
{
	const struct fs_dinode *d = (const struct fs_dinode *)(const void *)b->data;

	for (u32 i = 0; i < FS_INODES_PER_BLOCK && first + i < geo.ninodes; i++) {
		struct inode *ip;

		if (first + i < FS_ROOT_INO)
			continue;
		if (d[i].type == 0)
			ifree_add(first + i);
		if (d[i].type == 0 || d[i].nlink != 0 || !log_is_writable())
			continue;
		printk("ireclaim: orphaned inode %u\n", first + i);
		if (inode_get(first + i, &ip) == 0)
			inode_put(ip);
	}
}

/* Notes which inodes are free, and frees those without names, which a crash has
 * left.  -EIO. */
static int super_reclaim_orphans(void)
{
	for (u32 ino = 0; ino < geo.ninodes; ino += (u32)FS_INODES_PER_BLOCK) {
		struct buf *b;
		int err = buf_get(geo_inode_block(ino), &b);

		if (err)
			return err;
		super_reclaim_in_block(b, ino);
		buf_put(b);
	}
	return 0;
}

static int super_mount(struct blkdev *dev)
{
	int err = geo_read(dev);

	if (!err)
		err = log_recover();
	if (!err)
		err = super_choose_layout();
	if (!err)
		err = blocks_mount();
	if (!err)
		err = super_get_root();
	if (!err)
		err = super_reclaim_orphans();
	if (!err)
		err = log_start();
	return err;
}

static const char *super_disk = ""; /* (C) after the mount */

int fs_mount(struct blkdev *dev)
{
	int err = super_mount(dev);

	super_disk = dev->name;
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

void fs_space(struct fs_space *space)
{
	*space = (struct fs_space){
		.name = super_disk,
		.block = FS_BLOCK,
		.blocks = geo.size,
		.available = blocks_available(),
		.read_only = geo.read_only,
	};
}
