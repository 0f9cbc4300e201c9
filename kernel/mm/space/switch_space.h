/* switch_space.h - making harts let go of an address space. */
#pragma once

#include "lib/types.h"

struct aspace;

/* Boot: reads the option asid=; at most @harts will run. */
void aspace_load_init(u32 harts);

/* On return no hart has @as loaded.  No thread runs in it; interrupts on, no
 * spin lock held: the harts are asked by IPI and waited for. */
void aspace_evict(struct aspace *as);
