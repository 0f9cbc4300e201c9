/* panic.h - the end, for bugs of our own. */
#pragma once

#include "lib/types.h"

struct kframe;

/* True once a hart has panicked.  It waits until the others stand still, and then
 * reports; for it locks are void, as who holds them may never let go. */
bool panic_in_progress(void);

/* For a loop that waits for another hart with interrupts off, for what is about to
 * print, and for whom the panicking hart asked: during a panic the hart stops here,
 * for good, unless it is the one that reports.  True for that one: it does not wait. */
bool panic_stops_here(void);

/* panic() for a trap: the registers are those of @f. */
void panic_trap(const struct kframe *f, const char *what) __attribute__((noreturn));

/* What to do when all has been said (dev/ ends QEMU with a status); without,
 * or if it returns, the machine stands still. */
void panic_set_exit(void (*fn)(int status));
