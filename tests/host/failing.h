/* failing.h - allocations that fail: the k-th alone, or all from the k-th on.
 *
 * The second is what happens to a machine whose memory is full.  It finds an undo that
 * needs memory, which the first never does. */
#pragma once

#include "lib/types.h"

struct failing {
	u64 in;   /* so many, and the last of them fails; 0: none does */
	bool all; /* those after it fail, too                          */
	u64 asked, refused;
};

/* From now on the @k-th fails; 0: none, they are counted only. */
static inline void failing_set(struct failing *f, u64 k, bool all)
{
	*f = (struct failing){ .in = k, .all = all };
}

/* None fails any more.  Returns how many did. */
static inline u64 failing_end(struct failing *f)
{
	f->in = 0;
	return f->refused;
}

/* Called by each allocation: whether it has to fail. */
static inline bool failing_now(struct failing *f)
{
	f->asked++;
	if (f->in != 1) {
		f->in -= f->in != 0;
		return false;
	}
	f->refused++;
	f->in = f->all;
	return true;
}
