/* asid.c - numbers for address spaces: see asid.h.
 *
 * A context is a number in the low 16 bits, and above them the generation that gave it
 * out.  A space whose context is of the current generation is loaded without the lock:
 * the hart exchanges its `active`.  A roll-over clears every hart's `active`.  So a load
 * at the same time either comes first, and its space keeps the number, or the exchange
 * fails and the load takes the lock. */

#include "mm/xlate/asid.h"

#include "core/hart.h"
#include "core/sync/spinlock.h"
#include "lib/assert.h"
#include "mm/phys/vmstat.h"

#define NUMBER_BITS 16
#define GENERATION BIT(NUMBER_BITS)

/* (C) constant after boot  (A) atomic  (L) lock */
static struct {
	struct spinlock lock;
	u32 step,
		limit;  /* (C) numbers are step, 2 * step, ... below limit; limit 0: none */
	u32 next;       /* (L) numbers from here on have not been given out   */
	u64 generation; /* (A) written under lock                             */
	u64 owing;      /* (L) harts that still have to flush everything      */
	u64 kept[MAX_HARTS];        /* (L) context that the hart held at the last roll-over,
			      *     renumbered; 0: none                       */
	u32 kept_number[MAX_HARTS]; /* (L) the number in it: not to be given out */
} asids = { .lock = SPINLOCK_INIT("asid", asid), .generation = GENERATION };

/* (A) The context that the hart loaded last; 0: a roll-over has cleared it. */
static struct {
	u64 context;
} __attribute__((aligned(64))) active[MAX_HARTS];

static u64 asid_number(u64 context)
{
	return context & (GENERATION - 1);
}

static u64 asid_generation(u64 context)
{
	return context & ~(GENERATION - 1);
}

u32 asid_init(u32 bits, bool pairs, u32 harts)
{
	u32 step = pairs ? 2 : 1, numbers = BIT(MIN(bits, (u32)NUMBER_BITS)) / step;

	ASSERT(harts <= MAX_HARTS);
	if (numbers < 1 + harts) /* 0 is taken, and each hart may keep one */
		return 0;
	asids.step = asids.next = step;
	asids.limit = numbers * step;
	return numbers - 1;
}

/* --- giving out numbers (lock held) ------------------------------------- */

/* The next number that no hart keeps; 0: there are no more. */
static u32 asid_next_number(void)
{
	while (asids.next < asids.limit) {
		u32 number = asids.next;
		bool kept = false;

		asids.next += asids.step;
		for (u32 i = 0; i < MAX_HARTS; i++)
			kept |= asids.kept_number[i] == number;
		if (!kept)
			return number;
	}
	return 0;
}

/* Begins a generation.  The spaces that other harts have loaded keep their numbers.  The
 * caller's hart, @hart, keeps none: it is about to load another space. */
static void asid_roll_over(u32 hart)
{
	u64 last;

	vmstat_inc(VM_asid_rollover);
	__atomic_fetch_add(&asids.generation, GENERATION, __ATOMIC_SEQ_CST);
	for (u32 i = 0; i < MAX_HARTS; i++) {
		last = __atomic_exchange_n(&active[i].context, 0, __ATOMIC_SEQ_CST);
		if (last)
			asids.kept[i] = last;
		if (i == hart)
			asids.kept[i] = 0;
		asids.kept_number[i] = asid_number(asids.kept[i]);
	}
	asids.owing = ~0ul;
	asids.next = asids.step;
}

/* If a hart had @s loaded at the roll-over: gives it the same number in the current
 * generation. */
static bool asid_renew_kept(struct tlb_space *s)
{
	u64 old = s->context, new = asids.generation | asid_number(old);
	bool found = false;

	for (u32 i = 0; i < MAX_HARTS && old; i++) {
		if (asids.kept[i] != old)
			continue;
		asids.kept[i] = new;
		found = true;
	}
	if (found)
		__atomic_store_n(&s->context, new, __ATOMIC_SEQ_CST);
	return found;
}

/* Gives @s a new number.  A hart that holds translations under that number flushes them
 * before it uses them. */
