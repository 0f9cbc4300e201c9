/* irq.h - device interrupts. */
#pragma once

#include "lib/types.h"

/* From now on @fn(@arg) runs for each interrupt @irq (a number of the PLIC), with
 * interrupts off, on the hart that takes it.  At boot, once per number. */
void irq_register(u32 irq, void (*fn)(void *), void *arg);

/* Handles a supervisor external interrupt; the trap path calls it, interrupts off. */
void irq_dispatch(void);

/* Lets this hart receive device interrupts; each hart calls it once. */
void irq_init_hart(void);
