// sources: tools/image/fsimg.c tools/image/fsimg_edit.c tools/image/fsimg_layout.c kernel/fs/store/layout.c tools/image/fsck_core.c tools/image/fsck_inode.c tools/image/fsck_dir.c tools/image/fsck_tree.c
// cflags:
/* fuzz_fsck.c - any image is either refused, or clean after one repair.
 *
 * Bits of the first byte of the input: 1 = big inodes, 2 = strict, 8 = the layout is found
 * in the image, 4 = the rest is the image (its magic number is put right).  Otherwise the
 * rest is a list of changes to a good image, each of three bytes of position and two of
 * contents. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fsck.h"
#include "uapi/stat.h"

#define SIZE 96 /* blocks of the good image */
#define INODES 30
#define CHANGE 5 /* bytes */

static void must(int ok)
{
	if (!ok)
		abort();
}

/* A file with holes and a block in each of two tables of the double indirect block. */
static void long_file(struct fsimg *img)
{
	struct fs_dinode *di;
	int64_t ino;

	must(fsimg_add_file(img, "long", NULL, 0) == 0);
	ino = fsimg_lookup(img, "long");
	must(ino > 0);
	di = fsimg_inode(img, (uint32_t)ino);
	must(fsimg_bmap_alloc(img, di, 300) > 0);
	must(fsimg_bmap_alloc(img, di, 900) > 0);
	di->size = 901 * FS_BLOCK;
}

/* A few files, directories and links on a nearly full disk. */
static void good_image(struct fsimg *img)
{
	const struct fsimg_geometry g = { .size = SIZE, .ninodes = INODES, .nlog = 6 };
	static const char text[40 * FS_BLOCK];

	must(fsimg_format(img, &g) == 0);
	must(fsimg_add_file(img, "one", text, 10) == 0);
	must(fsimg_add_file(img, "two", text, 30 * FS_BLOCK) == 0);
	must(fsimg_add_file(img, "a/b/three", text, 3000) == 0);
	must(fsimg_add_file(img, "a/c/four", text, 0) == 0);
	must(fsimg_add_file(img, "d/five", text, 13 * FS_BLOCK) == 0);
	if (img->big)
		long_file(img);
	must(fsimg_pad_root(img) == 0);
}

static void changes_apply(struct fsimg *img, const uint8_t *data, size_t n)
{
	for (; n >= CHANGE; data += CHANGE, n -= CHANGE) {
		uint32_t at = data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16;

		memcpy(img->data + at % (SIZE * FS_BLOCK - 1), data + 3, 2);
	}
}

static void raw_image(struct fsimg *img, const uint8_t *data, size_t n)
{
	img->blocks = (uint32_t)(n / FS_BLOCK) + 1;
	img->data = calloc(img->blocks, FS_BLOCK);
	must(img->data != NULL);
	if (n)
		memcpy(img->data, data, n);
	if (img->blocks > FS_SUPER_BLOCK)
		fsimg_super(img)->magic = FS_MAGIC;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fsimg img = { 0 };
	struct fsck_options opt = { 0 };
	struct fsck_report rep;

	if (n == 0)
		return 0;
	img.big = data[0] & 1;
	opt.strict = data[0] & 2;
	opt.out = fopen("/dev/null", "w"); /* formatting the report reads it, too */
	must(opt.out != NULL);
	if (data[0] & 4) {
		raw_image(&img, data + 1, n - 1);
	} else {
		good_image(&img);
		changes_apply(&img, data + 1, n - 1);
	}
	if ((data[0] & 8) && fsimg_set_layout(&img, FSIMG_ANY)) {
		/* It has inodes of both layouts: the caller says which. */
		must(!fsimg_set_layout(&img, data[0] & 1 ? FSIMG_BIG : FSIMG_PLAIN));
	}
	must(fsck_run(&img, &opt, &rep) == 0);
	if (!rep.refused) {
		must(fsck_run(&img, &opt, &rep) == 0);
		must(rep.errors == 0 && rep.notes == rep.count[FSCK_NOTE_TAIL]);
	}
	fclose(opt.out);
	fsimg_free(&img);
	return 0;
}
