// sources: kernel/lib/stub.c
// cflags:
/* test_stub.c - stubs of system calls, and what the run of them tells about the year. */
#include "rig.h"

#include <string.h>

#include "lib/stub.h"

#define MEMORY 4096

/* The program's memory, from address 0 on. */
static u8 memory[MEMORY];
static u64 memory_size, here, reads;

static bool read_memory(va_t va, void *dst, u64 n)
{
	assert_in_range(n, 1, 256);
	reads++;
	if (va >= memory_size || n > memory_size - va)
		return false;
	memcpy(dst, memory + va, n);
	return true;
}

static void put16(u32 half)
{
	memory[here++] = (u8)half;
	memory[here++] = (u8)(half >> 8);
}

static void put32(u32 word)
{
	put16(word & 0xffff);
	put16(word >> 16);
}

static void put_li(u32 number, bool is_long)
{
	if (is_long || number > 31)
		put32(number << 20 | 0x893);
	else
		put16(0x4881 | number << 2);
}

static u64 at_stub[256]; /* by number: where its stub starts */

/* A stub as the assembler makes it, or with long instructions. */
static void put_stub(u32 number, bool is_long)
{
	at_stub[number] = here;
	put_li(number, is_long);
	put32(0x73);
	if (is_long)
		put32(0x8067);
	else
		put16(0x8082);
}

static const u8 base[] = { 1,  2, 3,  4,  5, 16, 21, 6,  7,  15, 17,
			   18, 8, 19, 20, 9, 10, 11, 12, 13, 14 };

static u32 jal(u64 from, u64 to)
{
	u32 off = (u32)(to - from);

	return (off >> 20 & 1) << 31 | (off >> 1 & 0x3ff) << 21 | (off >> 11 & 1) << 20 |
	       (off >> 12 & 0xff) << 12 | 0xef;
}

static bool long_stubs;

/* A call, in its long form together with long stubs. */
static void put_call(u64 to)
{
	u32 off = (u32)(to - here);

	if (!long_stubs) {
		put32(jal(here, to));
		return;
	}
	put32(((off + 0x800) & 0xfffff000) | 0x97); /* auipc ra */
	put32(off << 20 | 0x80e7);                  /* jalr ra,(ra) */
}

enum sbrk_calls { NEVER, OLD, WITH_MODE, BOTH };

/* A program: calls of the stub of sbrk, then the run of stubs. */
static void make_program(const u8 *lab, u32 n, enum sbrk_calls calls)
{
	u64 after;

	memset(memory, 0, sizeof(memory));
	memory_size = MEMORY;
	here = 0x400;
	for (u32 i = 0; i < sizeof(base); i++)
		put_stub(base[i], long_stubs);
	for (u32 i = 0; i < n; i++)
		put_stub(lab[i], long_stubs);
	put32(0x1141); /* what comes next is no stub: c.addi sp,-16 */
	after = here;
	here = 0x280;
	if (calls == OLD || calls == BOTH)
		put_call(at_stub[12]);
	/* A piece of the search ends between the mode and the call, or in the call. */
	for (u64 at = 0x2fe; at <= 0x37a && (calls == WITH_MODE || calls == BOTH);
	     at += 0x7c) {
		here = at;
		put16(0x4585); /* c.li a1,1 */
		put_call(at_stub[12]);
	}
	here = after;
	/* From higher addresses, too; and a long li. */
	if (calls == WITH_MODE) {
		put32(0x00200593); /* li a1,2 */
		put32(0x00000013);
		put_call(at_stub[12]);
	}
}

static const char *name_of(u32 number)
{
	struct stub s;
	u64 ecall = at_stub[number] + (long_stubs || number > 31 ? 4 : 2);

	assert_true(stub_find(read_memory, ecall, number, &s));
	assert_int_equal(s.start, at_stub[number]);
	assert_int_equal(s.number, number);
	reads = 0;
	return stub_name_by_run(read_memory, &s);
}

