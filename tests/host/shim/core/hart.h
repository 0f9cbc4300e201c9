/* hart.h - for tests on the host: each thread of the test sets shim_hart to the number of
 * the hart that it acts as. */
#pragma once

#include "lib/types.h"

#ifndef MAX_HARTS /* more: -DMAX_HARTS=N in the `// cflags:` of a test */
#define MAX_HARTS 8
#endif

extern __thread u32 shim_hart;
static const u32 nharts = MAX_HARTS; /* a test may act as any of them */

static inline u32 hart_index(void)
{
	return shim_hart;
}
