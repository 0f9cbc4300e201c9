// sources: kernel/mm/space/aspace.c kernel/mm/space/zap.c kernel/mm/space/populate.c kernel/mm/space/build.c kernel/mm/space/aspace_check.c kernel/mm/fault.c kernel/mm/fork.c kernel/mm/map.c kernel/mm/remap.c kernel/mm/truncate_maps.c kernel/mm/sbrk.c kernel/mm/space/super.c kernel/mm/space/vma.c kernel/mm/space/vma_gap.c kernel/mm/xlate/pt.c kernel/mm/xlate/tie.c kernel/mm/xlate/gather.c kernel/core/sync/rcu.c kernel/mm/space/pagecache.c kernel/mm/phys/frame.c kernel/mm/phys/frame_chunk.c kernel/mm/phys/frame_check.c kernel/mm/phys/slab.c kernel/mm/phys/reclaim.c kernel/mm/space/watch.c tests/host/vm/world.c tests/host/vm/world_file.c tests/host/shim/shim.c
// cflags: -DPAGODA_CHECK -Wl,--wrap=frame_alloc,--wrap=frame_alloc_many,--wrap=slab_alloc,--wrap=slab_alloc_many,--wrap=frame_put
/* test_vm_faults.c - what a fault does, for every kind of area, protection, access and
 * entry, with memory and without.  kernel/mm/fault.c must follow the rules below.
 *
 * The kernel's copies fault by the same call, with a read or a write, so there are no
 * other rules for them. */
#include "world.h"

#include <string.h>

#include "mm/space/aspace_priv.h"
#include "shim.h"
#include "uapi/errno.h"

/* --- the rules ------------------------------------------------------------------- */

/* Kinds of areas, as bits. */
enum {
	NO_AREA = 1,
	PRIVATE = 2, /* fresh memory: heap, stack, image, anonymous mapping */
	SHARED = 4,  /* fresh memory that fork shares                       */
	FILE_PRIVATE = 8,
	FILE_SHARED = 16,
	FILE_END = 32, /* private, the page lies past the end of the file     */
	FILE_SHARED_END = 64,
	AREAS_END = 128,
	ANY_FILE = FILE_PRIVATE | FILE_SHARED,
	PAST_END = FILE_END | FILE_SHARED_END,
	ANY = AREAS_END - 1,
};

/* The page's entry, as bits. */
enum {
	ABSENT = 1,
	GUARD = 2,
	PARKED = 4,      /* there, under PROT_NONE                               */
	READONLY = 8,    /* there, without W                                     */
	COW_SHARED = 16, /* without W, to be copied; somebody else has it, too   */
	COW_LAST = 32,   /* the same, but nobody else has it any more            */
	COW_FILE = 64,   /* without W, to be copied; a page of a file            */
	WRITABLE = 128,  /* with W                                               */
	STATES_END = 256,
	COW_OTHERS = COW_SHARED | COW_FILE,
	LEAVES = READONLY | COW_OTHERS | COW_LAST | WRITABLE,
	ALL = STATES_END - 1,
};

enum { READ = 1, WRITE = 2, EXEC = 4, ANYHOW = 7, LOOK = READ | EXEC };

enum outcome {
	REFUSED,   /* -EFAULT, and nothing has changed                          */
	ZEROS,     /* a cleared frame of its own                                */
	FILE_PAGE, /* the file's page, not writable                             */
	FILE_OWN,  /* the file's page, writable; the file has been told         */
	COPY,      /* a private frame with the old contents, or the file's      */
	KEEP,      /* the frame that was there, writable now                    */
	KEEP_OWN,  /* the same, and the file has been told                      */
	USED,      /* A is set, and D for a write; stale translations are gone  */
};

/* The first rule that fits decides.  @allowed: it fits only if the area has the right that
 * the access needs. */
struct rule {
	unsigned areas, accesses, states;
	bool allowed;
	enum outcome outcome;
};

static const struct rule rules[] = {
	{ NO_AREA, ANYHOW, ALL, false, REFUSED },
	{ ANY, ANYHOW, GUARD, false, REFUSED },
	{ PAST_END, ANYHOW, ABSENT, false, REFUSED },
	{ PRIVATE | SHARED, ANYHOW, ABSENT, true, ZEROS },
	{ FILE_PRIVATE, WRITE, ABSENT, true, COPY },
	{ FILE_SHARED, WRITE, ABSENT, true, FILE_OWN },
	{ ANY_FILE, LOOK, ABSENT, true, FILE_PAGE },
	{ ANY, WRITE, COW_OTHERS, true, COPY },
	{ ANY, WRITE, COW_LAST, true, KEEP },
	{ SHARED, WRITE, READONLY, true, KEEP },
	{ FILE_SHARED, WRITE, READONLY, true, KEEP_OWN },
	{ ANY, LOOK, LEAVES, true, USED },
	{ ANY, WRITE, WRITABLE, true, USED },
	{ ANY, ANYHOW, ALL, false, REFUSED }, /* all others */
};

