/* sys_signal.c - system calls about signals; see uapi/signal.h. */

#include "core/report/klog.h"
#include "core/sched.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/program/callers.h"
#include "proc/signal/signal_priv.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

#define NS 1000000000ul   /* in a second */
#define TIMER_MAX BIT(62) /* ns */

s64 sys_sigaction(const u64 arg[6])
{
	struct proc *p = proc_current();
	struct signal_action new, old;
	int sig = (int)arg[0], err = 0;

	if (sig < 1 || sig >= NSIG)
		return -EINVAL;
	if (arg[1] && copyin(&new, uptr(arg[1]), sizeof(new)))
		return -EFAULT;
	if (arg[1])
		err = sigstate_check(sig, &new);
	if (err)
		return err;
	if (!signal_need(p))
		return -ENOMEM;
	spin_lock(&proc_lock);
	old = p->signals->state.action[sig];
	spin_unlock(&proc_lock);
	if (arg[2] && copyout(uptr(arg[2]), &old, sizeof(old)))
		return -EFAULT;
	if (!arg[1])
		return 0;
	spin_lock(&proc_lock);
	signal_route(p); /* an alarm that has rung was for the old action */
	err = sigstate_set(&p->signals->state, sig, &new);
	signal_route(p);
	spin_unlock(&proc_lock);
	return err;
}

/* --- masks ------------------------------------------------------------------- */

/* Sleeps until the thread has a signal to take: -EINTR.  proc_lock held. */
static s64 sys_sigmask_suspend(void)
{
	struct thread *self = thread_current();
	struct waitq wq;
	int err = 0;

	waitq_init(&wq);
	while (!err)
		err = waitq_wait(&wq, &proc_lock);
	self->interrupted = THREAD_RESTARTS_ALONE;
	return err;
}

s64 sys_sigmask(const u64 arg[6])
{
	struct proc *p = proc_current();
	struct sigthread *th = &threads_self()->sig;
	int how = (int)arg[0], err;
	s64 old;

	if (!signal_need(p))
		return -ENOMEM;
	spin_lock(&proc_lock);
	old = th->mask;
	signal_route(p);
	if (how == SIGMASK_PENDING) {
		old = (p->signals->state.pending | th->pending) & th->mask;
		err = 0;
	} else {
		err = sigstate_mask(th, how, (u32)arg[1]);
	}
	signal_route(p);
	if (!err && how == SIGMASK_SUSPEND)
		err = (int)sys_sigmask_suspend();
	spin_unlock(&proc_lock);
	return err ? err : old;
}

s64 sys_sigstack(const u64 arg[6])
{
	struct sigthread *th = &threads_self()->sig;
	bool on = sigstate_on_stack(th, thread_current()->tf->sp);
	stack_t new = { 0 },
		old = { .ss_sp = (void *)th->stack, .ss_size = th->stack_size };

	old.ss_flags = !th->stack_size ? SS_DISABLE : on ? SS_ONSTACK : 0;
	if (arg[0] && copyin(&new, uptr(arg[0]), sizeof(new)))
		return -EFAULT;
	if (arg[0] && on)
		return -EPERM;
	if (arg[0] && new.ss_flags & ~SS_DISABLE)
		return -EINVAL;
	if (arg[0] && !new.ss_flags &&new.ss_size < MINSIGSTKSZ)
		return -ENOMEM;
	if (arg[0] && !signal_need(proc_current())) /* for fork and exec */
		return -ENOMEM;
	if (arg[1] && copyout(uptr(arg[1]), &old, sizeof(old)))
		return -EFAULT;
	if (arg[0]) {
		th->stack = new.ss_flags ? 0 : (va_t) new.ss_sp;
		th->stack_size = new.ss_flags ? 0 : new.ss_size;
	}
	return 0;
}

/* --- sending ----------------------------------------------------------------- */

/* (P) To one thread of the caller's process. */
static s64 sys_sigsend_thread(struct proc *p, int tid, int sig)
{
	struct sigstate *s = &p->signals->state;
	struct proc *slot;

	list_for_each(slot, &p->threads.all, peer.link) {
		if (slot->peer.tid != tid || slot->peer.left)
			continue;
		if (!sig)
			return 0;
		signal_clash(p, sig);
		if (BIT(sig) & SIGSTATE_FIXED) {
			signal_post(p, sig, (struct signal_note){ .code = SI_TKILL });
			return 0;
		}
		if (sigstate_fate(s, sig) == SIGNAL_DROP &&
		    !((slot->sig.mask | slot->sig.awaited) & BIT(sig)))
			return 0;
		slot->sig.pending |= (u32)BIT(sig);
		s->note[sig] = (struct signal_note){ .code = SI_TKILL, .pid = p->pid };
		signal_route(p);
		return 0;
	}
	return -ESRCH;
}

