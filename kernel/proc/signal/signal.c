/* signal.c - see signal.h. */

#include "proc/signal/signal.h"

#include "core/report/klog.h"
#include "lib/string.h"
#include "mm/phys/slab.h"
#include "mm/uaccess.h"
#include "proc/proc.h"
#include "proc/signal/signal_priv.h"
#include "proc/signal/stop.h"
#include "proc/syscall.h"
#include "proc/trace/calltrace.h"
#include "uapi/errno.h"

static struct slab_cache signals_slab;

void signal_init(void)
{
	slab_init(&signals_slab, "signals", sizeof(struct signals));
}

/* --- to threads ---------------------------------------------------------- */

/* (P) The thread that is to take @sig: one that is in sigwait() for it, else one that does
 * not block it; or NULL. */
static struct proc *signal_taker(struct proc *p, int sig)
{
	struct proc *slot, *found = NULL;

	list_for_each(slot, &p->threads.all, peer.link) {
		if (slot->peer.left)
			continue;
		if (slot->sig.awaited & BIT(sig))
			return slot;
		if (!found && !(slot->sig.mask & BIT(sig)))
			found = slot;
	}
	return found;
}

/* (P) @sig is kept for a sigwait(), whatever it would do: a thread is in one, or all block
 * the signal. */
static bool signal_is_kept(struct proc *p, int sig)
{
	struct proc *slot;

	if (!p->signals)
		return false;
	slot = signal_taker(p, sig);
	return !slot || slot->sig.awaited & BIT(sig);
}

/* The alarm has gone off: SIGALRM waits, and the next one is set. */
__attribute__((noinline)) static void signal_take_alarm(struct proc *p)
{
	struct signals *s = p->signals;

	__atomic_store_n(&s->rang, 0, __ATOMIC_SEQ_CST);
	if (sigstate_fate(&s->state, SIGALRM) != SIGNAL_DROP ||
	    signal_is_kept(p, SIGALRM)) {
		s->state.pending |= (u32)BIT(SIGALRM);
		s->state.note[SIGALRM] = (struct signal_note){ .code = SI_TIMER };
	}
	signal_next_alarm(s);
}

static inline void signal_fold_alarm(struct proc *p)
{
	if (__atomic_load_n(&p->signals->rang, __ATOMIC_SEQ_CST))
		signal_take_alarm(p);
}

/* (P) Whom signal_ring() is to tell. */
static struct thread *signal_ringer(struct proc *p)
{
	struct proc *slot = signal_taker(p, SIGALRM);

	if (!slot || (sigstate_fate(&p->signals->state, SIGALRM) == SIGNAL_DROP &&
		      !(slot->sig.awaited & BIT(SIGALRM))))
		return NULL;
	return &slot->thread;
}

void signal_route(struct proc *p)
{
	struct signals *s = p->signals;
	struct proc *slot;

	__atomic_store_n(&s->rings, signal_ringer(p), __ATOMIC_RELAXED);
	fence_all(); /* see signal_ring() */
	signal_fold_alarm(p);
	for (int sig = 1; sig < NSIG && s->state.pending >> sig; sig++) {
		if (!(s->state.pending & BIT(sig)))
			continue;
		slot = signal_taker(p, sig);
		if (slot)
			thread_signal(&slot->thread);
	}
	list_for_each(slot, &p->threads.all, peer.link) {
		if (slot->sig.pending & (~slot->sig.mask | slot->sig.awaited))
			thread_signal(&slot->thread);
	}
}

/* --- sending --------------------------------------------------------------- */

void signal_end(struct proc *p, int sig)
{
	if (!p->fatal)
		p->fatal = sig;
	threads_kill(p);
}

void signal_clash(struct proc *p, int sig)
{
	u32 drops = sigstate_drops(sig);
	struct proc *slot;

	if (drops && p->signals) {
		p->signals->state.pending &= ~drops;
		list_for_each(slot, &p->threads.all, peer.link)
			slot->sig.pending &= ~drops;
	}
	if (sig == SIGCONT)
		stop_end(p);
}

/* (P) @p ends or stops, of a signal that a thread takes. */
static void signal_obey(struct proc *p, int sig, enum signal_fate fate)
{
	if (fate == SIGNAL_STOP)
		stop_begin(p, sig);
	else if (!p->stop.on || sig == SIGKILL)
		signal_end(p, sig);
	else if (!p->stop.fatal)
		p->stop.fatal = (u8)sig;
}

enum signal_fate signal_post(struct proc *p, int sig, struct signal_note note)
{
	enum signal_fate fate = sigstate_fate(p->signals ? &p->signals->state : NULL, sig);

	if (p->zombie)
		return SIGNAL_DROP;
	signal_clash(p, sig);
	if (fate == SIGNAL_DROP && !signal_is_kept(p, sig))
		return SIGNAL_DROP;
	if (fate == SIGNAL_END && p->pid == 1)
		return SIGNAL_DROP; /* without init there is no system */
	if (!p->signals ||
	    ((fate == SIGNAL_END || fate == SIGNAL_STOP) && !signal_is_kept(p, sig))) {
		signal_obey(p, sig, fate);
		return fate;
	}
	p->signals->state.pending |= (u32)BIT(sig);
	p->signals->state.note[sig] = note;
	signal_route(p);
	return fate;
}

