/* plic.h - finding the platform interrupt controller; the rest is in core/irq.h. */
#pragma once

#include "lib/types.h"

/* Finds it in the device tree and prints what it found.  Before irq_register(). */
void plic_init(void);

/* The first interrupt of the device at @node of the device tree.  0 or -ENOENT. */
int plic_irq_of(int node, u32 *irq) MUST_CHECK;
