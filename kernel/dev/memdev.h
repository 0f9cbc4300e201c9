/* memdev.h - the device files null, zero and full, which have no hardware. */
#pragma once

void memdev_init(void);