bool signal_fault(int sig, int code, va_t addr, u64 access)
{
	struct proc *p = proc_current();
	struct sigthread *th = &threads_self()->sig;
	bool caught = false;

	spin_lock(&proc_lock);
	if (p->signals && !(th->mask & BIT(sig)))
		caught = sigstate_fate(&p->signals->state, sig) == SIGNAL_CATCH;
	if (caught) {
		th->fault = sig;
		th->code = code;
		th->addr = addr;
		th->access = access;
		thread_signal(thread_current());
	}
	spin_unlock(&proc_lock);
	return caught;
}

void signal_broken_pipe(void)
{
	struct thread *t = thread_current();
	struct proc *p = t->proc;

	t->broke_pipe = false;
	if (!syscall_is_native())
		return;
	spin_lock(&proc_lock);
	signal_post(p, SIGPIPE, (struct signal_note){ .code = SI_KERNEL, .pid = p->pid });
	spin_unlock(&proc_lock);
}

/* --- a handler begins ------------------------------------------------------ */

/* A signal that a thread takes. */
struct taken {
	int sig;
	enum signal_fate fate;
	struct signal_action action;
	u32 back; /* the mask after the handler */
	siginfo_t info;
};

siginfo_t signal_info(const struct sigstate *s, int sig)
{
	const struct signal_note *note = &s->note[sig];

	return (siginfo_t){ .si_signo = sig,
			    .si_code = note->code,
			    .si_pid = note->pid,
			    .si_status = note->status,
			    .si_value.sival_ptr = (void *)note->value };
}

/* (P) */
static void signal_take(struct proc *p, struct sigthread *th, struct taken *t)
{
	struct sigstate *s = &p->signals->state;

	signal_fold_alarm(p);
	if (th->fault) {
		t->sig = th->fault;
		t->info = (siginfo_t){ .si_signo = th->fault,
				       .si_code = th->code,
				       .si_addr = (void *)th->addr,
				       .si_access = th->access };
		th->fault = 0;
	} else {
		t->sig = sigstate_take(s, th);
		t->info = signal_info(s, t->sig);
	}
	if (!t->sig)
		return;
	t->fate = sigstate_fate(s, t->sig);
	t->action = s->action[t->sig];
	if (t->fate == SIGNAL_CATCH)
		t->back = sigstate_enter(s, th, t->sig);
}

/* Writes the frame of a handler at @frame.  Each piece goes straight to the program. */
static int signal_push(struct thread *self, const struct sigthread *th, va_t frame,
		       const struct taken *t)
{
	const struct trapframe *tf = self->tf;
	ucontext_t *uc = &((struct signal_frame *)frame)->context;
	mcontext_t *mc = &uc->uc_mcontext;
	stack_t stack = { .ss_sp = (void *)th->stack, .ss_size = th->stack_size };
	u64 head[2] = { 0, 0 }, mask = t->back, used = self->fp_used;
	int err;

	stack.ss_flags = sigstate_on_stack(th, tf->sp) ? SS_ONSTACK : 0;
	if (!th->stack_size)
		stack.ss_flags = SS_DISABLE;
	err = copyout(uptr(frame), &t->info, sizeof(t->info));
	err |= copyout(uptr((va_t)uc), head, sizeof(head));
	err |= copyout(uptr((va_t)&uc->uc_stack), &stack, sizeof(stack));
	err |= copyout(uptr((va_t)&uc->uc_sigmask), &mask, sizeof(mask));
	err |= copyout(uptr((va_t)&mc->gregs[0]), &tf->pc, sizeof(tf->pc));
	err |= copyout(uptr((va_t)&mc->gregs[1]), &tf->x[1],
		       sizeof(tf->x) - sizeof(tf->x[0]));
	err |= copyout(uptr((va_t)&mc->fpused), &used, sizeof(used));
	if (!err && used) {
		fp_flush(self);
		err = copyout(uptr((va_t)mc->fpregs), &self->fp, sizeof(self->fp));
	}
	return err;
}

static void signal_call(struct thread *self, const struct sigthread *th,
			const struct taken *t)
{
	struct trapframe *tf = self->tf;
	va_t frame =
		sigstate_frame(th, t->action.flags, tf->sp, sizeof(struct signal_frame));

	if (signal_push(self, th, frame, t)) {
		printk("%s (pid %d): no stack at 0x%lx for the handler of signal %d\n",
		       self->name, self->proc->pid, frame, t->sig);
		proc_exit(STATUS_KILLED(SIGSEGV));
	}
	tf->pc = t->action.handler;
	tf->ra = t->action.restorer;
	tf->sp = frame;
	tf->a0 = (u64)t->sig;
	tf->a1 = frame + __builtin_offsetof(struct signal_frame, info);
	tf->a2 = frame + __builtin_offsetof(struct signal_frame, context);
}

