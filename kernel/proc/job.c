/* job.c - see job.h. */

#include "proc/job.h"

#include "dev/tty/console.h"
#include "proc/proc.h"
#include "proc/signal/signal.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/job.h"

/* Values of shell_pid that are not pids. */
#define NOT_YET 0 /* no line was asked for yet: all that init has started is the job */
#define GONE (-1) /* the last shell has ended                                        */

/* Part of the number of a job that is one line, so that it is no pid. */
#define LINE 0x40000000

static int shell_pid; /* (P) the shell whose job is in the foreground */

/* (P) */
static void job_become_shell(struct proc *p)
{
	p->job.shell = true;
	shell_pid = p->pid;
}

void job_inherit(struct proc *child, struct proc *parent)
{
	struct job *from = &parent->job;

	from->at_prompt = false;
	if (from->prompted && !from->shell)
		job_become_shell(parent);
	child->job.background = from->background;
	child->job.owner = from->shell ? parent->pid : from->owner;
	child->job.group = from->shell ? from->starts : from->group;
	/* ^C, ^Z or a signal to the whole job arrived during this fork. */
	if (!(from->interrupted | from->suspended))
		return;
	if (from->interrupted) {
		child->job.interrupted = true;
		signal_end(child, parent->fatal ? parent->fatal : SIGINT);
	}
	if (from->suspended) {
		child->job.suspended = true;
		stop_begin(child, SIGTSTP);
	}
}

void job_no_shell(struct proc *p)
{
	struct proc *owner;

	if (p->job.shell && shell_pid == p->pid) {
		owner = proc_find(p->job.owner);
		shell_pid = owner && owner->job.shell ? owner->pid : GONE;
	}
	p->job.shell = p->job.told = p->job.prompted = p->job.interrupted = false;
	p->job.controls = false;
}

/* (P) */
static void job_ask(struct proc *p)
{
	job_become_shell(p);
	p->job.at_prompt = true;
	p->job.interrupted = false;
}

/* (P) @p begins a line, and with it another job. */
static void job_begin_line(struct proc *p)
{
	p->job.starts = p->job.front = LINE | proc_next_pid();
}

/* A shell that does not call job() is recognized by what it does, see job.h. */
static void job_recognize(struct proc *p, bool prompts)
{
	if (!p->job.told && !p->job.background) {
		job_begin_line(p);
		if (p->job.shell || (!p->job.owner && p->parent->pid == 1))
			job_ask(p);
		else if (prompts)
			p->job.prompted = true;
	}
}

/* (P) */
static bool job_descends_from(const struct proc *p, int pid)
{
	while (p->pid != pid && p->pid > 1)
		p = p->parent;
	return p->pid == pid;
}

bool job_is_controlled(const struct proc *p)
{
	const struct proc *owner = proc_find(p->job.owner);

	return owner && owner->job.controls;
}

void job_orphans(const struct proc *shell)
{
	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *p = &procs[i];

		if (p->pid && p->parent && !p->zombie && p->job.owner == shell->pid &&
		    !job_descends_from(p, shell->pid))
			stop_orphan(p);
	}
}

/* --- a job that is not in the foreground ------------------------------------- */

/* The running process needs the terminal: @sig stops a job that could get it, and has
 * not.  0, -EINTR or -EIO. */
static int job_needs_terminal(int sig)
{
	struct proc *p = proc_current(), *owner = proc_find(p->job.owner);
	const struct sigstate *s = p->signals ? &p->signals->state : NULL;
	int err = 0;

	if (!owner || !owner->job.controls ||
	    (p->job.group == owner->job.front && !p->job.background))
		return 0;
	if (!job_descends_from(p, owner->pid))
		return -EIO; /* nobody would learn that it stops */
	if (threads_self()->sig.mask & BIT(sig) || sigstate_fate(s, sig) == SIGNAL_DROP)
		return -EIO;
	err = job_signal(p->job.group, sig, (struct signal_note){ .code = SI_KERNEL });
	return !err && thread_interrupted(true) ? -EINTR : -EIO;
}

int job_reads_console(void)
{
	bool prompts = console_has_prompt();
	int err;

	spin_lock(&proc_lock);
	err = job_needs_terminal(SIGTTIN);
	if (!err)
		job_recognize(proc_current(), prompts);
	spin_unlock(&proc_lock);
	return err;
}

int job_changes_console(void)
{
	int err;

	spin_lock(&proc_lock);
	err = job_needs_terminal(SIGTTOU);
	spin_unlock(&proc_lock);
	return err;
}

