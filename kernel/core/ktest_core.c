/* ktest_core.c - threads, waiting and time, on all harts. */

#ifdef PAGODA_CHECK

#include "arch/riscv/csr.h"
#include "core/clock.h"
#include "core/ktest.h"
#include "core/sync/lockwait.h"
#include "core/sync/mutex.h"
#include "core/sched.h"
#include "core/sync/waitq.h"
#include "uapi/errno.h"

#define ROUNDS 20000
#define ADDS 5000
#define TRIES 20

static struct spinlock lock = SPINLOCK_INIT("ktest", proc);
static struct waitq wq = WAITQ_INIT(wq);
static unsigned turn, done; /* (lock) */

static void turn_wait(unsigned value)
{
	spin_lock(&lock);
	while (turn != value)
		waitq_wait_quiet(&wq, &lock);
	spin_unlock(&lock);
}

static void turn_give(unsigned value)
{
	spin_lock(&lock);
	turn = value;
	spin_unlock(&lock);
	waitq_wake_all(&wq);
}

static void ktest_partner(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS; i++) {
		turn_wait(1);
		turn_give(0);
	}
	spin_lock(&lock);
	done++;
	waitq_wake_all(&wq);
	spin_unlock(&lock);
}

/* A lost wake-up hangs here until the time limit of the test run. */
KTEST(no_wakeup_is_lost)
{
	ASSERT(kthread_start("ktest", ktest_partner, NULL) == 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		turn_give(1);
		turn_wait(0);
	}
	spin_lock(&lock);
	while (!done)
		waitq_wait_quiet(&wq, &lock);
	spin_unlock(&lock);
}

KTEST(a_wait_ends_at_its_deadline)
{
	u64 start = clock_now(), deadline = start + clock_from_ms(30);
	int err = 0;

	spin_lock(&lock);
	while (err != -ETIMEDOUT)
		err = waitq_wait_until_quiet(&wq, &lock, deadline);
	spin_unlock(&lock);
	ASSERT(clock_now() >= deadline);
}

static void ktest_ring(struct timer *t)
{
	(void)t;
	__atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}

KTEST(a_cancelled_timer_does_not_ring)
{
	struct timer t;
	unsigned before = done;
	u64 end;

	timer_start(&t, clock_now() + clock_from_ms(5), ktest_ring);
	timer_cancel(&t);
	for (end = clock_now() + clock_from_ms(10); clock_now() < end;)
		;
	ASSERT(done == before);
}

KTEST(spin_locks_turn_interrupts_off_and_on)
{
	ASSERT(irq_enabled());
	spin_lock(&lock);
	irq_push_off();
	ASSERT(!irq_enabled() && spin_held(&lock));
	spin_unlock(&lock);
	ASSERT(!irq_enabled());
	irq_pop_off();
	ASSERT(irq_enabled() && !spin_held(&lock));
}

#define ADDERS 3 /* so two wait at a time */

static struct mutex mutex;
static unsigned counter; /* (mutex) */

static void ktest_adder(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ADDS; i++) {
		unsigned seen;

		mutex_lock(&mutex);
		seen = counter;
		if (i % 64 == 0)
			thread_yield(); /* lets another thread try to get in */
		counter = seen + 1;
		mutex_unlock(&mutex);
	}
	spin_lock(&lock);
	done += 100;
	waitq_wake_all(&wq);
	spin_unlock(&lock);
}

/* How often threads have waited in that way for a mutex called as this one. */
static u64 ktest_mutex_waits(enum lockwait_kind kind)
{
	const struct lockwait *w;

	for (u32 i = 0; (w = lockwait_at(kind, i)) != NULL; i++) {
		if (w->name == mutex.lock.name)
			return w->waits;
	}
	return 0;
}

KTEST(a_mutex_lets_one_in)
{
	unsigned before = done;

	mutex_init(&mutex, "ktest", RANK_none);
	for (unsigned i = 0; i < ADDERS; i++)
		ASSERT(kthread_start("ktest", ktest_adder, NULL) == 0);
	spin_lock(&lock);
	while (done < before + 100 * ADDERS)
		waitq_wait_quiet(&wq, &lock);
	spin_unlock(&lock);
	ASSERT(counter == ADDERS * ADDS);
	ASSERT(ktest_mutex_waits(LOCKWAIT_MUTEX) + ktest_mutex_waits(LOCKWAIT_SPUN) > 0);
}

