/* pci.c - the root bus of "pci-host-ecam-generic" (PCI Express base specification, section
 * 7.2.2; PCI Bus Binding to Open Firmware, 2.1).
 *
 * The firmware has assigned nothing.  Only bus 0 is looked at, and only function 0 of each
 * device.  Devices that we do not use are left as they are: off. */

#include "dev/pci.h"

#include "core/machine.h"
#include "dev/mmio.h"
#include "mm/phys/kmap.h"
#include "uapi/errno.h"

#define SLOTS 32
#define SLOT_BYTES 0x8000u /* of configuration space; 8 functions of 4 KiB */
#define FUNCTION_BYTES 0x1000u

#define CFG_ID 0x00 /* vendor; device in the upper half */
#define CFG_COMMAND 0x04
#define CFG_BAR0 0x10
#define CFG_INTERRUPT 0x3c /* byte 1: the pin */

#define COMMAND_MEMORY 2u
#define COMMAND_MASTER 4u
#define BAR_IS_IO 1u
#define BAR_IS_64 4u
#define BAR_FLAGS 0xfu

/* Cells of an entry of "ranges": an address of the bus, of three, the first of which says
 * what is there; a physical address; a size. */
#define RANGE_CELLS 7
#define RANGE_TYPE 0x03000000u
#define RANGE_MEM32 0x02000000u

static u64 mem_next, mem_end; /* bus addresses not yet given to devices; equal: none */
static u64 mem_offset;        /* physical address - bus address                      */

static int pci_host(void)
{
	return fdt_next_compatible(&machine.fdt, -1, "pci-host-ecam-generic");
}

bool pci_find(u16 vendor, u16 device, struct pci_dev *d)
{
	const struct fdt *f = &machine.fdt;
	u32 id = (u32)device << 16 | vendor;
	int node = pci_host();
	u64 pa, bytes;

	if (node < 0 || !fdt_is_enabled(f, node) || fdt_reg_pa(f, node, 0, &pa, &bytes) < 0)
		return false;
	for (d->slot = 0; d->slot < SLOTS; d->slot++) {
		u64 at = (u64)d->slot * SLOT_BYTES;

		if (at + FUNCTION_BYTES > bytes)
			break;
		d->config = kmap_device(pa + at, FUNCTION_BYTES);
		if (mmio_read32(d->config + CFG_ID) == id)
			return true;
	}
	return false;
}

static u64 pci_cells(const struct fdt *f, int node, u32 at)
{
	u32 high = 0, low = 0;

	if (fdt_prop_u32(f, node, "ranges", at, &high) < 0 ||
	    fdt_prop_u32(f, node, "ranges", at + 1, &low) < 0)
		return 0;
	return (u64)high << 32 | low;
}

/* Finds the window for 32-bit addresses of memory. */
static void pci_find_window(void)
{
	const struct fdt *f = &machine.fdt;
	int node = pci_host();
	u32 type;

	for (u32 at = 0; fdt_prop_u32(f, node, "ranges", at, &type) == 0;
	     at += RANGE_CELLS) {
		if ((type & RANGE_TYPE) != RANGE_MEM32)
			continue;
		mem_next = pci_cells(f, node, at + 1);
		mem_offset = pci_cells(f, node, at + 3) - mem_next;
		mem_end = mem_next + pci_cells(f, node, at + 5);
		if (mem_end < mem_next || mem_end > 1ul << 32)
			mem_end = mem_next;
		return;
	}
}

/* A base address register takes the bits of an address that are above its size. */
static u64 pci_bar_size(const struct pci_dev *d)
{
	u32 bits;

	mmio_write32(d->config + CFG_BAR0, ~0u);
	bits = mmio_read32(d->config + CFG_BAR0);
	if (bits == 0 || bits & BAR_IS_IO)
		return 0;
	bits &= ~BAR_FLAGS;
	return bits & -bits;
}

void *pci_enable(const struct pci_dev *d, u64 bytes)
{
	u64 size = pci_bar_size(d), at;
	u32 command = mmio_read32(d->config + CFG_COMMAND) & 0xffff;

	if (mem_next == mem_end)
		pci_find_window();
	at = size ? ALIGN_UP(mem_next, size) : 0;
	if (size < bytes || at > mem_end || size > mem_end - at)
		return NULL;
	mem_next = at + size;
	mmio_write32(d->config + CFG_BAR0, at);
	if (mmio_read32(d->config + CFG_BAR0) & BAR_IS_64)
		mmio_write32(d->config + CFG_BAR0 + 4, 0);
	mmio_write32(d->config + CFG_COMMAND, command | COMMAND_MEMORY | COMMAND_MASTER);
	return kmap_device(at + mem_offset, bytes);
}

/* Entries of "interrupt-map": an address of three cells and a pin, which count under a
 * mask; then the controller, its address if it has one, and the interrupt there. */
int pci_irq(const struct pci_dev *d, u32 *irq)
{
	const struct fdt *f = &machine.fdt;
	u32 pin = mmio_read32(d->config + CFG_INTERRUPT) >> 8 & 0xff;
	u32 mask[4], entry[5], addr_cells, irq_cells;
	int node = pci_host();

	for (u32 i = 0; i < 4; i++) {
		if (fdt_prop_u32(f, node, "interrupt-map-mask", i, &mask[i]) < 0)
			return -ENOENT;
	}
	for (u32 at = 0;; at += 5 + addr_cells + irq_cells) {
		for (u32 i = 0; i < 5; i++) {
			if (fdt_prop_u32(f, node, "interrupt-map", at + i, &entry[i]) < 0)
				return -ENOENT;
		}
		node = fdt_by_phandle(f, entry[4]);
		if (fdt_prop_u32(f, node, "#interrupt-cells", 0, &irq_cells) < 0)
			return -ENOENT;
		if (fdt_prop_u32(f, node, "#address-cells", 0, &addr_cells) < 0)
			addr_cells = 0;
		node = pci_host();
		if ((d->slot << 11 & mask[0]) == entry[0] && (pin & mask[3]) == entry[3])
			return fdt_prop_u32(f, node, "interrupt-map", at + 5 + addr_cells,
					    irq);
		if (addr_cells > 4 || irq_cells > 4)
			return -ENOENT;
	}
}
