/* sched.c - run queues, switching, sleeping and waking.
 *
 * Each hart has a queue and runs the threads in it in turns of 10 ms.  A thread that is
 * woken joins the queue of the hart that woke it; if it still waits there after half a
 * millisecond, an idle hart is woken and takes it over.  A thread that is pinned to a hart
 * is in no other queue than that hart's.  Idle harts sleep in wfi.
 * sched.h has the states, and the lock that guards them. */

#include "core/sched.h"

#include "arch/riscv/csr.h"
#include "arch/riscv/sbi.h"
#include "arch/riscv/upcalls.h"
#include "core/coreup.h"
#include "core/machine.h"
#include "core/report/panic.h"
#include "lib/assert.h"
#include "lib/describe.h"
#include "lib/string.h"
#include "uapi/errno.h"

#define SLICE_HZ 100    /* turns of 10 ms                                    */
#define BALANCE_HZ 2000 /* after 0.5 ms an idle hart takes a thread that waits */
#define SAMPLE_HZ 500   /* of struct cputime                                     */

struct hart harts[MAX_HARTS];
u32 nharts;

void hart_ipi(struct hart *h, u64 work)
{
	if (!(work & HART_IPI_HALT))
		spin_rank_fits(RANK_runq);
	__atomic_fetch_or(&h->ipi_work, work, __ATOMIC_SEQ_CST);
	sbi_send_ipi(BIT(h->cpu.index));
}

/* --- queues ------------------------------------------------------------ */

static bool hart_is_idle(const struct hart *h)
{
	return h->online && h->cpu.thread == h->idle && h->rq.nready == 0;
}

/* An idle hart other than @h, or NULL.  Unlocked, so only a hint. */
static struct hart *sched_find_idle(const struct hart *h)
{
	for (u32 i = 1; i < nharts; i++) {
		struct hart *other = &harts[(h->cpu.index + i) % nharts];

		if (hart_is_idle(other))
			return other;
	}
	return NULL;
}

/* The first thread in the queue of @h that another hart may take over, or NULL.  Queue lock
 * held. */
static struct thread *sched_first_free(const struct hart *h)
{
	struct thread *t;

	list_for_each(t, &h->rq.ready, link) {
		if (!t->pinned)
			return t;
	}
	return NULL;
}

/* An idle hart that may take a thread over from @h, or NULL.  Queue lock held. */
static struct hart *sched_find_taker(const struct hart *h)
{
	struct hart *idle = sched_find_idle(h);

	return idle && sched_first_free(h) ? idle : NULL;
}

/* A thread waits for this hart: sets the timer for the end of a turn or, if another hart
 * is idle, for the moment from which that hart may take the thread over.  Queue lock
 * held. */
static __attribute__((noinline)) void sched_start_tick(struct hart *h)
{
	h->tick_armed = true;
	timer_program(clock_now() +
		      clock_hz() / (sched_find_taker(h) ? BALANCE_HZ : SLICE_HZ));
}

static inline void sched_arm_tick(struct hart *h)
{
	if (!h->tick_armed)
		sched_start_tick(h);
}

/* Puts @t at the end of the queue of @h, this hart.  Queue lock held. */
static void sched_enqueue(struct hart *h, struct thread *t)
{
	list_add_tail(&h->rq.ready, &t->link);
	h->rq.nready++;
	if (h->cpu.thread != h->idle)
		sched_arm_tick(h);
}

/* The same for the queue of @h, another hart, which has to be told afterwards. */
static void sched_enqueue_there(struct hart *h, struct thread *t)
{
	list_add_tail(&h->rq.ready, &t->link);
	h->rq.nready++;
}

/* @h: where @t was; its lock is held.  Follows @t. */
static __attribute__((noinline)) struct hart *thread_lock_moved(struct thread *t,
								struct hart *h)
{
	do {
		spin_unlock_irq(&h->rq.lock);
		h = &harts[__atomic_load_n(&t->hart, __ATOMIC_RELAXED)];
		spin_lock_irq(&h->rq.lock);
	} while (h->cpu.index != t->hart);
	return h;
}

