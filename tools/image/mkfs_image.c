/* mkfs_image.c - lists what is in an image that exists, and adds to it.
 *
 * An image is checked in memory before it is used, in the state that it would have after a
 * mount.  A damaged image is read as fsck would repair it, with a warning, and never
 * written.  An image that already has all the files is not written either, even if a mount
 * would replay its log. */
#include "mkfs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fsck.h"
#include "uapi/stat.h"

/* Loads and checks; *@rep says what was repaired in memory.  Returns 0, or an exit
 * status after a message. */
static int image_open(struct fsimg *img, const char *path, enum fsimg_layout layout,
		      struct fsck_report *rep)
{
	struct fsck_options opt = { 0 };
	const char *why;
	int err = fsimg_load(img, path);

	if (err)
		return mkfs_fail(path, err);
	why = fsimg_super_check(img);
	if (!why)
		why = fsimg_set_layout(img, layout);
	if (why) {
		fprintf(stderr, "mkfs: %s: %s\n", path, why);
		fsimg_free(img);
		return 1;
	}
	err = fsck_run(img, &opt, rep);
	if (!err && rep->refused)
		fprintf(stderr, "mkfs: %s: damaged beyond repair\n", path);
	if (err)
		mkfs_fail(path, err);
	if (err || rep->refused) {
		fsimg_free(img);
		return 1;
	}
	return 0;
}

int mkfs_open_to_read(struct fsimg *img, const char *path, enum fsimg_layout layout)
{
	struct fsck_report rep;
	int status = image_open(img, path, layout, &rep);

	if (!status && rep.errors)
		fprintf(stderr, "mkfs: %s: has errors (see fsck); shown as if repaired\n",
			path);
	return status;
}

int mkfs_print_layout(const char *image)
{
	static const char *const name[] = { "any", "plain", "big" };
	struct fsimg img;
	int err = fsimg_load(&img, image);
	const char *why;
	bool both;

	if (err)
		return mkfs_fail(image, err);
	why = fsimg_super_check(&img);
	if (why)
		fprintf(stderr, "mkfs: %s: %s\n", image, why);
	else
		puts(name[fsimg_find_layout(&img, &both)]);
	fsimg_free(&img);
	return why != NULL;
}

static void list_entry(const struct fsimg *img, uint32_t ino, const char *path)
{
	static const char letter[] = "?d-cl"; /* by type: T_DIR, T_FILE, ... */
	const struct fs_dinode *di = fsimg_inode(img, ino);

	printf("%c %5u %3d ", letter[di->type], ino, di->nlink);
	if (di->type == T_DEVICE)
		printf("%4d,%3d  %s\n", di->major, di->minor, path);
	else
		printf("%8u  %s\n", di->size, path);
}

/* Lists what is in @dir, depth first.  @path, of @n bytes, ends with a
 * slash.  Returns 0, or 1 if a path is too deep to print. */
static int list_dir(const struct fsimg *img, uint32_t dir, char *path, size_t n,
		    size_t room)
{
	uint32_t size = fsimg_inode(img, dir)->size;
	int status = 0;

	for (uint32_t off = 2 * sizeof(struct fs_dirent); off < size;
	     off += sizeof(struct fs_dirent)) {
		struct fs_dirent e;
		size_t len;

		fsimg_read(img, dir, &e, off, sizeof(e));
		if (e.ino == 0)
			continue;
		len = strnlen(e.name, FS_NAMELEN);
		if (n + len + 2 > room)
			return 1;
		memcpy(path + n, e.name, len);
		path[n + len] = '\0';
		list_entry(img, e.ino, path);
		if (fsimg_inode(img, e.ino)->type == T_DIR) {
			path[n + len] = '/';
			status |= list_dir(img, e.ino, path, n + len + 1, room);
		}
	}
	return status;
}

int mkfs_list(const char *image, enum fsimg_layout layout)
{
	struct fsimg img;
	char path[4096] = "/";
	int status = mkfs_open_to_read(&img, image, layout);

	if (status)
		return status;
	list_entry(&img, FS_ROOT_INO, "/");
	status = list_dir(&img, FS_ROOT_INO, path, 1, sizeof(path));
	if (status)
		fprintf(stderr, "mkfs: %s: directories too deep to list\n", image);
	fsimg_free(&img);
	return status;
}

/* Whether the image has this file with the same contents. */
static bool file_is_there(const struct fsimg *img, const struct mkfs_file *f)
{
	static const int type[] = {
		[MKFS_FILE] = T_FILE,
		[MKFS_FOLDER] = T_DIR,
		[MKFS_LINK] = T_SYMLINK,
	};
	int64_t ino = fsimg_lookup(img, f->name);
	uint8_t block[FS_BLOCK];
	uint32_t size;

	if (ino < 0 || fsimg_inode(img, (uint32_t)ino)->type != type[f->kind])
		return false;
	if (f->kind == MKFS_FOLDER)
		return true;
	size = fsimg_inode(img, (uint32_t)ino)->size;
	if (size != f->size)
		return false;
	for (uint32_t off = 0, n; off < size; off += n) {
		n = size - off < FS_BLOCK ? size - off : FS_BLOCK;
		fsimg_read(img, (uint32_t)ino, block, off, n);
		if (memcmp(block, f->data + off, n) != 0)
			return false;
	}
	return true;
}

static int file_put(struct fsimg *img, const struct mkfs_file *files, int i)
{
	const struct mkfs_file *f = &files[i];
	int err = fsimg_remove(img, f->name);

	if (!err || err == -FSIMG_ENOENT)
		err = mkfs_put(img, files, i);
	if (err)
		return mkfs_put_fail(img, f, err);
	printf("%s\n", f->name);
	return 0;
}

/* Writes what was changed here, and what a mount would change. */
static int image_close(struct fsimg *img, const char *path, const struct fsck_report *rep)
{
	int err;

	if (rep->errors) {
		fprintf(stderr, "mkfs: %s: has errors; run fsck -y on it first\n", path);
		return 1;
	}
	if (rep->count[FSCK_NOTE_LOG] || rep->count[FSCK_NOTE_ORPHAN])
		fprintf(stderr,
			"mkfs: %s: it was not shut down; before files were put in, its "
			"log was replayed and %u deleted files were freed\n",
			path, rep->count[FSCK_NOTE_ORPHAN]);
	err = fsimg_host_replace(path, img);
	return err ? mkfs_fail(path, err) : 0;
}

int mkfs_add(const char *image, const struct mkfs_file *files, int n,
	     enum fsimg_layout layout)
{
	struct fsimg img;
	struct fsck_report rep;
	bool changed = false;
	int status = image_open(&img, image, layout, &rep);

	if (status)
		return status;
	for (int i = 0; i < n && !status; i++) {
		if (file_is_there(&img, &files[i]))
			continue;
		status = file_put(&img, files, i);
		changed = true;
	}
	if (!status && changed)
		status = image_close(&img, image, &rep);
	fsimg_free(&img);
	return status;
}
