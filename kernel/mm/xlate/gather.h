/* gather.h - taking translations away: clear the entries, shoot them down,
 * free the frames; in this order.
 *
 * A hart may use a cleared entry out of its TLB until it has been told
 * otherwise, so a frame must not be free for others before that.  Whoever
 * clears or weakens entries reports them here, and gather_finish() does the
 * rest in one batch: one shootdown, then all the frames.
 *
 * Locking: as for the page table; no spin lock held. */
#pragma once

#include "arch/riscv/tlb.h"
#include "mm/phys/frame.h"

/* Small enough for the stack.  More frames than these go into a frame that is
 * borrowed for the purpose; if there is none, the batch ends early. */
#define GATHER_INLINE 24

struct gather {
	struct tlb_space *space; /* whose translations                       */
	va_t lo, hi;             /* [lo, hi) holds all of them; none: lo >= hi */
	u64 *refs;               /* where the next reference is noted        */
	u32 n, room;             /* noted there, and what it holds           */
	struct page *borrowed;   /* frames full of refs, newest first        */
	u64 first[GATHER_INLINE];
};

void gather_init(struct gather *g, struct tlb_space *space);

/* The entry of page @va was cleared; its reference on @pg moves to @g.
 * @pg NULL: only the translation goes. */
void gather_add(struct gather *g, va_t va, struct page *pg);

/* The same for a 2 MiB leaf on the block that @pg heads, or once headed. */
void gather_add_large(struct gather *g, va_t va, struct page *pg);

/* Entries in [lo, hi) lost rights but keep their frames. */
void gather_range(struct gather *g, va_t lo, va_t hi);

/* Shoots down and frees; @g is empty then and may be used again. */
void gather_finish(struct gather *g);