/* Locks the queue of the hart where @t runs or ran last. */
static inline struct hart *thread_lock_home(struct thread *t)
{
	struct hart *h = &harts[__atomic_load_n(&t->hart, __ATOMIC_RELAXED)];

	spin_lock_irq(&h->rq.lock);
	return h->cpu.index == t->hart ? h : thread_lock_moved(t, h);
}

/* Makes @t, which ran on @h, another hart, ready: see thread_make_ready(). */
static __attribute__((noinline)) void thread_fetch_ready(struct hart *h, struct thread *t)
{
	struct hart *here = hart_current();

	if (t->pinned) {
		sched_enqueue_there(h, t);
		spin_unlock_irq(&h->rq.lock);
		hart_ipi(h, 0);
		return;
	}
	__atomic_store_n(&t->hart, here->cpu.index, __ATOMIC_RELEASE);
	spin_unlock_irq(&h->rq.lock);
	spin_lock_irq(&here->rq.lock);
	sched_enqueue(here, t);
	spin_unlock_irq(&here->rq.lock);
}

/* Makes @t, which sleeps or is new, ready on this hart: the waker often sleeps soon
 * itself, and then no other hart need be woken for @t.  If @t is pinned, it stays on @h.
 * Called with the queue lock of @h, which is t->hart, and returns without it. */
static void thread_make_ready(struct hart *h, struct thread *t)
{
	if (h->cpu.thread == t) {
		t->state = THREAD_RUNNING; /* it has not gone to sleep yet */
		spin_unlock_irq(&h->rq.lock);
		return;
	}
	t->state = THREAD_READY;
	if (h != hart_current()) {
		thread_fetch_ready(h, t);
		return;
	}
	sched_enqueue(h, t);
	spin_unlock_irq(&h->rq.lock);
}

/* --- switching --------------------------------------------------------- */

static struct thread *sched_pick_next(struct hart *h)
{
	struct thread *t;

	if (list_empty(&h->rq.ready))
		return h->idle;
	t = list_first(&h->rq.ready, struct thread, link);
	list_del(&t->link);
	h->rq.nready--;
	return t;
}

/* @prev, which has just left this hart, does not come back to it. */
static __attribute__((noinline)) void sched_part(struct thread *prev, u32 state)
{
	if (state == THREAD_MOVING)
		thread_make_ready(thread_lock_home(prev), prev);
	else if (prev->on_dead)
		prev->on_dead(prev);
}

/* The second half of a switch, which a new thread's start code calls, too. */
static void sched_finish_switch(void)
{
	struct hart *h = hart_current();
	struct thread *prev = h->rq.previous;
	u32 state = prev->state;

	spin_unlock_irq(&h->rq.lock);
	if (state >= THREAD_MOVING)
		sched_part(prev, state);
}

/* Switches to the next thread.  The caller has set the state of the running one, which
 * decides where that goes.  Called with the queue lock, and returns without it. */
static void sched_switch(struct hart *h)
{
	struct thread *prev = h->cpu.thread;
	struct thread *next = sched_pick_next(h);
	bool irq_was_on = h->irq_was_on;
	u64 now = time_now();

	ASSERT(h->irq_depth == 1);
#ifdef PAGODA_CHECK
	ASSERT(h->spin_depth == 1 && !h->in_interrupt);
#endif
	next->state = THREAD_RUNNING;
	cpu_exit_clear(&h->cpu, CPU_RESCHED);
	if (next == prev) {
		spin_unlock_irq(&h->rq.lock);
		return;
	}
	prev->runtime += now - prev->started;
	next->started = now;
	h->cpu.thread = next;
	h->rq.previous = prev;
	if (h->fp_on)
		fp_leave(h, prev);
	if (next->as)
		aspace_load(next->as);
	else if (prev->state == THREAD_DEAD)
		root_unload(); /* on_dead() may free what is loaded */
	else
		root_rest();
	if (next->fp_used)
		fp_enter(h, next);
	if (h->rq.nready && next != h->idle)
		sched_arm_tick(h);
	context_switch(&prev->ctx, &next->ctx);
	/* @prev runs again, perhaps on another hart. */
	hart_current()->irq_was_on = irq_was_on;
	sched_finish_switch();
}

