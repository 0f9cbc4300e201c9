/* virtio_blk.h - disks behind virtio-mmio; used through dev/block.h. */
#pragma once

/* Finds all of them, the one with the lowest address first. */
void virtio_blk_init(void);
