/* pt.h - walking and editing one page table.
 *
 * Everything that looks at page tables (mapping, unmapping, faults, fork, printing,
 * harvesting A bits) uses the cursor below; nothing else indexes a table.
 *
 * What an entry can be:
 *	leaf     R, W or X set: 4 KiB (level 0), 2 MiB (level 1), and in the
 *	         kernel's half 1 GiB (level 2)
 *	table    V alone, above level 0: points at the next table
 *	guard    V alone at level 0: every access faults, and there is no frame
 *	other    V clear: nothing there; the other bits may hold a note of software
 *
 * A leaf holds a reference on its frame, a 2 MiB leaf one on its block of order 9
 * (frame_put_block).  Leaves on addresses that are not RAM, and on frames of kind
 * FRAME_kernel and FRAME_firmware, hold none: those are never given back.
 *
 * Tables are frames of kind FRAME_table.  Only pt_fini() frees them, and they are cleared
 * then: each is in the chain struct pt.tables, and knows the slot that points at it.  Each
 * 2 MiB leaf of the user half has a table in reserve, which takes its place when the leaf
 * is split or removed; so neither needs memory.
 *
 * Addresses are canonical: the user half is [0, 2^38), the kernel half
 * [-2^38, 2^64 - 2^30).  The last root slot is never used, so the end of every range is
 * an address.
 *
 * Locking: the caller of any of these holds the lock of the address space, unless nobody
 * else can see the table yet (struct pt.lock).  The hardware sets A and D bits at any
 * time. */
#pragma once

#include "arch/riscv/pte.h"
#include "core/thread.h"
#include "mm/phys/frame.h"

struct gather;
struct mutex;
struct tie_range;

/* The root entries of the kernel half that are in use.  All others are 0 in every root. */
struct pt_half {
	u32 n;
	u16 slot[PT_ENTRIES / 2];
};

struct pt {
	pa_t root;
	u32 ntables; /* below the roots, those in reserve included              */
	pa_t twin;   /* second root with the same user half, or 0: isolate=on   */
	bool shared; /* the kernel half is somebody else's: never written here  */

	struct pt_half *half; /* the kernel's */

	/* Guards the entries once others can see the table; NULL: nobody else can. */
	const struct mutex *lock;

	struct page *tables; /* all but root and twin, by pt_table_next()          */

	/* By hash_next: a cleared table for each 2 MiB leaf of the user half. */
	struct page *reserve;
};

/* What a cursor does when it comes to a table of level 0 that has a tie (tie.h).  A change
 * of an entry that is lent or missing must end the tie before. */
enum pt_tie {
	PT_OWN_SLOT,  /* ends it if that concerns the slot at va   */
	PT_OWN_TABLE, /* ends it: for loops                        */
	PT_LEAVE,     /* leaves it: slots of a borrower are empty  */
};

/* A cursor rests on the slot where the walk for va ends: a leaf, a guard, or an entry with
 * V clear.  Invariant: slot is at `level`, and every slot above it on the path points at
 * a table. */
struct pt_cur {
	struct pt *pt;
	va_t va;
	int level;
	enum pt_tie tie;
	pte_t *slot;
};

/* Before a change of entries, in checking builds: ASSERTs that the caller holds the lock,
 * or that nobody else can see the table. */
#ifdef PAGODA_CHECK
void pt_check_changeable(const struct pt *pt);
#else
static inline void pt_check_changeable(const struct pt *pt)
{
	(void)pt;
}
#endif

/* A cursor on the slot where the walk for @va ends. */
struct pt_cur pt_at_tie(struct pt *pt, va_t va, enum pt_tie tie);

static inline struct pt_cur pt_at(struct pt *pt, va_t va)
{
	return pt_at_tie(pt, va, PT_OWN_SLOT);
}

/* The same as the hardware sees it.  For the running thread's own space the lock is not
 * needed, as only other threads of the space would change the entry. */
static inline struct pt_cur pt_peek(struct pt *pt, va_t va)
{
	return pt_at_tie(pt, va, PT_LEAVE);
}

/* The end of the addresses that the current slot maps (exclusive). */
static inline va_t pt_end(const struct pt_cur *c)
{
	return ALIGN_DOWN(c->va, level_size(c->level)) + level_size(c->level);
}

void pt_next_slow(struct pt_cur *c);

/* Moves to that end. */
static inline void pt_next(struct pt_cur *c)
{
	if (c->level == 0 && level_index(c->va, 0) < PT_ENTRIES - 1) {
		c->va = pt_end(c);
		c->slot++;
	} else {
		pt_next_slow(c);
	}
}

/* How many slots from the current one on are in the same table, of level 0, and in no tie;
 * at most @max.  The current one is in no tie. */
u32 pt_own_run(const struct pt_cur *c, u32 max);

/* How many of these have V clear, up to the first that has it set.  The current one has it
 * clear. */
static inline u32 pt_empty_run(const struct pt_cur *c, u32 max)
{
	u32 n = 1;

	if (max > 1)
		max = pt_own_run(c, max);
	while (n < max && !pte_is_valid(pte_load(c->slot + n)))
		n++;
	return n;
}

/* Adds tables until the cursor is at @level, or at the lower level where it was.
 * -EEXIST: there is a leaf or a note above that level.  -ENOMEM.  May sleep and
 * reclaim. */
int pt_reach(struct pt_cur *c, int level) MUST_CHECK;

