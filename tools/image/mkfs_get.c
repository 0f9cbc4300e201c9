/* mkfs_get.c - takes files and folders out of an image.
 *
 * The image may be damaged or made with intent: it is read as fsck would repair it, so
 * names have no slash, and no folder contains itself.  On the host nothing is written
 * outside of the place that was named. */
#include "host_tree.h"

#include <stdio.h>
#include <string.h>

#include "uapi/stat.h"

static int get_contents(const struct fsimg *img, uint32_t ino, int fd)
{
	uint32_t size = fsimg_inode(img, ino)->size;
	uint8_t block[FS_BLOCK];

	for (uint32_t off = 0, n; off < size; off += n) {
		int err;

		n = size - off < FS_BLOCK ? size - off : FS_BLOCK;
		fsimg_read(img, ino, block, off, n);
		err = host_tree_write(fd, block, n);
		if (err)
			return err;
	}
	return 0;
}

static int get_file(const struct fsimg *img, uint32_t ino, int parent, const char *name)
{
	int fd = host_tree_create(parent, name);
	int err, close_err;

	if (fd < 0)
		return mkfs_fail(name, fd);
	err = get_contents(img, ino, fd);
	close_err = host_tree_close(fd);
	if (!err)
		err = close_err;
	return err ? mkfs_fail(name, err) : 0;
}

static int get_link(const struct fsimg *img, uint32_t ino, int parent, const char *name)
{
	uint32_t size = fsimg_inode(img, ino)->size;
	char target[FS_BLOCK + 1];
	int err;

	if (size > FS_BLOCK) {
		fprintf(stderr, "mkfs: %s: its target is too long\n", name);
		return 1;
	}
	fsimg_read(img, ino, target, 0, size);
	target[size] = '\0';
	err = host_tree_link(parent, name, target);
	return err ? mkfs_fail(name, err) : 0;
}

static int get_entry(const struct fsimg *img, uint32_t ino, int parent, const char *name);

static int get_folder(const struct fsimg *img, uint32_t ino, int fd)
{
	uint32_t size = fsimg_inode(img, ino)->size;
	int status = 0;

	for (uint32_t off = 2 * sizeof(struct fs_dirent); off < size;
	     off += sizeof(struct fs_dirent)) {
		char name[FS_NAMELEN + 1] = "";
		struct fs_dirent e;

		fsimg_read(img, ino, &e, off, sizeof(e));
		if (e.ino == 0)
			continue;
		memcpy(name, e.name, FS_NAMELEN);
		status |= get_entry(img, e.ino, fd, name);
	}
	return status;
}

static int get_entry(const struct fsimg *img, uint32_t ino, int parent, const char *name)
{
	int fd, status;

	switch (fsimg_inode(img, ino)->type) {
	case T_DIR:
		fd = host_tree_folder(parent, name);
		if (fd < 0)
			return mkfs_fail(name, fd);
		status = get_folder(img, ino, fd);
		host_tree_close(fd);
		return status;
	case T_SYMLINK:
		return get_link(img, ino, parent, name);
	case T_DEVICE:
		fprintf(stderr, "mkfs: %s: a device, left out\n", name);
		return 0;
	default:
		return get_file(img, ino, parent, name);
	}
}

/* What @path of the image is called on the host, if no name is given. */
static const char *get_own_name(const char *path, char name[FS_NAMELEN + 2])
{
	size_t end = strlen(path), start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		;
	if (end == start)
		return "image"; /* the root has no name */
	snprintf(name, FS_NAMELEN + 2, "%.*s", (int)(end - start), path + start);
	return name;
}

static int get_to(const struct fsimg *img, const char *path, const char *to)
{
	int64_t ino = fsimg_lookup(img, path);
	char own[FS_NAMELEN + 2];
	int folder, err;

	if (ino < 0)
		return mkfs_fail(path, (int)ino);
	if (strcmp(to, "-") == 0) {
		if (fsimg_inode(img, (uint32_t)ino)->type == T_DIR)
			return mkfs_fail(path, -FSIMG_EISDIR);
		err = get_contents(img, (uint32_t)ino, 1);
		return err ? mkfs_fail("standard output", err) : 0;
	}
	folder = host_tree_open(to);
	if (folder >= 0) {
		err = get_entry(img, (uint32_t)ino, folder, get_own_name(path, own));
		host_tree_close(folder);
		return err;
	}
	return get_entry(img, (uint32_t)ino, host_tree_here(), to);
}

int mkfs_get(const char *image, const char *path, const char *to, enum fsimg_layout layout)
{
	struct fsimg img;
	int status = mkfs_open_to_read(&img, image, layout);

	if (status)
		return status;
	if (host_tree_in_use(image))
		fprintf(stderr,
			"mkfs: %s: a machine is running with it; what that has not "
			"written yet is missing\n",
			image);
	status = get_to(&img, path, to);
	fsimg_free(&img);
	return status;
}
