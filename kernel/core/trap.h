/* trap.h - what traps from user mode and from the kernel share. */
#pragma once

#include "lib/types.h"

/* Handles the interrupt that @cause (scause) names.  Interrupts off. */
void trap_interrupt(u64 cause);

/* Boot: from now on traps taken in the kernel run with SUM clear, even if they interrupt a
 * copy to or from user memory.  The return from the trap restores SUM. */
void trap_close_user(void);
