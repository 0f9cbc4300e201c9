/* fsimg_layout.c - which layout the inodes of an image have.
 * The kernel's own code looks at the inodes, so that both say the same of an image. */
#include "fsimg.h"

#include "fs/store/layout.h"

static void count_inode(const struct fsimg *img, struct layout_votes *v, uint32_t ino)
{
	const struct fs_dinode *di = fsimg_inode(img, ino);
	uint32_t lo = fsimg_data_start(img), hi = fsimg_super(img)->size;
	uint32_t block = layout_count_inode(v, di);

	if (block >= lo && block < hi)
		layout_count_table(v, di, fsimg_block(img, block), lo, hi);
}

enum fsimg_layout fsimg_find_layout(const struct fsimg *img, bool *both)
{
	struct layout_votes v = { 0 };

	*both = false;
	if (fsimg_super_check(img))
		return FSIMG_ANY;
	for (uint32_t ino = FS_ROOT_INO; ino < fsimg_super(img)->ninodes; ino++)
		count_inode(img, &v, ino);
	*both = v.plain && v.large;
	if (v.plain == v.large)
		return FSIMG_ANY;
	return v.large > v.plain ? FSIMG_BIG : FSIMG_PLAIN;
}

const char *fsimg_set_layout(struct fsimg *img, enum fsimg_layout asked)
{
	bool both;
	enum fsimg_layout found = fsimg_find_layout(img, &both);

	if (both && asked == FSIMG_ANY)
		return "damaged: it has inodes of both layouts; choose one by --plain or "
		       "--big";
	if (!both && asked == FSIMG_BIG && found == FSIMG_PLAIN)
		return "its inodes are plain: leave out --big";
	if (!both && asked == FSIMG_PLAIN && found == FSIMG_BIG)
		return "its inodes are those of the file system lab: leave out --plain";
	img->big = asked == FSIMG_BIG || (asked == FSIMG_ANY && found == FSIMG_BIG);
	return NULL;
}
