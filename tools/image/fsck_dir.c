/* fsck_dir.c - one directory: its first two entries, its names.
 * Entries are changed in place; holes are skipped, not filled. */
#include "fsck_int.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY sizeof(struct fs_dirent)
#define ENTRIES_PER_BLOCK (FS_BLOCK / ENTRY)

static bool name_is(const struct fs_dirent *e, const char *name)
{
	return strncmp(e->name, name, FS_NAMELEN) == 0;
}

/* Sets an entry's name, NUL-padded. */
static void name_set(struct fs_dirent *e, const char *name)
{
	memset(e->name, 0, FS_NAMELEN);
	memcpy(e->name, name, strnlen(name, FS_NAMELEN));
}

bool fsck_dir_prepare(struct fsck *f, uint32_t dir)
{
	struct fs_dinode *di = fsimg_inode(f->img, dir);

	if (fsimg_bmap_alloc(f->img, di, 0) < 0)
		return false;
	if (di->size < 2 * ENTRY) {
		fsck_say(f, FSCK_DIR_SIZE,
			 "inode %u: a directory of %u bytes: made two entries", dir,
			 di->size);
		di->size = 2 * ENTRY;
	}
	return true;
}

struct fs_dirent *fsck_dir_entry(struct fsck *f, uint32_t dir, uint32_t off)
{
	uint32_t b = fsimg_bmap(f->img, fsimg_inode(f->img, dir), off / FS_BLOCK);
	struct fs_dirent *block = fsimg_block(f->img, b);

	return b ? &block[off % FS_BLOCK / ENTRY] : NULL;
}

uint32_t fsck_dir_dotdot(struct fsck *f, uint32_t dir)
{
	const struct fs_dirent *e = fsck_dir_entry(f, dir, ENTRY);

	if (!e || fsimg_inode(f->img, dir)->size < 2 * ENTRY || !name_is(e, ".."))
		return 0;
	return e->ino;
}

/* --- loops over entries ------------------------------------------------- */

/* Called for each used entry of a block; @slot counts from the first entry of
 * the directory. */
typedef void (*slot_fn)(struct fsck *f, uint32_t dir, struct fs_dirent *e, uint32_t slot,
			void *arg);

struct slots {
	slot_fn fn;
	void *arg;
	uint32_t end; /* slots of the directory */
	bool past;    /* visit the entries past the end, not those before it  */
};

static void slots_in_block(struct fsck *f, const struct fsck_ref *ref, void *arg)
{
	const struct slots *s = arg;
	uint32_t first = ref->index * (uint32_t)ENTRIES_PER_BLOCK;
	struct fs_dirent *e;

	if (ref->depth)
		return;
	e = fsimg_block(f->img, *ref->addr);
	for (uint32_t i = 0; i < ENTRIES_PER_BLOCK; i++)
		if (e[i].ino && first + i >= 2 && (first + i >= s->end) == s->past)
			s->fn(f, ref->ino, &e[i], first + i, s->arg);
}

static void slots_each(struct fsck *f, uint32_t dir, bool past, slot_fn fn, void *arg)
{
	struct slots s = {
		.fn = fn,
		.arg = arg,
		.end = fsimg_inode(f->img, dir)->size / (uint32_t)ENTRY,
		.past = past,
	};

	fsck_map_walk(f, dir, slots_in_block, &s);
}

static void call_entry_fn(struct fsck *f, uint32_t dir, struct fs_dirent *e, uint32_t slot,
			  void *arg)
{
	fsck_entry_fn *fn = arg;

	(void)slot;
	(*fn)(f, dir, e);
}

void fsck_dir_each(struct fsck *f, uint32_t dir, fsck_entry_fn fn)
{
	slots_each(f, dir, false, call_entry_fn, &fn);
}

/* --- "." and ".." ------------------------------------------------------- */

/* Makes the entry at @off what it must be.  Another entry there is overwritten, and its
 * inode is found again as unreachable. */
static void check_dot(struct fsck *f, uint32_t dir, const char *name, uint32_t want)
{
	bool first = name[1] == '\0';
	struct fs_dirent *e = fsck_dir_entry(f, dir, first ? 0 : ENTRY);
	struct fs_dirent right = { .ino = (uint16_t)want };

	name_set(&right, name);
	if (memcmp(e, &right, ENTRY) == 0)
		return;
	if (e->ino == want && name_is(e, name))
		fsck_say(f, FSCK_NAME_PAD, "inode %u: bytes after the name '%s': cleared",
			 dir, name);
	else
		fsck_say(f, first ? FSCK_DOT : FSCK_DOTDOT,
			 "inode %u: entry %d is '%.14s' to %u: made '%s' to %u", dir,
			 !first, e->name, e->ino, name, want);
	*e = right;
}

/* --- names -------------------------------------------------------------- */

/* For finding names that occur twice. */
struct named {
	char name[FS_NAMELEN];
	uint32_t slot;
	struct fs_dirent *entry;
};

struct names {
	struct named *at;
	uint32_t n, room;
};

static int named_compare_names(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strncmp(x->name, y->name, FS_NAMELEN);
}

