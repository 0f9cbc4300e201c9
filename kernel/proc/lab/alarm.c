/* alarm.c - see alarm.h.
 *
 * A process has a struct alarm from its first sigalarm() until it stops the alarm.  A hart
 * that is about to enter such a program sets a timer for the moment at which the alarm is
 * due if the process keeps the hart until then.  The interrupt brings it into the kernel,
 * and the way out looks at the time. */

#include "proc/lab/alarm.h"

#include "core/clock.h"
#include "core/sched.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

/* (T) see core/clock.h; all else: only the process itself */
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

static struct alarm *alarm_new(struct proc *p)
{
	p->alarm = slab_alloc(&alarm_slab, 0);
	p->thread.has_alarm = p->alarm != NULL;
	return p->alarm;
}

void alarm_drop(struct proc *p)
{
	struct alarm *a = p->alarm;

	if (!a)
		return;
	p->thread.has_alarm = false;
	p->alarm = NULL;
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
static void alarm_skip_missed(const struct thread *t, struct alarm *a)
{
	u64 now = thread_runtime(t);

	if (a->due <= now)
		a->due = now + a->interval;
}

static void alarm_save(struct proc *p, struct alarm *a)
{
	memcpy(a->x, p->tf->x, sizeof(a->x));
	a->pc = p->tf->pc;
	fp_flush(&p->thread);
	a->fp_used = p->thread.fp_used;
	if (a->fp_used)
		a->fp = p->thread.fp;
}

static void alarm_restore(struct proc *p, const struct alarm *a)
{
	memcpy(p->tf->x, a->x, sizeof(a->x));
	p->tf->pc = a->pc;
	fp_reset(&p->thread);
	p->thread.fp_used = a->fp_used;
	if (a->fp_used)
		p->thread.fp = a->fp;
}

static void alarm_call(struct proc *p, struct alarm *a)
{
	alarm_save(p, a);
	p->tf->pc = a->handler;
	a->in_handler = true;
	a->due += a->interval;
	alarm_skip_missed(&p->thread, a);
}

static void alarm_return(struct proc *p, struct alarm *a)
{
	alarm_restore(p, a);
	a->in_handler = a->returns = false;
	alarm_skip_missed(&p->thread, a);
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

void alarm_attend(struct proc *p)
{
	struct alarm *a = p->alarm;
	u64 time;

	if (a->returns)
		alarm_return(p, a);
	if (a->in_handler)
		return;
	if (!a->interval) {
		alarm_drop(p);
		return;
	}
	time = alarm_due_time(&p->thread, a);
	if (clock_now() < time)
		alarm_set_timer(a, time);
	else
		alarm_call(p, a);
}

/* --- system calls and fork ---------------------------------------------------- */

/* sigalarm(ticks, handler).  Any address will do for a handler, 0 included: often there is
 * a function at 0.  If nothing can be run there, the call of the handler kills the program,
 * as a jump to that address does.  A stopped alarm is freed on the way out, unless the
 * handler runs and has yet to return. */
s64 sys_sigalarm(const u64 arg[6])
{
	struct proc *p = proc_current();
	int ticks = (int)arg[0];

	if (ticks < 0)
		return -EINVAL;
	if (!p->alarm && ticks == 0)
		return 0;
	if (!p->alarm && !alarm_new(p))
		return -ENOMEM;
	p->alarm->interval = clock_tick_time((u64)ticks) - clock_tick_time(0);
	p->alarm->due = thread_runtime(&p->thread) + p->alarm->interval;
	p->alarm->handler = arg[1];
	return 0;
}

/* sigreturn().  The registers are put back on the way out; until then they are those of
 * the caller, as for any call. */
s64 sys_sigreturn(const u64 arg[6])
{
	struct alarm *a = proc_current()->alarm;

	(void)arg;
	if (!a || !a->in_handler)
		return -EINVAL;
	a->returns = true;
	return 0;
}

int alarm_fork(struct proc *child, const struct proc *parent)
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
