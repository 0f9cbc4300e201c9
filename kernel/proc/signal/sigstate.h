/* sigstate.h - the bookkeeping of signals: what waits, what is blocked, what is done.
 * Pure: the caller holds proc_lock. */
#pragma once

#include "lib/types.h"
#include "uapi/signal.h"

/* These can be neither caught, nor ignored, nor blocked. */
#define SIGSTATE_FIXED ((u32)(BIT(SIGKILL) | BIT(SIGSTOP)))

/* Where a signal comes from. */
struct signal_note {
	int code, pid, status;
	u64 value;
};

/* Of a process. */
struct sigstate {
	struct signal_action action[NSIG];
	struct signal_note note[NSIG]; /* of the last one of each that came */
	u32 pending;                   /* bit n: signal n waits for a thread */
};

/* Of a thread.  All zero: nothing is blocked. */
struct sigthread {
	u32 mask;       /* bit n: signal n is blocked                   */
	u32 pending;    /* sent to this thread alone                    */
	u32 awaited;    /* in sigwait(): it takes these, blocked or not */
	u32 saved;      /* the mask to have after a suspension          */
	bool suspended; /* in SIGMASK_SUSPEND                           */
	bool resumes;   /* has called sigresume()                       */
	u32 handlers;   /* begun and not ended by sigresume()           */
	int fault;      /* signal of its own fault, to be taken; 0: none */
	int code;       /* of that: si_code                             */
	u64 addr, access;
	va_t stack; /* sigaltstack() */
	u64 stack_size;
};

enum signal_fate {
	SIGNAL_DROP,  /* it is ignored        */
	SIGNAL_END,   /* it ends the process  */
	SIGNAL_CATCH, /* a handler is called  */
	SIGNAL_STOP,  /* it stops the process */
};

/* @s may be NULL: all is as it was at the start. */
enum signal_fate sigstate_fate(const struct sigstate *s, int sig);

/* The signals that do not wait any more once @sig has come: SIGCONT and those that stop a
 * process drop each other. */
#define SIGSTATE_STOPS ((u32)(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU)))

static inline u32 sigstate_drops(int sig)
{
	if (sig == SIGCONT)
		return SIGSTATE_STOPS;
	return BIT(sig) & SIGSTATE_STOPS ? (u32)BIT(SIGCONT) : 0;
}

/* Signals that @th could take now. */
static inline u32 sigstate_ready(const struct sigstate *s, const struct sigthread *th)
{
	return (s->pending | th->pending) & ~th->mask;
}

/* The signal that @th is to take, the lowest; 0: none.  It does not wait any more. */
int sigstate_take(struct sigstate *s, struct sigthread *th);

/* The same of the signals in @set, blocked or not. */
int sigstate_take_of(struct sigstate *s, struct sigthread *th, u32 set);

/* Whether *@new can be what is done at @sig.  -EINVAL: no such signal, or its action is
 * fixed, or a flag is unknown. */
int sigstate_check(int sig, const struct signal_action *new) MUST_CHECK;

/* *@new is what is done at @sig from now on.  Errors as above. */
int sigstate_set(struct sigstate *s, int sig, const struct signal_action *new) MUST_CHECK;

void sigstate_put_mask(struct sigthread *th, u32 set);

/* Changes the mask (SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK, SIGMASK_SUSPEND).  -EINVAL. */
int sigstate_mask(struct sigthread *th, int how, u32 set) MUST_CHECK;

/* A handler of @sig begins: the mask while it runs, and the action after it.  Returns the
 * mask to come back to. */
u32 sigstate_enter(struct sigstate *s, struct sigthread *th, int sig);

/* A suspension ends without a handler. */
void sigstate_unsuspend(struct sigthread *th);

/* Whether @sp is on the alternate stack of @th. */
bool sigstate_on_stack(const struct sigthread *th, va_t sp);

/* Where a frame of @size bytes goes for a handler with @flags. */
va_t sigstate_frame(const struct sigthread *th, u32 flags, va_t sp, u64 size);

/* exec: handlers become defaults.  False: nothing is left that differs from the start. */
bool sigstate_exec(struct sigstate *s, struct sigthread *th) MUST_CHECK;

/* fork: no signal waits in the child. */
void sigstate_fork(struct sigstate *child, const struct sigstate *parent);
