/* stop.c - see stop.h. */

#include "proc/signal/stop.h"

#include "core/sched.h"
#include "proc/proc.h"
#include "proc/signal/signal.h"

/* SIGCHLD to a parent that wants it for stops, and the end of its wait. */
static void stop_tell_parent(struct proc *p, u8 news)
{
	struct signal_note note = { .pid = p->pid, .status = p->stop.sig };
	struct signals *to = p->parent->signals;

	p->stop.news = news;
	note.code = news == WAIT_UNTRACED ? CLD_STOPPED : CLD_CONTINUED;
	if (news == WAIT_CONTINUED)
		note.status = SIGCONT;
	if (to && !(to->state.action[SIGCHLD].flags & SA_NOCLDSTOP))
		signal_post(p->parent, SIGCHLD, note);
	waitq_wake_all(&p->parent->child_died);
}

void stop_check(struct proc *p)
{
	if (!p->stop.on || p->stop.told || p->stop.at < p->threads.running)
		return;
	if (p->fatal || p->threads.ending || !p->threads.running)
		return; /* it ends */
	p->stop.told = true;
	stop_tell_parent(p, WAIT_UNTRACED);
}

static void stop_tell_threads(struct proc *p)
{
	struct proc *slot;

	list_for_each(slot, &p->threads.all, peer.link)
		thread_signal(&slot->thread);
}

void stop_begin(struct proc *p, int sig)
{
	if (p->stop.on || p->fatal || p->threads.ending || p->pid == 1)
		return;
	if (sig != SIGSTOP && !job_is_controlled(p))
		return;
	p->stop.on = true;
	p->stop.told = false;
	p->stop.sig = (u8)sig;
	p->stop.fatal = p->stop.news = 0;
	stop_tell_threads(p);
	stop_check(p); /* they may not have noticed yet that it went on */
}

void stop_end(struct proc *p)
{
	if (!p->stop.on)
		return;
	p->stop.on = p->job.suspended = false;
	p->stop.news = 0;
	if (p->stop.told)
		stop_tell_parent(p, WAIT_CONTINUED);
	if (p->stop.fatal)
		signal_end(p, p->stop.fatal);
	stop_tell_threads(p); /* of what has come meanwhile, too */
}

void stop_here(struct proc *p)
{
	struct thread *self = thread_current();

	if (!p->stop.on || thread_killed())
		return;
	p->stop.at++;
	stop_check(p);
	while (p->stop.on && !thread_killed()) {
		__atomic_store_n(&self->signalled, false, __ATOMIC_RELAXED);
		thread_prepare_sleep(true);
		spin_unlock(&proc_lock);
		thread_sleep();
		spin_lock(&proc_lock);
	}
	p->stop.at--;
}

void stop_orphan(struct proc *p)
{
	struct signal_note note = { .code = SI_KERNEL };

	if (!p->stop.on)
		return;
	signal_post(p, SIGHUP, note);
	signal_post(p, SIGCONT, note);
}
