/* frame.c - the frame allocator.
 *
 * There is one list of free blocks per order.  A block that is freed joins its buddy (the
 * block whose address differs in that one bit) as long as the buddy is free, too.  One
 * lock guards the lists.
 *
 * Each hart also has lists of single frames, the newest first, which serve nearly all
 * calls.  A hart enters a list, its own or another's, by swapping 1 into its `busy` word.
 * Whoever is inside waits for nothing.  Whoever finds the word taken goes to the block
 * lists instead.  So an interrupt that hits its own hart inside simply takes the longer
 * way, and interrupts can stay on.
 *
 * Each hart's list has counts by kind (guarded by its busy word), and so have the block
 * lists (guarded by the lock).  They are added up when asked for.
 *
 * struct page.order says where a frame is.  It becomes FRAME_ORDER_FREE | n, or stops
 * being that, under the lock only.  So a look at this one byte of a buddy is enough, even
 * while the buddy is being handed out on another hart. */
#include "mm/phys/frame.h"

#include "core/sync/lockcount.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "mm/phys/frame_priv.h"
#include "mm/phys/reclaim.h"

#define CACHE_ORDER 5 /* frames move to a hart's list in blocks up to this one ... */
#define CACHE_BATCH BIT(CACHE_ORDER) /* ... and about this many at a time, both ways */
#define RECLAIM_BATCH 32
#define BIG_ORDER 3 /* blocks above it get few attempts only */
#define BIG_ATTEMPTS 4

/* For slow paths: inlining them would take registers from the fast path. */
#define NOINLINE __attribute__((noinline))

struct frame_cache frame_caches[MAX_HARTS];
struct frames frames;
struct frame_span frame_span;

const char *const frame_kind_name[FRAME_NKINDS] = {
#define X(kind, what) #kind,
	FRAME_KINDS(X)
#undef X
};

/* @n frames were taken from a list or put on it: counts them, and adds @more to the list's
 * share of that kind. */
static void frame_cache_recount(volatile u64 *moved, u64 n, volatile s64 *count, s64 more)
{
	*moved += n;
	*count += more;
}

/* Whether frames of the kind may be allocated and freed: of all kinds but free, reserve and
 * firmware. */
static bool frame_kind_is_given(unsigned kind)
{
	return kind >= FRAME_kernel && kind < FRAME_NKINDS;
}

/* Four at a time: a block of 2 MiB has 512. */
static void frame_set_kinds(struct page *pg, unsigned order, enum frame_kind kind)
{
	struct page *end = pg + BIT(order);

	for (; end - pg >= 4; pg += 4)
		pg[0].kind = pg[1].kind = pg[2].kind = pg[3].kind = kind;
	for (; pg < end; pg++)
		pg->kind = kind;
}

/* --- blocks; frames.lock is held --------------------------------------- */

void frame_block_insert(struct page *pg, unsigned order)
{
	frame_set_order(pg, FRAME_ORDER_FREE | order);
	list_add(&frames.blocks[order], &pg->link);
	frames.nblocks[order]++;
}

static void frame_block_remove(struct page *pg, unsigned order)
{
	list_del(&pg->link);
	frames.nblocks[order]--;
	frame_set_order(pg, FRAME_ORDER_TAIL);
}

/* Joins the block with its free buddies and puts it on a list.  Its frames are of kind
 * free, with refs 0; the caller adjusts the counts. */
static void frame_block_join(struct page *pg, unsigned order)
{
	struct page *buddy;

	while (order < FRAME_MAX_ORDER && (buddy = frame_buddy(pg, order))) {
		frame_block_remove(buddy, order++);
		frame_set_order(pg, FRAME_ORDER_TAIL);
		pg = MIN(pg, buddy);
	}
	frame_block_insert(pg, order);
}

/* Takes a block off the lists, halving a larger one if need be; NULL: none.  Its frames
 * are still of kind free, all of them FRAME_ORDER_TAIL; the caller adjusts the counts. */
static struct page *frame_block_take(unsigned order)
{
	unsigned from = order;
	struct page *pg;

	while (list_empty(&frames.blocks[from]))
		if (++from > FRAME_MAX_ORDER)
			return NULL;
	pg = list_first(&frames.blocks[from], struct page, link);
	frame_block_remove(pg, from);
	while (from > order) {
		from--;
		frame_block_insert(pg + BIT(from), from);
	}
	return pg;
}

/* The same; if there is none, it opens a chunk of RAM first. */
static struct page *frame_block_take_or_open(unsigned order)
{
	struct page *pg = frame_block_take(order);

	return pg || !frame_chunk_open() ? pg : frame_block_take(order);
}

/* The order of the smallest free block, but at most @max. */
static unsigned frame_block_smallest(unsigned max)
{
	unsigned order = 0;

	while (order < max && list_empty(&frames.blocks[order]))
		order++;
	return order;
}

