/* walk.h - going through a tree of directories, for programs that look at all files. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "uapi/limits.h"

/* One step of a walk.  Names come in their order; symbolic links are not followed. */
struct walk {
	/* For each file, a directory before what is in it.  False: the walk does not
	 * enter the directory. */
	bool (*before)(struct walk *walk);
	/* For each directory, after what is in it, or when `before` kept the walk out.
	 * May be NULL, and may remove the directory. */
	void (*after)(struct walk *walk);
	/* Whether @name in the directory `path` is part of the walk; NULL: all are. */
	bool (*wanted)(const struct walk *walk, const char *name);
	char path[MAXPATH]; /* of the file; begins with the path the walk began with */
	struct stat st;
	int depth; /* 0 where the walk begins */
	bool last; /* the last of its directory */
};

/* Walk from @path.  What cannot be read is complained about, and the walk goes on. */
void walk_tree(struct walk *walk, const char *path);
