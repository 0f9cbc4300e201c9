/* csr.h - for tests on the host: each thread of the test acts as a hart, which has an
 * interrupt switch. */
#pragma once

#include <sched.h>

#include "lib/types.h"

extern __thread bool sync_irq_on;

static inline bool irq_enabled(void)
{
	return sync_irq_on;
}

static inline void irq_disable(void)
{
	sync_irq_on = false;
}

static inline bool irq_disable_if_on(void)
{
	bool was = sync_irq_on;

	sync_irq_on = false;
	return was;
}

static inline void fence_release(void)
{
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void irq_enable(void)
{
	sync_irq_on = true;
}

static inline void cpu_relax(void)
{
	sched_yield(); /* there are fewer processors than threads */
}
