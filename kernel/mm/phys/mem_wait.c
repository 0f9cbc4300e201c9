/* mem_wait.c - waiting for memory, instead of failing; see reclaim.h.
 *
 * The waiter tries again after a while.  A wake-up at each freed frame would cost every
 * free something, and hardly anybody ever waits. */

#include "core/clock.h"
#include "core/report/klog.h"
#include "core/sched.h"
#include "core/sync/waitq.h"
#include "mm/phys/reclaim.h"

#define RETRY_MS 50

static struct spinlock lock = SPINLOCK_INIT("memory", none);
static struct waitq wq = WAITQ_INIT(wq); /* nobody wakes it */

bool mem_wait(void)
{
	u64 until = clock_now() + clock_from_ms(RETRY_MS);

	if (!thread_current()->waits_for_memory)
		return false;
	printk_limited("waiting for memory", "%s waits for memory\n",
		       thread_current()->name);
	spin_lock(&lock);
	while (!waitq_wait_until_quiet(&wq, &lock, until))
		;
	spin_unlock(&lock);
	return true;
}
