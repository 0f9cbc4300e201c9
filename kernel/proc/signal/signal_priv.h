/* signal_priv.h - between signal.c, sys_signal.c and sigwait.c.  proc_lock is held for all
 * but signal_need(). */
#pragma once

#include "proc/signal/signal.h"

/* That of the running process, made if it has none.  NULL: no memory. */
struct signals *signal_need(struct proc *p) MUST_CHECK;

/* What is told of @sig, which has been taken. */
siginfo_t signal_info(const struct sigstate *s, int sig);

/* @sig has come for @p or a thread of it: drops what may not wait any more; SIGCONT
 * continues the process, whatever else it does. */
void signal_clash(struct proc *p, int sig);

/* The timer has rung: arms it for the next time, if there is one. */
void signal_next_alarm(struct signals *s);