static void is_name(u32 number, const char *expected)
{
	const char *name = name_of(number);

	if (!expected) {
		assert_null(name);
	} else {
		assert_non_null(name);
		assert_string_equal(name, expected);
	}
}

/* A program with these stubs of the lab; what each means, or NULL: nothing tells. */
static void check(enum sbrk_calls calls, const u8 *lab, u32 n, const char *const *names)
{
	for (int i = 0; i < 2; i++) {
		long_stubs = i;
		make_program(lab, n, calls);
		for (u32 k = 0; k < n; k++)
			is_name(lab[k], names ? names[k] : NULL);
	}
	long_stubs = false;
}

#define CHECK_RUN(calls, numbers, ...)                                             \
	do {                                                                       \
		static const u8 lab_[] = numbers;                                  \
		static const char *const names_[] = { __VA_ARGS__ };               \
		_Static_assert(sizeof(lab_) == ARRAY_SIZE(names_), "a name each"); \
		check(calls, lab_, sizeof(lab_), names_);                          \
	} while (0)
#define RUN(...)            \
	{                   \
		__VA_ARGS__ \
	}

static void test_runs_of_the_years(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		enum sbrk_calls calls = i ? OLD : NEVER;

		CHECK_RUN(calls, RUN(29), "connect");
		CHECK_RUN(calls, RUN(29, 30), "connect", "pgaccess");
	}
	for (int i = 0; i < 2; i++) {
		enum sbrk_calls calls = i ? OLD : WITH_MODE; /* 2024, 2025 */

		CHECK_RUN(calls, RUN(29, 30, 31, 32, 33, 34), "bind", "unbind", "send",
			  "recv", "pgpte", "kpgtbl");
	}
	CHECK_RUN(WITH_MODE, RUN(29, 30, 31, 32, 33, 34, 35, 36), "bind", "unbind", "send",
		  "recv", "pgpte", "kpgtbl", "rwlktest", "cpupin");
	CHECK_RUN(WITH_MODE, RUN(22, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39), "sync",
		  "bind", "unbind", "send", "recv", "pgpte", "vmprint", "rwlktest",
		  "cpupin", "pgaccess", "ksupernpte");
}

static void test_22_or_23_first(void **state)
{
	(void)state;
	CHECK_RUN(WITH_MODE, RUN(22), "sync");
	CHECK_RUN(WITH_MODE, RUN(22, 28, 29), "sync", "mmap", "munmap");
	CHECK_RUN(WITH_MODE, RUN(22, 25, 26), "sync", "sigalarm", "sigreturn");
	CHECK_RUN(WITH_MODE, RUN(22, 27), "sync", "symlink");
	CHECK_RUN(WITH_MODE, RUN(22, 24), "sync", "interpose");
	CHECK_RUN(WITH_MODE, RUN(22, 23), "sync", "interpose");
	CHECK_RUN(WITH_MODE, RUN(23), "interpose");
	CHECK_RUN(WITH_MODE, RUN(23, 27), "interpose", NULL);
	/* Without a mode it is a year in which nothing but habit tells. */
	CHECK_RUN(OLD, RUN(22), NULL);
	CHECK_RUN(NEVER, RUN(22), NULL);
	CHECK_RUN(BOTH, RUN(22), NULL);
	CHECK_RUN(OLD, RUN(22, 23), NULL, NULL);
	CHECK_RUN(OLD, RUN(23), NULL);
}

static void test_runs_that_do_not_tell(void **state)
{
	(void)state;
	CHECK_RUN(WITH_MODE, RUN(27, 28), NULL, NULL);
	CHECK_RUN(WITH_MODE, RUN(28, 29), NULL, NULL);
	CHECK_RUN(OLD, RUN(29, 30, 31), NULL, NULL, NULL);
	CHECK_RUN(OLD, RUN(30), NULL);
	CHECK_RUN(WITH_MODE, RUN(29, 30, 31, 32, 33), NULL, NULL, NULL, NULL, NULL);
	CHECK_RUN(WITH_MODE, RUN(29, 30, 31, 32, 33, 34, 35), NULL, NULL, NULL, NULL, NULL,
		  NULL, NULL);
	CHECK_RUN(OLD, RUN(63), NULL);
	CHECK_RUN(OLD, RUN(29, 40), NULL, NULL);
}

