/* dirindex_priv.h - where the names of large directories are.
 *
 * An index has the places of all names of one directory, in a hash table that is in memory
 * only.  It gives candidates: the caller compares the entries themselves.  So an index
 * answers what a linear search would, whatever the disk holds.
 *
 * Functions that take a directory's number are called with its inode lock held: it guards
 * the contents.  A thread holds an index from dirindex_get() or dirindex_make() to
 * dirindex_put(); meanwhile its memory is not given back. */
#pragma once

#include "fs/name/dir_priv.h"

struct dirindex;

void dirindex_init(void); /* at boot */

/* The index of directory @dir, or NULL. */
struct dirindex *dirindex_get(u32 dir);

/* An empty index with room for @nslots names and more, which may take the place of another
 * directory's.  NULL: too many names, or no memory.  Never sleeps. */
struct dirindex *dirindex_make(u32 dir, u32 nslots);

/* Ends the use.  An index that is not @complete is dropped. */
void dirindex_put(struct dirindex *x, bool complete);

/* Adds the name @nm at entry @slot, if it is not there.  False: no room. */
bool dirindex_add(struct dirindex *x, const union name *nm, u32 slot) MUST_CHECK;
void dirindex_remove(struct dirindex *x, const union name *nm, u32 slot);

/* Gets the entries where @nm may be, lowest first, if they are at most @max.  Returns how
 * many there are. */
u32 dirindex_find(const struct dirindex *x, const union name *nm, u32 *slot, u32 max);

/* The directory is gone, and its number may be used again. */
void dirindex_forget(u32 dir);
