// sources: kernel/mm/phys/vmstat.c tests/host/shim/shim.c
// cflags: -pthread
/* test_asid.c - ASIDs and shootdowns with model TLBs, which keep every entry until they
 * are told to forget it, and fill themselves at any time from the root that is loaded.
 * Steps are done one after the other; then with a step of another hart in the middle of
 * each; then by a thread for each hart. */
#include "rig.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "core/hart.h"
#include "core/sync/spinlock.h"
#include "lib/assert.h"
#include "mm/phys/vmstat.h"
#include "shim.h"

/* Between any two accesses to shared memory another hart may do something. */
static void in_between(void);

#define __atomic_load_n(p, order) (in_between(), __atomic_load_n(p, order))
#define __atomic_store_n(p, v, order) (in_between(), __atomic_store_n(p, v, order))
#define __atomic_fetch_or(p, v, order) (in_between(), __atomic_fetch_or(p, v, order))
#define __atomic_fetch_and(p, v, order) (in_between(), __atomic_fetch_and(p, v, order))
#define __atomic_fetch_add(p, v, order) (in_between(), __atomic_fetch_add(p, v, order))
#define __atomic_exchange_n(p, v, order) (in_between(), __atomic_exchange_n(p, v, order))
#define __atomic_compare_exchange_n(p, old, v, weak, yes, no) \
	(in_between(), __atomic_compare_exchange_n(p, old, v, weak, yes, no))
#include "mm/xlate/asid.c"
#undef __atomic_load_n
#undef __atomic_store_n
#undef __atomic_fetch_or
#undef __atomic_fetch_and
#undef __atomic_fetch_add
#undef __atomic_exchange_n
#undef __atomic_compare_exchange_n

#define SPACES 12
#define PAGES 3
#define NUMBERS 64 /* ASIDs that a model TLB knows */
#define STEPS 100000
#define THREAD_STEPS 20000

/* One page of a space.  `version` is what its entry says now; no hart may see a version
 * below `floor`. */
struct page_model {
	u64 version, floor;
};

static struct space_model {
	struct tlb_space tlb;
	struct page_model page[PAGES];
	u64 born;  /* tells apart spaces that lived in the same place */
	u32 owned; /* the thread of a hart uses it                     */
} spaces[SPACES];

struct entry {
	u64 born, version; /* born 0: no entry */
};

static struct hart_model {
	pthread_mutex_t lock; /* of tlb */
	struct entry tlb[NUMBERS][PAGES];
	struct space_model *loaded;
	u32 asid;    /* as in satp     */
	bool using_; /* else it rests  */
	u32 drop;    /* asked to unload it */
} model[MAX_HARTS];

static struct width {
	u32 bits, harts, spaces; /* spaces: the number that asid_init() returns */
	bool pairs;
} width;

static u64 last_born, entered_flush[3], told;

static void start(const struct width *w)
{
	memset(&asids, 0, sizeof(asids));
	asids.lock = (struct spinlock)SPINLOCK_INIT("asid", asid);
	asids.generation = GENERATION;
	memset(active, 0, sizeof(active));
	memset(spaces, 0, sizeof(spaces));
	memset(entered_flush, 0, sizeof(entered_flush));
	told = 0;
	for (u32 i = 0; i < MAX_HARTS; i++) {
		memset(&model[i], 0, sizeof(model[i]));
		pthread_mutex_init(&model[i].lock, NULL);
	}
	for (u32 i = 0; i < SPACES; i++)
		spaces[i].born = ++last_born;
	width = *w;
	assert_int_equal(asid_init(w->bits, w->pairs, w->harts), w->spaces);
}

/* --- what the hardware does ---------------------------------------------- */

static void tlb_forget(u32 h, u32 asid, u32 first, u32 n)
{
	memset(&model[h].tlb[asid][first], 0, n * sizeof(struct entry));
}

static void tlb_forget_space(u32 h, u32 asid, u32 first, u32 n)
{
	pthread_mutex_lock(&model[h].lock);
	tlb_forget(h, asid, first, n);
	if (width.pairs && asid)
		tlb_forget(h, asid + 1, first, n);
	pthread_mutex_unlock(&model[h].lock);
}

