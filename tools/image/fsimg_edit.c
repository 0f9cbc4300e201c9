/* fsimg_edit.c - making an image, and putting files into one.
 * The xv6 of every year can mount the images.  The same input gives the same bytes. */
#include "fsimg.h"

#include <stdlib.h>
#include <string.h>

#include "uapi/stat.h"

static int64_t block_alloc(struct fsimg *img)
{
	uint32_t size = fsimg_super(img)->size;

	for (uint32_t b = fsimg_data_start(img); b < size; b++) {
		if (fsimg_bit(img, b))
			continue;
		fsimg_bit_set(img, b, true);
		memset(fsimg_block(img, b), 0, FS_BLOCK);
		return b;
	}
	return -FSIMG_ENOSPC;
}

/* The block that *@addr names; a new one, recorded there, if it names none. */
static int64_t block_at(struct fsimg *img, uint32_t *addr)
{
	int64_t b = *addr;

	if (b)
		return b;
	b = block_alloc(img);
	if (b > 0)
		*addr = (uint32_t)b;
	return b;
}

/* The same for entry @i of the table in block *@table, which is made, too, if needed. */
static int64_t table_at(struct fsimg *img, uint32_t *table, uint32_t i)
{
	int64_t b = block_at(img, table);
	uint32_t *entry;

	if (b < 0)
		return b;
	entry = fsimg_block(img, (uint32_t)b);
	return block_at(img, &entry[i]);
}

int64_t fsimg_bmap_alloc(struct fsimg *img, struct fs_dinode *di, uint32_t index)
{
	uint32_t nd = fsimg_ndirect(img);
	uint32_t *entry;
	int64_t b;

	if (index >= fsimg_max_blocks(img))
		return -FSIMG_ETOOBIG;
	if (index < nd)
		return block_at(img, &di->addr[index]);
	index -= nd;
	if (index < FS_NINDIRECT)
		return table_at(img, &di->addr[nd], index);
	index -= FS_NINDIRECT;
	b = block_at(img, &di->addr[nd + 1]);
	if (b < 0)
		return b;
	entry = fsimg_block(img, (uint32_t)b);
	return table_at(img, &entry[index / FS_NINDIRECT], index % FS_NINDIRECT);
}

static int inode_write(struct fsimg *img, uint32_t ino, uint32_t off, const void *src,
		       uint32_t n)
{
	struct fs_dinode *di = fsimg_inode(img, ino);
	const uint8_t *from = src;

	while (n) {
		int64_t b = fsimg_bmap_alloc(img, di, off / FS_BLOCK);
		uint32_t skip = off % FS_BLOCK;
		uint32_t part = FS_BLOCK - skip < n ? FS_BLOCK - skip : n;

		if (b < 0)
			return (int)b;
		memcpy((uint8_t *)fsimg_block(img, (uint32_t)b) + skip, from, part);
		from += part;
		off += part;
		n -= part;
		if (off > di->size)
			di->size = off;
	}
	return 0;
}

static int64_t inode_alloc(struct fsimg *img, int16_t type)
{
	uint32_t n = fsimg_super(img)->ninodes;

	for (uint32_t ino = FS_ROOT_INO; ino < n; ino++) {
		struct fs_dinode *di = fsimg_inode(img, ino);

		if (di->type)
			continue;
		*di = (struct fs_dinode){ .type = type, .nlink = 1 };
		return ino;
	}
	return -FSIMG_ENOINODE;
}

static void block_free(struct fsimg *img, uint32_t b)
{
	if (b)
		fsimg_bit_set(img, b, false);
}

/* Frees a block of addresses and what they name, @depth tables down. */
static void table_free(struct fsimg *img, uint32_t table, int depth)
{
	const uint32_t *entry = fsimg_block(img, table);

	if (table == 0)
		return;
	for (uint32_t i = 0; i < FS_NINDIRECT; i++) {
		if (depth > 1)
			table_free(img, entry[i], depth - 1);
		else
			block_free(img, entry[i]);
	}
	block_free(img, table);
}

