/* runq.h - the threads that want to run on one hart. */
#pragma once

#include "core/sync/spinlock.h"
#include "lib/list.h"

struct thread;

struct runq {
	struct spinlock lock;
	struct list ready;       /* (lock) struct thread, the next to run first   */
	u32 nready;              /* (lock; others read it unlocked, as a hint)    */
	struct thread *previous; /* (lock) the thread that ran before this switch */
};
