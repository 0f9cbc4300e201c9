/* plic.h - the platform interrupt controller; the rest is in core/irq.h. */
#pragma once

#include "lib/types.h"

/* Finds it in the device tree and says so; before irq_register(). */
void plic_init(void);

/* The first interrupt of device @node in the device tree: 0 or -ENOENT. */
int plic_irq_of(int node, u32 *irq) MUST_CHECK;
