/* watch.h - looking at the address space of another process.
 *
 * Who looks from outside holds a watch: until it is given back the space is
 * not destroyed.  Holding one gives no right to look: that is the area lock.
 *
 * A process that exits or execs waits for the watchers of its old space, rather
 * than leave its memory to the last of them, so that all of it is free when
 * wait() returns.  A watcher therefore holds one for a short time, takes no lock
 * but the area lock of the space and those that may be taken under it, and never
 * copies to or from user memory. */
#pragma once

struct aspace;

/* The space is known to be alive: proc_watch() calls this under proc_lock. */
void aspace_watch(struct aspace *as);
void aspace_unwatch(struct aspace *as);

/* All spaces are in a list from aspace_enlist() to aspace_unlist(), which waits until
 * nobody watches; from then on nobody can start to.  No lock held. */
void aspace_enlist(struct aspace *as);
void aspace_unlist(struct aspace *as);

/* Goes through the list: a watch on the space after @as, NULL: the first, for the one
 * on @as.  NULL: there are no more.  New spaces come at the end. */
struct aspace *aspace_watch_next(struct aspace *as);