void thread_entry(void)
{
	struct thread *t;

	hart_current()->irq_was_on = true;
	sched_finish_switch();
	t = thread_current();
	t->fn(t->arg);
	thread_exit();
}

void thread_init(struct thread *t, const char *name, u64 stack_top, void (*fn)(void *),
		 void *arg)
{
	memset(t, 0, offsetof(struct thread, fp));
	list_init(&t->link);
	strlcpy(t->name, name, sizeof(t->name));
	t->stack_top = stack_top;
	t->fn = fn;
	t->arg = arg;
	t->ctx.ra = (u64)thread_first;
	t->ctx.sp = stack_top;
	t->hart = hart_index();
	if (machine.has_zfinx) { /* fcsr cannot be switched off */
		t->fp_used = true;
		memset(&t->fp, 0, sizeof(t->fp));
	}
}

void thread_start(struct thread *t)
{
	thread_make_ready(thread_lock_home(t), t);
}

/* Without the queue lock: others change the state of a running thread only if it is about
 * to sleep. */
void thread_prepare_sleep(bool killable)
{
	struct thread *t = thread_current();

	__atomic_store_n(&t->state, killable ? THREAD_WAITING : THREAD_SLEEPING,
			 __ATOMIC_RELAXED);
	if (!killable)
		return;
	/* thread_kill() sets `killed` before it looks at the state, so one of the two
	 * sees what the other has written. */
	fence_all();
	if (__atomic_load_n(&t->stops, __ATOMIC_RELAXED))
		thread_wake(t);
}

void thread_sleep(void)
{
	struct hart *h = hart_current();

	thread_may_sleep();
	spin_lock_irq(&h->rq.lock);
	if (h->cpu.thread->state == THREAD_RUNNING)
		spin_unlock_irq(&h->rq.lock);
	else
		sched_switch(h);
}

void thread_wake(struct thread *t)
{
	struct hart *h = thread_lock_home(t);

	if (t->state == THREAD_SLEEPING || t->state == THREAD_WAITING)
		thread_make_ready(h, t);
	else
		spin_unlock_irq(&h->rq.lock);
}

/* @t has a new reason to stop. */
static void thread_interrupt(struct thread *t)
{
	struct hart *h;
	bool tell;

	fence_all(); /* see thread_prepare_sleep() */
	h = thread_lock_home(t);
	if (t->state == THREAD_WAITING) {
		thread_make_ready(h, t);
		return;
	}
	tell = t->state == THREAD_RUNNING && h != hart_current();
	spin_unlock_irq(&h->rq.lock);
	if (tell)
		hart_ipi(h, 0); /* @t looks on the way out of this trap */
}

void thread_kill(struct thread *t)
{
	__atomic_store_n(&t->killed, true, __ATOMIC_RELAXED);
	thread_interrupt(t);
}

void thread_signal(struct thread *t)
{
	__atomic_store_n(&t->signalled, true, __ATOMIC_RELAXED);
	thread_interrupt(t);
}

void thread_yield(void)
{
	struct hart *h = hart_current();

	thread_may_sleep();
	spin_lock_irq(&h->rq.lock);
	if (!h->rq.nready) {
		cpu_exit_clear(&h->cpu, CPU_RESCHED);
		spin_unlock_irq(&h->rq.lock);
		return;
	}
	h->cpu.thread->state = THREAD_READY;
	list_add_tail(&h->rq.ready, &h->cpu.thread->link);
	h->rq.nready++;
	sched_switch(h);
}

