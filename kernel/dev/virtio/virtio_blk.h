/* virtio_blk.h - disks on virtio-mmio; used through dev/block.h. */
#pragma once

/* Registers the disk with the lowest address that works. */
void virtio_blk_init(void);
