/* unmap.h - for tests: takes all entries but tables out of a range of a page table.  The
 * references move to @g. */
#pragma once

#include "mm/xlate/gather.h"
#include "mm/xlate/pt.h"

static inline void unmap(struct pt *pt, va_t va, u64 len, struct gather *g)
{
	pt_for_each(c, pt, va, va + len) {
		pte_t e = pte_load(c.slot);

		if (!e.bits)
			continue;
		if (c.level == 1 && c.va < BIT(38) && pte_is_leaf(e))
			e = pt_take_large(&c);
		else
			e = pt_set_leaf(&c, (pte_t){ 0 });
		if (pte_is_leaf(e) && c.level == 0)
			gather_add(g, c.va, pt_leaf_page(e));
		else if (pte_is_leaf(e))
			gather_add_large(g, c.va, pt_leaf_page(e));
	}
}
