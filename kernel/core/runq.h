/* runq.h - the threads that want to run on one hart. */
#pragma once

#include "core/sync/spinlock.h"
#include "lib/list.h"

struct thread;

struct runq {
	struct spinlock lock;
	struct list ready;       /* (lock) struct thread, next one first */
	u32 nready;              /* (lock; read without it as a hint)    */
	struct thread *current;  /* (lock; its hart may read it without) */
	struct thread *previous; /* (lock) whom the running switch left */
};
