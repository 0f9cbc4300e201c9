/* tie.c - see tie.h. */
#include "mm/xlate/tie.h"

#include "arch/riscv/pte.h"
#include "core/sync/mutex.h"
#include "core/thread.h"
#include "lib/assert.h"
#include "lib/describe.h"

#define NLOCKS 16

static struct mutex locks[NLOCKS];

void tie_init(void)
{
	for (unsigned i = 0; i < NLOCKS; i++)
		mutex_init(&locks[i], "tie", RANK_tie);
}

static struct mutex *tie_lock_of(const struct page *lender)
{
	return &locks[(pfn_t)(frame_pa(lender) >> PAGE_SHIFT) % NLOCKS];
}

static struct page *tie_lender(const struct page *borrower)
{
	return __atomic_load_n(&borrower->hash_next, __ATOMIC_ACQUIRE);
}

void tie_lend(struct page *lender, struct page *borrower, struct tie_range range)
{
	u64 index = range.lo | (u64)range.hi << 16 | (u64)range.pages << 32;

	ASSERT(!borrower->flags && (!lender->flags || lender->index == index));
	lender->flags = TIE_LENDS;
	borrower->flags = TIE_BORROWS;
	lender->index = borrower->index = index;
	mutex_lock(tie_lock_of(lender));
	list_add(&lender->link, &borrower->link);
	borrower->hash_next = lender;
	mutex_unlock(tie_lock_of(lender));
}

/* Ends the tie of one borrower.  Its lock is held for this and the next two. */
static void tie_cut(struct page *borrower)
{
	list_del(&borrower->link);
	/* Whoever sees that there is no lender sees the entries, too. */
	__atomic_store_n(&borrower->hash_next, NULL, __ATOMIC_RELEASE);
}

/* The borrower's space may be in use: its harts see an entry or none. */
static void tie_copy(const struct page *lender, const struct page *borrower)
{
	struct tie_range r = tie_range(borrower);
	const pte_t *from = frame_va(lender);
	pte_t *to = frame_va(borrower);

	for (unsigned i = r.lo; i < r.hi; i++) {
		pte_t e = pte_load(&from[i]);

		if (!e.bits)
			continue;
		frame_get(frame_of_pa(pte_pa(e)));
		pte_put(&to[i], (pte_t){ e.bits & ~(PTE_TOUCHED | PTE_D) });
	}
}

/* The references move along with the entries. */
static void tie_move(const struct page *lender, const struct page *borrower)
{
	struct tie_range r = tie_range(borrower);
	pte_t *from = frame_va(lender), *to = frame_va(borrower);

	for (unsigned i = r.lo; i < r.hi; i++) {
		pte_t e = pte_load(&from[i]);

		if (!e.bits)
			continue;
		pte_put(&to[i], (pte_t){ e.bits & ~(PTE_TOUCHED | PTE_D) });
		pte_put(&from[i], (pte_t){ 0 });
	}
}

/* Gives every borrower of @lender what it lacks.  @leave: the last one gets the lender's
 * own entries.  Returns whether it did. */
static bool tie_serve(struct page *lender, bool leave)
{
	bool left = false;

	mutex_lock(tie_lock_of(lender));
	while (!list_empty(&lender->link)) {
		struct page *borrower = list_first(&lender->link, struct page, link);

		left = leave && borrower->link.next == &lender->link;
		if (left)
			tie_move(lender, borrower);
		else
			tie_copy(lender, borrower);
		tie_cut(borrower);
		sched_point();
	}
	mutex_unlock(tie_lock_of(lender));
	return left;
}

/* Ends the tie of @borrower, unless its lender has done so.  @want: it gets the entries.
 * Returns whether its slots are still empty. */
static bool tie_leave(struct page *borrower, bool want)
{
	struct page *lender = tie_lender(borrower);
	bool tied;

	if (!lender)
		return false;
	mutex_lock(tie_lock_of(lender));
	tied = borrower->hash_next; /* the lender may have been faster */
	if (tied && want)
		tie_copy(lender, borrower);
	if (tied)
		tie_cut(borrower);
	mutex_unlock(tie_lock_of(lender));
	return tied && !want;
}

void tie_settle(struct page *table)
{
	if (table->flags & TIE_BORROWS)
		(void)tie_leave(table, true);
	else if (table->flags & TIE_LENDS)
		(void)tie_serve(table, false);
	table->flags = 0;
}

bool tie_give_up(struct page *table)
{
	bool borrows = table->flags & TIE_BORROWS;

	table->flags = 0;
	return borrows ? tie_leave(table, false) : tie_serve(table, true);
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_NUMBER(TIE_LENDS);
DESCRIBE_NUMBER(TIE_BORROWS);
