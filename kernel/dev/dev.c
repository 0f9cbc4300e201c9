/* dev.c - the order in which devices are looked for. */

#include "dev/dev.h"

#include "core/machine.h"
#include "core/report/panic.h"
#include "dev/net/e1000.h"
#include "dev/tty/console.h"
#include "dev/memdev.h"
#include "dev/plic.h"
#include "dev/ramdisk.h"
#include "dev/rtc.h"
#include "dev/testdev.h"
#include "dev/virtio/virtio_blk.h"
#include "dev/virtio/virtio_net.h"
#include "mm/phys/kmap.h"

/* Maps the configuration space of the PCIe host as a whole: as one piece it takes one table
 * and a leaf for each 2 MiB. */
static void dev_map_pci(void)
{
	const struct fdt *f = &machine.fdt;
	int node = fdt_next_compatible(f, -1, "pci-host-ecam-generic");
	u64 pa, bytes;

	if (node >= 0 && fdt_reg_pa(f, node, 0, &pa, &bytes) == 0 && pa < DIRECT_BYTES &&
	    bytes <= DIRECT_BYTES - pa)
		kmap_device(pa, bytes);
}

void dev_init(void)
{
	testdev_init();
	panic_set_exit(testdev_exit);
	plic_init();
	dev_map_pci();
	console_init();
	memdev_init();
	rtc_init();
	virtio_blk_init();
	ramdisk_init();
	e1000_init();
	virtio_net_init();
}