/* Returns one TLB entry, under one of the loaded space's ASIDs; fills it if it is empty. */
static struct entry tlb_walk(u32 h, u32 page, u32 which)
{
	struct hart_model *m = &model[h];
	struct entry *e, got;

	pthread_mutex_lock(&m->lock);
	e = &m->tlb[m->asid + (width.pairs && m->asid ? which : 0)][page];
	if (!e->born)
		*e = (struct entry){ m->loaded->born,
				     __atomic_load_n(&m->loaded->page[page].version,
						     __ATOMIC_SEQ_CST) };
	got = *e;
	pthread_mutex_unlock(&m->lock);
	return got;
}

/* A program touches a page: it must see its own memory, as it is now. */
static void touch(u32 h, u32 page, u32 which)
{
	struct space_model *s = model[h].loaded;
	u64 floor = __atomic_load_n(&s->page[page].floor, __ATOMIC_SEQ_CST);
	struct entry e = tlb_walk(h, page, which);

	if (e.born != s->born)
		fail_msg("hart %u sees space %lu in %lu", h, e.born, s->born);
	if (e.version < floor)
		fail_msg("hart %u sees version %lu, not %lu", h, e.version, floor);
}

/* --- what the kernel does (mm/xlate/root.c, arch/riscv/tlb.c) ---------------- */

static void obey(u32 h, enum asid_flush how)
{
	__atomic_fetch_add(&entered_flush[how], 1, __ATOMIC_RELAXED);
	if (how == ASID_FLUSH_SPACE)
		tlb_forget_space(h, model[h].asid, 0, PAGES);
	if (how != ASID_FLUSH_ALL)
		return;
	pthread_mutex_lock(&model[h].lock);
	memset(model[h].tlb, 0, sizeof(model[h].tlb));
	pthread_mutex_unlock(&model[h].lock);
}

static void set_loaded(u32 h, struct space_model *s)
{
	__atomic_store_n(&model[h].loaded, s, __ATOMIC_RELEASE);
}

static void unload(u32 h)
{
	struct space_model *old = model[h].loaded;

	model[h].asid = 0;
	model[h].using_ = false;
	if (old)
		asid_leave(&old->tlb, h);
	if (!asids.limit)
		obey(h, ASID_FLUSH_ALL);
	set_loaded(h, NULL);
}

static void load(u32 h, struct space_model *s)
{
	struct hart_model *m = &model[h];
	struct space_model *old = m->loaded;
	enum asid_flush how;

	if (old == s) {
		how = m->using_ ? ASID_FLUSH_NONE : asid_resume(&s->tlb, h);
		assert_true(how != ASID_FLUSH_ALL);
	} else {
		how = asid_enter(&s->tlb, h);
		m->asid = tlb_asid(&s->tlb);
		assert_true(m->asid < NUMBERS && (m->asid != 0) == (width.spaces != 0));
		set_loaded(h, s);
	}
	obey(h, how);
	if (old && old != s)
		asid_leave(&old->tlb, h);
	m->using_ = true;
}

static void rest(u32 h)
{
	if (model[h].using_)
		asid_rest(&model[h].loaded->tlb, h);
	model[h].using_ = false;
}

static void change(struct space_model *s, u32 page)
{
	u64 now = __atomic_add_fetch(&s->page[page].version, 1, __ATOMIC_SEQ_CST);
	u64 targets = tlb_targets(&s->tlb);

	for (u32 h = 0; h < width.harts; h++) {
		if (!(targets & BIT(h)))
			continue;
		__atomic_fetch_add(&told, 1, __ATOMIC_RELAXED);
		tlb_forget_space(h, tlb_asid(&s->tlb), page, 1);
	}
	__atomic_store_n(&s->page[page].floor, now, __ATOMIC_SEQ_CST);
}

/* --- one step after the other ---------------------------------------------- */

static u32 random_below(u64 *seed, u32 n)
{
	*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
	return (u32)(*seed >> 33) % n;
}

static bool in_use(const struct space_model *s)
{
	for (u32 h = 0; h < width.harts; h++)
		if (model[h].using_ && model[h].loaded == s)
			return true;
	return false;
}

/* The space ends, and a new one begins at once in the same memory. */
static void replace(struct space_model *s)
{
	for (u32 h = 0; h < width.harts; h++)
		if (model[h].loaded == s)
			unload(h);
	memset(s, 0, sizeof(*s));
	s->born = ++last_born;
}

