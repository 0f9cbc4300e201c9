/* frame_census.c - all counts of frames at one instant.
 *
 * The counts are spread over the block lists and the lists of the harts.  They stand
 * still while frames.lock is held and all lists are entered.  Whoever is inside a list may
 * be hit by an interrupt that wants the lock: so the census never waits with the lock
 * held, but drops it and starts anew. */
#include "mm/phys/frame_priv.h"

#include "lib/describe.h"
#include "lib/string.h"

/* The lists of the first @n harts. */
static void census_leave(unsigned n)
{
	while (n--)
		frame_cache_leave_other(&frame_caches[n]);
}

/* (lock) False: somebody is inside one of the lists, and none is entered. */
static bool census_enter_all(void)
{
	for (unsigned i = 0; i < MAX_HARTS; i++) {
		if (!frame_cache_enter(&frame_caches[i])) {
			census_leave(i);
			return false;
		}
	}
	return true;
}

/* (lock, all lists entered) */
static void census_add_up(struct frame_census *c)
{
	for (unsigned kind = 0; kind < FRAME_NKINDS; kind++) {
		s64 n = frames.count[kind];

		for (unsigned i = 0; i < MAX_HARTS; i++)
			n += frame_cache_share(&frame_caches[i], kind);
		c->count[kind] = n;
	}
	memcpy(c->blocks, frames.nblocks, sizeof(c->blocks));
	for (unsigned i = 0; i < MAX_HARTS; i++)
		c->cached[i] = frame_caches[i].any.n + frame_caches[i].zero.n;
}

void frame_census(struct frame_census *census)
{
	bool done;

	do {
		spin_lock(&frames.lock);
		done = census_enter_all();
		if (done) {
			census_add_up(census);
			census_leave(MAX_HARTS);
		}
		spin_unlock(&frames.lock);
	} while (!done);
}

bool frame_is_known(const struct page *pg)
{
	return frame_chunk_is_open(frame_chunk_of(frame_pfn(pg)));
}

/* The first frame of a block of 2^n frames lies at a multiple of 2^n, and says n. */
u8 frame_block_order(const struct page *pg)
{
	pfn_t pfn = frame_pfn(pg);

	if (!frame_is_known(pg))
		return FRAME_MAX_ORDER;
	for (u8 order = 0; order <= FRAME_MAX_ORDER; order++) {
		const struct page *first = pg - pfn % BIT(order);
		u8 says;

		if (first < frame_span.table)
			break;
		says = __atomic_load_n(&first->order, __ATOMIC_RELAXED);
		if (says == order || says == (FRAME_ORDER_FREE | order))
			return order;
	}
	return 0;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_STRUCT(page);
DESCRIBE_FIELD(page, refs);
DESCRIBE_FIELD(page, kind);
DESCRIBE_FIELD(page, order);
DESCRIBE_FIELD(page, flags);
DESCRIBE_FIELD(page, link);
DESCRIBE_FIELD(page, object);
DESCRIBE_FIELD(page, index);
DESCRIBE_FIELD(page, hash_next);
DESCRIBE_OBJECT("frame_span", frame_span);
DESCRIBE_FIELD(frame_span, table);
DESCRIBE_FIELD(frame_span, base);
DESCRIBE_FIELD(frame_span, total);
DESCRIBE_OBJECT("frames", frames);
DESCRIBE_FIELD_ARRAY(frames, nblocks);
DESCRIBE_FIELD_ARRAY(frames, count);
DESCRIBE_FIELD_ARRAY(frames, opened);
DESCRIBE_FIELD(frames, lock.holder);
DESCRIBE_ARRAY("frame_caches", frame_caches);
DESCRIBE_FIELD(frame_cache, busy);
DESCRIBE_FIELD(frame_cache, any.n);
DESCRIBE_FIELD(frame_cache, zero.n);
DESCRIBE_FIELD_ARRAY(frame_cache, count);
DESCRIBE_FIELD(frame_cache, taken);
DESCRIBE_FIELD(frame_cache, put);
DESCRIBE_ARRAY("frame_kind_name", frame_kind_name);
DESCRIBE_NUMBER(CHUNK_FRAMES);
DESCRIBE_NUMBER(FRAME_ORDER_CACHED);
DESCRIBE_NUMBER(FRAME_ORDER_FREE);
DESCRIBE_NUMBER(FRAME_free);
DESCRIBE_NUMBER(FRAME_firmware);
DESCRIBE_NUMBER(FRAME_kernel);
DESCRIBE_NUMBER(FRAME_stack);
DESCRIBE_NUMBER(FRAME_table);
DESCRIBE_NUMBER(FRAME_anon);
DESCRIBE_NUMBER(FRAME_cache);
DESCRIBE_NUMBER(FRAME_usyscall);