int thread_pin(int n)
{
	struct hart *h = hart_current();
	struct thread *t;

	if (n != HART_ANY && (n < 0 || (u32)n >= nharts || !harts[n].online))
		return -EINVAL;
	spin_lock_irq(&h->rq.lock);
	t = h->cpu.thread;
	t->pinned = n != HART_ANY;
	if (!t->pinned || h == &harts[n]) {
		spin_unlock_irq(&h->rq.lock);
		return 0;
	}
	/* Nobody wakes a thread that is not asleep, so it is this hart that puts @t into
	 * the other queue, once it does not use its stack any more. */
	t->state = THREAD_MOVING;
	__atomic_store_n(&t->hart, (u32)n, __ATOMIC_RELEASE);
	sched_switch(h);
	return 0;
}

void sched_point(void)
{
	thread_may_sleep();
	if (__atomic_load_n(&cpu_current()->exit_work, __ATOMIC_RELAXED) & CPU_RESCHED)
		thread_yield();
}

void thread_exit(void)
{
	struct hart *h = hart_current();

	if (h->cpu.thread->fp_used)
		fp_replace(h->cpu.thread, NULL);
	spin_lock_irq(&h->rq.lock);
	h->cpu.thread->state = THREAD_DEAD;
	sched_switch(h);
	assert_fail(__FILE__, __LINE__, "a dead thread runs");
}

/* With the lock that a switch holds: in the midst of one a run is missing, and a clock that
 * is read after it makes the run too long.  The state of @t does not tell whether it runs:
 * see thread_prepare_sleep(). */
u64 thread_runtime(struct thread *t)
{
	struct hart *h = thread_lock_home(t);
	u64 total = t->runtime;

	if (h->cpu.thread == t)
		total += clock_now() - t->started;
	spin_unlock_irq(&h->rq.lock);
	return total;
}

void cputime_add_thread(struct cputime *sum, struct thread *t)
{
	sum->cycles += thread_runtime(t);
	sum->samples += t->samples;
}

/* --- idle -------------------------------------------------------------- */

void sched_init_hart(struct thread *idle)
{
	struct hart *h = hart_current();

	spin_init(&h->rq.lock, "runq", RANK_runq);
	list_init(&h->rq.ready);
	spin_init(&h->timer_lock, "timer", RANK_timer);
	list_init(&h->timers);
	h->timer_set = h->timer_next = h->slice_end = h->sample_at = ~0ul;
	list_init(&idle->link);
	idle->state = THREAD_RUNNING;
	idle->hart = h->cpu.index;
	strlcpy(idle->name, "idle", sizeof(idle->name));
	h->idle = h->cpu.thread = idle;
	idle->started = clock_now();
}

static struct thread *sched_steal_from(struct hart *victim, struct hart *h)
{
	struct thread *t = NULL;

	spin_lock_irq(&victim->rq.lock);
	if (victim->cpu.thread != victim->idle)
		t = sched_first_free(victim);
	if (t) {
		list_del(&t->link);
		victim->rq.nready--;
		__atomic_store_n(&t->hart, h->cpu.index, __ATOMIC_RELEASE);
	}
	spin_unlock_irq(&victim->rq.lock);
	return t;
}

/* Takes over one thread that waits on a busy hart.  False: there is none. */
static bool sched_steal(struct hart *h)
{
	for (u32 i = 1; i < nharts; i++) {
		struct hart *victim = &harts[(h->cpu.index + i) % nharts];
		struct thread *t;

		if (!victim->online || !victim->rq.nready)
			continue;
		t = sched_steal_from(victim, h);
		if (!t)
			continue;
		spin_lock_irq(&h->rq.lock);
		sched_enqueue(h, t);
		spin_unlock_irq(&h->rq.lock);
		return true;
	}
	return false;
}

/* Samples are taken while threads run.  They go on for one more when the hart is idle, so
 * short waits cost nothing. */