static int named_compare(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = named_compare_names(a, b);

	return order ? order : (x->slot > y->slot) - (x->slot < y->slot);
}

static void names_add(struct fsck *f, struct names *list, struct fs_dirent *e,
		      uint32_t slot)
{
	if (list->n == list->room) {
		uint32_t room = list->room ? list->room * 2 : 256;
		struct named *more = realloc(list->at, room * sizeof(*more));

		if (!more) {
			f->no_memory = true;
			return;
		}
		list->at = more;
		list->room = room;
	}
	list->at[list->n] = (struct named){ .slot = slot, .entry = e };
	memcpy(list->at[list->n++].name, e->name, FS_NAMELEN);
}

/* Gives an entry a name that no other entry has.  The name contains the slot, so it can
 * only collide with names on disk, not with others made here. */
static void name_make(const struct names *list, struct named *which)
{
	struct named try = { .slot = 0 };
	char text[FS_NAMELEN + 2] = { 0 };

	for (int k = 0; k < 100; k++) {
		snprintf(text, sizeof(text), k ? "dup.%u.%d" : "dup.%u", which->slot, k);
		memcpy(try.name, text, FS_NAMELEN);
		if (bsearch(&try, list->at, list->n, sizeof(try), named_compare_names))
			continue;
		name_set(which->entry, text);
		return;
	}
	memset(which->entry, 0, ENTRY); /* its inode is found again as unreachable */
}

/* Compares each name with those before it, in sorted order. */
static void check_twice(struct fsck *f, uint32_t dir, const struct names *list)
{
	const struct named *first = NULL; /* of those with the same name */

	for (uint32_t i = 0; i < list->n; i++) {
		struct named *n = &list->at[i];
		bool empty = n->name[0] == '\0';
		uint16_t ino = n->entry->ino;

		if (empty) {
			name_make(list, n);
			fsck_say(f, FSCK_NAME_EMPTY,
				 "inode %u: no name for inode %u: now '%.14s'", dir, ino,
				 n->entry->name);
		} else if (!first || named_compare_names(first, n) != 0) {
			first = n;
		} else {
			if (ino == first->entry->ino)
				memset(n->entry, 0, ENTRY);
			else
				name_make(list, n);
			fsck_say(f, FSCK_NAME_TWICE, "inode %u: '%.14s' twice: %s%.14s",
				 dir, n->name, n->entry->ino ? "now " : "one taken out",
				 n->entry->name);
		}
	}
}

static void check_name(struct fsck *f, uint32_t dir, struct fs_dirent *e)
{
	size_t len = strnlen(e->name, FS_NAMELEN);
	bool slash = false;

	for (size_t i = 0; i < len; i++) {
		if (e->name[i] != '/')
			continue;
		slash = true;
		e->name[i] = '_';
	}
	if (slash)
		fsck_say(f, FSCK_NAME_SLASH, "inode %u: '/' in a name: now '%.14s'", dir,
			 e->name);
	for (size_t i = len; i < FS_NAMELEN; i++) {
		if (!e->name[i])
			continue;
		fsck_say(f, FSCK_NAME_PAD,
			 "inode %u: bytes after the name '%.14s': cleared", dir, e->name);
		memset(e->name + i, 0, FS_NAMELEN - i);
	}
}

static void check_entry(struct fsck *f, uint32_t dir, struct fs_dirent *e, uint32_t slot,
			void *arg)
{
	if (e->ino >= f->ninodes) {
		fsck_say(f, FSCK_ENTRY_RANGE,
			 "inode %u: '%.14s' leads to inode %u: taken out", dir, e->name,
			 e->ino);
	} else if (!fsimg_inode(f->img, e->ino)->type) {
		fsck_say(f, FSCK_ENTRY_FREE,
			 "inode %u: '%.14s' leads to inode %u, a free one", dir, e->name,
			 e->ino);
	} else if (name_is(e, ".") || name_is(e, "..")) {
		fsck_say(f, FSCK_DOT_EXTRA, "inode %u: '%.14s' as entry %u: taken out", dir,
			 e->name, slot);
	} else {
		check_name(f, dir, e);
		names_add(f, arg, e, slot);
		return;
	}
	memset(e, 0, ENTRY);
}

static void check_past(struct fsck *f, uint32_t dir, struct fs_dirent *e, uint32_t slot,
		       void *arg)
{
	(void)arg;
	fsck_say(f, FSCK_ENTRY_PAST, "inode %u: '%.14s' past the end, as entry %u: cleared",
		 dir, e->name, slot);
	memset(e, 0, ENTRY);
}

void fsck_dir_entries(struct fsck *f, uint32_t dir, uint32_t parent)
{
	struct names list = { 0 };

	check_dot(f, dir, ".", dir);
	check_dot(f, dir, "..", parent);
	slots_each(f, dir, true, check_past, NULL);
	slots_each(f, dir, false, check_entry, &list);
	if (list.n) {
		qsort(list.at, list.n, sizeof(*list.at), named_compare);
		check_twice(f, dir, &list);
	}
	free(list.at);
}
