/* panic.h - stopping the machine for a bug of our own. */
#pragma once

#include "lib/types.h"

struct kframe;

/* Whether a hart has panicked.  That hart waits until the others have stopped, and then
 * reports.  It ignores locks, as a stopped hart may hold them for ever. */
bool panic_in_progress(void);

/* During a panic the calling hart stops here for ever, unless it is the one that reports:
 * for that one the result is true, and it must not wait for others.  False: no hart has
 * panicked.
 * Called in loops that wait for another hart with interrupts off, before printing, and
 * when the panicking hart asks. */
bool panic_stops_here(void);

/* panic() for a trap: the registers are those of @f. */
void panic_trap(const struct kframe *f, const char *what) __attribute__((noreturn));

/* With panic=exit @fn is called after the report; it ends QEMU with the status.  Without
 * @fn, or if it returns, the machine stands still. */
void panic_set_exit(void (*fn)(int status));
