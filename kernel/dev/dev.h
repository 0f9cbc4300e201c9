/* dev.h - finding the devices of the machine.  Both functions are called once, at boot. */
#pragma once

#include "lib/types.h"

/* From here on printk writes to the UART, not to the firmware's console.  Needs
 * machine.fdt and kmap_device(). */
void uart_early_init(void);

/* Finds all other devices.  Needs frames, kernel threads and wait queues.  The other
 * harts take no device interrupts yet (irq_init_hart). */
void dev_init(void);
