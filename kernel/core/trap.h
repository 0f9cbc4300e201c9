/* trap.h - what both kinds of traps share. */
#pragma once

#include "lib/types.h"

/* Handles the interrupt that @cause (scause) names.  Interrupts off. */
void trap_interrupt(u64 cause);

/* Boot: traps taken in the kernel run with SUM clear from now on, also those that
 * interrupt a copy to or from user memory; on the way back it is as it was. */
void trap_close_user(void);
