/* gather.c - batches of translations to take away: see gather.h.
 *
 * A reference is kept as the address of its struct page; bit 0 is set if it is the
 * reference of a 2 MiB leaf. */
#include "mm/xlate/gather.h"

#include "arch/riscv/pte.h"
#include "core/thread.h"
#include "lib/assert.h"

#define LARGE 1ul
#define LARGE_ORDER 9

_Static_assert(_Alignof(struct page) > LARGE, "bit 0 of a struct page's address");

#define REFS_IN_FRAME (PAGE_SIZE / sizeof(u64))

static void gather_empty(struct gather *g)
{
	g->lo = ~0ul;
	g->hi = 0;
	g->refs = g->first;
	g->n = 0;
	g->room = GATHER_INLINE;
	g->borrowed = NULL;
}

void gather_init(struct gather *g, struct tlb_space *space)
{
	g->space = space;
	gather_empty(g);
}

static void gather_put_refs(const u64 *refs, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		struct page *pg = (struct page *)(refs[i] & ~LARGE);

		if (refs[i] & LARGE)
			frame_put_block(pg, LARGE_ORDER);
		else
			frame_put(pg);
	}
}

void gather_finish(struct gather *g)
{
	struct page *pg = g->borrowed;

	if (g->space && g->lo < g->hi)
		tlb_shootdown(g->space, g->lo, g->hi);

	/* All arrays but the newest are full. */
	gather_put_refs(g->first, pg ? GATHER_INLINE : g->n);
	while (pg) {
		struct page *older = pg->hash_next;

		gather_put_refs(frame_va(pg), pg == g->borrowed ? g->n : REFS_IN_FRAME);
		frame_put(pg);
		pg = older;
		sched_point(); /* how many there are is the program's choice */
	}
	gather_empty(g);
}

/* Borrows a frame for more references.  False: none is free.  It does not reclaim, since
 * finishing the batch frees memory at once. */
static bool gather_grow(struct gather *g)
{
	struct page *pg = frame_alloc(FRAME_other, FRAME_NOWAIT);

	if (!pg)
		return false;
	pg->hash_next = g->borrowed;
	g->borrowed = pg;
	g->refs = frame_va(pg);
	g->n = 0;
	g->room = REFS_IN_FRAME;
	return true;
}

/* What was reported stays reported, as the reference to come may lie there, too. */
void gather_make_room(struct gather *g)
{
	va_t lo = g->lo, hi = g->hi;

	if (gather_grow(g))
		return;
	gather_finish(g);
	gather_range(g, lo, hi);
}

void gather_add_large(struct gather *g, va_t va, struct page *pg)
{
	gather_range(g, va, va + level_size(1));
	if (pg && g->space)
		gather_ref(g, (uintptr_t)pg | LARGE);
	else if (pg)
		frame_put_block(pg, LARGE_ORDER);
}