static const u32 right[] = { [READ] = VMA_R, [WRITE] = VMA_W, [EXEC] = VMA_X };

struct situation {
	unsigned area, access, state; /* one bit each */
	u32 prot;
};

static enum outcome rule_for(struct situation s)
{
	for (unsigned i = 0;; i++) {
		const struct rule *r = &rules[i];

		if (r->areas & s.area && r->accesses & s.access && r->states & s.state &&
		    (!r->allowed || s.prot & right[s.access]))
			return r->outcome;
	}
}

/* Whether the kernel can get into this situation. */
static bool can_be(struct situation s)
{
	bool own = s.area & (PRIVATE | FILE_PRIVATE | FILE_END);

	switch (s.state) {
	case GUARD: /* lies between areas, or in a gap that became one */
	case ABSENT:
		return true;
	case PARKED:
		return s.area != NO_AREA && !s.prot;
	case READONLY:
		/* private pages that may be written are COW_... then */
		return s.area != NO_AREA && s.prot && !(own && s.prot & VMA_W) &&
		       !(s.area & PAST_END);
	case COW_FILE:
		return s.area == FILE_PRIVATE && s.prot & VMA_W;
	case COW_SHARED:
	case COW_LAST:
		return own && s.prot & VMA_W;
	default:
		return s.area != NO_AREA && s.prot & VMA_W && !(s.area & PAST_END);
	}
}

/* --- making a situation ---------------------------------------------------------- */

#define CONTENTS 0x77
#define PAGE 1 /* of the window; that of the file is 1, or FILE_PAGES past its end */

static struct page *there; /* the frame in the entry before, or NULL */
static struct page *other; /* a frame to which the test has a reference */

static void make_area(struct situation s)
{
	static const u8 fresh[] = { VMA_heap, VMA_anon, VMA_stack, VMA_image };
	bool file = s.area & (ANY_FILE | PAST_END);
	struct vma *v, like = {
		.start = page_va(PAGE),
		.end = page_va(PAGE + 1),
		.prot = s.prot,
		.kind = file ? VMA_file : fresh[rig_below(s.area == PRIVATE ? 4 : 2)],
		.flags = s.area & (SHARED | FILE_SHARED | FILE_SHARED_END) ? VMA_SHARED : 0,
		.object = file ? &world_file.obj : NULL,
		.offset = (s.area & PAST_END ? FILE_PAGES : PAGE) * PAGE_SIZE,
	};

	if (s.area == SHARED)
		like.kind = VMA_anon;
	if (s.area == NO_AREA)
		return;
	assert_int_equal(vma_insert(&space[0]->areas, &like, &v), 0);
	aspace_area_hooks.copied(v);
}

static struct page *make_frame(struct situation s)
{
	struct page *pg;

	if ((s.area & FILE_SHARED || s.state == COW_FILE) && s.state != PARKED) {
		assert_int_equal(object_get_page(&world_file.obj, PAGE, &pg), 0);
		return pg;
	}
	pg = frame_alloc(FRAME_anon, 0);
	assert_non_null(pg);
	memset(frame_va(pg), CONTENTS, PAGE_SIZE);
	return pg;
}

static u64 entry_flags(struct situation s)
{
	u64 flags = prot_to_pte(s.prot);

	if (s.state == PARKED)
		return PTE_V | PTE_PARKED;
	if (s.state != WRITABLE)
		flags &= ~PTE_W;
	if (s.state & (COW_OTHERS | COW_LAST))
		flags |= PTE_COW;
	return flags;
}

/* Makes the entry, and a translation of it that the hardware still has.  The rules do not
 * depend on that translation, but say when it must be gone. */
static void make_entry_locked(struct situation s)
{
	struct pt_cur c = pt_at(&space[0]->pt, page_va(PAGE));

	there = other = NULL;
	if (s.state == ABSENT)
		return;
	assert_int_equal(pt_reach(&c, 0), 0);
	if (s.state == GUARD) {
		pte_store(c.slot, (pte_t){ PTE_GUARD });
		return;
	}
	there = make_frame(s);
	assert_int_equal(aspace_map_frame(space[0], page_va(PAGE), there, entry_flags(s)),
			 0);
	if (s.state == COW_SHARED) {
		frame_get(there);
		other = there;
	}
}