#define pt_for_each(c, table, start, end)                                           \
	for (struct pt_cur c = pt_at_tie(table, start, PT_OWN_TABLE); c.va < (end); \
	     pt_next(&c))

/* A run is the slots c->slot[0] to [n - 1] of one table, up to the page of @end - 1: of a
 * table of level 0, as many as there are; above that, one. */
static inline unsigned pt_run(const struct pt_cur *c, va_t end)
{
	u64 room = PT_ENTRIES - level_index(c->va, 0);

	return c->level > 0 ? 1 : (unsigned)MIN(room, DIV_UP(end - c->va, PAGE_SIZE));
}

static inline void pt_skip(struct pt_cur *c, unsigned n)
{
	c->va += (n - 1) * PAGE_SIZE;
	c->slot += n - 1;
	pt_next(c);
}

/* Moves to the slot where the walk for @va ends. */
static inline void pt_move(struct pt_cur *c, va_t va)
{
	if (c->level > 0 ||
	    ALIGN_DOWN(c->va, level_size(1)) != ALIGN_DOWN(va, level_size(1))) {
		*c = pt_at_tie(c->pt, va, c->tie);
		return;
	}
	c->slot += (s64)level_index(va, 0) - (s64)level_index(c->va, 0);
	c->va = va;
}

/* A loop over runs, for what is done to many pages: work per table is done once. */
#define pt_for_each_run(c, n, from, end) \
	for (struct pt_cur c = from; c.va < (end) && (n = pt_run(&c, end)); pt_skip(&c, n))

/* To be called for each entry of pt_for_each(): a scheduling point, once per table.  True:
 * the running thread is to die. */
static inline bool pt_point(const struct pt_cur *c)
{
	return (c->level > 0 || level_index(c->va, 0) == 0) && sched_point_killed();
}

/* Makes an empty table, for the kernel, which notes in @half what it uses.  -ENOMEM. */
int pt_init(struct pt *pt, struct pt_half *half) MUST_CHECK;

/* Makes a table with an empty user half and the root entries of @kernel's kernel half.
 * Root entries that @kernel gets later do not appear in it.  -ENOMEM. */
int pt_init_user(struct pt *pt, const struct pt *kernel) MUST_CHECK;

/* Gives @pt, whose user half is still empty, a second root: the same user half, and
 * nothing above it.  -ENOMEM. */
int pt_init_twin(struct pt *pt) MUST_CHECK;

/* Frees root, twin and all tables below, except the kernel half's if it is shared.  There
 * are no leaves, guards or notes left, and no hart uses the table. */
void pt_fini(struct pt *pt);

/* Maps @len bytes with the bits @prot (PTE_R ... PTE_COW; V is added).  -EEXIST: something
 * is there; -ENOMEM; either way nothing was mapped.  The caller provides the references
 * that the leaves hold. */
int pt_map(struct pt *pt, va_t va, pa_t pa, u64 len, u64 prot) MUST_CHECK;

/* In the @prot of pt_map(), for the kernel half: use leaves as large as addresses and
 * length allow. */
#define PT_LARGE BIT(63)

/* Writes a leaf, guard, note or nothing into the cursor's slot, which does not point at a
 * table, and returns what was there.  The caller sees to references and shootdown. */
pte_t pt_set_leaf(struct pt_cur *c, pte_t e);

/* Writes leaves with @flags for the @n frames into the slots from the current one on, which
 * are such as pt_empty_run() counts. */
void pt_fill(struct pt_cur *c, struct page *const *pg, u32 n, u64 flags);

/* The frame on which the leaf @e holds a reference; NULL: it holds none (see above). */
struct page *pt_leaf_page(pte_t e);

/* --- 2 MiB leaves of the user half --------------------------------------- */

/* Whether the aligned 2 MiB around @va have no leaf, guard or note. */
bool pt_large_fits(struct pt *pt, va_t va);

/* Maps the 2 MiB at @va as the leaf @e.  An empty table that was there becomes the leaf's
 * reserve; harts may still use it until @g is finished, which must be before the lock is
 * given up.  -EEXIST: something is there; -ENOMEM.  May sleep. */
int pt_put_large(struct pt *pt, va_t va, pte_t e, struct gather *g) MUST_CHECK;

/* Replaces the 2 MiB leaf under the cursor by its empty table, and returns the leaf.  The
 * caller sees to reference and shootdown. */
pte_t pt_take_large(struct pt_cur *c);

/* Replaces the 2 MiB leaf under the cursor by its table, filled with leaves that have the
 * same bits, A and D included, and moves the cursor to level 0.  Call
 * frame_split() before: each frame then has the reference that the block had.  Needs no
 * shootdown: old and new translations say the same. */
void pt_split(struct pt_cur *c);

/* The entry at @level on the walk for @va; an empty one if the walk ends above.  For code
 * that shows the tables themselves; there are no ties on that walk any more. */
pte_t pt_entry(struct pt *pt, va_t va, int level);

/* --- tables with ties ------------------------------------------------------ */

/* The table that the slot is in. */
static inline struct page *pt_table_at_slot(const pte_t *slot)
{
	return frame_of_va((void *)ALIGN_DOWN((uintptr_t)slot, PAGE_SIZE));
}

static inline struct page *pt_table_of(const struct pt_cur *c)
{
	return pt_table_at_slot(c->slot);
}

/* tie_lend(), where both tables are in use. */
void pt_lend(struct page *lender, struct page *borrower, struct tie_range range);
