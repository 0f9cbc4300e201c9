// sources: kernel/proc/fault_words.c kernel/lib/fmt.c tests/host/shim/shim.c
/* test_fault_words.c - every cause of a fault is described in words, and illegal
 * instructions are recognised by their encoding. */
#include "rig.h"

#include <string.h>

#include "proc/fault_words.h"

static char words[FAULT_WORDS_MAX];

static const char *say(u64 cause, u64 tval, u32 insn, bool without_fp)
{
	struct fault f = { cause, tval, 0x1234, insn, without_fp };

	memset(words, 'X', sizeof(words));
	fault_words(words, &f);
	assert_non_null(memchr(words, '\0', sizeof(words)));
	return words;
}

static bool blames(u32 insn, bool without_fp, const char *what)
{
	return strstr(say(2, insn, insn, without_fp), what) != NULL;
}

static void test_access_says_where_and_by_whom(void **state)
{
	static const u64 causes[] = { 0, 1, 4, 5, 6, 7, 12, 13, 15 };
	char seen[sizeof(causes) / sizeof(*causes)][FAULT_WORDS_MAX];

	(void)state;
	for (unsigned i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		strcpy(seen[i], say(causes[i], 0xfffffffffffff008, 0, false));
		assert_non_null(strstr(seen[i], "0xfffffffffffff008"));
		assert_non_null(strstr(seen[i], "0x1234"));
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
	/* If the address is the program counter, it is printed once. */
	assert_null(strstr(strstr(say(12, 0x1234, 0, false), "0x1234") + 1, "0x1234"));
}

static void test_every_cause_has_words(void **state)
{
	(void)state;
	for (u64 cause = 0; cause < 64; cause++)
		assert_non_null(strstr(say(cause, 0x55, 0, false), "0x1234"));
	assert_non_null(strstr(say(3, 0, 0, false), "ebreak"));
	assert_non_null(strstr(say(19, 0, 0, false), "19"));
}

static void test_an_instruction_is_shown_as_it_is_long(void **state)
{
	(void)state;
	assert_non_null(strstr(say(2, 0, 0, false), " 0x0000 at"));
	assert_non_null(strstr(say(2, 0, 0x8002, false), " 0x8002 at"));
	assert_non_null(strstr(say(2, 0, 0x1073, false), " 0x00001073 at"));
}

static void test_floating_point_is_blamed_where_there_is_none(void **state)
{
	static const u32 floats[] = {
		0xf2000053, /* fmv.d.x ft0, zero */
		0x00053007, /* fld ft0, 0(a0)    */
		0x00052027, /* fsw ft0, 0(a0)    */
		0x02b57543, /* fmadd.d           */
		0x00302573, /* frcsr a0          */
		0x2108,     /* c.fld  */
		0xa108,     /* c.fsd  */
		0x2502,     /* c.fldsp */
		0xa02a,     /* c.fsdsp */
	};
	static const u32 others[] = { 0, 0x8002, 0xc0001073, 0x0000000b, 0x6108, 0x2501 };

	(void)state;
	for (unsigned i = 0; i < sizeof(floats) / sizeof(*floats); i++) {
		assert_true(blames(floats[i], true, "floating point"));
		assert_false(blames(floats[i], false, "floating point"));
		assert_false(blames(floats[i], true, "vector"));
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_false(blames(others[i], true, "floating point"));
		assert_false(blames(others[i], true, "vector"));
	}
}

static void test_vectors_are_blamed(void **state)
{
	static const u32 vectors[] = {
		0x0db072d7, /* vsetvli        */
		0x02050007, /* vle8.v         */
		0x02057027, /* vse64.v        */
		0xc2002573, /* csrr a0, vl    */
		0x00f51073, /* csrw vcsr, a0  */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		assert_true(blames(vectors[i], false, "vector"));
		assert_false(blames(vectors[i], true, "floating point"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access_says_where_and_by_whom),
		cmocka_unit_test(test_every_cause_has_words),
		cmocka_unit_test(test_an_instruction_is_shown_as_it_is_long),
		cmocka_unit_test(test_floating_point_is_blamed_where_there_is_none),
		cmocka_unit_test(test_vectors_are_blamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
