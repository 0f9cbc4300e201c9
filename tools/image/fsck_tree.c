/* fsck_tree.c - the tree of directories, and what is not part of it.
 *
 * A walk from the root makes each directory the child of the first entry that its ".."
 * agrees with, or else of the first entry.  Other entries to it are removed, which breaks
 * all loops.  Then each inode that no entry leads to gets a name in the root, directories
 * first. */
#include "fsck_int.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LINKS INT16_MAX

static void entry_drop(struct fs_dirent *e)
{
	memset(e, 0, sizeof(*e));
}

/* One more link to @ino; false if there are as many as can be. */
static bool link_count(struct fsck *f, uint32_t ino)
{
	if (f->links[ino] == MAX_LINKS)
		return false;
	f->links[ino]++;
	return true;
}

/* Makes a directory the child of @dir and puts it into the queue.  False, with nothing
 * changed, if there is no room for its first two entries or for the link. */
static bool dir_adopt(struct fsck *f, uint32_t dir, uint32_t child)
{
	if (f->links[dir] == MAX_LINKS) {
		fsck_say(f, FSCK_LINKS, "inode %u: more than %d directories in it", dir,
			 MAX_LINKS - 1);
		return false;
	}
	if (!fsck_dir_prepare(f, child)) {
		fsck_say(f, FSCK_NO_ROOM, "inode %u: no block left to make it a directory",
			 child);
		return false;
	}
	f->links[dir]++; /* the child's ".." */
	f->links[child] = 1;
	f->reached[child] = 1;
	f->parent[child] = dir;
	f->queue[f->queue_tail++] = child;
	return true;
}

static void doubt_add(struct fsck *f, uint32_t dir, struct fs_dirent *e)
{
	if (f->ndoubt == f->doubt_room) {
		uint32_t room = f->doubt_room ? f->doubt_room * 2 : 64;
		struct fsck_doubt *more = realloc(f->doubt, room * sizeof(*more));

		if (!more) {
			f->no_memory = true;
			return;
		}
		f->doubt = more;
		f->doubt_room = room;
	}
	f->doubt[f->ndoubt++] = (struct fsck_doubt){ .entry = e, .dir = dir };
}

/* An entry that leads to a directory that @dir may have as its child. */
static void dir_link(struct fsck *f, uint32_t dir, struct fs_dirent *e)
{
	if (f->reached[e->ino]) {
		fsck_say(f, FSCK_DIR_TWICE,
			 "inode %u: '%.14s' is a second way to directory %u: "
			 "taken out",
			 dir, e->name, e->ino);
		entry_drop(e);
	} else if (!dir_adopt(f, dir, e->ino)) {
		entry_drop(e);
	}
}

static void follow_entry(struct fsck *f, uint32_t dir, struct fs_dirent *e)
{
	if (fsimg_inode(f->img, e->ino)->type == T_DIR) {
		if (f->reached[e->ino] || fsck_dir_dotdot(f, e->ino) == dir)
			dir_link(f, dir, e);
		else
			doubt_add(f, dir, e);
		return;
	}
	f->reached[e->ino] = 1;
	if (!link_count(f, e->ino)) {
		fsck_say(f, FSCK_LINKS,
			 "inode %u: '%.14s' is one link too many to %u: taken out", dir,
			 e->name, e->ino);
		entry_drop(e);
	}
}

/* Walks the directories in the queue, and all that they lead to. */
static void walk(struct fsck *f)
{
	uint32_t decided = 0;

	while (!f->no_memory) {
		if (f->queue_head < f->queue_tail) {
			uint32_t dir = f->queue[f->queue_head++];

			fsck_dir_entries(f, dir, f->parent[dir]);
			fsck_dir_each(f, dir, follow_entry);
		} else if (decided < f->ndoubt) {
			struct fsck_doubt *d = &f->doubt[decided++];

			dir_link(f, d->dir, d->entry);
		} else {
			break;
		}
	}
	f->ndoubt = 0;
}

/* --- what the walk did not reach ---------------------------------------- */

/* Whether @want blocks are free. */
static bool blocks_are_free(struct fsck *f, uint32_t want)
{
	for (uint32_t b = f->data_start; b < f->size && want; b++)
		want -= !fsimg_bit(f->img, b);
	return want == 0;
}

/* A free entry in the root, which grows if it is full; NULL if it cannot grow. */
static struct fs_dirent *root_entry(struct fsck *f)
{
	struct fs_dinode *root = fsimg_inode(f->img, FS_ROOT_INO);
	uint32_t index;

