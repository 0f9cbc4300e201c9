/* failing.h - allocations that fail: the k-th alone, or all from the k-th on.
 *
 * The second is what happens when memory is full.  It finds an undo that needs memory,
 * which the first never does. */
#pragma once

#include "lib/types.h"

struct failing {
	u64 in;   /* allocations up to the one that fails; 0: none fails */
	bool all; /* those after it fail, too                            */
	u64 asked, refused;
};

/* From now on the @k-th allocation fails; 0: none fails, they are counted only. */
static inline void failing_set(struct failing *f, u64 k, bool all)
{
	*f = (struct failing){ .in = k, .all = all };
}

/* From now on none fails.  Returns how many did. */
static inline u64 failing_end(struct failing *f)
{
	f->in = 0;
	return f->refused;
}

/* Called at each allocation.  Returns whether it has to fail. */
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

/* The same for @n allocations in one call.  Returns how many of them do not fail. */
static inline u32 failing_allows(struct failing *f, u32 n)
{
	u32 may = 0;

	while (may < n && !failing_now(f))
		may++;
	return may;
}