/* Sets the registers as the frame at sp has them. */
static void signal_resume(struct thread *self, struct sigthread *th)
{
	struct trapframe *tf = self->tf;
	const struct signal_frame *frame = (const struct signal_frame *)tf->sp;
	const mcontext_t *mc = &frame->context.uc_mcontext;
	u64 mask = 0, used = 0;
	int err = copyin(&mask, uptr((va_t)&frame->context.uc_sigmask), sizeof(mask));

	err |= copyin(&used, uptr((va_t)&mc->fpused), sizeof(used));
	fp_flush(self);
	if (used)
		err |= copyin(&self->fp, uptr((va_t)mc->fpregs), sizeof(self->fp));
	fp_replace(self, used ? &self->fp : NULL);
	err |= copyin(&tf->pc, uptr((va_t)&mc->gregs[0]), sizeof(tf->pc));
	err |= copyin(&tf->x[1], uptr((va_t)&mc->gregs[1]),
		      sizeof(tf->x) - sizeof(tf->x[0]));
	if (err) {
		printk("%s (pid %d): sigresume() without a frame at 0x%lx\n", self->name,
		       self->proc->pid, (va_t)frame);
		proc_exit(STATUS_KILLED(SIGSEGV));
	}
	spin_lock(&proc_lock);
	th->resumes = false;
	sigstate_put_mask(th, (u32)mask);
	signal_route(self->proc);
	spin_unlock(&proc_lock);
}

/* The call that @t has just made was interrupted: makes it again, unless a handler runs
 * that does not want that. */
static void signal_restart(struct thread *self, const struct taken *t)
{
	struct trapframe *tf = self->tf;
	u8 how = self->interrupted;
	bool failed = (s64)tf->a0 == -EINTR || (s64)tf->a0 == -1;
	bool caught = t->sig && t->fate == SIGNAL_CATCH;

	self->interrupted = THREAD_NOT_INTERRUPTED;
	if (caught)
		self->resumes_until = 0; /* the next call is one of the handler */
	if (how == THREAD_NOT_INTERRUPTED || !failed)
		return;
	if (caught && (how == THREAD_RESTARTS_ALONE || !(t->action.flags & SA_RESTART)))
		return;
	tf->a0 = self->interrupted_a0;
	tf->pc -= 4;
}

void signal_attend(struct thread *self)
{
	struct proc *p = self->proc;
	struct sigthread *th = &threads_self()->sig;
	struct taken t = { 0 };
	bool stops;

	if (th->resumes)
		signal_resume(self, th);
	spin_lock(&proc_lock);
	if (p->stop.on)
		stop_here(p);
	__atomic_store_n(&self->signalled, false, __ATOMIC_RELAXED);
	if (p->signals) {
		signal_take(p, th, &t);
		if (t.fate != SIGNAL_CATCH)
			sigstate_unsuspend(th);
		if (t.fate == SIGNAL_STOP)
			stop_begin(p, t.sig);
		signal_route(p);
	}
	stops = p->stop.on;
	spin_unlock(&proc_lock);
	if (!stops) /* else it is looked for signals again when it goes on */
		signal_restart(self, &t);
	if (t.sig && t.fate == SIGNAL_END)
		proc_exit(STATUS_KILLED(t.sig));
	if (t.sig && t.fate == SIGNAL_CATCH) {
		if (p->tracer)
			calltrace_handler(p, t.sig);
		signal_call(self, th, &t);
	}
}

/* --- processes --------------------------------------------------------------- */

struct signals *signal_need(struct proc *p)
{
	struct signals *new, *found = p->signals;

	if (found)
		return found;
	new = slab_alloc(&signals_slab, 0);
	if (!new)
		return NULL;
	spin_lock(&proc_lock);
	found = p->signals; /* another thread may have been faster */
	if (!found)
		found = p->signals = new;
	spin_unlock(&proc_lock);
	if (found != new)
		slab_free(&signals_slab, new);
	return found;
}

int signal_fork(struct proc *child, struct proc *parent)
{
	struct signals *s = slab_alloc(&signals_slab, 0);
	const struct sigthread *from = &threads_self()->sig;

	if (!s)
		return -ENOMEM;
	child->sig = (struct sigthread){ .mask = from->mask,
					 .handlers = from->handlers,
					 .stack = from->stack,
					 .stack_size = from->stack_size };
	spin_lock(&proc_lock);
	sigstate_fork(&s->state, &parent->signals->state);
	child->signals = s;
	spin_unlock(&proc_lock);
	return 0;
}

void signal_drop(struct proc *p)
{
	struct signals *s;

	spin_lock(&proc_lock);
	s = p->signals;
	p->signals = NULL;
	if (s)
		timer_cancel(&s->timer);
	spin_unlock(&proc_lock);
	if (s)
		slab_free(&signals_slab, s);
}

void signal_exec(struct proc *p)
{
	bool keep;

	spin_lock(&proc_lock);
	keep = sigstate_exec(&p->signals->state, &threads_self()->sig) || p->signals->due;
	signal_route(p);
	spin_unlock(&proc_lock);
	if (!keep)
		signal_drop(p);
}