static bool asid_renew_fresh(struct tlb_space *s)
{
	u32 number = asid_next_number();

	if (!number)
		return false;
	__atomic_store_n(&s->held, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&s->stale, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&s->context, asids.generation | number, __ATOMIC_SEQ_CST);
	return true;
}

/* --- loading ------------------------------------------------------------ */

/* The order of the loads does not matter: only this hart sets its `active` to a context, so
 * if the exchange works, no roll-over has looked at it since it was read. */
static bool asid_enter_fast(const struct tlb_space *s, u32 hart)
{
	u64 last = __atomic_load_n(&active[hart].context, __ATOMIC_RELAXED);
	u64 context = __atomic_load_n(&s->context, __ATOMIC_RELAXED);
	u64 generation = __atomic_load_n(&asids.generation, __ATOMIC_RELAXED);

	return last && asid_generation(context) == generation &&
	       __atomic_compare_exchange_n(&active[hart].context, &last, context, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* True: this hart has to flush everything. */
static bool asid_enter_slow(struct tlb_space *s, u32 hart)
{
	bool owes;

	spin_lock(&asids.lock);
	if (asid_generation(s->context) != asids.generation) {
		while (!asid_renew_kept(s) && !asid_renew_fresh(s))
			asid_roll_over(hart);
	}
	__atomic_store_n(&active[hart].context, s->context, __ATOMIC_SEQ_CST);
	owes = asids.owing & BIT(hart);
	asids.owing &= ~BIT(hart);
	spin_unlock(&asids.lock);
	return owes;
}

/* Reads and clears the mark that the hart holds stale translations.  Its bit in s->harts is
 * set, so a later shootdown reaches it directly. */
static enum asid_flush asid_take_mark(struct tlb_space *s, u64 self)
{
	if (!(__atomic_load_n(&s->stale, __ATOMIC_RELAXED) & self))
		return ASID_FLUSH_NONE;
	__atomic_fetch_and(&s->stale, ~self, __ATOMIC_ACQUIRE);
	return ASID_FLUSH_SPACE;
}

/* Sets the bit of the hart in s->harts.  The fence: see tlb_targets(). */
static void asid_use(struct tlb_space *s, u64 self)
{
	__atomic_fetch_or(&s->harts, self, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Clears it.  Release: who finds it clear finds the bit in s->held. */
static void asid_unuse(struct tlb_space *s, u64 self)
{
	__atomic_fetch_and(&s->harts, ~self, __ATOMIC_RELEASE);
}

/* The hart's bit in s->harts is set. */
static inline enum asid_flush asid_begin(struct tlb_space *s, u64 self)
{
	if (!(__atomic_load_n(&s->held, __ATOMIC_RELAXED) & self))
		__atomic_fetch_or(&s->held, self, __ATOMIC_RELAXED);
	return asid_take_mark(s, self);
}

static __attribute__((noinline)) enum asid_flush asid_begin_slow(struct tlb_space *s,
								 u32 hart)
{
	bool owes = !asids.limit || asid_enter_slow(s, hart);
	enum asid_flush mark = asid_begin(s, BIT(hart));

	return owes ? ASID_FLUSH_ALL : mark;
}

enum asid_flush asid_enter(struct tlb_space *s, u32 hart)
{
	asid_use(s, BIT(hart));
	if (!asids.limit || !asid_enter_fast(s, hart))
		return asid_begin_slow(s, hart);
	return asid_begin(s, BIT(hart));
}

void asid_rest(struct tlb_space *s, u32 hart)
{
	asid_unuse(s, BIT(hart));
}

enum asid_flush asid_resume(struct tlb_space *s, u32 hart)
{
	asid_use(s, BIT(hart));
	return asid_take_mark(s, BIT(hart));
}

/* Without ASIDs the hart flushes everything before it comes back, so it holds nothing. */
void asid_leave(struct tlb_space *s, u32 hart)
{
	asid_unuse(s, BIT(hart));
	if (!asids.limit)
		__atomic_fetch_and(&s->held, ~BIT(hart), __ATOMIC_SEQ_CST);
}
