/* threads.c - making, joining and ending the threads of a process: see threads.h. */

#include "proc/threads/threads.h"

#include "arch/riscv/switch.h"
#include "core/coreup.h"
#include "lib/string.h"
#include "mm/space/aspace.h"
#include "proc/proc.h"
#include "proc/signal/signal.h"
#include "proc/trace/calltrace.h"
#include "uapi/errno.h"
#include "uapi/thread.h"

_Static_assert(NTHREAD * sizeof(struct trapframe) <= PAGE_SIZE, "trap frames of a process");
_Static_assert(NTHREAD < 32, "a bit for each trap frame");

/* Where a function returns to that is the first of a thread: no code is there. */
#define NO_RETURN_ADDRESS ~0ul

struct proc *threads_self(void)
{
	return container_of(thread_current(), struct proc, thread);
}

void threads_init(struct proc *p, int pid)
{
	struct threads *all = &p->threads;

	list_init(&all->all);
	list_add_tail(&all->all, &p->peer.link);
	p->peer.tid = pid;
	p->thread.proc = p;
	all->running = all->stacks = all->frames = 1;
}

/* --- making ------------------------------------------------------------- */

/* (P) The index of a free trap frame, or NTHREAD. */
static u32 threads_free_frame(const struct threads *all)
{
	u32 i = 0;

	while (i < NTHREAD && all->frames & BIT(i))
		i++;
	return i;
}

/* Adds @slot to the threads of @p, unless they are about to end.  -EAGAIN, -EINTR. */
static int threads_add(struct proc *p, struct proc *slot)
{
	struct threads *all = &p->threads;
	struct trapframe *frames = frame_va(p->pages.trapframe);
	int err = 0;
	u32 i;

	spin_lock(&proc_lock);
	i = threads_free_frame(all);
	if (!all->several) {
		waitq_init(&all->left);
		spin_init(&p->files_lock, "files", RANK_task);
	}
	if (all->ending || thread_killed()) {
		err = -EINTR;
	} else if (i == NTHREAD) {
		err = -EAGAIN;
	} else {
		all->several = true;
		thread_current()->has_peers = slot->thread.has_peers = true;
		slot->thread.sandboxed = p->sandbox != NULL;
		slot->thread.traced = calltrace_wanted(p);
		slot->thread.signalled = p->stop.on;
		all->frames |= BIT(i);
		all->running++;
		all->stacks++;
		slot->thread.as = p->as;
		slot->thread.tf = &frames[i];
		list_add_tail(&all->all, &slot->peer.link);
	}
	spin_unlock(&proc_lock);
	return err;
}

s64 threads_clone(va_t fn, u64 arg, va_t stack, u64 tls)
{
	const struct thread *self = thread_current();
	struct proc *p = proc_current(), *slot = proc_slot_take(p);
	int err, tid;

	if (!slot)
		return -EAGAIN;
	aspace_share(p->as);
	strlcpy(slot->thread.name, p->thread.name, PROCNAME);
	slot->thread.waits_for_memory = self->waits_for_memory;
	slot->thread.pinned = self->pinned; /* both are on this hart */
	slot->sig.mask = threads_self()->sig.mask;
	tid = slot->peer.tid;
	err = threads_add(p, slot);
	if (err) {
		proc_slot_release(slot);
		return err;
	}
	*slot->thread.tf = (struct trapframe){
		.kernel_sp = slot->thread.stack_top,
		.pc = fn,
		.ra = NO_RETURN_ADDRESS,
		.sp = ALIGN_DOWN(stack, 16),
		.gp = self->tf->gp,
		.tp = tls,
		.a0 = arg,
	};
	thread_start(&slot->thread);
	return tid;
}

/* --- joining ------------------------------------------------------------ */

/* (P) The thread @tid of @p, or with -1 one that is gone, or else any other than the
 * caller and the first one.  NULL: none. */
static struct proc *threads_find(struct proc *p, int tid)
{
	struct proc *self = threads_self(), *slot, *found = NULL;

	list_for_each(slot, &p->threads.all, peer.link) {
		int is = slot->peer.tid;

		if (tid != -1 ? is != tid : is == p->pid || slot == self)
			continue;
		found = slot;
		if (slot->peer.gone && !slot->peer.claimed)
			break;
	}
	return found;
}

