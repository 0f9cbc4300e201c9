/* frame_priv.h - the state of the frame allocator, for the files frame*.c. */
#pragma once

#include "core/hart.h"
#include "core/sync/spinlock.h"
#include "lib/assert.h"
#include "mm/phys/frame.h"
#include "mm/phys/kmap.h"

#define CHUNK_FRAMES 4096 /* 16 MiB */
#define CHUNKS_MAX (DIRECT_BYTES / PAGE_SIZE / CHUNK_FRAMES)

#define FRAME_CACHE_SIZE 256   /* frames, at most, on a hart's list: 1 MiB */
#define FRAME_CACHE_CLEARED 16 /* and more of those whose bytes are all 0  */

/* The newest first, the others by hash_next. */
struct frame_list {
	struct page *first;
	u32 n;
};

/* One hart's list, as frame.c describes it.  Its share of the free frames is not in
 * count[FRAME_free]: it is what was put, less what was taken. */
struct frame_cache {
	u32 busy;                /* (A) 1: somebody is inside      */
	struct frame_list any;   /* (busy)                         */
	struct frame_list zero;  /* (busy) all their bytes are 0   */
	s64 count[FRAME_NKINDS]; /* (busy, read by all) its share  */
	u64 taken, put;          /* (busy, read by all) since boot */
	u64 others; /* (busy, read by all) times that it was entered, less taken and put */
	u64 missed; /* (A) times that it was busy */
} __attribute__((aligned(256)));

struct frames {
	struct spinlock lock;
	struct list blocks[FRAME_MAX_ORDER + 1]; /* (lock) free ones, by order */
	u64 nblocks[FRAME_MAX_ORDER + 1];        /* (lock) how many these are   */
	s64 count[FRAME_NKINDS];                 /* (lock, read by all) its share */
	struct list reserve;                     /* (lock) frames held back        */
	u32 reserve_missing;                     /* (lock, A) how many it lacks     */
	u64 nclosed;                             /* (lock) closed chunks            */
	u64 opened[CHUNKS_MAX / 64];             /* (lock) a bit for each chunk     */
};

extern struct frame_cache frame_caches[MAX_HARTS];
extern struct frames frames;

/* In checking builds: ASSERTs that all bytes of the frame are 0. */
static inline void frame_check_cleared(const struct page *pg)
{
#ifdef PAGODA_CHECK
	const u64 *word = frame_va(pg);

	for (u64 i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		ASSERT(!word[i]);
#else
	(void)pg;
#endif
}

/* RAM is [base, base + bytes), @table has its struct pages. */
static inline void frame_span_init(pa_t base, u64 bytes, struct page *table)
{
	frame_span = (struct frame_span){
		.table = table,
		.base = base >> PAGE_SHIFT,
		.total = bytes >> PAGE_SHIFT,
		.to_va = (uintptr_t)kmap_direct(base) - ((uintptr_t)table << FRAME_SHIFT),
	};
}

static inline pfn_t frame_pfn(const struct page *pg)
{
	return frame_span.base + (pg - frame_span.table);
}

/* One writer, any readers.  Volatile, not atomic: gcc makes an atomic store a swap. */
static inline void frame_recount(volatile s64 *count, unsigned from, unsigned to, s64 n)
{
	count[from] -= n;
	count[to] += n;
}

/* Atomic: somebody may look at @pg as a buddy meanwhile. */
static inline void frame_set_order(struct page *pg, unsigned order)
{
	__atomic_store_n(&pg->order, order, __ATOMIC_RELAXED);
}

/* (lock) Puts a block on the list of its order.  Its frames are of kind free, with refs 0;
 * the caller adjusts the counts. */
void frame_block_insert(struct page *pg, unsigned order);

/* Frees a block, whose refs are 0.  A single frame goes to the reserve first, if that
 * lacks any. */
void frame_block_free(struct page *pg, unsigned order);

/* --- frame_chunk.c -------------------------------------------------------- */

static inline u64 frame_chunk_of(pfn_t pfn)
{
	return pfn / CHUNK_FRAMES - frame_span.base / CHUNK_FRAMES;
}

static inline bool frame_chunk_is_open(u64 chunk)
{
	return frames.opened[chunk / 64] >> chunk % 64 & 1;
}

/* (lock) Opens a closed chunk; its blocks of 2 MiB are then on the list.  False: there is
 * none. */
bool frame_chunk_open(void);

/* False: somebody is inside.  True: the caller is inside now, and sees what the previous
 * user wrote. */
static inline bool frame_cache_enter(struct frame_cache *c)
{
	if (!__atomic_exchange_n(&c->busy, 1, __ATOMIC_ACQUIRE))
		return true;
	__atomic_fetch_add(&c->missed, 1, __ATOMIC_RELAXED);
	return false;
}

static inline void frame_cache_leave(struct frame_cache *c)
{
	__atomic_store_n(&c->busy, 0, __ATOMIC_RELEASE);
}

/* Leaves a list from which no frame was taken for use, and to which none was freed. */
static inline void frame_cache_leave_other(struct frame_cache *c)
{
	c->others++;
	frame_cache_leave(c);
}

/* How many frames of the kind the list has added to those of frames.count[]. */
static inline s64 frame_cache_share(const struct frame_cache *c, enum frame_kind kind)
{
	const volatile u64 *taken = &c->taken, *put = &c->put;

	if (kind == FRAME_free)
		return (s64)(*put - *taken);
	return __atomic_load_n(&c->count[kind], __ATOMIC_RELAXED);
}

/* The buddy of block @pg if it is one free block of that order, else NULL.  (lock) */
static inline struct page *frame_buddy(const struct page *pg, unsigned order)
{
	u64 i = (frame_pfn(pg) ^ BIT(order)) - frame_span.base;
	struct page *buddy = &frame_span.table[i];

	if (i >= frame_span.total)
		return NULL;
	if (__atomic_load_n(&buddy->order, __ATOMIC_RELAXED) != (FRAME_ORDER_FREE | order))
		return NULL;
	return buddy;
}
