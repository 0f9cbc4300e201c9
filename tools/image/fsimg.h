/* fsimg.h - an xv6 file system image in memory, for host programs and tests.
 *
 * Four parts: reading and geometry (fsimg.c), the layout of inodes (fsimg_layout.c),
 * changing (fsimg_edit.c), host files (fsimg_io.c).  Nothing here prints; errors are
 * negative fsimg_err values.  Every function but fsimg_super_check() and those of the
 * layout relies on this: the superblock has passed that check, and fsck_run() has found
 * nothing wrong or repaired it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "uapi/fsformat.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the image is accessed in place: this needs a little-endian host"
#endif

enum fsimg_err {
	FSIMG_ENOSPC = 1, /* no free block                          */
	FSIMG_ENOINODE,   /* no free inode                          */
	FSIMG_ETOOBIG,    /* more than fsimg_max_blocks() blocks    */
	FSIMG_ENAME,      /* a name is empty, too long or reserved  */
	FSIMG_EEXIST,     /* the name is taken                      */
	FSIMG_ENOENT,     /* no such name                           */
	FSIMG_ENOTDIR,    /* a part of the path is no directory     */
	FSIMG_EISDIR,     /* it is a directory, not a file          */
	FSIMG_ENOMEM,     /* the host has no memory                 */
	FSIMG_EHOST,      /* a host call failed: see errno          */
	FSIMG_ESMALL,     /* the geometry leaves no room for data   */
};

const char *fsimg_strerror(int err); /* @err negative */

struct fsimg {
	uint8_t *data;   /* blocks * FS_BLOCK bytes, malloced              */
	uint32_t blocks; /* whole blocks in @data; at least super->size    */
	bool big;        /* inodes are 11 direct + indirect + double       */
};

/* --- fsimg.c: geometry and access --------------------------------------- */

struct fsimg_geometry {
	uint32_t size; /* blocks                        */
	uint32_t ninodes;
	uint32_t nlog; /* the header included           */
};

/* Blocks before the first data block in an image that mkfs makes. */
uint32_t fsimg_meta_blocks(const struct fsimg_geometry *g);

/* NULL, or what makes the superblock unusable.  Looks at no other block.
 * A wrong nblocks is not among the reasons: no reader depends on it. */
const char *fsimg_super_check(const struct fsimg *img);

/* The first block that files may own. */
uint32_t fsimg_data_start(const struct fsimg *img);

/* Blocks of bitmap that the size needs (mkfs may make one more). */
uint32_t fsimg_bitmap_blocks(const struct fs_super *sb);

/* Copies the blocks of a committed log home and empties the log.  The caller
 * has checked the header. */
void fsimg_log_replay(struct fsimg *img);

static inline struct fs_super *fsimg_super(const struct fsimg *img)
{
	return (struct fs_super *)(void *)(img->data + FS_SUPER_BLOCK * FS_BLOCK);
}

static inline void *fsimg_block(const struct fsimg *img, uint32_t b)
{
	return img->data + (size_t)b * FS_BLOCK;
}

struct fs_dinode *fsimg_inode(const struct fsimg *img, uint32_t ino);
bool fsimg_bit(const struct fsimg *img, uint32_t b);
void fsimg_bit_set(struct fsimg *img, uint32_t b, bool used);

static inline uint32_t fsimg_ndirect(const struct fsimg *img)
{
	return img->big ? FS_NDIRECT - 1 : FS_NDIRECT;
}

/* Blocks that the largest file has. */
uint32_t fsimg_max_blocks(const struct fsimg *img);

/* The block at @index of the file; 0: a hole. */
uint32_t fsimg_bmap(const struct fsimg *img, const struct fs_dinode *di, uint32_t index);

/* Copies bytes [off, off + n) of the file, holes as zeros.  The caller stays within the
 * size of the file, which is not checked. */
void fsimg_read(const struct fsimg *img, uint32_t ino, void *dst, uint32_t off, uint32_t n);

/* The inode that @name has in directory @dir, or 0. */
uint32_t fsimg_dir_find(const struct fsimg *img, uint32_t dir, const char *name);

/* The inode of a path from the root, with or without a leading '/', or -fsimg_err. */
int64_t fsimg_lookup(const struct fsimg *img, const char *path);

/* --- fsimg_layout.c: plain inodes or big ones ---------------------------- */

enum fsimg_layout { FSIMG_ANY, FSIMG_PLAIN, FSIMG_BIG };

/* What the files show: FSIMG_ANY if they are too short to show any; *@both: there are some
 * of each. */
enum fsimg_layout fsimg_find_layout(const struct fsimg *img, bool *both);

/* Sets @img->big as @asked, or FSIMG_ANY: as the files show.  Returns NULL, or why not, in
 * words for a user who can say --plain and --big.  An unusable superblock is left to the
 * caller. */
const char *fsimg_set_layout(struct fsimg *img, enum fsimg_layout asked);

/* --- fsimg_edit.c: changing an image ------------------------------------ */

/* Makes an empty file system: the root directory alone.  The caller sets @img->big. */
int fsimg_format(struct fsimg *img, const struct fsimg_geometry *g);
void fsimg_free(struct fsimg *img);

/* Makes a regular file at @path, and missing directories, with the @n bytes at
 * @src.  -FSIMG_EEXIST if the name is taken.  A failed call may
 * leave directories behind: throw the image away. */
int fsimg_add_file(struct fsimg *img, const char *path, const void *src, size_t n);

/* The same for a symbolic link. */
int fsimg_add_link(struct fsimg *img, const char *path, const void *target, size_t n);

/* Gives the file @old another name, @path.  -FSIMG_ENOENT: there is no file @old. */
int fsimg_add_name(struct fsimg *img, const char *path, const char *old);

/* Makes a directory, and those above it, unless they are there. */
int fsimg_add_dir(struct fsimg *img, const char *path);

/* Removes a name that is not a directory's; the last name frees the file. */
int fsimg_remove(struct fsimg *img, const char *path);

/* Fills the last block of the root with free entries, as in the images of every year. */
int fsimg_pad_root(struct fsimg *img);

/* Adds an entry to a directory; the caller keeps link counts. */
int fsimg_dir_add(struct fsimg *img, uint32_t dir, const char *name, uint32_t ino);

/* The block at @index of the file, which is allocated, zeroed, if there is none; or
 * -fsimg_err. */
int64_t fsimg_bmap_alloc(struct fsimg *img, struct fs_dinode *di, uint32_t index);

/* --- fsimg_io.c: host files --------------------------------------------- */

/* Reads a whole file.  -FSIMG_EHOST with errno set; the caller frees *@data. */
int fsimg_host_read(const char *path, uint8_t **data, size_t *size);

/* Replaces @path by the image, all or nothing: temporary file, fsync, rename. */
int fsimg_host_replace(const char *path, const struct fsimg *img);

/* Writes the blocks in which @img differs from @old into the existing file. */
int fsimg_host_update(const char *path, const struct fsimg *img, const uint8_t *old);

/* Reads an image; a partial last block is dropped. */
int fsimg_load(struct fsimg *img, const char *path);