static void sched_start_samples(struct hart *h)
{
	if (h->sample_at != ~0ul)
		return;
	h->sample_at = clock_now() + clock_hz() / SAMPLE_HZ;
	timer_program(~0ul);
}

void sched_idle(void)
{
	struct hart *h = hart_current();

	__atomic_store_n(&h->online, true, __ATOMIC_RELEASE);
	for (;;) {
		irq_disable();
		if (h->rq.nready || sched_steal(h)) {
			sched_start_samples(h);
			spin_lock_irq(&h->rq.lock);
			h->irq_was_on = true;
			sched_switch(h);
			continue;
		}
		h->tick_armed = false;
		timer_program(~0ul);
		cpu_wait();
		irq_enable(); /* the interrupt that ended the wait is taken here */
	}
}

/* --- interrupts -------------------------------------------------------- */

/* Threads wait for this hart: wakes an idle hart to take one over, and ends the turn of
 * the running thread if its time is up. */
static void sched_share_out(struct hart *h)
{
	struct hart *idle;

	spin_lock_irq(&h->rq.lock);
	idle = sched_find_taker(h);
	if (clock_now() - h->cpu.thread->started >= clock_hz() / SLICE_HZ)
		cpu_exit_set(&h->cpu, CPU_RESCHED);
	sched_arm_tick(h);
	spin_unlock_irq(&h->rq.lock);
	if (idle)
		hart_ipi(idle, 0);
}

/* A sample that comes late, because the host ran something else, counts for all the time
 * that it stands for.  Else a busy host would change what share of the time is whose. */
static void sched_sample(struct hart *h)
{
	u64 now = clock_now(), period = clock_hz() / SAMPLE_HZ, n;

	if (now < h->sample_at)
		return;
	if (h->cpu.thread == h->idle) {
		h->sample_at = ~0ul;
		return;
	}
	n = (now - h->sample_at) / period + 1;
	h->cpu.thread->samples += csr_read(sstatus) & SSTATUS_SPP ? n * SAMPLE_KERNEL : n;
	h->sample_at = now + period;
}

void sched_timer(void)
{
	struct hart *h = hart_current();

	h->timer_set = 0; /* the interrupt stays pending until the timer is set again */
	timer_run_due();
	sched_sample(h);
	h->tick_armed = false;
	if (h->cpu.thread != h->idle && h->rq.nready)
		sched_share_out(h);
	else
		timer_program(~0ul);
}

void sched_ipi(void)
{
	struct hart *h = hart_current();
	u64 work;

	csr_clear(sip, SIE_SOFT);
	work = __atomic_exchange_n(&h->ipi_work, 0, __ATOMIC_SEQ_CST);
	if (work & HART_IPI_HALT)
		(void)panic_stops_here();
	if (work & HART_IPI_DROP && !h->cpu.thread->as)
		root_unload();
	if (h->rq.nready && h->cpu.thread != h->idle) { /* a pinned thread came */
		spin_lock_irq(&h->rq.lock);
		sched_arm_tick(h);
		spin_unlock_irq(&h->rq.lock);
	}
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("nharts", nharts);
DESCRIBE_ARRAY("harts", harts);
DESCRIBE_FIELD(hart, cpu.thread);
DESCRIBE_FIELD(hart, cpu.hartid);
DESCRIBE_FIELD(hart, online);
DESCRIBE_FIELD(hart, loaded);
DESCRIBE_FIELD(hart, idle);
DESCRIBE_FIELD(thread, state);
DESCRIBE_FIELD(thread, hart);
DESCRIBE_FIELD(thread, proc);
DESCRIBE_FIELD(thread, name);
DESCRIBE_NUMBER(THREAD_NEW);
DESCRIBE_NUMBER(THREAD_READY);
DESCRIBE_NUMBER(THREAD_SLEEPING);
DESCRIBE_NUMBER(THREAD_WAITING);
