// sources: tests/host/shim/shim.c
/* test_access.c - what an access does (mm/space/access.h).  The table here is the
 * specification; every kind of area, protection, entry, level and access is tried. */
#include "rig.h"

#include "mm/space/access.h"

/* Areas, as seen by one access. */
enum {
	NONE = 1,
	REFUSES = 2, /* has no right for the access */
	PRIVATE = 4,
	SHARED = 8,
	ALLOWS = PRIVATE | SHARED,
	ANY_AREA = REFUSES | ALLOWS,
};

/* Entries, as seen by one access. */
enum {
	EMPTY = 1,   /* V is clear, whatever else is in it */
	BARE = 2,    /* V alone: a guard page              */
	HELD = 4,    /* V and the mark of PROT_NONE        */
	KERNEL = 8,  /* a leaf without U                   */
	FITS = 16,   /* a leaf with the right, A and D set */
	UNUSED = 32, /* a leaf with the right, A or D clear */
	COPIED = 64, /* a leaf without the right, copy-on-write */
	LACKS = 128, /* a leaf without the right           */
	ALL = 255,
};

#define R (1 << ACCESS_READ)
#define W (1 << ACCESS_WRITE)
#define X (1 << ACCESS_EXEC)

/* The first row that fits decides. */
static const struct row {
	unsigned areas, entries, accesses;
	enum access_fate fate;
} table[] = {
	{ NONE | ANY_AREA, HELD, R | W | X, FATE_PARKED },
	{ NONE | ANY_AREA, BARE, R | W | X, FATE_GUARD },
	{ NONE, ALL, R | W | X, FATE_NO_AREA },
	{ REFUSES, ALL, R | W | X, FATE_NO_RIGHT },
	{ ALLOWS, EMPTY, R | W | X, FATE_ABSENT },
	{ ALLOWS, KERNEL, R | W | X, FATE_NO_RIGHT },
	{ ALLOWS, FITS, R | W | X, FATE_OK },
	{ ALLOWS, UNUSED, R | W | X, FATE_SPURIOUS },
	{ ALLOWS, COPIED, W, FATE_COW },
	{ SHARED, LACKS, W, FATE_SHARED_WRITE },
	{ ALLOWS, LACKS | COPIED, R | W | X, FATE_NO_RIGHT },
};

static enum access_fate table_fate(unsigned area, unsigned entry, enum access access)
{
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct row *r = &table[i];

		if (r->areas & area && r->entries & entry && r->accesses & 1u << access)
			return r->fate;
	}
	fail_msg("no row for area %u, entry %u, access %d", area, entry, access);
	return ACCESS_NFATES;
}

static unsigned area_kind(const struct vma *v, enum access access)
{
	if (!v)
		return NONE;
	if (!(v->prot >> access & 1)) /* PROT_READ 1, WRITE 2, EXEC 4 */
		return REFUSES;
	return v->flags & VMA_SHARED ? SHARED : PRIVATE;
}

/* The layout of an entry, written down once more from the privileged spec. */
static unsigned entry_kind(u64 bits, int level, enum access access)
{
	bool v = bits & 1, a = bits & 64, d = bits & 128, u = bits & 16;
	bool right = bits >> (access + 1) & 1;

	if (!v)
		return EMPTY;
	if (!(bits & 14)) {
		assert_int_equal(level, 0);
		return bits & 1 << 8 ? HELD : BARE;
	}
	if (!u)
		return KERNEL;
	if (right)
		return a && (d || access != ACCESS_WRITE) ? FITS : UNUSED;
	return bits & 1 << 8 ? COPIED : LACKS;
}

static void check(const struct vma *v, u64 bits, int level)
{
	for (enum access access = ACCESS_READ; access < NACCESSES; access++) {
		enum access_fate is = access_fate(v, (pte_t){ bits }, level, access);
		enum access_fate wanted = table_fate(
			area_kind(v, access), entry_kind(bits, level, access), access);

		if (is != wanted)
			fail_msg(
				"entry %lx level %d access %d prot %u flags %u: %d, not %d",
				bits, level, access, v ? v->prot : 0, v ? v->flags : 0, is,
				wanted);
	}
}

/* All flags of an entry, with and without a frame. */
static void check_entries(const struct vma *v)
{
	for (int level = 0; level < PT_LEVELS; level++) {
		for (u64 bits = 0; bits < 2048; bits++) {
			if (pte_is_table((pte_t){ bits }, level))
				continue;
			check(v, bits & 1 << 10 ? bits | 0x20000000 : bits, level);
		}
	}
}

static void every_access_has_the_fate_of_the_table(void **state)
{
	(void)state;
	check_entries(NULL);
	for (u32 prot = 0; prot < 8; prot++) {
		struct vma v = { .start = 0, .end = PAGE_SIZE, .prot = prot };

		check_entries(&v);
		v.flags = VMA_SHARED;
		check_entries(&v);
	}
}

static void fates_that_refuse_come_last(void **state)
{
	(void)state;
	assert_true(FATE_SHARED_WRITE < FATE_FIRST_REFUSED);
	assert_int_equal(FATE_FIRST_REFUSED, FATE_NO_AREA);
	assert_true(FATE_NO_RIGHT > FATE_NO_AREA && FATE_PARKED < ACCESS_NFATES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_access_has_the_fate_of_the_table),
		cmocka_unit_test(fates_that_refuse_come_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