static void ktest_waiter(void *arg)
{
	mutex_lock(&mutex);
	*(bool *)arg = true; /* (mutex) */
	mutex_unlock(&mutex);
	spin_lock(&lock);
	done++;
	waitq_wake_all(&wq);
	spin_unlock(&lock);
}

/* This thread takes the mutex again before the other, which it has woken, can run: on one
 * hart always.  On several the other needs a host that lets its hart run meanwhile. */
KTEST(a_mutex_is_kept_for_those_who_wait)
{
	unsigned before = done;
	u64 end = clock_now() + clock_from_ms(20000);
	bool got = false;

	mutex_init(&mutex, "ktest", RANK_none);
	mutex_lock(&mutex);
	ASSERT(kthread_start("ktest", ktest_waiter, &got) == 0);
	while (!got && clock_now() < end) {
		thread_yield();
		mutex_unlock(&mutex);
		mutex_lock(&mutex);
	}
	ASSERT(got);
	mutex_unlock(&mutex);
	spin_lock(&lock);
	while (done == before)
		waitq_wait_quiet(&wq, &lock);
	spin_unlock(&lock);
}

static bool trying; /* (A) */

static void ktest_contender(void *more)
{
	do {
		turn_wait(1);
		__atomic_store_n(&trying, true, __ATOMIC_RELEASE);
		mutex_lock(&mutex);
		mutex_unlock(&mutex);
		turn_give(0);
	} while (__atomic_load_n((bool *)more, __ATOMIC_ACQUIRE));
	spin_lock(&lock);
	done++;
	waitq_wake_all(&wq);
	spin_unlock(&lock);
}

/* Lets the other thread find the mutex taken, and keeps it for another @hold.  How long
 * this thread did not run before that. */
static u64 ktest_contend(u64 hold)
{
	u64 begin, tried;

	mutex_lock(&mutex);
	__atomic_store_n(&trying, false, __ATOMIC_RELAXED);
	turn_give(1);
	begin = clock_now();
	if (nharts == 1)
		thread_yield();
	while (!__atomic_load_n(&trying, __ATOMIC_ACQUIRE))
		;
	tried = clock_now();
	while (clock_now() < tried + hold)
		;
	mutex_unlock(&mutex);
	turn_wait(0);
	return tried - begin;
}

/* Who finds a mutex taken looks again for a while if the holder runs, and else sleeps at
 * once.  The host may disturb each try, but not all of them. */
KTEST(a_mutex_is_watched_while_its_holder_runs)
{
	u64 spin = clock_hz() / MUTEX_SPIN_HZ, end = clock_now() + clock_from_ms(20000);
	u64 slept = ktest_mutex_waits(LOCKWAIT_MUTEX),
	    spun = ktest_mutex_waits(LOCKWAIT_SPUN);
	unsigned before = done;
	bool seen = false, more = true;

	mutex_init(&mutex, "ktest", RANK_none);
	ASSERT(kthread_start("ktest", ktest_contender, &more) == 0);
	while (!seen && clock_now() < end) {
		u64 away = ktest_contend(spin / 5);

		if (nharts == 1) {
			seen = away < spin;
		} else if (ktest_mutex_waits(LOCKWAIT_SPUN) >= spun + TRIES) {
			seen = ktest_mutex_waits(LOCKWAIT_MUTEX) < slept + TRIES / 2;
			spun = ktest_mutex_waits(LOCKWAIT_SPUN);
			slept = ktest_mutex_waits(LOCKWAIT_MUTEX);
		}
	}
	ASSERT(seen);
	slept = ktest_mutex_waits(LOCKWAIT_MUTEX);
	while (ktest_mutex_waits(LOCKWAIT_MUTEX) == slept && clock_now() < end)
		(void)ktest_contend(10 * spin);
	ASSERT(ktest_mutex_waits(LOCKWAIT_MUTEX) > slept);
	__atomic_store_n(&more, false, __ATOMIC_RELEASE);
	(void)ktest_contend(0);
	spin_lock(&lock);
	while (done == before)
		waitq_wait_quiet(&wq, &lock);
	spin_unlock(&lock);
}

#endif
