/* proc.c - slots, fork, exit, wait, kill.  See proc.h for the locks. */

#include "proc/proc.h"

#include "core/clock.h"
#include "core/coreup.h"
#include "core/report/event.h"
#include "core/report/klog.h"
#include "dev/tty/console.h"
#include "fs/fs.h"
#include "lib/fmt.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "mm/phys/reclaim.h"
#include "net/port.h"
#include "proc/threads/fds.h"
#include "proc/lab/alarm.h"
#include "proc/lab/sandbox.h"
#include "proc/program/program.h"
#include "proc/signal/signal.h"
#include "proc/trace/calltrace.h"
#include "proc/threads/futex.h"
#include "uapi/errno.h"

/* It is called in two places, and wait() pays for each instruction. */
#define ALWAYS_INLINE __attribute__((always_inline)) inline

struct proc procs[NPROC];
struct spinlock proc_lock = SPINLOCK_INIT("proc", proc);
static u64 stack_tops[NPROC];      /* (C) */
static int next_pid = 1;           /* (P) */
static struct proc *init_proc;     /* (C) after boot */
static struct first_program first; /* (C) after boot */

void proc_init(void)
{
	alarm_init();
	signal_init();
	sandbox_init();
	program_init();
	futex_init();
	for (unsigned i = 0; i < NPROC; i++) {
		stack_tops[i] = kstack_alloc();
		if (!stack_tops[i])
			panic("no memory for kernel stack %u", i);
	}
}

int proc_next_pid(void)
{
	return __atomic_load_n(&next_pid, __ATOMIC_RELAXED);
}

/* --- slots ------------------------------------------------------------- */

static void proc_main(void *arg)
{
	(void)arg;
	proc_enter_user();
}

/* (P) @p has ended: SIGCHLD to a parent that has asked for signals. */
static void proc_tell_parent(struct proc *p)
{
	struct signal_note note = { .pid = p->pid };

	if (!p->parent->signals)
		return;
	note.status = p->status >> 32 ? (int)(p->status >> 32) : (int)(p->status & 0xff);
	note.code = p->status >> 32 ? CLD_KILLED : CLD_EXITED;
	signal_post(p->parent, SIGCHLD, note);
}

static void proc_dead(struct thread *t)
{
	struct proc *p = t->proc, *slot = container_of(t, struct proc, thread);

	if (slot->peer.emptied)
		aspace_bury(slot->peer.emptied);
	spin_lock(&proc_lock);
	if (threads_gone(slot)) {
		p->zombie = true;
		p->stop.news = STOP_ENDED;
		proc_tell_parent(p);
		waitq_wake_all(&p->parent->child_died);
	}
	spin_unlock(&proc_lock);
}

static void proc_slot_init(struct proc *p, int pid)
{
	threads_init(p, pid);
	p->times = (struct proc_times){ .started = clock_now() };
	list_init(&p->children);
	waitq_init(&p->child_died);
	__atomic_store_n(&p->pid, pid, __ATOMIC_RELEASE);
}

struct proc *proc_slot_take(struct proc *of)
{
	struct proc *found = NULL;

	spin_lock(&proc_lock);
	for (unsigned i = 0; i < NPROC && !found; i++) {
		if (!procs[i].peer.tid)
			found = &procs[i];
	}
	if (found) {
		memset(&found->thread + 1, 0,
		       offsetof(struct proc, times) - sizeof(found->thread));
		thread_init(&found->thread, "", stack_tops[found - procs], proc_main, NULL);
		found->thread.on_dead = proc_dead;
		found->thread.proc = of;
		list_init(&found->sibling);
		found->peer.tid = next_pid;
		if (!of)
			proc_slot_init(found, next_pid);
		next_pid = next_pid == PID_MAX ? 2 : next_pid + 1;
	}
	spin_unlock(&proc_lock);
	return found;
}