s64 threads_join(int tid, int options, struct proc **out)
{
	struct proc *p = proc_current(), *slot;
	s64 result = 0;

	*out = NULL;
	if (tid == threads_self()->peer.tid)
		return -EDEADLK;
	spin_lock(&proc_lock);
	for (;;) {
		slot = threads_find(p, tid);
		if (!slot)
			result = -ESRCH;
		else if (slot->peer.gone && !slot->peer.claimed)
			*out = slot;
		else if (!(options & JOIN_NOHANG))
			result = waitq_wait(&p->threads.left, &proc_lock);
		if (result || *out || options & JOIN_NOHANG)
			break;
	}
	if (*out) {
		slot->peer.claimed = true;
		result = slot->peer.tid;
	}
	spin_unlock(&proc_lock);
	return result;
}

/* (P) @slot, whose thread is gone, is no longer one of the threads of @p. */
static void threads_forget(struct proc *p, struct proc *slot)
{
	p->threads.joined.cycles += slot->thread.runtime;
	p->threads.joined.samples += slot->thread.samples;
	list_del(&slot->peer.link);
	if (slot != p)
		slot->peer.tid = 0; /* the slot is free */
}

void threads_join_done(struct proc *slot, bool joined)
{
	struct proc *p = proc_current();

	spin_lock(&proc_lock);
	slot->peer.claimed = false;
	if (joined)
		threads_forget(p, slot);
	waitq_wake_all(&p->threads.left);
	spin_unlock(&proc_lock);
}

/* --- ending ------------------------------------------------------------- */

bool threads_end(u64 status)
{
	struct proc *p = proc_current(), *self = threads_self();
	bool all = true;

	spin_lock(&proc_lock);
	if (self->peer.retired) {
		all = false;
	} else if (!p->threads.ending) {
		p->threads.ending = true;
		p->status = status;
		threads_kill(p);
	}
	spin_unlock(&proc_lock);
	return all;
}

bool threads_leave(u64 value)
{
	struct proc *p = proc_current(), *self = threads_self();
	bool last;

	irq_push_off();
	spin_lock(&proc_lock);
	self->peer.value = value;
	self->peer.left = true;
	last = --p->threads.running == 0;
	if (!last)
		self->thread.as = NULL;
	if (!last && p->signals)
		signal_route(p);
	if (!last)
		stop_check(p);
	spin_unlock(&proc_lock);
	if (!last)
		root_unload();
	irq_pop_off();
	return last;
}

/* (P) Frees the slots of all threads of @p, which are gone, but that of @but. */
static void threads_free_slots(struct proc *p, struct proc *but)
{
	struct proc *slot, *next;

	list_for_each_safe(slot, next, &p->threads.all, peer.link) {
		if (slot != but)
			threads_forget(p, slot);
	}
}

bool threads_gone(struct proc *slot)
{
	struct proc *p = slot->thread.proc;
	struct threads *all = &p->threads;
	u64 offset = (u64)slot->thread.tf % PAGE_SIZE;

	if (slot == p && !all->several)
		return true;
	slot->peer.gone = true;
	if (--all->stacks == 0) {
		threads_free_slots(p, NULL);
		return true;
	}
	all->frames &= ~(u32)BIT(offset / sizeof(struct trapframe));
	waitq_wake_all(&all->left);
	return false;
}

int threads_stop_others(void)
{
	struct proc *p = proc_current(), *self = threads_self(), *slot;
	int err = 0;

	if (!p->threads.several)
		return 0;
	spin_lock(&proc_lock);
	if (p->threads.ending || self->peer.retired)
		err = -EINTR;
	list_for_each(slot, &p->threads.all, peer.link) {
		if (err || slot == self)
			continue;
		slot->peer.retired = true;
		thread_kill(&slot->thread);
	}
	while (!err && p->threads.stacks > 1)
		waitq_wait_quiet(&p->threads.left, &proc_lock);
	if (!err) {
		threads_free_slots(p, self);
		self->peer.tid = p->pid;
		p->threads.several = self->thread.has_peers = false;
	}
	spin_unlock(&proc_lock);
	return err;
}

/* --- from outside ------------------------------------------------------- */

void threads_kill(struct proc *p)
{
	struct proc *slot;

	list_for_each(slot, &p->threads.all, peer.link)
		thread_kill(&slot->thread);
}

struct cputime threads_cputime(struct proc *p)
{
	struct cputime sum = p->threads.joined;
	struct proc *slot;

	list_for_each(slot, &p->threads.all, peer.link)
		cputime_add_thread(&sum, &slot->thread);
	return sum;
}
