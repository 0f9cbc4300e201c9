/* layout.c - see layout.h. */
#include "fs/store/layout.h"

#include "uapi/stat.h"

#define LARGE_NDIRECT (FS_NDIRECT - 1)

static u64 layout_blocks(const struct fs_dinode *di)
{
	return DIV_UP((u64)di->size, FS_BLOCK);
}

u32 layout_count_inode(struct layout_votes *v, const struct fs_dinode *di)
{
	u64 n = layout_blocks(di);

	if (di->type != T_FILE || n <= FS_NDIRECT)
		return 0;
	if (n > FS_MAXFILE) {
		v->large++;
	} else if (di->addr[FS_NADDR - 1]) {
		/* A large file that is being shortened keeps its last table until fewer
		 * blocks are left than direct ones and the first table hold. */
		v->plain += n < LARGE_NDIRECT + FS_NINDIRECT;
	} else if (n <= LARGE_NDIRECT + FS_NINDIRECT) {
		return di->addr[LARGE_NDIRECT];
	}
	return 0;
}

/* xv6 may leave a file more blocks than its size needs, after a write that failed. */
void layout_count_table(struct layout_votes *v, const struct fs_dinode *di,
			const u32 *entry, u32 lo, u32 hi)
{
	u64 n = layout_blocks(di) - LARGE_NDIRECT;

	for (u32 i = 0; i < FS_NINDIRECT; i++) {
		bool is_data = entry[i] >= lo && entry[i] < hi;

		if (!is_data && (i < n || entry[i]))
			return;
	}
	v->large++;
}
