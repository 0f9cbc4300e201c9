/* gather.h - taking translations away: clear the entries, shoot them down, free the
 * frames, in this order.
 *
 * A hart may use a cleared entry from its TLB until a shootdown reaches it, so the frame
 * must not be freed before.  Whoever clears or weakens entries reports them here;
 * gather_finish() then does one shootdown and frees all the frames.
 *
 * Locking: as for the page table; no spin lock held. */
#pragma once

#include "arch/riscv/tlb.h"
#include "mm/phys/frame.h"

/* How many references fit into the struct itself, which lies on the stack.  More go into
 * frames borrowed for the purpose; if none is free, the batch is finished early. */
#define GATHER_INLINE 24

struct gather {
	struct tlb_space *space; /* whose translations; NULL: see gather_init() */
	va_t lo, hi;             /* [lo, hi) holds all that changed; lo >= hi: none */
	u64 *refs;               /* the array that the next reference goes into */
	u32 n, room;             /* how many it has, how many it can hold     */
	struct page *borrowed;   /* frames full of refs, newest first        */
	u64 first[GATHER_INLINE];
};

/* @space NULL: no hart uses translations of the entries, so references are given back
 * as they come. */
void gather_init(struct gather *g, struct tlb_space *space);

/* Entries in [lo, hi) were cleared or lost rights. */
static inline void gather_range(struct gather *g, va_t lo, va_t hi)
{
	g->lo = MIN(g->lo, lo);
	g->hi = MAX(g->hi, hi);
}

/* For gather_ref(), which takes the address of a struct page, with bit 0 as in gather.c. */
void gather_make_room(struct gather *g);

static inline void gather_ref(struct gather *g, u64 ref)
{
	if (g->n == g->room)
		gather_make_room(g);
	g->refs[g->n++] = ref;
}

/* The reference on @pg moves to @g.  Its entry, which lies in a range that was reported,
 * was cleared. */
static inline void gather_page(struct gather *g, struct page *pg)
{
	if (g->space)
		gather_ref(g, (uintptr_t)pg);
	else
		frame_put(pg);
}

/* The entry of the page @va was cleared; its reference on @pg moves to @g.  @pg NULL: there
 * is no reference to give back. */
static inline void gather_add(struct gather *g, va_t va, struct page *pg)
{
	gather_range(g, va, va + PAGE_SIZE);
	if (pg)
		gather_page(g, pg);
}

/* The same for a 2 MiB leaf on the block that @pg heads, or once headed. */
void gather_add_large(struct gather *g, va_t va, struct page *pg);

/* Shoots down and frees.  @g is empty afterwards and may be used again. */
void gather_finish(struct gather *g);
