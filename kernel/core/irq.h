/* irq.h - device interrupts. */
#pragma once

#include "lib/types.h"

/* @fn(@arg) runs with interrupts off on whichever hart takes interrupt @irq
 * (a number of the PLIC).  At boot, once per number. */
void irq_register(u32 irq, void (*fn)(void *), void *arg);

/* Called by the trap path for a supervisor external interrupt. */
void irq_dispatch(void);

/* Lets this hart receive device interrupts; each hart, once. */
void irq_init_hart(void);
