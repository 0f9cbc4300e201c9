/* fsck_core.c - the run as a whole; superblock, log and bitmap.
 * Promises that an image that was not refused is clean in the next run. */
#include "fsck_int.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 20 /* findings of one kind that are printed */

const char *fsck_kind_name(enum fsck_kind kind)
{
	static const char *const names[] = {
#define X(kind, tag) [kind] = tag,
		FSCK_KINDS(X)
#undef X
	};

	return names[kind];
}

void fsck_say(struct fsck *f, enum fsck_kind kind, const char *fmt, ...)
{
	struct fsck_report *rep = f->rep;
	FILE *out = f->opt->out;
	va_list ap;

	rep->count[kind]++;
	if (kind < FSCK_NOTES)
		rep->notes++;
	else
		rep->errors++;
	if (!out || rep->count[kind] > SHOWN)
		return;
	fprintf(out, "%s: ", fsck_kind_name(kind));
	va_start(ap, fmt);
	vfprintf(out, fmt, ap);
	va_end(ap);
	fputs(rep->count[kind] == SHOWN ? " (no more of this kind shown)\n" : "\n", out);
}

/* False: nothing can be done with this image. */
static bool check_super(struct fsck *f)
{
	const char *why = fsimg_super_check(f->img);
	uint32_t first, usual;
	struct fs_super *sb;

	if (why) {
		fsck_say(f, FSCK_SUPER, "%s", why);
		f->rep->refused = true;
		return false;
	}
	sb = fsimg_super(f->img);
	if (f->img->blocks > sb->size)
		fsck_say(f, FSCK_NOTE_TAIL,
			 "%u blocks past the end of the file system are ignored",
			 f->img->blocks - sb->size);
	first = sb->bmapstart + fsimg_bitmap_blocks(sb);
	usual = sb->bmapstart + sb->size / FS_BITS_PER_BLOCK + 1;
	if (usual >= sb->size)
		usual = first;
	if (sb->size - sb->nblocks != first && sb->size - sb->nblocks != usual) {
		fsck_say(f, FSCK_NBLOCKS, "superblock says %u data blocks, there are %u",
			 sb->nblocks, sb->size - usual);
		sb->nblocks = sb->size - usual;
	}
	f->size = sb->size;
	f->ninodes = sb->ninodes;
	f->data_start = f->free_hint = fsimg_data_start(f->img);
	return true;
}

/* NULL, or what is wrong with a log whose header says that it is committed. */
static const char *log_fault(const struct fs_super *sb, const struct fs_log_header *head)
{
	if (head->n < 0 || head->n > FS_LOG_MAX || (uint32_t)head->n > sb->nlog - 1)
		return "more blocks than the log has";
	for (int32_t i = 0; i < head->n; i++) {
		uint32_t to = (uint32_t)head->block[i];

		if (to < sb->inodestart || to >= sb->size)
			return "a block outside the file system";
		for (int32_t k = 0; k < i; k++)
			if (head->block[k] == head->block[i])
				return "one block twice";
	}
	return NULL;
}

static void check_log(struct fsck *f)
{
	const struct fs_super *sb = fsimg_super(f->img);
	struct fs_log_header *head = fsimg_block(f->img, sb->logstart);
	const char *fault;

	if (head->n == 0)
		return;
	fault = log_fault(sb, head);
	if (fault) {
		fsck_say(f, FSCK_LOG, "header names %s (n is %d): emptied", fault, head->n);
		head->n = 0;
		return;
	}
	fsck_say(f, FSCK_NOTE_LOG, "%d committed blocks are copied home", head->n);
	fsimg_log_replay(f->img);
}

static void check_bit(struct fsck *f, uint32_t b)
{
	bool want = b < f->data_start || fsck_get(f->owned, b);

	if (fsimg_bit(f->img, b) == want)
		return;
	if (b < f->data_start)
		fsck_say(f, FSCK_BIT_META, "block %u is metadata but marked free", b);
	else if (want)
		fsck_say(f, FSCK_BIT_CLEAR, "block %u is in use but marked free", b);
	else
		fsck_say(f, FSCK_BIT_SET, "block %u is marked used but no file has it", b);
	fsimg_bit_set(f->img, b, want);
}

static void check_bitmap(struct fsck *f)
{
	uint32_t end = fsimg_bitmap_blocks(fsimg_super(f->img)) * FS_BITS_PER_BLOCK;

	for (uint32_t b = 0; b < f->size; b++)
		check_bit(f, b);
	for (uint32_t b = f->size; b < end; b++) {
		if (!fsimg_bit(f->img, b))
			continue;
		fsck_say(f, FSCK_BIT_TAIL, "bit %u is set, the last block is %u", b,
			 f->size - 1);
		fsimg_bit_set(f->img, b, false);
	}
}

static void count_used(struct fsck *f)
{
	for (uint32_t b = f->data_start; b < f->size; b++)
		f->rep->blocks_used += fsimg_bit(f->img, b);
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++)
		f->rep->inodes_used += fsimg_inode(f->img, ino)->type != 0;
}

static bool tables_alloc(struct fsck *f)
{
	f->owned = calloc(f->size / 8 + 1, 1);
	f->seen = calloc(f->size / 8 + 1, 1);
	f->reached = calloc(f->ninodes, sizeof(*f->reached));
	f->below = calloc(f->ninodes, sizeof(*f->below));
	f->links = calloc(f->ninodes, sizeof(*f->links));
	f->parent = calloc(f->ninodes, sizeof(*f->parent));
	f->queue = calloc(f->ninodes, sizeof(*f->queue));
	return f->owned && f->seen && f->reached && f->below && f->links && f->parent &&
	       f->queue;
}

static void tables_free(struct fsck *f)
{
	free(f->owned);
	free(f->seen);
	free(f->reached);
	free(f->below);
	free(f->links);
	free(f->parent);
	free(f->queue);
	free(f->doubt);
}

int fsck_run(struct fsimg *img, const struct fsck_options *opt, struct fsck_report *rep)
{
	struct fsck f = { .img = img, .opt = opt, .rep = rep };

	memset(rep, 0, sizeof(*rep));
	if (!check_super(&f))
		return 0;
	if (tables_alloc(&f)) {
		check_log(&f);
		fsck_inodes(&f);
		check_bitmap(&f);
		fsck_tree(&f);
		count_used(&f);
	} else {
		f.no_memory = true;
	}
	tables_free(&f);
	return f.no_memory ? -FSIMG_ENOMEM : 0;
}
