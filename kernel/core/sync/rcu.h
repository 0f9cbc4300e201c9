/* rcu.h - looking at what others may take away, without a lock.
 *
 * What a thread finds between rcu_enter() and rcu_leave() stays there, and is not used for
 * anything else, until rcu_leave().  For this, whoever has put a thing out of reach calls
 * rcu_wait() before it frees the thing.  rcu_wait() returns when all sections have ended
 * that began before the call; those that begin later cannot find the thing.
 *
 * A section belongs to its hart: it has no scheduling point, never sleeps, and does not
 * nest.  Interrupt handlers enter none. */
#pragma once

#include "core/hart.h"

/* Each hart writes only its own.  Volatile, not atomic: gcc makes an atomic store a
 * swap. */
struct rcu_hart {
	volatile u64 turns; /* odd: the hart is in a section */
	u64 pad[7];
};

extern struct rcu_hart rcu_harts[MAX_HARTS];

static inline void rcu_enter(void)
{
	rcu_harts[hart_index()].turns++;
	/* rcu_wait() sees the section, or the section sees what was taken away. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline void rcu_leave(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
	rcu_harts[hart_index()].turns++;
}

/* No spin lock held, and not in a section.  May offer a scheduling point. */
void rcu_wait(void);
