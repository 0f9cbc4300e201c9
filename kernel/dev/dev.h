/* dev.h - finding the devices of the machine; called by init, once each. */
#pragma once

#include "lib/types.h"

/* Gives printk the UART instead of the firmware's console.  As soon as
 * machine.fdt and kmap_device() work. */
void uart_early_init(void);

/* Everything else: needs frames, kernel threads and wait queues; the other
 * harts take no device interrupts yet (irq_init_hart). */
void dev_init(void);