/* --- the harts' lists --------------------------------------------------- */

/* NULL: none. */
static inline struct page *frame_list_pop(struct frame_list *list)
{
	struct page *pg = list->first;

	if (pg) {
		list->first = pg->hash_next;
		list->n--;
	}
	return pg;
}

static inline void frame_list_push(struct frame_list *list, struct page *pg)
{
	frame_set_order(pg, FRAME_ORDER_CACHED);
	pg->hash_next = list->first;
	list->first = pg;
	list->n++;
}

/* Takes a frame off this hart's list and makes it @kind; NULL: none, or list busy.  Takes
 * the FRAME_ZERO out of *flags if the frame is cleared already. */
static inline struct page *frame_cache_take(enum frame_kind kind, unsigned *flags)
{
	struct frame_cache *c = &frame_caches[hart_index()];
	struct page *pg = NULL;

	if (!frame_cache_enter(c))
		return NULL;
	if (*flags & FRAME_ZERO && (pg = frame_list_pop(&c->zero)))
		*flags &= ~FRAME_ZERO;
	if (!pg)
		pg = frame_list_pop(&c->any);
	if (!pg) {
		frame_cache_leave_other(c);
		return NULL;
	}
	pg->kind = kind;
	frame_set_order(pg, 0);
	frame_cache_recount(&c->taken, 1, &c->count[kind], 1);
	frame_cache_leave(c);
	return pg;
}

/* The same for up to @n frames, none of them cleared.  Returns how many. */
static u32 frame_cache_take_many(enum frame_kind kind, struct page **out, u32 n)
{
	struct frame_cache *c = &frame_caches[hart_index()];

	if (!frame_cache_enter(c))
		return 0;
	n = MIN(n, c->any.n);
	if (!n) {
		frame_cache_leave_other(c);
		return 0;
	}
	for (u32 i = 0; i < n; i++) {
		struct page *pg = frame_list_pop(&c->any);

		pg->kind = kind;
		frame_set_order(pg, 0);
		out[i] = pg;
	}
	frame_cache_recount(&c->taken, n, &c->count[kind], n);
	c->others -= n - 1; /* it was entered once */
	frame_cache_leave(c);
	return n;
}

/* Puts @pg on this hart's list.  False: it is full or busy. */
static inline bool frame_cache_put(struct page *pg, bool cleared)
{
	struct frame_cache *c = &frame_caches[hart_index()];

	if (!frame_cache_enter(c))
		return false;
	cleared = cleared && c->zero.n < FRAME_CACHE_CLEARED;
	if (!cleared && c->any.n == FRAME_CACHE_SIZE) {
		frame_cache_leave_other(c);
		return false;
	}
	frame_cache_recount(&c->put, 1, &c->count[pg->kind], -1);
	pg->kind = FRAME_free;
	frame_list_push(cleared ? &c->zero : &c->any, pg);
	frame_cache_leave(c);
	return true;
}

/* Fills this hart's empty list with about CACHE_BATCH frames: whole blocks, the smallest
 * that are free.  Each is handed out in ascending order.  False: there are none, or
 * somebody is inside. */
static bool frame_cache_refill(void)
{
	struct frame_cache *c = &frame_caches[hart_index()];
	bool some = false;

	spin_lock(&frames.lock);
	if (frame_cache_enter(c)) {
		while (c->any.n < CACHE_BATCH) {
			unsigned order = frame_block_smallest(CACHE_ORDER);
			struct page *pg = frame_block_take_or_open(order);

			if (!pg)
				break;
			for (u64 i = BIT(order); i-- > 0;)
				frame_list_push(&c->any, pg + i);
			some = true;
		}
		frame_cache_leave_other(c);
	}
	spin_unlock(&frames.lock);
	return some;
}

/* The rest of this section: frames.lock is held. */

/* Moves all but @keep frames to the block lists; with 0 those that are cleared, too.
 * False: somebody is inside. */
static bool frame_cache_shrink(struct frame_cache *c, u32 keep)
{
	if (!frame_cache_enter(c))
		return false;
	while (c->any.n > keep)
		frame_block_join(frame_list_pop(&c->any), 0);
	while (!keep && c->zero.n)
		frame_block_join(frame_list_pop(&c->zero), 0);
	frame_cache_leave_other(c);
	return true;
}

/* Empties the lists of all harts.  Returns how many it left, as somebody was inside. */
static unsigned frame_cache_drain_all(void)
{
	unsigned missed = 0;

	for (unsigned i = 0; i < MAX_HARTS; i++)
		missed += !frame_cache_shrink(&frame_caches[i], 0);
	return missed;
}

/* --- allocation --------------------------------------------------------- */