static void make_entry(struct situation s)
{
	mutex_lock(&space[0]->lock);
	make_entry_locked(s);
	mutex_unlock(&space[0]->lock);
}

static void unmake(void)
{
	struct pt_cur c = pt_at(&space[0]->pt, page_va(PAGE));

	mutex_lock(&space[0]->lock);
	if (pte_is_guard(pte_load(c.slot), c.level))
		aspace_zap(space[0], page_va(PAGE), page_va(PAGE + 1));
	if (world_frame(0, PAGE) && !vma_find(&space[0]->areas, page_va(PAGE)))
		aspace_zap(space[0], page_va(PAGE), page_va(PAGE + 1));
	mutex_unlock(&space[0]->lock);
	if (other)
		frame_put(other);
	world_stop();
}

/* --- looking at the outcome ------------------------------------------------------ */

static bool is_full_of(const struct page *pg, u8 byte)
{
	const u8 *at = frame_va(pg);

	return at[0] == byte && memcmp(at, at + 1, PAGE_SIZE - 1) == 0;
}

static void check_contents(struct situation s, enum outcome o, const struct page *pg)
{
	bool file = o == FILE_PAGE || o == FILE_OWN || o == KEEP_OWN ||
		    s.state == COW_FILE || (!there && o == COPY) ||
		    (s.area == FILE_SHARED && s.state != PARKED);

	assert_true(is_full_of(pg, o == ZEROS ? 0 : file ? 10 + PAGE : CONTENTS));
}

static void check_frame(struct situation s, enum outcome o, const struct page *pg)
{
	bool in_file = object_has_page(&world_file.obj, pg);

	check_contents(s, o, pg);
	switch (o) {
	case ZEROS:
	case COPY:
		assert_ptr_not_equal(pg, there);
		assert_true(pg->kind == FRAME_anon && pg->refs == 1);
		if (s.state == COW_SHARED)
			assert_int_equal(there->refs, 1);
		break;
	case FILE_PAGE:
	case FILE_OWN:
		assert_true(in_file && pg->refs == 2);
		break;
	default:
		assert_ptr_equal(pg, there);
	}
	assert_int_equal(world_file.dirty[PAGE], o == FILE_OWN || o == KEEP_OWN);
}

static u64 flags_after(struct situation s, enum outcome o)
{
	u64 used = PTE_A | (s.access == WRITE ? PTE_D : 0), flags = prot_to_pte(s.prot);

	if (o == USED)
		return entry_flags(s) | used;
	if (o == FILE_PAGE)
		return (flags & ~PTE_W) | used |
		       (s.area == FILE_PRIVATE && s.prot & VMA_W ? PTE_COW : 0);
	return flags | used;
}

static void check_outcome(struct situation s, enum outcome o, int err, pte_t before)
{
	pte_t e = world_pte(0, PAGE);

	assert_int_equal(err, o == REFUSED ? -EFAULT : 0);
	if (o == REFUSED) {
		assert_int_equal(e.bits, before.bits);
		return;
	}
	assert_int_equal(e.bits & PTE_FLAGS, flags_after(s, o));
	check_frame(s, o, world_frame(0, PAGE));
	/* KEEP and ZEROS only add rights: a stale translation causes one more fault. */
	if (o == USED || (o == COPY && there))
		assert_int_equal(world_tlb_bits(0, PAGE), 0);
}

static enum access access_of(struct situation s)
{
	return s.access == READ    ? ACCESS_READ
	       : s.access == WRITE ? ACCESS_WRITE
				   : ACCESS_EXEC;
}

static struct situation now;

/* Tries a fault while the @k-th allocation fails (0: none), with @all those after it, too.
 * Returns whether there were that many allocations. */
