/* pt.h - walking and editing one page table.
 *
 * Everything that looks at page tables (map, unmap, fault, fork, print, access
 * harvesting) uses the cursor below; nothing else indexes one.
 *
 * What an entry can be:
 *	leaf     R, W or X set: 4 KiB (level 0), 2 MiB (level 1), and in the
 *	         kernel's half 1 GiB (level 2)
 *	table    V alone, above level 0: points at the next table
 *	guard    V alone at level 0: faults, and names no frame
 *	other    V clear: not present; if not zero, a note of whoever wrote it
 *
 * A leaf holds a reference on its frame, a 2 MiB leaf one on the block of order
 * 9 (frame_put_block); except leaves on what is no RAM, and on frames of kind
 * FRAME_kernel and FRAME_firmware, which nobody ever gives back.
 *
 * Tables are frames of kind FRAME_table.  They are freed by pt_fini() alone.  A 2 MiB
 * leaf of the user half keeps in reserve the table that takes its place when it
 * goes, so that splitting and removing one never need memory.
 *
 * Addresses are canonical: the user half is [0, 2^38), the kernel half
 * [-2^38, 2^64 - 2^30); the slot above it is never used, so that every range
 * has an end.
 *
 * Locking: the caller holds the lock of the address space for all of these,
 * since tables appear and entries change under it; the hardware sets A and D
 * bits at any time. */
#pragma once

#include "arch/riscv/pte.h"
#include "core/thread.h"
#include "mm/phys/frame.h"

struct gather;
struct mutex;

struct pt {
	pa_t root;
	pa_t twin;   /* second root with the same user half, or 0: isolate=on   */
	bool shared; /* the kernel half is somebody else's: never written here  */

	/* Guards the entries once others can see the table; NULL: nobody else can. */
	const struct mutex *lock;

	/* By hash_next: a cleared table for each 2 MiB leaf of the user half. */
	struct page *reserve;
};

/* A cursor rests on the slot that decides va: a leaf, or the hole that makes
 * the walk stop.  Invariant: slot is at `level`, and every higher slot on the
 * path is a table pointer. */
struct pt_cur {
	struct pt *pt;
	va_t va;
	int level;
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

struct pt_cur pt_at(struct pt *pt, va_t va);

/* End of the address range that the current slot decides (exclusive). */
static inline va_t pt_end(const struct pt_cur *c)
{
	return ALIGN_DOWN(c->va, level_size(c->level)) + level_size(c->level);
}

void pt_next_slow(struct pt_cur *c);

/* Moves to the first address the current slot does not decide. */
static inline void pt_next(struct pt_cur *c)
{
	if (c->level == 0 && level_index(c->va, 0) < PT_ENTRIES - 1) {
		c->va = pt_end(c);
		c->slot++;
	} else {
		pt_next_slow(c);
	}
}

/* Walks down, allocating tables, until the cursor is at @level (or below, if
 * it was).  -EEXIST: a leaf or a note decides va above that level.  -ENOMEM:
 * no frame.  May sleep and reclaim. */
int pt_reach(struct pt_cur *c, int level) MUST_CHECK;

#define pt_for_each(c, table, start, end) \
	for (struct pt_cur c = pt_at(table, start); c.va < (end); pt_next(&c))

/* In such a loop, for each entry: once a table, a scheduling point.  True: the running
 * thread is to die. */
static inline bool pt_point(const struct pt_cur *c)
{
	return (c->level > 0 || level_index(c->va, 0) == 0) && sched_point_killed();
}

/* An empty table, for the kernel.  -ENOMEM. */
int pt_init(struct pt *pt) MUST_CHECK;

/* An empty user half below the kernel half of @kernel as it is now: entries
 * that @kernel's root gets later are not seen.  -ENOMEM. */
int pt_init_user(struct pt *pt, const struct pt *kernel) MUST_CHECK;

/* Gives @pt a second root with the same user half and nothing above it; while
 * the user half is still empty.  -ENOMEM. */
int pt_init_twin(struct pt *pt) MUST_CHECK;

/* Frees root, twin and the tables below, those of the kernel half only if they
 * are not shared.  All leaves must be gone, and no hart may use the table. */
void pt_fini(struct pt *pt);

/* Maps @len bytes with the bits @prot (PTE_R ... PTE_COW; V is added).  All of
 * it must be empty: -EEXIST; -ENOMEM.  On failure nothing new is mapped.
 * The references that the leaves hold are the caller's affair. */
int pt_map(struct pt *pt, va_t va, pa_t pa, u64 len, u64 prot) MUST_CHECK;

/* In pt_map's @prot: leaves as large as address and length allow, in the kernel
 * half only. */
#define PT_LARGE BIT(63)

/* Writes a leaf, guard, note or nothing into the cursor's slot, which is no
 * table pointer, and returns what was there.  References and shootdown are the
 * caller's. */
pte_t pt_set_leaf(struct pt_cur *c, pte_t e);

/* The frame whose reference the leaf @e holds; NULL: none, see above. */
struct page *pt_leaf_page(pte_t e);

/* --- 2 MiB leaves of the user half --------------------------------------- */

/* Whether nothing at all is mapped or noted in the 2 MiB that begin at @va. */
bool pt_large_fits(struct pt *pt, va_t va);

/* Makes the 2 MiB at @va, where nothing is, the leaf @e.  A table that was there,
 * empty, becomes its reserve; that it is out of use goes to @g, which must be
 * finished before the lock is given up.  -ENOMEM; -EEXIST.  May sleep. */
int pt_put_large(struct pt *pt, va_t va, pte_t e, struct gather *g) MUST_CHECK;

/* Replaces the 2 MiB leaf under the cursor by its table, empty, and returns the leaf.
 * Reference and shootdown are the caller's. */
pte_t pt_take_large(struct pt_cur *c);

/* Replaces the 2 MiB leaf under the cursor by its table, full of leaves with the same
 * bits, A and D included, and moves the cursor to level 0.  The reference on the
 * block becomes one on each frame: frame_split() it before.  Needs no shootdown. */
void pt_split(struct pt_cur *c);

/* The entry at @level on the way to @va; nothing if the way ends above.  For
 * those who show the tables themselves. */
pte_t pt_entry(const struct pt *pt, va_t va, int level);