void proc_slot_release(struct proc *p)
{
	spin_lock(&proc_lock);
	list_del(&p->sibling);
	p->peer.tid = 0;
	__atomic_store_n(&p->pid, 0, __ATOMIC_RELEASE);
	spin_unlock(&proc_lock);
}

static void proc_free_pages(struct proc *p)
{
	if (p->pages.trapframe)
		frame_put(p->pages.trapframe);
	if (p->pages.usyscall) {
		memset(frame_va(p->pages.usyscall), 0, sizeof(struct usyscall));
		frame_put_cleared(p->pages.usyscall);
	}
	p->pages = (struct aspace_pages){ NULL, NULL };
}

static int proc_alloc_pages(struct proc *p)
{
	p->pages.trapframe = frame_alloc(FRAME_trapframe, 0); /* programs never see it */
	p->pages.usyscall = frame_alloc(FRAME_usyscall, FRAME_ZERO);
	if (!p->pages.trapframe || !p->pages.usyscall) {
		proc_free_pages(p);
		return -ENOMEM;
	}
	p->thread.tf = frame_va(p->pages.trapframe);
	*p->thread.tf = (struct trapframe){ .kernel_sp = p->thread.stack_top };
	p->usyscall = frame_va(p->pages.usyscall);
	*p->usyscall = (struct usyscall){
		.pid = p->pid,
		.version = USYSCALL_VERSION,
		.timebase_hz = clock_hz(),
		.boot_time = clock_tick_time(0),
		.real_boot_ns = clock_real_boot_ns(),
	};
	return 0;
}

struct proc *proc_alloc(int *err)
{
	struct proc *p = proc_slot_take(NULL);

	*err = -EAGAIN;
	if (!p)
		return NULL;
	*err = proc_alloc_pages(p);
	if (*err) {
		proc_slot_release(p);
		return NULL;
	}
	return p;
}

void proc_free(struct proc *p)
{
	proc_free_pages(p);
	proc_slot_release(p);
}

/* --- fork -------------------------------------------------------------- */

/* @child is the child's only thread, @self the running one. */
static void proc_copy_registers(struct thread *child, struct thread *self)
{
	memcpy(child->tf->x, self->tf->x, sizeof(child->tf->x));
	child->tf->pc = self->tf->pc;
	child->tf->a0 = 0;
	fp_flush(self);
	child->fp_used = self->fp_used;
	if (self->fp_used)
		child->fp = self->fp;
}

/* (P) Makes @child, which is in no list, a child of @parent; its USYSCALL page then says
 * so. */
static void proc_adopt(struct proc *parent, struct proc *child)
{
	child->parent = parent;
	list_add_tail(&parent->children, &child->sibling);
	if (child->usyscall)
		child->usyscall->ppid = parent->pid;
}

/* What few processes have: struct thread, attends. */
static void proc_copy_oddities(struct proc *child, struct proc *parent)
{
	sandbox_fork(child, parent);
	child->trace = parent->trace;
	calltrace_fork(child, parent);
	child->counts_calls = parent->counts_calls;
	child->thread.traced = calltrace_wanted(child);
}

static s64 proc_fork_once(void)
{
	struct thread *self = thread_current();
	struct proc *parent = self->proc;
	int err, pid;
	struct proc *child = proc_alloc(&err);

	if (!child)
		return err;
	if (self->attends)
		err = alarm_fork(&child->thread, self);
	if (!err && parent->signals)
		err = signal_fork(child, parent);
	if (!err)
		err = aspace_fork(parent->as, &child->pages, &child->as);
	if (err) {
		alarm_drop(&child->thread);
		if (child->signals)
			signal_drop(child);
		proc_free(child);
		return err;
	}
	child->thread.as = child->as;
	aspace_check(parent->as);
	aspace_check(child->as);
	proc_copy_registers(&child->thread, self);
	fds_copy(child, parent);
	child->program = program_get(parent->program);
	strlcpy(child->thread.name, parent->thread.name, PROCNAME);
	child->thread.pinned = self->pinned; /* both are on this hart */
	if (self->attends)
		proc_copy_oddities(child, parent);
	child->eager_sbrk = parent->eager_sbrk;
	pid = child->pid;
	spin_lock(&proc_lock);
	proc_adopt(parent, child);
	job_inherit(child, parent);
	spin_unlock(&proc_lock);
	event(EVENT_FORK, (u64)pid, 0, 0);
	thread_start(&child->thread);
	return pid;
}