static bool try(struct situation s, unsigned k, bool all)
{
	enum outcome o = rule_for(s);
	u64 allocs;
	pte_t before;
	int err;

	now = s;
	world_start();
	make_area(s);
	make_entry(s);
	before = world_pte(0, PAGE);
	world_tlb_set(0, PAGE, (pte_t){ before.bits & ~(PTE_R | PTE_W | PTE_X) });
	world_running = 0;
	failing_set(&world_alloc, k, all);
	err = aspace_fault(space[0], page_va(PAGE) + rig_below(PAGE_SIZE), access_of(s));
	failing_end(&world_alloc);
	allocs = world_alloc.asked;
	if (k && allocs >= k && !world_patient) {
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(world_pte(0, PAGE).bits, before.bits);
		assert_false(world_file.dirty[PAGE] && o != FILE_OWN);
	} else {
		check_outcome(s, o, err, before);
	}
	if (o == REFUSED || o == USED || o == KEEP)
		assert_int_equal(allocs, 0); /* so they cannot fail for lack of memory */
	unmake();
	return k == 0 || allocs >= k;
}

/* --- tests ----------------------------------------------------------------------- */

static void test_table(void **state)
{
	static const u32 prots[] = {
		0, VMA_R, VMA_X, VMA_R | VMA_X, VMA_R | VMA_W, VMA_R | VMA_W | VMA_X
	};
	unsigned n = 0, with_failures = 0, waits = 0;
	struct situation s;

	(void)state;
	for (s.area = 1; s.area < AREAS_END; s.area *= 2)
		for (s.state = 1; s.state < STATES_END; s.state *= 2)
			for (s.access = 1; s.access < ANYHOW; s.access *= 2)
				for (unsigned p = 0; p < 6; p++) {
					s.prot = prots[p];
					if (!can_be(s))
						continue;
					n++;
					for (unsigned k = 0; try(s, k, true); k++)
						with_failures += k && try(s, k, false);
					world_patient = true;
					for (unsigned k = 1; try(s, k, true); k++)
						waits++;
					world_patient = false;
				}
	print_message("  %u situations, %u with failures\n", n, with_failures);
	assert_true(n > 300 && waits == with_failures);
}

/* The page in the file has been replaced by a copy. */
static void test_replaced_page(void **state)
{
	struct situation s = { FILE_SHARED, WRITE, READONLY, VMA_R | VMA_W };

	(void)state;
	for (int i = 0; i < 2; i++) {
		now = s;
		world_start();
		make_area(s);
		make_entry(s);
		world_file.stale = 1;
		assert_true(world_write(0, PAGE, 5));
		assert_ptr_not_equal(world_frame(0, PAGE), there);
		assert_true(object_has_page(&world_file.obj, world_frame(0, PAGE)));
		assert_true(world_file.dirty[PAGE]);
		world_check();
		unmake();
		s.state = ABSENT;
	}
}

/* The page is no longer in the file, which was cut and perhaps grew again. */
static void test_dropped_page(void **state)
{
	struct situation s = { FILE_SHARED, WRITE, READONLY, VMA_R | VMA_W };

	(void)state;
	for (u64 pages = PAGE; pages <= PAGE + 1; pages++) {
		now = s;
		world_start();
		make_area(s);
		make_entry(s);
		object_drop_pages(&world_file.obj, PAGE);
		world_file.pages = pages;
		assert_int_equal(world_write(0, PAGE, 5), pages > PAGE);
		if (pages > PAGE)
			assert_true(object_has_page(&world_file.obj, world_frame(0, PAGE)));
		else
			assert_null(world_frame(0, PAGE));
		world_check();
		unmake();
	}
}

/* No area can be at the top, beyond it, or at addresses that are not canonical. */
static void test_addresses_without_areas(void **state)
{
	static const va_t bad[] = {
		0,         0x3fffffe000, 0x3ffffff000, 1ul << 38,
		1ul << 39, 1ul << 63,    ~0ul,         0xffffffc080200000,
	};

	(void)state;
	world_start();
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		for (int access = ACCESS_READ; access <= ACCESS_EXEC; access++)
			assert_int_equal(aspace_fault(space[0], bad[i],
						      (enum access)access),
					 -EFAULT);
	/* USYSCALL is there, and to be read only */
	assert_int_equal(aspace_fault(space[0], 0x3fffffd000, ACCESS_READ), 0);
	assert_int_equal(aspace_fault(space[0], 0x3fffffd000, ACCESS_WRITE), -EFAULT);
	assert_int_equal(aspace_fault(space[0], 0x3fffffd000, ACCESS_EXEC), -EFAULT);
	world_stop();
}

static int say_where(void **state)
{
	(void)state;
	if (space[0])
		print_error("area %u, prot %u, access %u, entry %u\n", now.area, now.prot,
			    now.access, now.state);
	return 0;
}

#define TEST(fn) cmocka_unit_test_teardown(fn, say_where)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_table),
		TEST(test_replaced_page),
		TEST(test_dropped_page),
		TEST(test_addresses_without_areas),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