	for (; f->root_cursor < root->size; f->root_cursor += sizeof(struct fs_dirent)) {
		struct fs_dirent *e = fsck_dir_entry(f, FS_ROOT_INO, f->root_cursor);

		if (e && !e->ino)
			return e;
	}
	/* A block may need two new tables.  If there were blocks for only some of these,
	 * the attempt would leave damage. */
	index = root->size / FS_BLOCK;
	if (!fsimg_bmap(f->img, root, index) && !blocks_are_free(f, 3))
		return NULL;
	if (fsimg_bmap_alloc(f->img, root, index) < 0)
		return NULL;
	root->size += sizeof(struct fs_dirent);
	return fsck_dir_entry(f, FS_ROOT_INO, f->root_cursor);
}

static void lost_name(struct fsck *f, uint32_t ino, char name[FS_NAMELEN + 2])
{
	int k = 0;

	do
		snprintf(name, FS_NAMELEN + 2, k ? "lost.%u.%d" : "lost.%u", ino, k);
	while (fsimg_dir_find(f->img, FS_ROOT_INO, name) && k++ < 99);
}

/* Gives an inode in use a name in the root, or frees it if that fails. */
static void rescue(struct fsck *f, uint32_t ino)
{
	bool is_dir = fsimg_inode(f->img, ino)->type == T_DIR;
	struct fs_dirent *e = root_entry(f);
	char name[FS_NAMELEN + 2] = { 0 };

	if (!e || (is_dir && !dir_adopt(f, FS_ROOT_INO, ino))) {
		fsck_say(f, FSCK_UNREACHABLE,
			 "inode %u: no entry names it: freed, because there is no room "
			 "for it in the root",
			 ino);
		fsck_inode_free(f, ino);
		return;
	}
	lost_name(f, ino, name);
	e->ino = (uint16_t)ino;
	memcpy(e->name, name, FS_NAMELEN);
	f->reached[ino] = 1;
	f->links[ino] = 1;
	fsck_say(f, FSCK_UNREACHABLE, "inode %u: no entry names it: now /%s", ino, name);
}

static void orphan_free(struct fsck *f, uint32_t ino)
{
	fsck_say(f, f->opt->strict ? FSCK_ORPHAN : FSCK_NOTE_ORPHAN,
		 "inode %u: no links (unlinked while open): freed", ino);
	fsck_inode_free(f, ino);
}

static bool is_lost(struct fsck *f, uint32_t ino, bool dir)
{
	int16_t type = fsimg_inode(f->img, ino)->type;

	return type && !f->reached[ino] && (type == T_DIR) == dir;
}

/* Notes that a directory outside of the tree is below another one. */
static void mark_below(struct fsck *f, uint32_t dir, struct fs_dirent *e)
{
	if (e->ino < f->ninodes && e->ino != dir)
		f->below[e->ino] = 1;
}

/* Directories that no path leads to: first those that are below no other one.  What is then
 * left are cycles, of which any directory is taken. */
static void rescue_dirs(struct fsck *f)
{
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++)
		if (is_lost(f, ino, true) && fsimg_inode(f->img, ino)->nlink == 0)
			orphan_free(f, ino);
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++)
		if (is_lost(f, ino, true))
			fsck_dir_each(f, ino, mark_below);
	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes && !f->no_memory; ino++) {
			if (is_lost(f, ino, true) && (pass || !f->below[ino])) {
				rescue(f, ino);
				walk(f);
			}
		}
	}
}

static void rescue_files(struct fsck *f)
{
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++) {
		if (!is_lost(f, ino, false))
			continue;
		if (fsimg_inode(f->img, ino)->nlink == 0)
			orphan_free(f, ino);
		else
			rescue(f, ino);
	}
}

static void check_links(struct fsck *f)
{
	for (uint32_t ino = FS_ROOT_INO; ino < f->ninodes; ino++) {
		struct fs_dinode *di = fsimg_inode(f->img, ino);

		if (!di->type || di->nlink == (int32_t)f->links[ino])
			continue;
		fsck_say(f, FSCK_NLINK, "inode %u: link count %d, should be %u", ino,
			 di->nlink, f->links[ino]);
		di->nlink = (int16_t)f->links[ino];
	}
}

void fsck_tree(struct fsck *f)
{
	if (!fsck_dir_prepare(f, FS_ROOT_INO)) {
		fsck_say(f, FSCK_NO_ROOM, "no block left to make a root directory");
		f->rep->refused = true;
		return;
	}
	f->reached[FS_ROOT_INO] = 1;
	f->links[FS_ROOT_INO] = 1;
	f->parent[FS_ROOT_INO] = FS_ROOT_INO;
	f->queue[f->queue_tail++] = FS_ROOT_INO;
	walk(f);
	rescue_dirs(f);
	rescue_files(f);
	check_links(f);
}