/* A program that ends itself with abort(), as for an assertion, has found a fault of its
 * own: where, the kernel tells as for a fault that the machine finds. */
static void sys_sigsend_abort(struct proc *p)
{
	struct sigthread *th = &threads_self()->sig;
	bool ends = !(th->mask & BIT(SIGABRT));

	spin_lock(&proc_lock);
	ends &= sigstate_fate(p->signals ? &p->signals->state : NULL, SIGABRT) ==
		SIGNAL_END;
	spin_unlock(&proc_lock);
	if (!ends)
		return;
	printk("%s (pid %d): aborted\n", p->thread.name, p->pid);
	if (p->program)
		callers_print(p->program, thread_current()->tf);
}

s64 sys_sigsend(const u64 arg[6])
{
	struct proc *self = proc_current(), *p;
	int pid = (int)arg[0], tid = (int)arg[1], sig = (int)arg[2];
	struct signal_note note = { .code = SI_USER, .pid = self->pid };
	s64 err = 0;

	if (sig < 0 || sig >= NSIG || (pid && tid))
		return -EINVAL;
	if (pid < -INT32_MAX)
		return -ESRCH;
	if (tid && !signal_need(self))
		return -ENOMEM;
	if (pid == 1 && sig)
		return -EPERM;
	if (sig == SIGABRT && (tid ? tid == threads_self()->peer.tid : pid == self->pid))
		sys_sigsend_abort(self);
	spin_lock(&proc_lock);
	p = proc_find(pid);
	if (tid)
		err = sys_sigsend_thread(self, tid, sig);
	else if (pid <= 0)
		err = job_signal(pid ? -pid : self->job.group, sig, note);
	else if (!p)
		err = -ESRCH;
	else if (sig)
		signal_post(p, sig, note);
	spin_unlock(&proc_lock);
	return err;
}

/* The registers are taken from the frame on the way out; until then they are those of the
 * caller, as for any call. */
s64 sys_sigresume(const u64 arg[6])
{
	struct sigthread *th = &threads_self()->sig;

	(void)arg;
	if (!th->handlers)
		return -EINVAL;
	th->handlers--;
	th->resumes = true;
	thread_signal(thread_current());
	return 0;
}

/* --- alarms ------------------------------------------------------------------ */

/* In the interrupt, without proc_lock: a thread that does not block the signal is told to
 * look.  If another one is to be told from now on, that one is seen here, or signal_route()
 * sees `rang`. */
static void signal_ring(struct timer *t)
{
	struct signals *s = container_of(t, struct signals, timer);
	struct thread *to;

	__atomic_store_n(&s->rang, 1, __ATOMIC_RELAXED);
	fence_all();
	to = __atomic_load_n(&s->rings, __ATOMIC_RELAXED);
	if (to)
		thread_signal(to);
}

void signal_next_alarm(struct signals *s)
{
	u64 now = clock_now(), missed;

	if (!s->interval) {
		s->due = 0;
	} else if (s->due <= now) {
		missed = (now - s->due) / s->interval;
		s->due += (missed + 1) * s->interval;
	}
	if (s->due)
		timer_start(&s->timer, s->due, signal_ring);
}

/* In ns. */
static u64 sys_sigtimer_ns(u64 cycles)
{
	return cycles / clock_hz() * NS + cycles % clock_hz() * NS / clock_hz();
}

s64 sys_sigtimer(const u64 arg[6])
{
	struct signal_timer new, old = { 0, 0 };
	struct proc *p = proc_current();
	struct signals *s = signal_need(p);
	u64 now;

	if (!s)
		return -ENOMEM;
	if (arg[0] && copyin(&new, uptr(arg[0]), sizeof(new)))
		return -EFAULT;
	if (arg[0] && (new.value > TIMER_MAX || new.interval > TIMER_MAX))
		return -EINVAL;
	spin_lock(&proc_lock);
	signal_route(p);
	now = clock_now();
	if (s->due)
		old = (struct signal_timer){ sys_sigtimer_ns(s->due > now ? s->due - now
									  : 1),
					     sys_sigtimer_ns(s->interval) };
	if (arg[0]) {
		timer_cancel(&s->timer);
		s->rang = 0;
		s->interval = new.interval ? clock_from_ns(new.interval) + 1 : 0;
		s->due = new.value ? now + clock_from_ns(new.value) + 1 : 0;
		if (s->due)
			timer_start(&s->timer, s->due, signal_ring);
	}
	spin_unlock(&proc_lock);
	return arg[1] ? copyout(uptr(arg[1]), &old, sizeof(old)) : 0;
}
