/* alarm.c - see alarm.h.
 *
 * A thread has a struct alarm from its first sigalarm() until it stops the alarm, ends or
 * calls exec.  A hart that is about to enter such a thread's program sets a timer for the
 * moment at which the alarm is due if the thread keeps the hart until then.  The interrupt
 * brings the thread into the kernel, and the way out looks at the time. */

#include "proc/lab/alarm.h"

#include "core/clock.h"
#include "core/sched.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

/* (T) see core/clock.h; all else: only the thread itself */
struct alarm {
	struct timer timer; /* (T) */
	u64 interval;       /* time base cycles between calls; 0: stopped      */
	u64 due;            /* call the handler at this thread_runtime()       */
	u64 handler;        /* its address                                     */
	bool in_handler;    /* and what it interrupted is in the fields below  */
	bool returns;       /* it has called sigreturn()                       */
	bool fp_used;       /* fp is meaningful                                */
	u64 pc;
	u64 x[32];
	struct fpstate fp;
};

static struct slab_cache alarm_slab;

void alarm_init(void)
{
	slab_init(&alarm_slab, "alarm", sizeof(struct alarm));
}

static struct alarm *alarm_new(struct thread *t)
{
	t->alarm = slab_alloc(&alarm_slab, 0);
	t->has_alarm = t->alarm != NULL;
	return t->alarm;
}

void alarm_drop(struct thread *t)
{
	struct alarm *a = t->alarm;

	if (!a)
		return;
	t->has_alarm = false;
	t->alarm = NULL;
	timer_cancel(&a->timer);
	slab_free(&alarm_slab, a);
}

/* --- on the way to the program ----------------------------------------------- */

/* The clock_now() at which the alarm is due if the thread, which runs, goes on running. */
static u64 alarm_due_time(const struct thread *t, const struct alarm *a)
{
	return t->started + (a->due - t->runtime);
}

/* A full interval from now, unless a call is still to come.  So a handler that takes
 * longer than the interval is not called again at once. */
static void alarm_skip_missed(struct thread *t, struct alarm *a)
{
	u64 now = thread_runtime(t);

	if (a->due <= now)
		a->due = now + a->interval;
}

static void alarm_save(struct thread *t, struct alarm *a)
{
	const struct trapframe *tf = t->tf;

	memcpy(a->x, tf->x, sizeof(a->x));
	a->pc = tf->pc;
	fp_flush(t);
	a->fp_used = t->fp_used;
	if (a->fp_used)
		a->fp = t->fp;
}

static void alarm_restore(struct thread *t, const struct alarm *a)
{
	struct trapframe *tf = t->tf;

	memcpy(tf->x, a->x, sizeof(a->x));
	tf->pc = a->pc;
	fp_replace(t, a->fp_used ? &a->fp : NULL);
}

static void alarm_call(struct thread *t, struct alarm *a)
{
	alarm_save(t, a);
	t->tf->pc = a->handler;
	a->in_handler = true;
	a->due += a->interval;
	alarm_skip_missed(t, a);
}

static void alarm_return(struct thread *t, struct alarm *a)
{
	alarm_restore(t, a);
	a->in_handler = a->returns = false;
	alarm_skip_missed(t, a);
}

static void alarm_interrupt(struct timer *t)
{
	(void)t; /* that there is an interrupt is enough */
}

/* Makes sure that this hart is interrupted at @time or before. */
static void alarm_set_timer(struct alarm *a, u64 time)
{
	struct timer *t = &a->timer;

	if (t->hart == hart_index() && t->armed && t->deadline <= time)
		return;
	timer_cancel(t);
	timer_start(t, time, alarm_interrupt);
}

void alarm_attend(struct thread *t)
{
	struct alarm *a = t->alarm;
	u64 time;

	if (a->returns)
		alarm_return(t, a);
	if (a->in_handler)
		return;
	if (!a->interval) {
		alarm_drop(t);
		return;
	}
	time = alarm_due_time(t, a);
	if (clock_now() < time)
		alarm_set_timer(a, time);
	else
		alarm_call(t, a);
}

/* --- system calls and fork ---------------------------------------------------- */

/* sigalarm(ticks, handler).  Any address will do for a handler, 0 included: often there is
 * a function at 0.  If nothing can be run there, the call of the handler kills the program,
 * as a jump to that address does.  A stopped alarm is freed on the way out, unless the
 * handler runs and has yet to return. */
s64 sys_sigalarm(const u64 arg[6])
{
	struct thread *t = thread_current();
	int ticks = (int)arg[0];

	if (ticks < 0)
		return -EINVAL;
	if (!t->alarm && ticks == 0)
		return 0;
	if (!t->alarm && !alarm_new(t))
		return -ENOMEM;
	t->alarm->interval = clock_tick_time((u64)ticks) - clock_tick_time(0);
	t->alarm->due = thread_runtime(t) + t->alarm->interval;
	t->alarm->handler = arg[1];
	return 0;
}

/* sigreturn().  The registers are put back on the way out; until then they are those of
 * the caller, as for any call. */
s64 sys_sigreturn(const u64 arg[6])
{
	struct alarm *a = thread_current()->alarm;

	(void)arg;
	if (!a || !a->in_handler)
		return -EINVAL;
	a->returns = true;
	return 0;
}

int alarm_fork(struct thread *child, const struct thread *parent)
{
	const struct alarm *from = parent->alarm;
	struct alarm *a;

	if (!from || !from->in_handler)
		return 0;
	a = alarm_new(child);
	if (!a)
		return -ENOMEM;
	a->in_handler = true;
	a->pc = from->pc;
	memcpy(a->x, from->x, sizeof(a->x));
	a->fp_used = from->fp_used;
	a->fp = from->fp;
	return 0;
}