/* What stands before the lab's stubs counts, too. */
static void test_not_after_uptime(void **state)
{
	static const u8 lab[] = { 29 };

	(void)state;
	make_program(lab, 1, OLD);
	memory[at_stub[14]] = 0xbd; /* 14 becomes 15 */
	assert_null(name_of(29));
	make_program(lab, 1, OLD);
	memory[at_stub[12] + 2] = 0; /* no ecall: the run begins after 12 */
	assert_null(name_of(29));
	/* Lone stubs. */
	memset(memory, 0, sizeof(memory));
	here = 0;
	put_stub(29, false);
	assert_null(name_of(29));
	here = MEMORY - 8;
	put_stub(29, false);
	assert_null(name_of(29));
	/* A stub of xv6's own after those of the lab. */
	make_program(lab, 1, OLD);
	here = at_stub[29] + 8;
	put_stub(5, false);
	assert_null(name_of(29));
}

static void test_stub(void **state)
{
	struct stub s;

	(void)state;
	memset(memory, 0, sizeof(memory));
	memory_size = MEMORY;
	for (u32 kind = 0; kind < 4; kind++) {
		for (u32 number = 22; number < 64; number++) {
			u64 ecall, end;

			here = 100;
			put_li(number, kind & 1);
			ecall = here;
			put32(0x73);
			if (kind & 2)
				put32(0x8067);
			else
				put16(0x8082);
			end = here;
			assert_true(stub_find(read_memory, ecall, number, &s));
			assert_int_equal(s.start, 100);
			assert_int_equal(s.end, end);
			assert_int_equal(s.number, number);
			assert_false(stub_find(read_memory, ecall, number + 1, &s));
			assert_false(stub_find(read_memory, ecall + 2, number, &s));
			/* Without its last instruction in reach. */
			memory_size = end - 1;
			assert_false(stub_find(read_memory, ecall, number, &s));
			memory_size = MEMORY;
			memset(memory + ecall + 4, 0, 2);
			assert_false(stub_find(read_memory, ecall, number, &s));
		}
	}
	memset(memory, 0x73, sizeof(memory));
	for (u64 va = 0; va < 16; va++)
		assert_false(stub_find(read_memory, va, 22, &s));
	assert_false(stub_find(read_memory, -2ul, 22, &s));
}

/* What looks like a stub, but is not: another register, another instruction. */
static void test_near_misses(void **state)
{
	static const u32 li[] = {
		0x01d00813, /* li a6,29 */
		0x01d0e893, /* ori a7,ra,29 */
		0x01d08893, /* addi a7,ra,29 */
		0x01d0089b, /* addiw a7,zero,29 */
		0xfe300893, /* li a7,-29 */
	};
	struct stub s;

	(void)state;
	memory_size = MEMORY;
	for (u32 i = 0; i < ARRAY_SIZE(li); i++) {
		here = 0;
		put32(li[i]);
		put32(0x73);
		put16(0x8082);
		assert_false(stub_find(read_memory, 4, 29, &s));
	}
	here = 0;
	put16(0x58f5); /* c.li a7,-3 */
	put32(0x73);
	put16(0x8082);
	assert_false(stub_find(read_memory, 2, 29, &s));
	here = 0;
	put16(0x4875); /* c.li a6,29 */
	put32(0x73);
	put16(0x8082);
	assert_false(stub_find(read_memory, 2, 29, &s));
	here = 0;
	put_li(29, false);
	put32(0x100073); /* ebreak */
	put16(0x8082);
	assert_false(stub_find(read_memory, 2, 29, &s));
	here = 0;
	put_li(29, false);
	put32(0x73);
	put16(0x8102); /* c.jr sp */
	assert_false(stub_find(read_memory, 2, 29, &s));
}

