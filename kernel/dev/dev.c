/* dev.c - the order in which devices are looked for. */

#include "dev/dev.h"

#include "core/report/panic.h"
#include "dev/tty/console.h"
#include "dev/plic.h"
#include "dev/ramdisk.h"
#include "dev/testdev.h"
#include "dev/virtio/virtio_blk.h"

void dev_init(void)
{
	testdev_init();
	panic_set_exit(testdev_exit);
	plic_init();
	console_init();
	virtio_blk_init();
	ramdisk_init();
}
