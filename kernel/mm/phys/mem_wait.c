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
#define NEWS_MS 1000 /* without waiting, until the next wait is news again */

static struct spinlock lock = SPINLOCK_INIT("memory", none);
static u64 silent_until;                 /* (lock) */
static struct waitq wq = WAITQ_INIT(wq); /* nobody wakes it */

bool mem_wait(void)
{
	u64 now = clock_now(), until = now + clock_from_ms(RETRY_MS);
	bool is_news;

	if (!thread_current()->waits_for_memory || thread_killed())
		return false;
	spin_lock(&lock);
	is_news = now >= silent_until;
	silent_until = until + clock_from_ms(NEWS_MS);
	spin_unlock(&lock);
	if (is_news)
		printk_limited("waiting for memory", "%s waits for memory\n",
			       thread_current()->name);
	spin_lock(&lock);
	while (!waitq_wait_until_quiet(&wq, &lock, until))
		;
	spin_unlock(&lock);
	return true;
}