static void check_invariants(void)
{
	for (u32 h = 0; h < width.harts; h++) {
		const struct hart_model *m = &model[h];

		if (m->loaded)
			assert_int_equal(m->asid, tlb_asid(&m->loaded->tlb));
		for (u32 i = 0; i < SPACES; i++)
			assert_int_equal(spaces[i].tlb.harts >> h & 1,
					 m->using_ && m->loaded == &spaces[i]);
	}
}

/* The step under way, and after how many of its accesses another hart does a step; 0: none
 * does. */
static struct {
	u32 hart, what, countdown;
	struct space_model *space, *old;
	u64 seed;
	bool inside;
} outer;

/* Whether the kernel's locks allow this step of another hart in the middle of the outer. */
static bool possible(u32 h, u32 what, const struct space_model *s)
{
	bool loads = what == 2 || (what >= 5 && what <= 8);
	bool loading = outer.what == 2 || (outer.what >= 5 && outer.what <= 8);
	bool taken = ((loading || what == 2) && s == outer.space) || s == outer.old;

	if (!outer.inside)
		return true;
	if (outer.what == 2 && model[h].loaded == outer.space)
		return false; /* this hart unloads it */
	return h != outer.hart && !(loads && (taken || shim_spin_depth()));
}

static void step(u64 *seed)
{
	u32 h = random_below(seed, width.harts), what = random_below(seed, 16);
	u32 page = random_below(seed, PAGES), which = random_below(seed, 2);
	struct space_model *s = &spaces[random_below(seed, SPACES)];

	if (outer.inside && random_below(seed, 2))
		s = outer.space;
	else if (model[h].loaded && random_below(seed, 4) == 0)
		s = model[h].loaded;
	if (!possible(h, what, s))
		return;
	if (!outer.inside) {
		outer.hart = h;
		outer.what = what;
		outer.space = s;
		outer.old = model[h].loaded;
	}
	if (what == 0)
		unload(h);
	else if (what == 1)
		rest(h);
	else if (what == 2 && !in_use(s))
		replace(s);
	else if (what <= 4)
		change(s, page);
	else if (what <= 8 && !in_use(s))
		load(h, s);
	else if (what <= 12 && model[h].using_)
		touch(h, page, which);
	else if (model[h].loaded)
		tlb_walk(h, page, which); /* speculation */
}

static void in_between(void)
{
	if (outer.inside || !outer.countdown || --outer.countdown)
		return;
	outer.inside = true;
	for (u32 n = 1 + random_below(&outer.seed, 3); n; n--)
		step(&outer.seed);
	outer.inside = false;
}

static const struct width widths[] = {
	{ 6, 1, 63, false }, { 1, 1, 1, false }, { 2, 1, 3, false },  { 2, 3, 3, false },
	{ 3, 4, 7, false },  { 3, 7, 7, false }, { 4, 8, 15, false }, { 6, 8, 63, false },
	{ 2, 1, 1, true },   { 3, 3, 3, true },  { 4, 4, 7, true },   { 6, 8, 31, true },
	{ 0, 4, 0, false },  { 1, 2, 0, false }, { 0, 1, 0, true },   { 1, 1, 0, true },
	{ 3, 8, 0, false },  { 3, 4, 0, true },
};

static void steps(u32 count, u32 countdown_max)
{
	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		u64 seed = i + 1;

		start(&widths[i]);
		outer.seed = i;
		for (u32 k = 0; k < count; k++) {
			outer.countdown = random_below(&seed, countdown_max);
			step(&seed);
			outer.countdown = 0;
			check_invariants();
		}
	}
}

static void test_steps(void **state)
{
	(void)state;
	steps(STEPS, 1);
}

static void test_steps_in_steps(void **state)
{
	(void)state;
	steps(5 * STEPS, 10);
}

/* --- what is not done ------------------------------------------------------- */

static void test_plenty_of_numbers_need_no_flush(void **state)
{
	(void)state;
	start(&(struct width){ 6, 4, 63, false });
	for (u32 k = 0; k < 1000; k++)
		load(k % 4, &spaces[k % SPACES]);
	assert_int_equal(entered_flush[ASID_FLUSH_ALL], 0);
	assert_int_equal(entered_flush[ASID_FLUSH_SPACE], 0);
}

