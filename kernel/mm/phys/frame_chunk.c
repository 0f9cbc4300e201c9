/* frame_chunk.c - how frames become known at boot, and those of large machines later.
 *
 * RAM is taken in chunks of 16 MiB.  A chunk is opened by writing its struct pages.  Boot
 * opens the chunks that have anything but free frames.  All others stay closed until the
 * block lists are empty: their frames count as free, and nobody has read or written their
 * struct pages.  So the time that boot takes, and the memory that the host of a virtual
 * machine must provide for the table, hardly grow with RAM.
 *
 * A chunk is 2^12 frames, counted from physical address 0 less that of the chunk of
 * frame_span.base.  Those that RAM has only in part are never closed. */
#include "mm/phys/frame_priv.h"

#include "core/sync/lockcount.h"
#include "lib/assert.h"
#include "lib/string.h"

static pfn_t chunk_start(u64 chunk)
{
	return (frame_span.base / CHUNK_FRAMES + chunk) * CHUNK_FRAMES;
}

/* Writes the struct pages of the chunk. */
static void chunk_write(u64 chunk, struct page as)
{
	pfn_t start = MAX(chunk_start(chunk), frame_span.base);
	pfn_t end = MIN(chunk_start(chunk + 1), frame_span.base + frame_span.total);
	struct page *pg = &frame_span.table[start - frame_span.base];

	for (; start < end; start++)
		*pg++ = as;
	frames.opened[chunk / 64] |= BIT(chunk % 64);
}

bool frame_chunk_open(void)
{
	struct page *pg;
	u64 chunk = 0;

	if (!frames.nclosed)
		return false;
	while (frame_chunk_is_open(chunk))
		chunk++;
	chunk_write(chunk, (struct page){ .order = FRAME_ORDER_TAIL });
	pg = &frame_span.table[chunk_start(chunk) - frame_span.base];
	frames.nclosed--;
	frames.nblocks[FRAME_MAX_ORDER] -= CHUNK_FRAMES >> FRAME_MAX_ORDER;
	for (u64 i = 0; i < CHUNK_FRAMES; i += BIT(FRAME_MAX_ORDER))
		frame_block_insert(pg + i, FRAME_MAX_ORDER);
	return true;
}

/* Opens the chunk of @pfn with frames of kind kernel. */
static void chunk_open_boot(pfn_t pfn)
{
	if (!frame_chunk_is_open(frame_chunk_of(pfn)))
		chunk_write(frame_chunk_of(pfn),
			    (struct page){ .refs = 1, .kind = FRAME_kernel });
}

void frame_init(pa_t base, u64 bytes, struct page *table)
{
	ASSERT(IS_ALIGNED(base, PAGE_SIZE) &&
	       bytes <= DIRECT_BYTES - PAGE_SIZE * CHUNK_FRAMES);
	memset(&frames, 0, sizeof(frames));
	memset(frame_caches, 0, sizeof(frame_caches));
	spin_init(&frames.lock, "frame", RANK_frame);
	lockcount_register(&frames.lock, "kmem");
	frame_span_init(base, bytes, table);
	frames.count[FRAME_kernel] = frame_span.total;
	for (unsigned i = 0; i <= FRAME_MAX_ORDER; i++)
		list_init(&frames.blocks[i]);
	list_init(&frames.reserve);
}

/* [*lo, *hi): the frames of RAM that lie wholly in [start, end). */
static void frame_boot_range(pa_t start, pa_t end, pfn_t *lo, pfn_t *hi)
{
	*lo = MAX(DIV_UP(start, PAGE_SIZE), frame_span.base);
	*hi = MIN(end / PAGE_SIZE, frame_span.base + frame_span.total);
}

/* Frees the largest block that begins at @pfn and ends by @hi; returns its frames. */
static u64 frame_boot_free_block(pfn_t pfn, pfn_t hi)
{
	struct page *pg = &frame_span.table[pfn - frame_span.base];
	unsigned order = FRAME_MAX_ORDER;

	while (!IS_ALIGNED(pfn, BIT(order)) || pfn + BIT(order) > hi)
		order--;
	chunk_open_boot(pfn);
	for (u64 i = 0; i < BIT(order); i++) {
		ASSERT(pg[i].kind == FRAME_kernel && pg[i].refs == 1);
		pg[i].refs = 0;
		frame_set_order(&pg[i], FRAME_ORDER_TAIL);
	}
	frame_block_free(pg, order);
	return BIT(order);
}

void frame_boot_free(pa_t start, pa_t end)
{
	pfn_t pfn, hi;

	frame_boot_range(start, end, &pfn, &hi);
	while (pfn < hi) {
		if (IS_ALIGNED(pfn, CHUNK_FRAMES) && pfn + CHUNK_FRAMES <= hi &&
		    !frame_chunk_is_open(frame_chunk_of(pfn))) {
			frame_recount(frames.count, FRAME_kernel, FRAME_free, CHUNK_FRAMES);
			frames.nblocks[FRAME_MAX_ORDER] += CHUNK_FRAMES >> FRAME_MAX_ORDER;
			frames.nclosed++;
			pfn += CHUNK_FRAMES;
		} else {
			pfn += frame_boot_free_block(pfn, hi);
		}
	}
}

/* The range may begin or end within a frame: all frames that it touches. */
void frame_boot_kind(pa_t start, pa_t end, enum frame_kind kind)
{
	pfn_t pfn, hi;

	frame_boot_range(ALIGN_DOWN(start, PAGE_SIZE), ALIGN_UP(end, PAGE_SIZE), &pfn, &hi);
	for (; pfn < hi; pfn++) {
		struct page *pg = &frame_span.table[pfn - frame_span.base];

		chunk_open_boot(pfn);
		ASSERT(pg->refs == 1);
		frame_recount(frames.count, pg->kind, kind, 1);
		pg->kind = kind;
	}
}

void frame_boot_reserve(unsigned nframes)
{
	while (nframes--) {
		struct page *pg = frame_alloc(FRAME_other, FRAME_NOWAIT);

		ASSERT(pg);
		__atomic_add_fetch(&frames.reserve_missing, 1, __ATOMIC_RELAXED);
		frame_put(pg);
	}
}
