/* fsimg.c - geometry of an image, and reading from it.
 * Nothing here changes the image (except fsimg_bit_set() and fsimg_log_replay()), allocates
 * memory, or touches the host. */
#include "fsimg.h"

#include <string.h>

#include "uapi/stat.h"

const char *fsimg_strerror(int err)
{
	switch (-err) {
	case FSIMG_ENOSPC:
		return "no free block left in the image";
	case FSIMG_ENOINODE:
		return "too many files: no free inode left in the image";
	case FSIMG_ETOOBIG:
		return "file too large for the file system";
	case FSIMG_ENAME:
		return "not a valid name (1 to 14 bytes, not '.' or '..')";
	case FSIMG_EEXIST:
		return "the name exists already";
	case FSIMG_ENOENT:
		return "no such file in the image";
	case FSIMG_ENOTDIR:
		return "a part of the path is not a directory";
	case FSIMG_EISDIR:
		return "it is a directory";
	case FSIMG_ENOMEM:
		return "out of memory";
	case FSIMG_ESMALL:
		return "too few blocks for log, inodes and bitmap";
	default:
		return "host error";
	}
}

static uint32_t div_up(uint64_t x, uint32_t d)
{
	return (uint32_t)((x + d - 1) / d);
}

uint32_t fsimg_meta_blocks(const struct fsimg_geometry *g)
{
	/* Every year's mkfs adds these two blocks, needed or not. */
	uint32_t inode_blocks = g->ninodes / FS_INODES_PER_BLOCK + 1;
	uint32_t bitmap_blocks = g->size / FS_BITS_PER_BLOCK + 1;

	return 2 + g->nlog + inode_blocks + bitmap_blocks;
}

uint32_t fsimg_bitmap_blocks(const struct fs_super *sb)
{
	return div_up(sb->size, FS_BITS_PER_BLOCK);
}

const char *fsimg_super_check(const struct fsimg *img)
{
	const struct fs_super *sb;
	uint64_t log_end, inode_end, bitmap_end;

	if (img->blocks <= FS_SUPER_BLOCK)
		return "too small to hold a superblock";
	sb = fsimg_super(img);
	if (sb->magic != FS_MAGIC)
		return "no xv6 file system (wrong magic number)";
	if (sb->size > img->blocks)
		return "shorter than the superblock says";
	if (sb->nlog < 2 || sb->logstart <= FS_SUPER_BLOCK)
		return "superblock: no room for a log";
	if (sb->ninodes <= FS_ROOT_INO || sb->ninodes > UINT16_MAX + 1)
		return "superblock: impossible number of inodes";
	log_end = (uint64_t)sb->logstart + sb->nlog;
	inode_end = sb->inodestart + (uint64_t)div_up(sb->ninodes, FS_INODES_PER_BLOCK);
	bitmap_end = (uint64_t)sb->bmapstart + fsimg_bitmap_blocks(sb);
	if (log_end > sb->inodestart)
		return "superblock: log and inodes overlap";
	if (inode_end > sb->bmapstart)
		return "superblock: inodes and bitmap overlap";
	if (bitmap_end >= sb->size)
		return "superblock: no room for data";
	return NULL;
}

uint32_t fsimg_data_start(const struct fsimg *img)
{
	const struct fs_super *sb = fsimg_super(img);
	uint32_t first = sb->bmapstart + fsimg_bitmap_blocks(sb);

	/* mkfs always makes size / 8192 + 1 bitmap blocks: here one more than needed. */
	bool spare = sb->size % FS_BITS_PER_BLOCK == 0 &&
		     sb->size - sb->nblocks == first + 1;

	return spare ? first + 1 : first;
}

void fsimg_log_replay(struct fsimg *img)
{
	uint32_t start = fsimg_super(img)->logstart;
	struct fs_log_header *head = fsimg_block(img, start);

	for (int32_t i = 0; i < head->n; i++)
		memcpy(fsimg_block(img, (uint32_t)head->block[i]),
		       fsimg_block(img, start + 1 + (uint32_t)i), FS_BLOCK);
	head->n = 0;
}

