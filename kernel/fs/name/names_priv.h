/* names_priv.h - what the functions that change the tree of names share. */
#pragma once

#include "core/sync/mutex.h"
#include "fs/name/dir_priv.h"

/* What a new inode will be. */
struct newnode {
	s16 type, major, minor;
	const char *target; /* of a symbolic link */
};

/* Makes an inode and enters it as p->last in the directory p->at, which is locked and has
 * no such name.  With @out, gives the new inode with a reference. */
int node_create(struct path *p, const struct newnode *what, struct inode **out) MUST_CHECK;

/* Taken before any inode lock by a thread that locks two directories or removes one. */
extern struct mutex names_mutex;

void names_init(void);