/* (P) A process of a job gets @sig; so does the child that it is about to have, if that
 * ends or stops it.  (What is blocked does neither.) */
static void job_post(struct proc *p, int sig, struct signal_note note)
{
	enum signal_fate fate = signal_post(p, sig, note);

	if (fate == SIGNAL_STOP)
		p->job.suspended = p->stop.on;
	else if (fate == SIGNAL_END && p->fatal)
		p->job.interrupted = true;
}

int job_signal(int group, int sig, struct signal_note note)
{
	struct proc *self = proc_current();
	int err = -ESRCH;

	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *p = &procs[i];

		if (!p->pid || !p->parent || (group ? p->job.group != group : p != self))
			continue;
		if (sig)
			job_post(p, sig, note);
		err = 0;
	}
	return err;
}

/* --- ^C and ^Z --------------------------------------------------------------- */

/* (P) @shell: the shell of the foreground job, or NULL. */
static bool job_in_foreground(const struct proc *p, const struct proc *shell)
{
	bool lost;

	if (!p->parent || p->pid <= 1 || p->zombie || p->job.shell || p->job.background)
		return false;
	if (!shell)
		return shell_pid == NOT_YET;
	if (p->job.owner != shell->pid)
		return false;
	lost = !job_descends_from(p, shell->pid);
	if (p->job.group == shell->job.front)
		return shell->job.told || !lost;
	/* What forks and exits all the time is caught in any line. */
	return shell->job.told && lost && (p->pid | LINE) >= shell->job.starts;
}

/* (P) Tells a shell that calls job() of a ^C.  True: its wait ends. */
static bool job_tell_shell(struct proc *shell)
{
	if (!shell || !shell->job.told)
		return false;
	shell->job.interrupted = true;
	if (shell->job.may_break)
		waitq_wake_all(&shell->child_died);
	return shell->job.may_break;
}

bool job_interrupt(void)
{
	struct proc *shell;
	bool any;

	spin_lock(&proc_lock);
	shell = proc_find(shell_pid);
	any = job_tell_shell(shell);
	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *p = &procs[i];

		if (!p->pid || !job_in_foreground(p, shell))
			continue;
		job_post(p, SIGINT, (struct signal_note){ .code = SI_KERNEL });
		any = true;
	}
	any = any && !(shell && shell->job.at_prompt);
	spin_unlock(&proc_lock);
	return any;
}

bool job_suspend(void)
{
	struct signal_note note = { .code = SI_KERNEL };
	struct proc *shell;
	bool any = false;

	spin_lock(&proc_lock);
	shell = proc_find(shell_pid);
	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *p = &procs[i];

		if (!shell || !shell->job.controls || shell->job.at_prompt || !p->pid ||
		    !job_in_foreground(p, shell) || p->job.group != shell->job.front)
			continue;
		job_post(p, SIGTSTP, note);
		any = true;
	}
	spin_unlock(&proc_lock);
	return any;
}

/* --- the system call -------------------------------------------------------- */

/* (P) Job @number of the shell @p is in the foreground.  -EPERM: @p does not continue jobs;
 * -ESRCH: it has no such job. */
static int job_to_front(struct proc *p, int number)
{
	bool any = number == p->job.starts;

	if (!p->job.controls)
		return -EPERM;
	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *member = &procs[i];

		if (!member->pid || !member->parent || member->job.owner != p->pid ||
		    member->job.group != number)
			continue;
		member->job.background = false;
		any = true;
	}
	if (!any)
		return -ESRCH;
	p->job.front = number;
	p->job.at_prompt = p->job.interrupted = false;
	return 0;
}

/* (P) -EPERM: it is in the background. */
static int job_prompt(struct proc *p)
{
	if (p->job.background)
		return -EPERM;
	p->job.told = true;
	job_begin_line(p);
	job_ask(p);
	return 0;
}

s64 sys_job(const u64 arg[6])
{
	struct proc *p = proc_current();
	s64 result = 0;

	spin_lock(&proc_lock);
	switch ((int)arg[0]) {
	case JOB_PROMPT:
		result = job_prompt(p);
		break;
	case JOB_BACKGROUND:
		job_no_shell(p);
		p->job.background = true;
		p->job.group = p->pid;
		break;
	case JOB_CONTROL:
		p->job.controls = p->job.shell;
		result = p->job.shell ? p->job.starts : -EPERM;
		break;
	case JOB_FOREGROUND:
		result = job_to_front(p, (int)arg[1]);
		break;
	case JOB_INTERRUPTED:
		result = p->job.interrupted;
		break;
	default:
		result = -EINVAL;
	}
	spin_unlock(&proc_lock);
	return result;
}
