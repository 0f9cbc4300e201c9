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
	/* ^C arrived during this fork. */
	if (from->interrupted) {
		child->job.interrupted = true;
		signal_end(child, SIGINT);
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
}

/* (P) */
static void job_ask(struct proc *p)
{
	job_become_shell(p);
	p->job.at_prompt = true;
	p->job.interrupted = false;
}

/* A shell that does not call job() is recognized by what it does, see job.h. */
void job_reads_console(void)
{
	bool prompts = console_has_prompt();
	struct proc *p = proc_current();

	spin_lock(&proc_lock);
	if (!p->job.told && !p->job.background) {
		p->job.mark = proc_next_pid();
		if (p->job.shell || (!p->job.owner && p->parent->pid == 1))
			job_ask(p);
		else if (prompts)
			p->job.prompted = true;
	}
	spin_unlock(&proc_lock);
}

/* (P) */
static bool job_descends_from(const struct proc *p, int pid)
{
	while (p->pid != pid && p->pid > 1)
		p = p->parent;
	return p->pid == pid;
}

/* --- ^C -------------------------------------------------------------------- */

/* (P) @shell: the shell of the foreground job, or NULL. */
static bool job_in_foreground(const struct proc *p, const struct proc *shell)
{
	if (!p->parent || p->pid <= 1 || p->zombie || p->job.shell || p->job.background)
		return false;
	if (!shell)
		return shell_pid == NOT_YET;
	if (p->job.owner != shell->pid || p->pid < shell->job.mark)
		return false;
	return shell->job.told || job_descends_from(p, shell->pid);
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
		/* Not if it blocks the signal. */
		if (signal_post(p, SIGINT, (struct signal_note){ .code = SI_KERNEL }) ==
			    SIGNAL_END &&
		    p->fatal)
			p->job.interrupted = true;
		any = true;
	}
	any = any && !(shell && shell->job.at_prompt);
	spin_unlock(&proc_lock);
	return any;
}

/* --- the system call -------------------------------------------------------- */

s64 sys_job(const u64 arg[6])
{
	struct proc *p = proc_current();
	s64 result = 0;

	spin_lock(&proc_lock);
	switch ((int)arg[0]) {
	case JOB_PROMPT:
		if (p->job.background) {
			result = -EPERM;
			break;
		}
		p->job.told = true;
		p->job.mark = proc_next_pid();
		job_ask(p);
		break;
	case JOB_BACKGROUND:
		job_no_shell(p);
		p->job.background = true;
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
