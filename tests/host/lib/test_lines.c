// sources: kernel/lib/lines.c
// cflags:
/* test_lines.c - which source line the table of a program gives to an address. */
#include "rig.h"

#include <stdio.h>
#include <string.h>

#include "lib/lines.h"
#include "uapi/errno.h"

static char file[2000];
static u64 file_size;
static s64 read_error;

static s64 read_file(void *arg, void *dst, u64 off, u64 n)
{
	(void)arg;
	if (read_error)
		return read_error;
	if (off >= file_size)
		return 0;
	n = MIN(n, file_size - off);
	memcpy(dst, file + off, n);
	return (s64)n;
}

static const struct symtab_file reader = { read_file, NULL };

/* A program whose table is @table. */
static void make(const char *table)
{
	file_size = (u64)snprintf(file, sizeof(file), "an ELF file %s@lines%09zx\n", table,
				  strlen(table));
}

static int find(va_t pc, struct line_place *at)
{
	memset(at, 0, sizeof(*at));
	return lines_find(&reader, file_size, pc, at);
}

#define AT(pc, f, where, number)                     \
	do {                                         \
		struct line_place at;                \
		assert_int_equal(find(pc, &at), 1);  \
		assert_string_equal(at.function, f); \
		assert_string_equal(at.file, where); \
		assert_int_equal(at.line, number);   \
	} while (0)

#define NOWHERE(pc)                                 \
	do {                                        \
		struct line_place at;               \
		assert_int_equal(find(pc, &at), 0); \
	} while (0)

static void test_places(void **state)
{
	(void)state;
	/* 4 bytes and 2 lines on, 64 bytes and a line back, 2 bytes and 40 lines on */
	make("main a.c 10000 7 24P111`2\n"
	     "long-name b.h 10100 300 \n"
	     "strlen - 10200 0 \n"
	     "- - 10300 0 \n");
	NOWHERE(0);
	NOWHERE(0xfffe);
	AT(0x10000, "main", "a.c", 7);
	AT(0x10003, "main", "a.c", 7);
	AT(0x10004, "main", "a.c", 9);
	AT(0x10043, "main", "a.c", 9);
	AT(0x10044, "main", "a.c", 8);
	AT(0x10045, "main", "a.c", 8);
	AT(0x10046, "main", "a.c", 48);
	AT(0x100fe, "main", "a.c", 48);
	AT(0x10100, "long-name", "b.h", 300);
	AT(0x101fe, "long-name", "b.h", 300);
	AT(0x102fe, "strlen", "-", 0);
	NOWHERE(0x10300);
	NOWHERE(-1ul);
}

/* Lines of the table with the same name are one function: one has code of several files. */
static void test_start_of_the_function(void **state)
{
	static const struct {
		va_t pc, start;
	} rows[] = { { 0x10000, 0x10000 }, { 0x10006, 0x10000 }, { 0x10010, 0x10000 },
		     { 0x10022, 0x10000 }, { 0x10030, 0x10030 }, { 0x10040, 0x10040 } };
	struct line_place at;

	(void)state;
	make("main a.c 10000 7 24P1\nmain b.h 10010 300 \nmain a.c 10020 9 22\n"
	     "f a.c 10030 1 \nmain a.c 10040 2 \n- - 10300 0 \n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(find(rows[i].pc, &at), 1);
		assert_int_equal(at.start, rows[i].start);
	}
}

static void test_long_names_are_cut(void **state)
{
	char table[300];
	struct line_place at;

	(void)state;
	snprintf(table, sizeof(table), "%0100d %0100d 10 5 \n", 1, 2);
	make(table);
	assert_int_equal(find(0x10, &at), 1);
	assert_int_equal(strlen(at.function), LINES_NAME - 1);
	assert_int_equal(strlen(at.file), LINES_NAME - 1);
	assert_int_equal(at.line, 5);
}

static void test_no_table(void **state)
{
	(void)state;
	make("main a.c 0 1 ");
	AT(0, "main", "a.c", 1);
	for (u64 cut = 1; cut <= file_size; cut++) {
		file_size -= cut;
		NOWHERE(0);
		file_size += cut;
	}
	memcpy(file + file_size - 10, "fffffffff", 9); /* longer than the file */
	NOWHERE(0);
	memcpy(file + file_size - 10, "00000000x", 9);
	NOWHERE(0);
	file_size = 0;
	NOWHERE(0);
}

static void test_read_errors_are_passed_on(void **state)
{
	struct line_place at;

	(void)state;
	make("main a.c 0 1 ");
	read_error = -EIO;
	assert_int_equal(find(0, &at), -EIO);
	read_error = 0;
}

/* Whatever the bytes are, the answer is one of the two, and the names end. */
static void test_any_bytes(void **state)
{
	static const char some[] = "  \n\n-0Pofa.@~\x7f\x80\xff";
	u32 random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct line_place at;
		int n;

		make("main a.c 10000 7 24P111`2\nother b.h 10100 300 22\n- - 10300 0 \n");
		for (int i = 0; i < 1 + round % 5; i++) {
			random = random * 1664525 + 1013904223;
			file[12 + (random >> 8) % (file_size - 28)] =
				some[(random >> 24) % (sizeof(some) - 1)];
		}
		n = find(0x10000 + (random & 0x3ff), &at);
		assert_true(n == 0 || n == 1);
		assert_true(memchr(at.function, 0, LINES_NAME) &&
			    memchr(at.file, 0, LINES_NAME));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_start_of_the_function),
		cmocka_unit_test(test_long_names_are_cut),
		cmocka_unit_test(test_no_table),
		cmocka_unit_test(test_read_errors_are_passed_on),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