/* Marks a block just taken as in use, and its frames as @kind. */
static void frame_block_dress(struct page *pg, unsigned order, enum frame_kind kind)
{
	frame_set_kinds(pg, order, kind);
	frame_set_order(pg, order);
}

/* From the block lists, or when they have none, from the lists of all harts. */
static struct page *frame_block_alloc(enum frame_kind kind, unsigned order, unsigned flags)
{
	struct page *pg;
	unsigned missed;

	do {
		missed = 0;
		spin_lock(&frames.lock);
		pg = frame_block_take_or_open(order);
		if (!pg) {
			missed = frame_cache_drain_all();
			pg = frame_block_take(order);
		}
		if (pg) {
			frame_recount(frames.count, FRAME_free, kind, BIT(order));
			frame_block_dress(pg, order, kind);
		}
		spin_unlock(&frames.lock);

		/* A list is busy for a few instructions.  If a thread finds one busy,
		 * another hart is inside, so the thread can wait.  An interrupt may
		 * have hit its own hart inside: it never waits. */
	} while (!pg && missed && !(flags & FRAME_NOWAIT));
	return pg;
}

static struct page *frame_reserve_take(enum frame_kind kind)
{
	struct page *pg = NULL;

	spin_lock(&frames.lock);
	if (!list_empty(&frames.reserve)) {
		pg = list_first(&frames.reserve, struct page, link);
		list_del(&pg->link);
		frames.reserve_missing++;
		frame_recount(frames.count, FRAME_reserve, kind, 1);
		frame_block_dress(pg, 0, kind);
	}
	spin_unlock(&frames.lock);
	return pg;
}

static struct page *frame_alloc_once(enum frame_kind kind, unsigned order, unsigned flags)
{
	struct page *pg = NULL;

	if (!order) {
		pg = frame_cache_take(kind, &flags);
		if (!pg && frame_cache_refill())
			pg = frame_cache_take(kind, &flags);
	}
	return pg ? pg : frame_block_alloc(kind, order, flags);
}

/* The hart's list has none: tries the block lists, and reclaims as long as that helps. */
static NOINLINE struct page *frame_alloc_slow(enum frame_kind kind, unsigned order,
					      unsigned flags)
{
	struct page *pg = frame_alloc_once(kind, order, flags);
	unsigned fruitless = 0, attempts = 0;

	while (!pg && !(flags & FRAME_NOWAIT) && fruitless < 2) {
		if (order > BIG_ORDER && attempts++ == BIG_ATTEMPTS)
			break;
		if (!reclaim(MAX(RECLAIM_BATCH, BIT(order))))
			fruitless++;
		pg = frame_alloc_once(kind, order, flags);
	}
	if (!pg && !order && (flags & FRAME_RESERVED))
		pg = frame_reserve_take(kind);
	return pg;
}

/* The last step: sets one reference.  The (K) fields are as frame.h documents them. */
static void frame_hand_out(struct page *pg)
{
	ASSERT(pg->refs == 0);
	pg->refs = 1;
	pg->flags = 0;
	list_init(&pg->link);
	pg->object = NULL;
	pg->index = 0;
	pg->hash_next = NULL;
	pg->priv = 0;
	pg->owner = NULL;
}

struct page *frame_alloc(enum frame_kind kind, unsigned flags)
{
	struct page *pg;

	spin_rank_fits(RANK_frame);
	ASSERT(frame_kind_is_given(kind));
	pg = frame_cache_take(kind, &flags);
	if (!pg)
		pg = frame_alloc_slow(kind, 0, flags);
	if (!pg)
		return NULL;
	frame_hand_out(pg);
	if (flags & FRAME_ZERO)
		page_zero(frame_va(pg));
	return pg;
}

u32 frame_alloc_many(enum frame_kind kind, unsigned flags, struct page **out, u32 n)
{
	u32 got;

	spin_rank_fits(RANK_frame);
	ASSERT(frame_kind_is_given(kind) && n > 0);
	got = frame_cache_take_many(kind, out, n);
	if (!got) {
		*out = frame_alloc_slow(kind, 0, flags);
		got = *out ? 1 : 0;
	}
	for (u32 i = 0; i < got; i++) {
		frame_hand_out(out[i]);
		if (flags & FRAME_ZERO)
			page_zero(frame_va(out[i]));
	}
	return got;
}

struct page *frame_alloc_order(enum frame_kind kind, unsigned order, unsigned flags)
{
	struct page *pg;

	ASSERT(frame_kind_is_given(kind) && order <= FRAME_MAX_ORDER);
	pg = frame_alloc_slow(kind, order, flags);
	if (!pg)
		return NULL;
	frame_hand_out(pg);
	if (flags & FRAME_ZERO)
		for (u64 i = 0; i < BIT(order); i++)
			page_zero(frame_va(pg + i));
	return pg;
}

