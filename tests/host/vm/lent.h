/* lent.h - entries of a table that borrows, looked at without ending its tie. */
#pragma once

#include "rig.h"

#include "mm/xlate/pt.h"
#include "mm/xlate/tie.h"

/* The table that has the entry for @va, if the one of @pt borrows it, else NULL. */
static inline struct page *lent_by(struct pt *pt, va_t va)
{
	struct pt_cur c = pt_peek(pt, va);
	struct page *table = c.level ? NULL : pt_table_of(&c);

	if (!table || !tie_covers(table, level_index(va, 0)))
		return NULL;
	return table->flags & TIE_BORROWS ? table->hash_next : NULL;
}

/* The entry of the small page @va, its own or borrowed. */
static inline pte_t lent_entry(struct pt *pt, va_t va)
{
	struct page *lender = lent_by(pt, va);
	struct pt_cur c = pt_peek(pt, va);
	pte_t e = c.level ? (pte_t){ 0 } : pte_load(c.slot);

	if (!lender)
		return e;
	assert_int_equal(e.bits, 0);
	e = pte_load((const pte_t *)frame_va(lender) + level_index(va, 0));
	return (pte_t){ e.bits & ~(PTE_A | PTE_D) };
}