static bool has_stub(u32 in, u32 number, struct stub *out)
{
	struct stub from;

	assert_true(stub_find(read_memory, at_stub[in] + (long_stubs || in > 31 ? 4 : 2),
			      in, &from));
	reads = 0;
	return stub_in_run(read_memory, &from, number, out);
}

static void test_other_stubs_of_the_run(void **state)
{
	static const u8 lab[] = { 22, 24, 28, 40, 29 };
	struct stub s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		long_stubs = i;
		make_program(lab, sizeof(lab), NEVER);
		for (u32 in = 1; in < 64; in++) {
			for (u32 number = 1; number < 64; number++) {
				bool there = number <= 21 || memchr(lab, (int)number, 5);

				if (in > 21 && !memchr(lab, (int)in, 5))
					continue;
				assert_int_equal(has_stub(in, number, &s), there);
				if (!there)
					continue;
				assert_int_equal(s.number, number);
				assert_int_equal(s.start, at_stub[number]);
				assert_int_equal(s.ecall,
						 s.start + (i || number > 31 ? 4 : 2));
			}
		}
	}
	long_stubs = false;
	make_program(lab, sizeof(lab), NEVER);
	here = at_stub[28];
	put16(0x1141); /* no stub any more: c.addi sp,-16 */
	assert_true(has_stub(24, 22, &s));
	assert_false(has_stub(24, 28, &s));
	assert_false(has_stub(24, 29, &s));
	assert_true(has_stub(40, 29, &s));
	assert_false(has_stub(40, 24, &s));
}

/* Memory that is nothing but stubs costs no more than a limit. */
static void test_work_is_bounded(void **state)
{
	struct stub s;

	(void)state;
	memory_size = MEMORY;
	for (u32 number = 14; number < 64; number++) {
		for (here = 0; here + 12 <= MEMORY;)
			put_stub(number, false);
		assert_true(stub_find(read_memory, at_stub[number] + (number > 31 ? 4 : 2),
				      number, &s));
		reads = 0;
		assert_null(stub_name_by_run(read_memory, &s));
		assert_in_range(reads, 0, 4 * 16 * STUB_RUN);
		assert_false(has_stub(number, 13, &s));
		assert_in_range(reads, 1, 24 * STUB_RUN);
	}
	make_program((const u8[]){ 22 }, 1, WITH_MODE);
	assert_non_null(name_of(22));
	assert_in_range(reads, 1, 4 * 16 * STUB_RUN + 2 * STUB_SCAN_MAX / 128);
}

static bool read_endless(va_t va, void *dst, u64 n)
{
	reads++;
	memset(dst, 0, n);
	if (va < MEMORY && n <= MEMORY - va)
		memcpy(dst, memory + va, n);
	return true;
}

static void test_a_search_without_end(void **state)
{
	struct stub s;

	(void)state;
	make_program((const u8[]){ 22 }, 1, WITH_MODE);
	assert_true(stub_find(read_endless, at_stub[22] + 2, 22, &s));
	reads = 0;
	assert_string_equal(stub_name_by_run(read_endless, &s), "sync");
	assert_in_range(reads, 1, 4 * 16 * STUB_RUN + 2 * STUB_SCAN_MAX / 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_of_the_years),
		cmocka_unit_test(test_22_or_23_first),
		cmocka_unit_test(test_runs_that_do_not_tell),
		cmocka_unit_test(test_not_after_uptime),
		cmocka_unit_test(test_stub),
		cmocka_unit_test(test_near_misses),
		cmocka_unit_test(test_other_stubs_of_the_run),
		cmocka_unit_test(test_work_is_bounded),
		cmocka_unit_test(test_a_search_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
