/* watch.h - looking at the address space of another process.
 *
 * A watch keeps a space from being destroyed.  It gives no right to read or change the
 * space: that takes the area lock, too.
 *
 * A process that exits or execs waits for the watchers of its old space.  The last
 * watcher could free it instead, but then its memory might not be free yet when wait()
 * returns.  So a watcher keeps its watch for a short time, takes no lock but the area
 * lock of the space and those that may be taken under it, and never copies to or from
 * user memory. */
#pragma once

struct aspace;

/* Takes and gives back a watch.  The caller of aspace_watch() knows that the space is not
 * being destroyed: proc_watch() calls it under proc_lock. */
void aspace_watch(struct aspace *as);
void aspace_unwatch(struct aspace *as);

/* Puts a complete space at the end of the list of all spaces.  From here on others can
 * see it, and changes of its entries take its lock.  For aspace_builder_finish(). */
void aspace_enlist(struct aspace *as);

/* Waits until nobody watches @as, then takes it out of the list; nobody else can see it
 * any more.  Sleeps; no lock held. */
void aspace_unlist(struct aspace *as);

/* Goes through the list: gives back the watch on @as and takes one on the next space,
 * which it returns; NULL: there is none.  @as NULL: starts with the first space. */
struct aspace *aspace_watch_next(struct aspace *as);
