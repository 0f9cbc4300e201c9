/* alarm.h - sigalarm() and sigreturn(): a function of the program that is called whenever
 * the program has used so many ticks of processor time.
 *
 * Processor time is what `ps` shows: the time during which the process has a hart, in its
 * own code or in the kernel, to the time base cycle.  While it sleeps or waits for its
 * turn, none passes.  The handler is called on the way from the kernel to the program.
 * What it interrupts, pc and all registers, is kept in the kernel until sigreturn().
 *
 * An alarm belongs to the thread that set it. */
#pragma once

#include "lib/types.h"

struct thread;

/* At boot. */
void alarm_init(void);

/* For the running thread @t if has_alarm is set, on its way to the program: calls the
 * handler if it is time, goes back from it after sigreturn(), or makes sure that an
 * interrupt comes in time.  Interrupts off. */
void alarm_attend(struct thread *t);

/* fork: @child, which has never run, gets no alarm.  If @parent is in its handler, so is
 * the child, and its sigreturn() works.  0 or -ENOMEM. */
int alarm_fork(struct thread *child, const struct thread *parent) MUST_CHECK;

/* exec, exit: @t has no alarm and no handler to return from, from now on. */
void alarm_drop(struct thread *t);
