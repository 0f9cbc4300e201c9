/* testdev.h - leaving QEMU: the test device and the syscon switches. */
#pragma once

#include "lib/types.h"

void testdev_init(void);

/* Ends QEMU with exit status @status (its low 16 bits).  Returns only if the machine
 * has no such device.  Any context, also in a panic. */
void testdev_exit(int status);

/* Power off or restart by the switches of the device tree.  They return if there is
 * none. */
void testdev_poweroff(void);
void testdev_reboot(void);
