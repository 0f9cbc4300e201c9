/* names_priv.h - shared by what changes the tree of names. */
#pragma once

#include "core/sync/mutex.h"
#include "fs/name/dir_priv.h"

/* What a new inode is to be. */
struct newnode {
	s16 type, major, minor;
	const char *target; /* of a symbolic link */
};

/* Makes an inode and enters it as p->last in the directory p->at, whose lock is held
 * and which has no such name.  With @out, the new inode with a reference. */
int node_create(struct path *p, const struct newnode *what, struct inode **out) MUST_CHECK;

/* Taken before any inode lock by who locks two directories at once, or takes one away. */
extern struct mutex names_mutex;

void names_init(void);