s64 proc_fork(void)
{
	s64 pid;

	do
		pid = proc_fork_once();
	while (pid == -ENOMEM && mem_wait());
	return pid;
}

/* --- exit -------------------------------------------------------------- */

/* Gives back all but the tables of the space, which it returns. */
static struct aspace *proc_drop_memory(struct proc *p)
{
	struct thread *self = thread_current();
	struct aspace *as = self->as;
	struct program *program = p->program;

	event(EVENT_EXIT, 0, 0, 0);
	irq_push_off();
	spin_lock(&proc_lock);
	self->as = p->as = NULL;
	p->program = NULL;
	p->usyscall = NULL;
	spin_unlock(&proc_lock);
	root_rest();
	irq_pop_off();
	aspace_empty(as);
	program_put(program);
	proc_free_pages(p);
	return as;
}

/* The children of @p go to init, which waits for everybody.  A parent that waits is woken
 * already: then it is next on this hart, and before it goes on proc_dead() makes @p a
 * zombie.  Wherever else it runs it waits again, and proc_dead() wakes it. */
static void proc_leave_tree(struct proc *p)
{
	struct proc *child, *next;

	spin_lock(&proc_lock);
	if (p->job.controls)
		job_orphans(p);
	job_no_shell(p);
	list_for_each_safe(child, next, &p->children, sibling) {
		list_del(&child->sibling);
		proc_adopt(init_proc, child);
		stop_orphan(child);
		if (child->zombie)
			waitq_wake_all(&init_proc->child_died);
	}
	waitq_wake_all(&p->parent->child_died);
	spin_unlock(&proc_lock);
}

void proc_exit_thread(u64 value)
{
	struct thread *self = thread_current();
	struct proc *p = self->proc;
	struct aspace *as;

	if (self->attends)
		alarm_drop(self);
	if (!p->threads.several || threads_leave(value)) {
		if (proc_is_init(p))
			proc_end_init("exit of its last thread");
		console_leave();
		if (p->signals)
			signal_drop(p);
		if (p->sandbox)
			sandbox_drop(p);
		if (p->tracer)
			calltrace_leave(p, p->status);
		fds_close_all(p);
		if (p->binds_ports)
			port_leave(p);
		as = proc_drop_memory(p);
		proc_leave_tree(p);
		if (aspace_leave(as))
			threads_self()->peer.emptied = as;
	}
	thread_exit(); /* proc_dead() tells the parent */
}

void proc_exit(u64 status)
{
	struct proc *p = proc_current();
	bool all = !p->threads.several || threads_end(status);

	if (!p->threads.several)
		p->status = status;
	if (all && proc_is_init(p)) {
		char why[40];

		fmt_snprintf(why, sizeof(why), "exit with status %d", (int)status);
		proc_end_init(why);
	}
	proc_exit_thread(0);
}

/* --- wait -------------------------------------------------------------- */

/* (P) A child that has ended, or of which there is one of @news, or NULL.  *mine: whether
 * there is such a child at all. */
static ALWAYS_INLINE struct proc *proc_find_news(struct proc *p, int pid, u8 news,
						 bool *mine)
{
	struct proc *child;

	*mine = false;
	list_for_each(child, &p->children, sibling) {
		if (pid != -1 && child->pid != pid)
			continue;
		*mine = true;
		if (child->stop.news & news && !child->claimed)
			return child;
	}
	return NULL;
}

/* (P) The caller is about to tell of @child, which nobody else does meanwhile. */
static void proc_claim(struct proc *child)
{
	child->claimed = true;
	if (child->zombie)
		return;
	child->stop.telling = child->stop.news;
	child->stop.news = 0;
}

