/* snap_what.h - what an entry of a page table is, in the words of uapi/snapshot.h.  It
 * compiles outside of the kernel, too: scope/ uses it. */
#pragma once

#include "mm/space/access.h"
#include "uapi/snapshot.h"

/* One of SNAP_*, or 0 for an entry of zeros. */
static inline u8 snap_what_is(pte_t e, int level)
{
	if (pte_is_leaf(e))
		return SNAP_LEAF;
	if (pte_is_table(e, level))
		return SNAP_TABLE;
	if (pte_is_guard(e, level))
		return pte_is_parked(e, level) ? SNAP_PARKED : SNAP_GUARD;
	return e.bits ? SNAP_NOTE : 0;
}
