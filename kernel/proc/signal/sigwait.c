/* sigwait.c - waiting for signals without handlers, signals with a value, and masks for the
 * time of a call; see uapi/signal.h. */

#include "core/clock.h"
#include "core/sched.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/signal/signal_priv.h"
#include "proc/syscall.h"
#include "uapi/errno.h"

/* When clock_now() will be @ns, which counts from boot; less than 0: never. */
static u64 sigwait_deadline(s64 ns)
{
	u64 now = clock_ns();

	if (ns < 0)
		return ~0ul;
	return clock_now() + ((u64)ns > now ? clock_from_ns((u64)ns - now) : 0);
}

/* Takes one of @set for the running thread, perhaps after a wait: the signal, with *@info;
 * -EAGAIN: the time is over; -EINTR.  While it waits, it is woken for them even if it
 * blocks them. */
static int sigwait_take(u32 set, u64 deadline, siginfo_t *info)
{
	struct proc *p = proc_current();
	struct sigthread *th = &threads_self()->sig;
	struct waitq wq;
	int sig, err = 0;

	waitq_init(&wq);
	spin_lock(&proc_lock);
	th->awaited = set;
	for (;;) {
		signal_route(p); /* an alarm may have rung */
		sig = sigstate_take_of(&p->signals->state, th, set);
		if (sig || err)
			break;
		err = waitq_wait_until(&wq, &proc_lock, deadline);
	}
	th->awaited = 0;
	if (sig)
		*info = signal_info(&p->signals->state, sig);
	signal_route(p); /* those that came last are for others */
	spin_unlock(&proc_lock);
	return sig ? sig : err == -ETIMEDOUT ? -EAGAIN : err;
}

s64 sys_sigwait(const u64 arg[6])
{
	struct thread *self = thread_current();
	siginfo_t info = { 0 };
	int sig;

	if (!signal_need(proc_current()))
		return -ENOMEM;
	/* A bad address is found before a signal is taken. */
	if (arg[1] && copyout(uptr(arg[1]), &info, sizeof(info)))
		return -EFAULT;
	sig = sigwait_take((u32)arg[0] & ~(SIGSTATE_FIXED | 1),
			   sigwait_deadline((s64)arg[2]), &info);
	if (sig == -EINTR) { /* goes on, unless a handler has run */
		self->interrupted = THREAD_RESTARTS_ALONE;
		self->interrupted_a0 = self->tf->a0;
	}
	if (sig > 0 && arg[1] && copyout(uptr(arg[1]), &info, sizeof(info)))
		return -EFAULT;
	return sig;
}

s64 sys_sigqueue(const u64 arg[6])
{
	int pid = (int)arg[0], sig = (int)arg[1];
	struct signal_note note = { .code = SI_QUEUE, .value = arg[2] };
	struct proc *p;

	if (sig < 0 || sig >= NSIG)
		return -EINVAL;
	if (pid == 1 && sig)
		return -EPERM;
	note.pid = proc_current()->pid;
	spin_lock(&proc_lock);
	p = proc_find(pid);
	if (p && sig)
		signal_post(p, sig, note);
	spin_unlock(&proc_lock);
	return p ? 0 : -ESRCH;
}

/* --- masks for the time of a call ----------------------------------------------------- */

int signal_mask_begin(u32 set)
{
	struct proc *p = proc_current();
	int err;

	if (!signal_need(p))
		return -ENOMEM;
	spin_lock(&proc_lock);
	signal_route(p);
	err = sigstate_mask(&threads_self()->sig, SIGMASK_SUSPEND, set);
	signal_route(p);
	spin_unlock(&proc_lock);
	return err;
}

void signal_mask_end(void)
{
	spin_lock(&proc_lock);
	sigstate_unsuspend(&threads_self()->sig);
	signal_route(proc_current());
	spin_unlock(&proc_lock);
}
