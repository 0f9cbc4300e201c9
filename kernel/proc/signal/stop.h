/* stop.h - stopping a process and continuing it.
 *
 * A process that is to stop has `on` set, and its threads are told as for a signal: waits
 * that a signal would end are over, and each thread sleeps on its way to the program, where
 * it holds nothing.  Once all of them do, the parent is told.  When the process goes on, a
 * call whose wait was ended is made again.
 *
 * A process is never stopped twice.  Signals that come meanwhile wait; only SIGKILL ends a
 * process that is stopped.  proc_lock is held for all of these functions. */
#pragma once

#include "lib/types.h"
#include "uapi/job.h"

struct proc;

#define STOP_ENDED 0x80 /* no option: every wait4() takes a child that has ended */

/* In struct proc; all under proc_lock. */
struct stop {
	bool on;    /* its threads are to sleep, or do                          */
	bool told;  /* all of them do, and the parent was told                  */
	u8 sig;     /* what has stopped it                                      */
	u8 fatal;   /* what ends it as soon as it goes on; 0: nothing           */
	u8 news;    /* for wait4(): WAIT_UNTRACED, WAIT_CONTINUED, STOP_ENDED */
	u8 telling; /* those that a wait4() is about to tell; 0: none          */
	u8 at;      /* so many threads are in stop_here()                       */
};

/* What wait4() tells, which is about to. */
static inline int stop_wait_status(const struct stop *s)
{
	return s->telling == WAIT_UNTRACED ? s->sig << 8 | 0x7f : 0xffff;
}

/* @p stops, unless it is about to end.  Of the signals only SIGSTOP stops a process that
 * nobody could continue: one without a shell that does (proc/job.h). */
void stop_begin(struct proc *p, int sig);

/* SIGCONT. */
void stop_end(struct proc *p);

/* The running thread sleeps while its process is stopped, without the lock.  It returns
 * early if the thread was killed. */
void stop_here(struct proc *p);

/* Tells the parent if the last thread that was awaited sleeps now, or has left. */
void stop_check(struct proc *p);

/* A parent ends whose child @p is: if it is stopped, it gets SIGHUP and goes on. */
void stop_orphan(struct proc *p);
