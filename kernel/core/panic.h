/* panic.h - the end, for bugs of our own. */
#pragma once

#include "lib/types.h"

struct kframe;

/* True once a hart has panicked: locks are void, only that hart runs. */
bool panic_in_progress(void);

/* panic() for a trap: the registers are those of @f. */
void panic_trap(const struct kframe *f, const char *what) __attribute__((noreturn));

/* What to do when all has been said (dev/ ends QEMU with a status); without,
 * or if it returns, the machine stands still. */
void panic_set_exit(void (*fn)(int status));
