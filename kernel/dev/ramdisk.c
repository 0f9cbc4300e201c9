/* ramdisk.c - a disk in memory: machine.initrd_start .. initrd_end.
 *
 * A request is done at once, on the hart that submits it.  If its done() submits the
 * next one, the disk is still working and only queues that, so chains of requests do
 * not nest. */

#include "dev/ramdisk.h"

#include "core/report/klog.h"
#include "core/machine.h"
#include "core/sync/spinlock.h"
#include "dev/block.h"
#include "lib/string.h"
#include "mm/phys/kmap.h"

static struct spinlock lock = SPINLOCK_INIT("ramdisk", device);
static struct list queued = LIST_INIT(queued); /* (lock) */
static bool working;                           /* (lock) */
static char *memory;                           /* (C) */

static void ramdisk_transfer(struct bio *bio)
{
	char *at = memory + bio->sector * SECTOR;

	for (u32 i = 0; i < bio->nsegs; i++) {
		struct bio_seg *seg = &bio->seg[i];

		if (bio->op == BIO_READ)
			memcpy(seg->data, at, seg->bytes);
		else
			memcpy(at, seg->data, seg->bytes);
		at += seg->bytes;
	}
}

static void ramdisk_submit(struct blkdev *dev, struct bio *bio)
{
	(void)dev;
	spin_lock(&lock);
	list_add_tail(&queued, &bio->link);
	if (working) {
		spin_unlock(&lock);
		return;
	}
	working = true;
	while (!list_empty(&queued)) {
		bio = list_first(&queued, struct bio, link);
		list_del(&bio->link);
		spin_unlock(&lock);
		ramdisk_transfer(bio);
		bio_finish(bio, 0);
		spin_lock(&lock);
	}
	working = false;
	spin_unlock(&lock);
}

static struct blkdev disk = { .name = "ramdisk", .submit = ramdisk_submit };

void ramdisk_init(void)
{
	u64 bytes = machine.initrd_end - machine.initrd_start;

	if (bytes < SECTOR)
		return;
	memory = kmap_direct(machine.initrd_start);
	disk.sectors = bytes / SECTOR;
	blk_register(&disk);
	printk("ramdisk: %lu KiB%s\n", bytes / KIB,
	       blk_root() == &disk ? "" : ", not used: there is a disk");
}