struct fs_dinode *fsimg_inode(const struct fsimg *img, uint32_t ino)
{
	uint32_t b = fsimg_super(img)->inodestart + ino / FS_INODES_PER_BLOCK;
	struct fs_dinode *table = fsimg_block(img, b);

	return &table[ino % FS_INODES_PER_BLOCK];
}

static uint8_t *bit_byte(const struct fsimg *img, uint32_t b)
{
	uint8_t *first = fsimg_block(img, fsimg_super(img)->bmapstart);

	return first + b / 8; /* bitmap blocks are contiguous */
}

bool fsimg_bit(const struct fsimg *img, uint32_t b)
{
	return *bit_byte(img, b) >> (b % 8) & 1;
}

void fsimg_bit_set(struct fsimg *img, uint32_t b, bool used)
{
	uint8_t mask = (uint8_t)(1u << (b % 8));

	if (used)
		*bit_byte(img, b) |= mask;
	else
		*bit_byte(img, b) &= (uint8_t)~mask;
}

uint32_t fsimg_max_blocks(const struct fsimg *img)
{
	uint32_t n = fsimg_ndirect(img) + FS_NINDIRECT;

	return img->big ? n + FS_NINDIRECT * FS_NINDIRECT : n;
}

static uint32_t table_entry(const struct fsimg *img, uint32_t table, uint32_t i)
{
	const uint32_t *entry;

	if (table == 0)
		return 0;
	entry = fsimg_block(img, table);
	return entry[i];
}

uint32_t fsimg_bmap(const struct fsimg *img, const struct fs_dinode *di, uint32_t index)
{
	uint32_t nd = fsimg_ndirect(img);
	uint32_t middle;

	if (index < nd)
		return di->addr[index];
	index -= nd;
	if (index < FS_NINDIRECT)
		return table_entry(img, di->addr[nd], index);
	index -= FS_NINDIRECT;
	if (!img->big || index >= FS_NINDIRECT * FS_NINDIRECT)
		return 0;
	middle = table_entry(img, di->addr[nd + 1], index / FS_NINDIRECT);
	return table_entry(img, middle, index % FS_NINDIRECT);
}

void fsimg_read(const struct fsimg *img, uint32_t ino, void *dst, uint32_t off, uint32_t n)
{
	const struct fs_dinode *di = fsimg_inode(img, ino);
	uint8_t *to = dst;

	while (n) {
		uint32_t b = fsimg_bmap(img, di, off / FS_BLOCK);
		uint32_t skip = off % FS_BLOCK;
		uint32_t part = FS_BLOCK - skip < n ? FS_BLOCK - skip : n;

		if (b)
			memcpy(to, (uint8_t *)fsimg_block(img, b) + skip, part);
		else
			memset(to, 0, part);
		to += part;
		off += part;
		n -= part;
	}
}

uint32_t fsimg_dir_find(const struct fsimg *img, uint32_t dir, const char *name)
{
	uint32_t size = fsimg_inode(img, dir)->size;
	struct fs_dirent e;

	if (strlen(name) > FS_NAMELEN)
		return 0;
	for (uint32_t off = 0; off + sizeof(e) <= size; off += sizeof(e)) {
		fsimg_read(img, dir, &e, off, sizeof(e));
		if (e.ino && strncmp(e.name, name, FS_NAMELEN) == 0)
			return e.ino;
	}
	return 0;
}

int64_t fsimg_lookup(const struct fsimg *img, const char *path)
{
	uint32_t ino = FS_ROOT_INO;

	for (;;) {
		char name[FS_NAMELEN + 1];
		size_t n;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 0)
			return ino;
		if (fsimg_inode(img, ino)->type != T_DIR)
			return -FSIMG_ENOTDIR;
		if (n > FS_NAMELEN)
			return -FSIMG_ENOENT;
		memcpy(name, path, n);
		name[n] = '\0';
		ino = fsimg_dir_find(img, ino, name);
		if (ino == 0)
			return -FSIMG_ENOENT;
		path += n;
	}
}
