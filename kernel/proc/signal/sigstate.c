/* sigstate.c - see sigstate.h. */

#include "proc/signal/sigstate.h"

#include "uapi/errno.h"

#define SIGSTATE_HARMLESS \
	(BIT(SIGURG) | BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGWINCH) | BIT(SIGIO))

enum signal_fate sigstate_fate(const struct sigstate *s, int sig)
{
	u64 handler = s ? s->action[sig].handler : SIGNAL_DEFAULT;

	if (handler == SIGNAL_IGNORE)
		return SIGNAL_DROP;
	if (handler != SIGNAL_DEFAULT)
		return SIGNAL_CATCH;
	if (BIT(sig) & SIGSTATE_STOPS)
		return SIGNAL_STOP;
	return BIT(sig) & SIGSTATE_HARMLESS ? SIGNAL_DROP : SIGNAL_END;
}

/* The lowest of @ready, which wait. */
static int sigstate_pick(struct sigstate *s, struct sigthread *th, u32 ready)
{
	int sig = 1;

	if (!ready)
		return 0;
	while (!(ready & BIT(sig)))
		sig++;
	if (th->pending & BIT(sig))
		th->pending &= ~(u32)BIT(sig);
	else
		s->pending &= ~(u32)BIT(sig);
	return sig;
}

int sigstate_take(struct sigstate *s, struct sigthread *th)
{
	return sigstate_pick(s, th, sigstate_ready(s, th));
}

int sigstate_take_of(struct sigstate *s, struct sigthread *th, u32 set)
{
	return sigstate_pick(s, th, (s->pending | th->pending) & set);
}

int sigstate_check(int sig, const struct signal_action *new)
{
	if (sig < 1 || sig >= NSIG || SIGSTATE_FIXED & BIT(sig) || new->flags & ~SA_ALL)
		return -EINVAL;
	return 0;
}

int sigstate_set(struct sigstate *s, int sig, const struct signal_action *new)
{
	int err = sigstate_check(sig, new);

	if (err)
		return err;
	s->action[sig] = *new;
	s->action[sig].mask &= ~SIGSTATE_FIXED;
	if (sigstate_fate(s, sig) == SIGNAL_DROP)
		s->pending &= ~(u32)BIT(sig);
	return 0;
}

void sigstate_put_mask(struct sigthread *th, u32 set)
{
	th->mask = set & ~(SIGSTATE_FIXED | 1);
}

int sigstate_mask(struct sigthread *th, int how, u32 set)
{
	switch (how) {
	case SIG_BLOCK:
		sigstate_put_mask(th, th->mask | set);
		return 0;
	case SIG_UNBLOCK:
		sigstate_put_mask(th, th->mask & ~set);
		return 0;
	case SIGMASK_SUSPEND:
		th->saved = th->mask;
		th->suspended = true;
		sigstate_put_mask(th, set);
		return 0;
	case SIG_SETMASK:
		sigstate_put_mask(th, set);
		return 0;
	default:
		return -EINVAL;
	}
}

void sigstate_unsuspend(struct sigthread *th)
{
	if (th->suspended)
		th->mask = th->saved;
	th->suspended = false;
}

u32 sigstate_enter(struct sigstate *s, struct sigthread *th, int sig)
{
	struct signal_action *a = &s->action[sig];
	u32 back;

	sigstate_unsuspend(th);
	back = th->mask;
	th->handlers++;
	th->mask |= a->mask;
	if (!(a->flags & SA_NODEFER))
		th->mask |= (u32)BIT(sig);
	if (a->flags & SA_RESETHAND)
		a->handler = SIGNAL_DEFAULT;
	return back;
}

bool sigstate_on_stack(const struct sigthread *th, va_t sp)
{
	return sp > th->stack && sp - th->stack <= th->stack_size;
}

va_t sigstate_frame(const struct sigthread *th, u32 flags, va_t sp, u64 size)
{
	if (flags & SA_ONSTACK && th->stack_size && !sigstate_on_stack(th, sp))
		sp = th->stack + th->stack_size;
	return ALIGN_DOWN(sp - size, 16);
}

bool sigstate_exec(struct sigstate *s, struct sigthread *th)
{
	bool differs = th->mask || th->pending || s->pending;

	th->stack = th->stack_size = th->handlers = 0;
	for (int sig = 1; sig < NSIG; sig++) {
		struct signal_action *a = &s->action[sig];

		if (a->handler != SIGNAL_IGNORE)
			*a = (struct signal_action){ .handler = SIGNAL_DEFAULT };
		else
			differs = true;
		if (s->pending & ~th->mask & BIT(sig) &&
		    sigstate_fate(s, sig) == SIGNAL_DROP)
			s->pending &= ~(u32)BIT(sig);
	}
	return differs;
}

void sigstate_fork(struct sigstate *child, const struct sigstate *parent)
{
	*child = *parent;
	child->pending = 0;
}
