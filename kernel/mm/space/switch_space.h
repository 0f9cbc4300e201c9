/* switch_space.h - making harts let go of an address space. */
#pragma once

#include "lib/types.h"

struct aspace;

/* At boot: reads the option asid=.  @harts: how many will run, at most. */
void aspace_load_init(u32 harts);

/* Makes every hart that has @as loaded load the boot root, by IPI, and waits for it.  No
 * thread runs in @as.  Interrupts on; no spin lock held. */
void aspace_evict(struct aspace *as);
