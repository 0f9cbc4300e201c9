/* watch.h - looking at the address space of another process.
 *
 * Who looks from outside holds a watch: until it is given back the space is
 * not destroyed.  Holding one gives no right to look: that is the area lock.
 *
 * A process that exits or execs waits for the watchers of its old space, rather
 * than leave its memory to the last of them, so that all of it is free when
 * wait() returns.  A watcher therefore holds one for a short time, takes no lock
 * but the area lock of the space, and never copies to or from user memory. */
#pragma once

struct aspace;

/* The space is known to be alive: proc_watch() calls this under proc_lock. */
void aspace_watch(struct aspace *as);
void aspace_unwatch(struct aspace *as);

/* Waits until nobody watches.  Nobody can start to any more; no lock held. */
void aspace_wait_unwatched(struct aspace *as);
