/* rcu.c - see rcu.h. */
#include "core/sync/rcu.h"

#include "core/thread.h"
#include "lib/assert.h"

struct rcu_hart rcu_harts[MAX_HARTS];

void rcu_wait(void)
{
	ASSERT(rcu_harts[hart_index()].turns % 2 == 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (u32 i = 0; i < MAX_HARTS; i++) {
		u64 turns = rcu_harts[i].turns;

		while (turns % 2 && rcu_harts[i].turns == turns)
			sched_point();
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
}
