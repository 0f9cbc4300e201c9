/* ramdisk.h - the image that came with the kernel (initrd) as a disk. */
#pragma once

/* Registers the disk, if there is an image, after the disks that were found before. */
void ramdisk_init(void);
