/* sysinfo.h - what sysinfo() fills in. */
#pragma once

#include "types.h"

struct sysinfo {
	uint64 freemem; /* bytes                   */
	uint64 nproc;   /* processes, zombies too  */
};
