/* mutex.h - locks whose holder may sleep.
 *
 * Thread context only, not recursive, released by the thread that took it. */
#pragma once

#include "core/sync/waitq.h"

struct thread;

struct mutex {
	struct thread *owner; /* (A) NULL: free */
	u32 waiting;          /* (lock) threads asleep on wq */
	u32 rank;             /* (C) enum lock_rank */
	const char *name;     /* (C) */
	struct spinlock lock;
	struct waitq wq;
};

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank);
void mutex_lock(struct mutex *m);

/* For a second lock of the same rank, where another rule gives the order. */
void mutex_lock_nested(struct mutex *m);
void mutex_unlock(struct mutex *m);

/* Whether the running thread holds @m; for assertions. */
bool mutex_held(const struct mutex *m);
