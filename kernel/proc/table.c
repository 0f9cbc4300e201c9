/* table.c - the processes seen from outside: ^P, procinfo(). */

#include "core/clock.h"
#include "core/coreup.h"
#include "core/report/klog.h"
#include "lib/describe.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/space/watch.h"
#include "proc/proc.h"

struct proc *proc_find(int pid)
{
	for (unsigned i = 0; i < NPROC; i++) {
		if (pid > 0 && procs[i].pid == pid)
			return &procs[i];
	}
	return NULL;
}

unsigned proc_count(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NPROC; i++)
		n += __atomic_load_n(&procs[i].pid, __ATOMIC_RELAXED) != 0;
	return n;
}

static int proc_thread_state(const struct thread *t)
{
	switch (t->state) {
	case THREAD_NEW:
		return PS_NEW;
	case THREAD_READY:
		return PS_READY;
	case THREAD_SLEEPING:
	case THREAD_WAITING:
		return PS_SLEEPING;
	default:
		return PS_RUNNING;
	}
}

/* (P) That of the thread which does most. */
static int proc_state(struct proc *p)
{
	int state = PS_SLEEPING;
	struct proc *slot;

	if (p->zombie)
		return PS_ZOMBIE;
	if (p->stop.on && p->stop.told)
		return PS_STOPPED;
	list_for_each(slot, &p->threads.all, peer.link) {
		int s = slot->peer.gone ? PS_SLEEPING : proc_thread_state(&slot->thread);

		if (s == PS_RUNNING || state == PS_SLEEPING)
			state = s;
	}
	return state;
}

bool proc_info(unsigned slot, struct procinfo *info)
{
	struct proc *p = &procs[slot];

	memset(info, 0, sizeof(*info));
	spin_lock(&proc_lock);
	info->pid = p->pid;
	if (p->pid) {
		info->ppid = p->parent && p->parent != p ? p->parent->pid : 0;
		info->state = proc_state(p);
		info->hart = (int)p->thread.hart;
		info->size = p->as ? p->as->brk : 0;
		info->resident = p->as ? p->as->resident : 0;
		info->faults = p->as ? p->as->faults : 0;
		info->cputime = threads_cputime(p).cycles * 1000 / (clock_hz() / 1000);
		info->started = (p->times.started - clock_tick_time(0)) * 1000 /
				(clock_hz() / 1000);
		strlcpy(info->name, p->thread.name, sizeof(info->name));
	}
	spin_unlock(&proc_lock);
	return info->pid != 0;
}

/* A process without a parent is still being made by fork, and its space must not be seen.
 * exit and exec take p->as away under proc_lock before they destroy the space. */
struct aspace *proc_watch(int pid, struct procinfo *who)
{
	struct aspace *as = NULL;
	struct proc *p;

	spin_lock(&proc_lock);
	p = pid ? proc_find(pid) : proc_current();
	if (p && p->parent)
		as = p->as;
	if (as) {
		aspace_watch(as);
		who->pid = p->pid;
		strlcpy(who->name, p->thread.name, sizeof(who->name));
	}
	spin_unlock(&proc_lock);
	return as;
}

void proc_print_all(void)
{
	static const char *const state[] = {
		[PS_NEW] = "new",        [PS_READY] = "ready",   [PS_RUNNING] = "run",
		[PS_SLEEPING] = "sleep", [PS_ZOMBIE] = "zombie", [PS_STOPPED] = "stop",
	};
	struct procinfo info;

	printk("\n");
	for (unsigned i = 0; i < NPROC; i++) {
		if (proc_info(i, &info))
			printk("%d %s %s\n", info.pid, state[info.state], info.name);
	}
}

void proc_describe_current(void)
{
	struct proc *p = thread_current() ? proc_current() : NULL;

	if (p)
		printk("process %d (%s)", p->pid, p->thread.name);
	else
		printk("no process");
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_ARRAY("procs", procs);
DESCRIBE_FIELD(proc, thread);
DESCRIBE_FIELD(proc, peer.link);
DESCRIBE_FIELD(proc, peer.gone);
DESCRIBE_FIELD(proc, pid);
DESCRIBE_FIELD(proc, threads.all);
DESCRIBE_FIELD(proc, as);
DESCRIBE_FIELD(proc, pages.trapframe);
DESCRIBE_FIELD(proc, pages.usyscall);
DESCRIBE_FIELD(proc, zombie);
DESCRIBE_FIELD(proc, stop.on);
DESCRIBE_FIELD(proc, stop.told);
DESCRIBE_FIELD(proc, parent);
