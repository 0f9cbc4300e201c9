/* fs_exercise.h - makes every call on a mounted file system whose image may be damaged in
 * any way.  Each call may fail; none may crash, hang, or write outside the data area. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "fs/file.h"
#include "fs/fs.h"
#include "mm/phys/frame.h"
#include "mm/space/pagecache.h"
#include "mm/uaccess.h"
#include "uapi/fcntl.h"
#include "uapi/fsformat.h"
#include "uapi/limits.h"

struct exercise {
	struct inode *root;
	uptr_t user;     /* at least 8 KiB */
	unsigned budget; /* entries that are looked at, at most */
};

static inline void exercise_file(struct exercise *x, struct inode *at, const char *name)
{
	struct file *f;
	struct stat st;
	s64 n;

	if (fs_open(at, name, O_RDWR, &f))
		return;
	n = file_stat(f, &st);
	n = file_read(f, x->user, 5000);
	n = file_seek(f, (s64)(st.size & 0xfffff), 0);
	n = file_read(f, x->user, 8000);
	n = file_write(f, x->user, 1500);
	n = file_seek(f, (s64)(st.size / 2 & 0xfffff), 0);
	n = file_write(f, x->user, 3000);
	if (x->budget % 3 == 0)
		n = file_truncate(f, st.size / 3);
	if (x->budget % 7 == 0)
		n = file_truncate(f, st.size + 3000);
	(void)n;
	file_put(f);
}

static inline void exercise_object(struct inode *ip)
{
	struct object *obj = inode_object(ip);
	struct page *pg;

	if (obj && object_get_page(obj, 1, &pg) == 0)
		frame_put(pg);
}

static inline void exercise_dir(struct exercise *x, struct inode *dp, unsigned depth)
{
	struct fs_dirent e;

	/* A directory can be 64 MiB of holes. */
	for (u64 off = 0; x->budget && off < 4000 * sizeof(e) &&
			  inode_read(dp, &e, off, sizeof(e)) == sizeof(e);
	     off += sizeof(e)) {
		char name[FS_NAMELEN + 1] = { 0 }, text[MAXPATH];
		struct inode *ip;
		struct stat st;
		s64 n;

		if (e.ino == 0)
			continue;
		x->budget--;
		memcpy(name, e.name, FS_NAMELEN);
		n = fs_readlink(dp, name, text, sizeof(text));
		if (fs_lookup(dp, name, &ip) == 0) {
			inode_stat(ip, &st);
			exercise_object(ip);
			if (st.type == T_DIR && depth < 6)
				exercise_dir(x, ip, depth + 1);
			inode_put(ip);
		}
		exercise_file(x, dp, name);
		if (x->budget % 4 == 0)
			n = fs_unlink(dp, name);
		if (x->budget % 5 == 0)
			n = fs_rename(dp, name, "renamed");
		if (x->budget % 6 == 0)
			n = fs_link(dp, name, "linked");
		if (x->budget % 8 == 0)
			n = fs_mkdir(dp, "made");
		if (x->budget % 9 == 0)
			n = fs_rename(dp, "made", "..//made2");
		if (x->budget % 10 == 0)
			n = fs_symlink(dp, "../x/./y", "sym");
		if (x->budget % 11 == 0)
			n = fs_rename(x->root, name, "made/moved");
		(void)n;
	}
}

static inline void exercise_fs(uptr_t user)
{
	struct exercise x = { .root = inode_root(), .user = user, .budget = 60 };
	struct file *f;
	s64 n;

	exercise_dir(&x, x.root, 0);
	if (fs_open(x.root, "fresh", O_CREATE | O_RDWR | O_TRUNC, &f) == 0) {
		for (unsigned i = 0; i < 8; i++)
			n = file_write(f, user, 8000);
		file_put(f);
		n = fs_unlink(x.root, "fresh");
	}
	n = fs_sync();
	n = fs_mkdir(x.root, "dir");
	n = fs_unlink(x.root, "dir");
	n = fs_sync();
	(void)n;
	inode_put(x.root);
}