static void inode_free(struct fsimg *img, uint32_t ino)
{
	struct fs_dinode *di = fsimg_inode(img, ino);
	uint32_t nd = fsimg_ndirect(img);

	for (uint32_t i = 0; i < nd; i++)
		block_free(img, di->addr[i]);
	table_free(img, di->addr[nd], 1);
	if (img->big)
		table_free(img, di->addr[nd + 1], 2);
	memset(di, 0, sizeof(*di));
}

static bool name_is_valid(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= FS_NAMELEN && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

/* Writes an entry into the first unused slot, or after the last one. */
static int dir_put(struct fsimg *img, uint32_t dir, const char *name, uint32_t ino)
{
	uint32_t size = fsimg_inode(img, dir)->size;
	struct fs_dirent e;
	uint32_t off;

	for (off = 0; off < size; off += sizeof(e)) {
		fsimg_read(img, dir, &e, off, sizeof(e));
		if (e.ino == 0)
			break;
	}
	memset(&e, 0, sizeof(e));
	e.ino = (uint16_t)ino;
	memcpy(e.name, name, strnlen(name, FS_NAMELEN));
	return inode_write(img, dir, off, &e, sizeof(e));
}

int fsimg_dir_add(struct fsimg *img, uint32_t dir, const char *name, uint32_t ino)
{
	if (!name_is_valid(name))
		return -FSIMG_ENAME;
	if (fsimg_dir_find(img, dir, name))
		return -FSIMG_EEXIST;
	return dir_put(img, dir, name, ino);
}

/* The two entries that every directory starts with. */
static int dir_start(struct fsimg *img, uint32_t dir, uint32_t parent)
{
	int err = dir_put(img, dir, ".", dir);

	return err ? err : dir_put(img, dir, "..", parent);
}

static int64_t dir_make(struct fsimg *img, uint32_t parent, const char *name)
{
	int64_t ino = inode_alloc(img, T_DIR);
	int err;

	if (ino < 0)
		return ino;
	err = dir_start(img, (uint32_t)ino, parent);
	if (!err)
		err = fsimg_dir_add(img, parent, name, (uint32_t)ino);
	if (err)
		return err;
	fsimg_inode(img, parent)->nlink++; /* the new directory's ".." */
	return ino;
}

/* Copies the next element of *@path to @name and moves past it; false when it is the last
 * one.  A name that is too long is cut after 15 bytes, which no directory accepts. */
static bool path_next(const char **path, char name[FS_NAMELEN + 2])
{
	size_t n;

	*path += strspn(*path, "/");
	n = strcspn(*path, "/");
	memset(name, 0, FS_NAMELEN + 2);
	memcpy(name, *path, n < FS_NAMELEN + 1 ? n : FS_NAMELEN + 1);
	*path += n;
	*path += strspn(*path, "/");
	return **path != '\0';
}

/* The directory that holds the last element of @path, which goes to @name. */
static int64_t path_parent(struct fsimg *img, const char *path, char name[FS_NAMELEN + 2])
{
	int64_t dir = FS_ROOT_INO;

	while (path_next(&path, name)) {
		int64_t next;

		if (!name_is_valid(name))
			return -FSIMG_ENAME;
		next = fsimg_dir_find(img, (uint32_t)dir, name);
		if (next == 0)
			next = dir_make(img, (uint32_t)dir, name);
		if (next < 0)
			return next;
		if (fsimg_inode(img, (uint32_t)next)->type != T_DIR)
			return -FSIMG_ENOTDIR;
		dir = next;
	}
	return dir;
}

static int node_add(struct fsimg *img, const char *path, int16_t type, const void *src,
		    size_t n)
{
	char name[FS_NAMELEN + 2];
	int64_t dir, ino;
	int err;

	if (n > (size_t)fsimg_max_blocks(img) * FS_BLOCK)
		return -FSIMG_ETOOBIG;
	dir = path_parent(img, path, name);
	if (dir < 0)
		return (int)dir;
	ino = inode_alloc(img, type);
	if (ino < 0)
		return (int)ino;
	err = fsimg_dir_add(img, (uint32_t)dir, name, (uint32_t)ino);
	if (err) {
		inode_free(img, (uint32_t)ino);
		return err;
	}
	return inode_write(img, (uint32_t)ino, 0, src, (uint32_t)n);
}

int fsimg_add_file(struct fsimg *img, const char *path, const void *src, size_t n)
{
	return node_add(img, path, T_FILE, src, n);
}

int fsimg_add_link(struct fsimg *img, const char *path, const void *target, size_t n)
{
	return node_add(img, path, T_SYMLINK, target, n);
}

int fsimg_add_name(struct fsimg *img, const char *path, const char *old)
{
	char name[FS_NAMELEN + 2];
	int64_t ino = fsimg_lookup(img, old), dir;
	int err;

	if (ino < 0)
		return (int)ino;
	if (fsimg_inode(img, (uint32_t)ino)->type != T_FILE)
		return -FSIMG_ENOENT;
	dir = path_parent(img, path, name);
	if (dir < 0)
		return (int)dir;
	err = fsimg_dir_add(img, (uint32_t)dir, name, (uint32_t)ino);
	if (!err)
		fsimg_inode(img, (uint32_t)ino)->nlink++;
	return err;
}

int fsimg_add_dir(struct fsimg *img, const char *path)
{
	char name[FS_NAMELEN + 2];
	int64_t dir, ino;

	if (path[strspn(path, "/")] == '\0')
		return 0;
	dir = path_parent(img, path, name);
	if (dir < 0)
		return (int)dir;
	if (!name_is_valid(name))
		return -FSIMG_ENAME;
	ino = fsimg_dir_find(img, (uint32_t)dir, name);
	if (ino == 0)
		ino = dir_make(img, (uint32_t)dir, name);
	if (ino < 0)
		return (int)ino;
	return fsimg_inode(img, (uint32_t)ino)->type == T_DIR ? 0 : -FSIMG_EEXIST;
}

int fsimg_remove(struct fsimg *img, const char *path)
{
	struct fs_dirent none = { 0 }, e;
	char name[FS_NAMELEN + 2];
	int64_t ino = fsimg_lookup(img, path);
	struct fs_dinode *di;
	uint32_t off = 0;
	int64_t dir;

	if (ino < 0)
		return (int)ino;
	di = fsimg_inode(img, (uint32_t)ino);
	if (di->type == T_DIR)
		return -FSIMG_EISDIR;
	dir = path_parent(img, path, name);
	if (dir < 0)
		return (int)dir;
	for (;; off += sizeof(e)) { /* ends: the lookup found it */
		fsimg_read(img, (uint32_t)dir, &e, off, sizeof(e));
		if (e.ino == ino && strncmp(e.name, name, FS_NAMELEN) == 0)
			break;
	}
	if (--di->nlink == 0)
		inode_free(img, (uint32_t)ino);
	return inode_write(img, (uint32_t)dir, off, &none, sizeof(none));
}

int fsimg_pad_root(struct fsimg *img)
{
	struct fs_dinode *root = fsimg_inode(img, FS_ROOT_INO);
	int64_t b = fsimg_bmap_alloc(img, root, root->size / FS_BLOCK);

	if (b < 0)
		return (int)b;
	root->size = (root->size / FS_BLOCK + 1) * FS_BLOCK;
	return 0;
}

int fsimg_format(struct fsimg *img, const struct fsimg_geometry *g)
{
	uint32_t meta = fsimg_meta_blocks(g);
	int64_t ino;

	if (g->size <= meta || g->nlog < 2 || g->ninodes < 2)
		return -FSIMG_ESMALL;
	img->data = calloc(g->size, FS_BLOCK);
	if (!img->data)
		return -FSIMG_ENOMEM;
	img->blocks = g->size;
	*fsimg_super(img) = (struct fs_super){
		.magic = FS_MAGIC,
		.size = g->size,
		.nblocks = g->size - meta,
		.ninodes = g->ninodes,
		.nlog = g->nlog,
		.logstart = 2,
		.inodestart = 2 + g->nlog,
		.bmapstart = meta - (g->size / FS_BITS_PER_BLOCK + 1),
	};
	for (uint32_t b = 0; b < meta; b++)
		fsimg_bit_set(img, b, true);
	ino = inode_alloc(img, T_DIR);
	return ino < 0 ? (int)ino : dir_start(img, (uint32_t)ino, FS_ROOT_INO);
}

void fsimg_free(struct fsimg *img)
{
	free(img->data);
	img->data = NULL;
	img->blocks = 0;
}
