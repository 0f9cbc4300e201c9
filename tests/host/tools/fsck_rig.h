/* fsck_rig.h - an image with one of everything, for tests to damage. */
#pragma once

#include "rig.h"

#include <string.h>

#include "fsck.h"
#include "uapi/stat.h"

#define RIG_SIZE 420
#define RIG_INODES 60 /* the last inode block is not full */

/* What is in it; inode numbers are handed out in this order. */
enum { ROOT = 1, SMALL, LARGE, DIR_D, DIR_E, FILE_F, FILE_G, DEVICE, SYMLINK, DIR_H };

static inline void *rig_must(void *p)
{
	assert_non_null(p);
	return p;
}

static inline struct fs_dinode *rig_inode(struct fsimg *img, uint32_t ino)
{
	return fsimg_inode(img, ino);
}

/* The entry @slot of a directory of one block. */
static inline struct fs_dirent *rig_entry(struct fsimg *img, uint32_t dir, uint32_t slot)
{
	struct fs_dirent *e = fsimg_block(img, fsimg_inode(img, dir)->addr[0]);

	return &e[slot];
}

/* The slot in which @name stands. */
static inline uint32_t rig_slot(struct fsimg *img, uint32_t dir, const char *name)
{
	for (uint32_t i = 0;; i++) {
		assert_true(i < FS_BLOCK / sizeof(struct fs_dirent));
		if (rig_entry(img, dir, i)->ino &&
		    strncmp(rig_entry(img, dir, i)->name, name, FS_NAMELEN) == 0)
			return i;
	}
}

static inline void rig_must_add(struct fsimg *img, const char *path, size_t n)
{
	uint8_t *data = rig_must(malloc(n + 1));

	memset(data, path[0], n);
	assert_int_equal(fsimg_add_file(img, path, data, n), 0);
	free(data);
}

/* Makes /small, /large, /d/e/f, /d/g with a second name /d/e/again, /tty, /link and /h/. */
static inline void rig_image_make(struct fsimg *img, bool big)
{
	const struct fsimg_geometry g = { .size = RIG_SIZE,
					  .ninodes = RIG_INODES,
					  .nlog = 30 };

	*img = (struct fsimg){ .big = big };
	assert_int_equal(fsimg_format(img, &g), 0);
	rig_must_add(img, "small", 100);
	rig_must_add(img, "large", (big ? 300 : 40) * FS_BLOCK - 7);
	rig_must_add(img, "d/e/f", 2000);
	rig_must_add(img, "d/g", 0);
	assert_int_equal(fsimg_dir_add(img, DIR_E, "again", FILE_G), 0);
	rig_inode(img, FILE_G)->nlink++;
	rig_must_add(img, "tty", 0);
	rig_inode(img, DEVICE)->type = T_DEVICE;
	rig_inode(img, DEVICE)->major = 1;
	rig_must_add(img, "link", 5);
	rig_inode(img, SYMLINK)->type = T_SYMLINK;
	rig_must_add(img, "h/x", 1);
	assert_int_equal(fsimg_remove(img, "h/x"), 0);
	assert_int_equal(fsimg_pad_root(img), 0);
	assert_int_equal(rig_inode(img, DIR_H)->type, T_DIR);
	assert_int_equal(rig_inode(img, FILE_F)->size, 2000);
}

static inline struct fsck_report rig_run(struct fsimg *img, bool strict)
{
	struct fsck_options opt = { .strict = strict };
	struct fsck_report rep;

	if (getenv("FSCK_SHOW"))
		opt.out = stdout;
	assert_int_equal(fsck_run(img, &opt, &rep), 0);
	return rep;
}

/* Nothing is left to be found. */
static inline void rig_expect_clean(struct fsimg *img)
{
	struct fsck_report rep = rig_run(img, true);

	for (int kind = 0; kind < FSCK_NKINDS; kind++)
		if (rep.count[kind])
			print_error("still there: %s\n",
				    fsck_kind_name((enum fsck_kind)kind));
	assert_int_equal(rep.errors, 0);
	assert_false(rep.refused);
}