/* --- references --------------------------------------------------------- */

/* A single frame goes to the reserve first, if that lacks any. */
NOINLINE void frame_block_free(struct page *pg, unsigned order)
{
	spin_lock(&frames.lock);
	if (!order)
		frame_cache_shrink(&frame_caches[hart_index()],
				   FRAME_CACHE_SIZE - CACHE_BATCH);
	if (!order && frames.reserve_missing) {
		frame_recount(frames.count, pg->kind, FRAME_reserve, 1);
		pg->kind = FRAME_reserve;
		list_add(&frames.reserve, &pg->link);
		frames.reserve_missing--;
	} else {
		frame_recount(frames.count, pg->kind, FRAME_free, BIT(order));
		frame_set_kinds(pg, order, FRAME_free);
		frame_block_join(pg, order);
	}
	spin_unlock(&frames.lock);
}

static inline void frame_release(struct page *pg, bool cleared)
{
	u32 refs = __atomic_load_n(&pg->refs, __ATOMIC_ACQUIRE);

	spin_rank_fits(RANK_frame);
	ASSERT(refs > 0 && pg->order <= FRAME_MAX_ORDER && frame_kind_is_given(pg->kind));

	/* If ours is the only reference, nobody else can change the count. */
	if (refs > 1 && __atomic_sub_fetch(&pg->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	pg->refs = 0;
	if (!pg->order && !__atomic_load_n(&frames.reserve_missing, __ATOMIC_RELAXED) &&
	    frame_cache_put(pg, cleared))
		return;
	frame_block_free(pg, pg->order);
}

void frame_put(struct page *pg)
{
	frame_release(pg, false);
}

void frame_put_cleared(struct page *pg)
{
	frame_check_cleared(pg);
	frame_release(pg, true);
}

/* Under the lock, so that all who share the block see it whole or split. */
void frame_split(struct page *pg)
{
	unsigned order;

	spin_lock(&frames.lock);
	order = pg->order;
	ASSERT(order <= FRAME_MAX_ORDER && pg->refs > 0 && frame_kind_is_given(pg->kind));
	for (u64 i = 1; i < BIT(order); i++) {
		frame_hand_out(&pg[i]);
		pg[i].refs = pg->refs;
		frame_set_order(&pg[i], 0);
	}
	frame_set_order(pg, 0);
	spin_unlock(&frames.lock);
}

void frame_get_block(struct page *pg, unsigned order)
{
	spin_lock(&frames.lock);
	if (pg->order == order)
		frame_get(pg);
	else
		for (u64 i = 0; i < BIT(order); i++)
			frame_get(pg + i);
	spin_unlock(&frames.lock);
}

void frame_put_block(struct page *pg, unsigned order)
{
	bool whole, last = false;

	spin_lock(&frames.lock);
	ASSERT(pg->refs > 0 && frame_kind_is_given(pg->kind));
	whole = pg->order == order;
	if (whole)
		last = --pg->refs == 0;
	spin_unlock(&frames.lock);
	if (last)
		frame_block_free(pg, order);
	for (u64 i = 0; !whole && i < BIT(order); i++)
		frame_put(pg + i);
}

/* If ours is the only reference, nobody can take another. */
bool frame_reunite(struct page *pg, unsigned order)
{
	bool alone = true;

	spin_lock(&frames.lock);
	for (u64 i = 0; alone && i < (pg->order == order ? 1 : BIT(order)); i++)
		alone = !frame_is_shared(pg + i);
	for (u64 i = 1; alone && pg->order != order && i < BIT(order); i++) {
		pg[i].refs = 0;
		frame_set_order(pg + i, FRAME_ORDER_TAIL);
	}
	if (alone)
		frame_set_order(pg, order);
	spin_unlock(&frames.lock);
	return alone;
}

/* --- counts ------------------------------------------------------------- */

u64 frame_count(enum frame_kind kind)
{
	s64 n = __atomic_load_n(&frames.count[kind], __ATOMIC_RELAXED);

	for (unsigned i = 0; i < nharts; i++)
		n += frame_cache_share(&frame_caches[i], kind);
	return MAX(n, 0); /* a frame may have changed its kind between two reads */
}

struct frame_list_uses frame_list_uses(unsigned hart)
{
	const struct frame_cache *c = &frame_caches[hart];

	return (struct frame_list_uses){
		.entered = __atomic_load_n(&c->taken, __ATOMIC_RELAXED) +
			   __atomic_load_n(&c->put, __ATOMIC_RELAXED) +
			   __atomic_load_n(&c->others, __ATOMIC_RELAXED),
		.missed = __atomic_load_n(&c->missed, __ATOMIC_RELAXED),
	};
}

u64 frame_total(void)
{
	return frame_span.total;
}