/* With 63 numbers to give, 200 spaces make each hart forget everything a few times. */
static void test_one_flush_for_each_generation(void **state)
{
	u64 before = vmstat_read(VM_asid_rollover), rolled;

	(void)state;
	start(&(struct width){ 6, 1, 63, false });
	for (u32 k = 0; k < 200; k++) {
		replace(&spaces[0]);
		load(0, &spaces[0]);
	}
	rolled = vmstat_read(VM_asid_rollover) - before;
	assert_int_equal(rolled, 3);
	assert_int_equal(entered_flush[ASID_FLUSH_ALL], rolled);
}

static void test_only_harts_that_use_a_space_are_interrupted(void **state)
{
	(void)state;
	start(&(struct width){ 6, 3, 63, false });
	load(0, &spaces[0]);
	rest(0);
	load(1, &spaces[0]);
	load(1, &spaces[1]);
	load(2, &spaces[0]);
	change(&spaces[0], 0);
	assert_int_equal(told, 1);
	rest(2);
	change(&spaces[0], 0);
	assert_int_equal(told, 1);
	/* a hart that comes back forgets the space once */
	for (u32 h = 0; h < 3; h++) {
		u64 before = entered_flush[ASID_FLUSH_SPACE];

		load(h, &spaces[0]);
		assert_int_equal(entered_flush[ASID_FLUSH_SPACE], before + 1);
		rest(h);
		load(h, &spaces[0]);
		assert_int_equal(entered_flush[ASID_FLUSH_SPACE], before + 1);
		rest(h);
	}
}

/* --- all at once ------------------------------------------------------------ */

static void let_go(u32 h)
{
	if (__atomic_exchange_n(&model[h].drop, 0, __ATOMIC_SEQ_CST) && !model[h].using_)
		unload(h);
}

/* root_evict(): the space is owned, but not loaded on @h. */
static void evict(u32 h, struct space_model *s)
{
	for (u32 i = 0; i < width.harts; i++) {
		while (__atomic_load_n(&model[i].loaded, __ATOMIC_ACQUIRE) == s) {
			__atomic_store_n(&model[i].drop, 1, __ATOMIC_SEQ_CST);
			let_go(h);
			sched_yield();
		}
	}
}

static void end_of_space(u32 h, struct space_model *s)
{
	rest(h);
	unload(h);
	evict(h, s);
	s->tlb = (struct tlb_space){ 0 };
	s->born = __atomic_add_fetch(&last_born, 1, __ATOMIC_SEQ_CST);
}

static void *play_hart(void *arg)
{
	u32 h = (u32)(uintptr_t)arg;
	u64 seed = h + 77;

	shim_hart = h;
	for (u32 k = 0; k < THREAD_STEPS; k++) {
		struct space_model *s = &spaces[random_below(&seed, SPACES)];
		u32 page = random_below(&seed, PAGES);

		let_go(h);
		if (random_below(&seed, 4) == 0)
			change(s, page); /* another thread's space, as harvest() does */
		if (__atomic_exchange_n(&s->owned, 1, __ATOMIC_ACQUIRE))
			continue;
		load(h, s);
		for (u32 n = random_below(&seed, 8); n; n--) {
			touch(h, random_below(&seed, PAGES), n & 1);
			if (n == 3)
				change(s, page);
		}
		if (random_below(&seed, 8) == 0)
			end_of_space(h, s);
		else if (random_below(&seed, 2))
			rest(h);
		else
			unload(h);
		__atomic_store_n(&s->owned, 0, __ATOMIC_RELEASE);
	}
	while (model[h].loaded) { /* others may still wait for this hart */
		rest(h);
		unload(h);
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t thread[MAX_HARTS];

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		if (widths[i].harts < 3 || widths[i].harts > 4)
			continue;
		start(&widths[i]);
		for (uintptr_t h = 0; h < width.harts; h++)
			pthread_create(&thread[h], NULL, play_hart, (void *)h);
		for (u32 h = 0; h < width.harts; h++)
			pthread_join(thread[h], NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_steps_in_steps),
		cmocka_unit_test(test_plenty_of_numbers_need_no_flush),
		cmocka_unit_test(test_one_flush_for_each_generation),
		cmocka_unit_test(test_only_harts_that_use_a_space_are_interrupted),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
