/* trap.h - what both kinds of traps share. */
#pragma once

#include "lib/types.h"

/* Handles the interrupt that @cause (scause) names.  Interrupts off. */
void trap_interrupt(u64 cause);
