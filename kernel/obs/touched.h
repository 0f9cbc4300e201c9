/* touched.h - one visitor of A bits, for harvest() and pgaccess(): it walks, reports and
 * clears. */
#pragma once

#include "arch/riscv/pte.h"

struct aspace;
struct pt_cur;

/* Not the trap frame or the trampoline: a core that leaves A to software would fault when
 * it enters the kernel. */
static inline bool touched_is_users(pte_t e)
{
	return pte_is_leaf(e) && e.bits & PTE_U;
}

/* Called for each leaf that user mode can use, touched or not; @flags: SNAP_RUN_*.
 * False: no room for it, and the visit ends before this leaf. */
typedef bool touched_fn(void *arg, const struct pt_cur *c, u32 flags);

/* Reports the leaves of [start, end) in order, and clears the A bit of each that was
 * reported as touched.  Returns where the next visit has to start: @end, or earlier
 * after a certain number of entries, or where @report had no room.  On return no hart
 * holds an old translation, so the next touch sets A again.  Area lock held. */
va_t touched_visit(struct aspace *as, va_t start, va_t end, touched_fn *report, void *arg);
