/* job.c - see job.h. */

#include "proc/job.h"

#include "lib/string.h"
#include "proc/proc.h"
#include "proc/syscall.h"
#include "uapi/errno.h"
#include "uapi/job.h"

/* Values of shell_pid that are no pid. */
#define NOT_YET 0 /* nobody has asked for a line: all that init has started is the job */
#define GONE (-1) /* the last one has ended                                            */

static int shell_pid; /* (P) the shell whose job is in the foreground */

/* (P) */
static struct proc *find(int pid)
{
	for (unsigned i = 0; i < NPROC; i++) {
		if (pid > 0 && procs[i].pid == pid)
			return &procs[i];
	}
	return NULL;
}

void job_inherit(struct proc *child, struct proc *parent)
{
	struct job *from = &parent->job;

	from->at_prompt = false;
	child->job.background = from->background;
	child->job.owner = from->shell ? parent->pid : from->owner;
	/* ^C came in the middle of this fork. */
	if (from->interrupted) {
		child->job.interrupted = true;
		thread_kill(&child->thread);
	}
}

void job_no_shell(struct proc *p)
{
	struct proc *owner;

	if (p->job.shell && shell_pid == p->pid) {
		owner = find(p->job.owner);
		shell_pid = owner && owner->job.shell ? owner->pid : GONE;
	}
	p->job.shell = p->job.told = p->job.interrupted = false;
}

/* (P) */
static void asks_for_line(struct proc *p)
{
	p->job.shell = p->job.at_prompt = true;
	p->job.interrupted = false;
	p->job.mark = proc_next_pid();
	shell_pid = p->pid;
}

/* --- shells that say nothing --------------------------------------------- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* sh, xv6sh, my-sh; not hash. */
static bool named_like_a_shell(const char *name)
{
	u64 n = strlen(name);

	if (n < 2 || strcmp(name + n - 2, "sh") != 0)
		return false;
	return n == 2 || !is_letter(name[n - 3]);
}

/* (P) @p reads the console. */
static bool looks_like_a_shell(const struct proc *p)
{
	if (p->job.shell)
		return true;
	if (p->job.owner)
		return named_like_a_shell(p->thread.name);
	return p->parent->pid == 1;
}

void job_reads_console(void)
{
	struct proc *p = proc_current();

	spin_lock(&proc_lock);
	if (!p->job.told && !p->job.background && looks_like_a_shell(p))
		asks_for_line(p);
	spin_unlock(&proc_lock);
}

/* (P) */
static bool descends_from(const struct proc *p, int pid)
{
	while (p->pid != pid && p->pid > 1)
		p = p->parent;
	return p->pid == pid;
}

/* --- ^C -------------------------------------------------------------------- */

/* (P) @shell: whose job it would be, or NULL. */
static bool in_foreground(const struct proc *p, const struct proc *shell)
{
	if (!p->parent || p->pid <= 1 || p->zombie || p->job.shell || p->job.background)
		return false;
	if (!shell)
		return shell_pid == NOT_YET;
	if (p->job.owner != shell->pid || p->pid < shell->job.mark)
		return false;
	return shell->job.told || descends_from(p, shell->pid);
}

/* (P) A shell that says what it does can be told, too. */
static bool tell_shell(struct proc *shell)
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
	shell = find(shell_pid);
	any = tell_shell(shell);
	for (unsigned i = 0; i < NPROC; i++) {
		struct proc *p = &procs[i];

		if (!p->pid || !in_foreground(p, shell))
			continue;
		p->job.interrupted = true;
		thread_kill(&p->thread);
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
		asks_for_line(p);
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
