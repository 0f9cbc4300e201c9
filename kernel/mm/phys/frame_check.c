/* frame_check.c - the frame allocator checks itself, in builds with CHECK=1.
 *
 * frames.lock is held, and no hart is inside its list. */
#include "mm/phys/frame_priv.h"

#include "lib/assert.h"

#ifdef PAGODA_CHECK
/* Block @pg of 2^order frames: all are of one kind, all but the first are tails. */
static void frame_check_block(const struct page *pg, unsigned order)
{
	ASSERT(IS_ALIGNED(frame_pfn(pg), BIT(order)));
	ASSERT(frame_pfn(pg) + BIT(order) <= frame_span.base + frame_span.total);
	for (u64 i = 1; i < BIT(order); i++)
		ASSERT(pg[i].order == FRAME_ORDER_TAIL && !pg[i].refs &&
		       pg[i].kind == pg->kind);
}

/* Checks the block or frame @pg; returns how many frames it has. */
static u64 frame_check_page(const struct page *pg)
{
	unsigned order = pg->order;

	if (order & FRAME_ORDER_FREE) {
		order &= ~FRAME_ORDER_FREE;
		ASSERT(order <= FRAME_MAX_ORDER && pg->kind == FRAME_free && !pg->refs);
		ASSERT(order == FRAME_MAX_ORDER || !frame_buddy(pg, order));
	} else if (order == FRAME_ORDER_CACHED) {
		ASSERT(pg->kind == FRAME_free && !pg->refs);
		return 1;
	} else {
		ASSERT(order <= FRAME_MAX_ORDER && pg->kind != FRAME_free);
		ASSERT(!pg->refs == (pg->kind == FRAME_reserve));
	}
	frame_check_block(pg, order);
	return BIT(order);
}

static void frame_check_list(const struct frame_list *list, bool zero)
{
	const struct page *pg = list->first;

	for (u32 i = 0; i < list->n; i++, pg = pg->hash_next) {
		ASSERT(pg && pg->order == FRAME_ORDER_CACHED);
		if (zero)
			frame_check_cleared(pg);
	}
	ASSERT(!pg);
}

/* Returns how many frames are on the lists of @c. */
static u64 frame_check_cache(const struct frame_cache *c)
{
	ASSERT(!c->busy);
	ASSERT(c->any.n <= FRAME_CACHE_SIZE && c->zero.n <= FRAME_CACHE_CLEARED);
	frame_check_list(&c->any, false);
	frame_check_list(&c->zero, true);
	return c->any.n + c->zero.n;
}

/* Returns how many frames are on the lists. */
static u64 frame_check_lists(void)
{
	u64 nfree = 0;
	struct page *pg;

	for (unsigned order = 0; order <= FRAME_MAX_ORDER; order++) {
		u64 n = 0;

		list_for_each(pg, &frames.blocks[order], link) {
			ASSERT(pg->order == (FRAME_ORDER_FREE | order));
			n++;
		}
		if (order == FRAME_MAX_ORDER)
			n += frames.nclosed * (CHUNK_FRAMES >> FRAME_MAX_ORDER);
		ASSERT(n == frames.nblocks[order]);
		nfree += n << order;
	}
	for (unsigned i = 0; i < MAX_HARTS; i++)
		nfree += frame_check_cache(&frame_caches[i]);
	return nfree;
}

void frame_check(void)
{
	u64 count[FRAME_NKINDS] = { 0 }, closed = 0;

	spin_lock(&frames.lock);
	for (u64 i = 0; i < frame_span.total;) {
		const struct page *pg = &frame_span.table[i];
		u64 n = CHUNK_FRAMES; /* of a closed chunk: nobody has written them */

		if (frame_chunk_is_open(frame_chunk_of(frame_span.base + i))) {
			n = frame_check_page(pg);
			count[pg->kind] += n;
		} else {
			closed++;
		}
		i += n;
	}
	ASSERT(closed == frames.nclosed);
	count[FRAME_free] += closed * CHUNK_FRAMES;
	for (unsigned kind = 0; kind < FRAME_NKINDS; kind++)
		ASSERT(frame_count(kind) == count[kind]);
	ASSERT(frame_check_lists() == count[FRAME_free]);
	spin_unlock(&frames.lock);
}
#endif
