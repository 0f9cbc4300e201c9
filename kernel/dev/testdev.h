/* testdev.h - leaving QEMU: the test device and the syscon switches. */
#pragma once

#include "lib/types.h"

void testdev_init(void);

/* Ends QEMU with exit status @status (its low 16 bits).  Returns only if the
 * machine has no such device.  Any context, panics included. */
void testdev_exit(int status);

/* Off, or a restart, by the device tree's switches; return if there are none. */
void testdev_poweroff(void);
void testdev_reboot(void);
