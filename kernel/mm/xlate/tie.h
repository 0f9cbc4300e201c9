/* tie.h - tables of level 0 that lack entries until somebody needs them (fork=tables).
 *
 * After a fork a table of the child may borrow: a range of its slots is empty, and what
 * belongs there are the entries in the same slots of a table of the parent, which lends,
 * but as if untouched.  The entries that are lent have no W and are not changed, except
 * that the hardware sets A and D for the parent, and obs/heat.c takes A.
 *
 * The tie ends when the child needs one of the entries, or before the parent changes one:
 * the entries that are missing are copied, all at once.  It also ends with either space.
 * Then nothing is copied if the child goes first; the parent leaves its entries to the
 * last borrower.  None of this needs memory: the borrower has its frame from the start.
 *
 * A lender stays one after the last borrower has gone.  So the next fork knows that
 * nobody has changed the entries since, and that they have no W.
 *
 * In struct page of a table: flags and index (the range) belong to the table's space,
 * under its area lock; link and hash_next to the tie, under the lock of the lender, which
 * ranks after that of an area. */
#pragma once

#include "mm/phys/frame.h"

/* In struct page.flags of a table. */
#define TIE_LENDS 1u   /* struct page.link heads the list of its borrowers         */
#define TIE_BORROWS 2u /* hash_next is the lender; NULL: it has given the entries  */

/* Slots [lo, hi), and how many of them hold a frame. */
struct tie_range {
	u16 lo, hi, pages;
};

static inline struct tie_range tie_range(const struct page *table)
{
	return (struct tie_range){ .lo = (u16)table->index,
				   .hi = (u16)(table->index >> 16),
				   .pages = (u16)(table->index >> 32) };
}

/* Whether a tie has slot @i of the table.  The area lock is held. */
static inline bool tie_covers(const struct page *table, unsigned i)
{
	struct tie_range r = tie_range(table);

	return table->flags && i >= r.lo && i < r.hi;
}

void tie_init(void); /* at boot */

/* @borrower, whose slots in @range are empty, borrows from @lender, where they have no W.
 * @lender has no other tie than one with the same range. */
void tie_lend(struct page *lender, struct page *borrower, struct tie_range range);

/* Ends the tie of @table: it has all its entries, and each of its borrowers has its own.
 * Area lock of the table's space held. */
void tie_settle(struct page *table);

/* Ends the tie of @table, whose space is given back.  True: its slots in the range are
 * empty now, or were before. */
bool tie_give_up(struct page *table) MUST_CHECK;
