/* machine.h - what the device tree says about this machine. */
#pragma once

#include "lib/fdt.h"
#include "lib/types.h"

struct machine {
	struct fdt fdt; /* open; drivers look up their devices */
	pa_t ram_base;
	u64 ram_bytes;
	u64 timebase_hz;
	bool has_sstc, has_fp, has_zfinx; /* on every hart; has_fp: F and D */
	pa_t initrd_start, initrd_end;    /* equal: none */
};

extern struct machine machine; /* filled once at boot, then constant */
