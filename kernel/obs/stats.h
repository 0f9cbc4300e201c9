/* stats.h - what the kernel has counted since boot: the device "statistics". */
#pragma once

void stats_init(void); /* at boot */
