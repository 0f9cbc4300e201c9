/* heat.c - see heat.h.
 *
 * Nothing is allocated but the thread's stack, the first time: the number of the round lies
 * in the struct page, in a word that is 0 whenever a frame is handed out.  A page in a
 * block that is mapped as one has that of the block's first frame. */

#include "obs/heat.h"

#include "core/clock.h"
#include "core/option/options.h"
#include "core/sync/mutex.h"
#include "core/sync/waitq.h"
#include "core/thread.h"
#include "lib/describe.h"
#include "mm/space/aspace.h"
#include "mm/space/watch.h"
#include "mm/xlate/gather.h"
#include "obs/touched.h"
#include "uapi/limits.h"

#define LOOK_MAX 16384 /* entries of one visit: others wait for the lock */

/* (A) Rounds are counted from boot on, and have numbers from 1 on. */
static struct heat {
	u32 ms;    /* of a round; 0: the option is off             */
	u32 first; /* the first round since it is on               */
	u32 round; /* the last one that is over                    */
} heat = { .first = 1 };

static struct mutex lock;
static bool started;                                          /* (lock) */
static struct spinlock waiting = SPINLOCK_INIT("heat", none); /* for `changed` */
static struct waitq changed = WAITQ_INIT(changed);            /* the option was set */

static u32 heat_option(void)
{
	int ms = opt_number(HEAT);

	return ms > 0 ? (u32)ms : 0;
}

/* --- a round ------------------------------------------------------------------ */

/* The frames that a leaf maps, which is a reference on them, were touched. */
static void heat_note(pte_t e, int level, u32 round)
{
	struct page *pg = frame_of_pa(pte_pa(e));
	u64 n = level && !__atomic_load_n(&pg->order, __ATOMIC_RELAXED) ? PT_ENTRIES : 1;

	for (u64 i = 0; i < n; i++)
		__atomic_store_n(&pg[i].heat, round, __ATOMIC_RELAXED);
}

/* Takes the A bits from @start on, and notes @round unless it is 0; returns where to go on,
 * or MAXVA.  Entries that are lent are changed in the lender alone.  Area lock held. */
static va_t heat_visit(struct aspace *as, va_t start, u32 round)
{
	struct pt_cur c = pt_peek(&as->pt, start);
	struct gather g;
	u32 looked = 0;

	gather_init(&g, &as->root.tlb);
	for (; c.va < MAXVA && looked < LOOK_MAX; pt_next(&c), looked++) {
		pte_t e;

		(void)pt_point(&c);
		e = pte_load(c.slot);
		if (!touched_is_users(e) || !(e.bits & PTE_A))
			continue;
		if (round)
			heat_note(e, c.level, round);
		pte_set_bits(c.slot, PTE_SEEN);
		pte_clear_bits(c.slot, PTE_A);
		gather_range(&g, ALIGN_DOWN(c.va, level_size(c.level)), pt_end(&c));
	}
	gather_finish(&g);
	return MIN(c.va, MAXVA);
}

static void heat_round(u32 round)
{
	struct aspace *as = NULL;

	while ((as = aspace_watch_next(as)) != NULL) {
		for (va_t va = 0; va < MAXVA;) {
			mutex_lock(&as->lock);
			va = heat_visit(as, va, round);
			mutex_unlock(&as->lock);
		}
	}
}

/* --- the thread ------------------------------------------------------------------- */

/* Until the next round is due; its length in milliseconds. */
static u32 heat_wait(void)
{
	u64 start = clock_now();
	u32 ms;

	spin_lock(&waiting);
	do {
		while (!heat_option()) {
			__atomic_store_n(&heat.ms, 0, __ATOMIC_RELAXED);
			waitq_wait_quiet(&changed, &waiting);
		}
		ms = heat_option();
		if (!heat.ms)
			break; /* it was off: the first visit is at once */
	} while (!waitq_wait_until_quiet(&changed, &waiting,
					 start + ms * (clock_hz() / 1000)));
	spin_unlock(&waiting);
	return ms;
}

/* The first visit only takes the bits: they may be of any time before. */
static void heat_thread(void *arg)
{
	(void)arg;
	for (;;) {
		u32 ms = heat_wait(), next = heat.round + 1;

		heat_round(heat.ms ? next : 0);
		if (heat.ms)
			__atomic_store_n(&heat.round, next, __ATOMIC_RELEASE);
		else
			__atomic_store_n(&heat.first, next, __ATOMIC_RELAXED);
		__atomic_store_n(&heat.ms, ms, __ATOMIC_RELAXED);
	}
}

void heat_init(void)
{
	mutex_init(&lock, "heat", RANK_events);
}

int heat_follow_option(void)
{
	int err = 0;

	mutex_lock(&lock);
	if (heat_option() && !started) {
		err = kthread_start("heat", heat_thread, NULL);
		started = !err;
	}
	if (err)
		(void)option_set("heat", "off");
	mutex_unlock(&lock);
	spin_lock(&waiting);
	waitq_wake_all(&changed);
	spin_unlock(&waiting);
	return err;
}

/* --- for others ------------------------------------------------------------------- */

static bool heat_is_noted(const struct page *pg)
{
	return pg->kind == FRAME_anon || pg->kind == FRAME_cache ||
	       pg->kind == FRAME_usyscall;
}

u8 heat_age(const struct page *pg)
{
	u32 round = __atomic_load_n(&heat.round, __ATOMIC_ACQUIRE), seen;

	if (__atomic_load_n(&pg->order, __ATOMIC_RELAXED) == FRAME_ORDER_TAIL)
		pg = pg - (frame_pa(pg) >> PAGE_SHIFT) % BIT(frame_block_order(pg));
	seen = __atomic_load_n(&pg->heat, __ATOMIC_RELAXED);
	if (!__atomic_load_n(&heat.ms, __ATOMIC_RELAXED) || seen < heat.first ||
	    seen > round + 1 || !heat_is_noted(pg))
		return HEAT_NEVER;
	return seen > round ? 0 : (u8)MIN(round - seen, (u32)HEAT_OLDEST);
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("heat", heat);
DESCRIBE_FIELD(heat, ms);
DESCRIBE_FIELD(heat, first);
DESCRIBE_FIELD(heat, round);
DESCRIBE_FIELD(page, heat);