/* (P) Sleeps until a child ends: 0, or -EINTR. */
static int proc_wait_child(struct proc *p, int options)
{
	bool breaks = options & WAIT_INTERRUPT;
	int err;

	if (breaks && p->job.interrupted)
		return -EINTR;
	p->job.at_prompt = false;
	p->job.may_break = breaks;
	err = waitq_wait(&p->child_died, &proc_lock);
	p->job.may_break = false;
	return err;
}

s64 proc_wait(int pid, int options, struct proc **child)
{
	struct proc *p = proc_current();
	u8 wanted = (options & (WAIT_UNTRACED | WAIT_CONTINUED)) | STOP_ENDED;
	s64 result = 0;
	bool mine;

	spin_lock(&proc_lock);
	while (!(*child = proc_find_news(p, pid, wanted, &mine))) {
		if (!mine)
			result = -ECHILD;
		else if (!(options & WAIT_NOHANG))
			result = proc_wait_child(p, options);
		/* SIGCHLD of a child that has ended meanwhile does not hide it. */
		if (result == -EINTR && (*child = proc_find_news(p, pid, wanted, &mine)))
			break;
		if (result || options & WAIT_NOHANG)
			break;
	}
	if (*child) {
		proc_claim(*child);
		result = (*child)->pid;
	}
	spin_unlock(&proc_lock);
	return result;
}

/* Other threads of the parent do the same for other children. */
static void proc_take_time(struct cputime *to, const struct proc *child)
{
	const struct cputime *joined = &child->threads.joined,
			     *more = &child->times.children;
	const struct thread *t = &child->thread;

	__atomic_fetch_add(&to->cycles, t->runtime + joined->cycles + more->cycles,
			   __ATOMIC_RELAXED);
	__atomic_fetch_add(&to->samples, t->samples + joined->samples + more->samples,
			   __ATOMIC_RELAXED);
}

/* Another thread of the caller may wait for the same child. */
void proc_wait_done(struct proc *child, bool told)
{
	struct proc *p = child->parent;

	if (told && !child->stop.telling) {
		proc_take_time(&p->times.children, child);
		proc_slot_release(child);
	} else {
		spin_lock(&proc_lock);
		if (!told && !child->stop.news)
			child->stop.news = child->stop.telling;
		child->stop.telling = 0;
		child->claimed = false;
		spin_unlock(&proc_lock);
	}
	if (p->threads.several)
		waitq_wake_all(&p->child_died);
}

/* --- kill -------------------------------------------------------------- */

int proc_kill(int pid)
{
	struct proc *p;

	if (pid == 1)
		return -EPERM; /* without init there is no system */
	spin_lock(&proc_lock);
	p = proc_find(pid);
	if (p)
		signal_end(p, SIGKILL);
	spin_unlock(&proc_lock);
	return p ? 0 : -ESRCH;
}

/* --- process 1 --------------------------------------------------------- */

bool proc_is_init(const struct proc *p)
{
	return p == init_proc;
}

void proc_end_init(const char *why)
{
	first.ended(why);
	__builtin_unreachable();
}

/* The thread of process 1 starts in the kernel and becomes a program by exec. */
static void proc_first_main(void *arg)
{
	const char *const argv[] = { first.path, NULL };
	struct proc *p = proc_current();
	int err;

	(void)arg;
	first.before();
	p->cwd = inode_root();
	err = proc_exec_kernel(first.path, argv);
	if (err < 0)
		first.failed(err);
	first.after();
	proc_enter_user();
}

void proc_start_first(const struct first_program *program)
{
	int err;
	struct proc *p = proc_alloc(&err);

	if (!p)
		panic("no memory for the first process");
	first = *program;
	p->thread.fn = proc_first_main;
	strlcpy(p->thread.name, "init", PROCNAME);
	p->thread.waits_for_memory = true;
	init_proc = p->parent = p;
	thread_start(&p->thread);
}
