/* ramdisk.h - the image that came with the kernel (initrd) as a disk. */
#pragma once

/* Offers it if there is one, behind disks that were found before. */
void ramdisk_init(void);
