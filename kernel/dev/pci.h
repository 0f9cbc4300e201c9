/* pci.h - devices on the PCI Express root bus, found by reading its configuration space. */
#pragma once

#include "lib/types.h"

struct pci_dev {
	volatile u8 *config; /* 4 KiB: its configuration space */
	u32 slot;            /* 0..31 on bus 0                 */
};

/* At boot: the first device with these numbers.  False: there is none. */
bool pci_find(u16 vendor, u16 device, struct pci_dev *d);

/* Gives base address register 0, a window to registers in memory, a physical address, lets
 * the device decode it and be a bus master, and maps @bytes of it.  NULL: it has no such
 * window, or none that large, or there is no room. */
void *pci_enable(const struct pci_dev *d, u64 bytes);

/* The interrupt that pin A of the device raises.  0 or -ENOENT. */
int pci_irq(const struct pci_dev *d, u32 *irq) MUST_CHECK;
