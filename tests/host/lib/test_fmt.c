// sources: kernel/lib/fmt.c tests/host/shim/shim.c
// cflags: -Wno-format -Wno-format-security
/* test_fmt.c - the formatter against the C library's, on random formats. */
#include "rig.h"

#include <limits.h>
#include <string.h>

#include "lib/fmt.h"

static void check(const char *format, ...) PRINTF_LIKE(1, 2);

/* Both formatters make the same text and length, for every buffer size. */
static void check(const char *format, ...)
{
	char want[300], got[300];
	va_list args;
	int n, m;

	va_start(args, format);
	n = vsnprintf(want, sizeof(want), format, args);
	va_end(args);
	for (size_t size = 0; size < 40; size++) {
		memset(got, 'X', sizeof(got));
		va_start(args, format);
		m = fmt_vsnprintf(got, size, format, args);
		va_end(args);
		assert_int_equal(m, n);
		for (size_t i = size; i < sizeof(got); i++)
			assert_int_equal(got[i], 'X');
		if (size) {
			assert_int_equal(strncmp(got, want, size - 1), 0);
			assert_int_equal(got[MIN((size_t)n, size - 1)], '\0');
		}
	}
	va_start(args, format);
	fmt_vsnprintf(got, sizeof(got), format, args);
	va_end(args);
	if (strcmp(got, want))
		fail_msg("\"%s\": got \"%s\", want \"%s\"", format, got, want);
}

/* A random %[flags][width][.precision] into @f, with flags out of @flags. */
static char *random_spec(char *f, const char *flags)
{
	*f++ = '%';
	for (u64 n = rig_below(3); n; n--)
		*f++ = flags[rig_below(strlen(flags))];
	if (rig_below(2))
		f += sprintf(f, "%d", (int)rig_below(30));
	if (rig_below(3) == 0)
		f += sprintf(f, rig_below(4) ? ".%d" : ".", (int)rig_below(25));
	return f;
}

static u64 random_number(void)
{
	static const u64 special[] = { 0,    1,       -1,      127,           128,
				       -128, INT_MIN, INT_MAX, (u64)LONG_MIN, LONG_MAX };
	u64 v = rig_random() >> rig_below(64);

	return rig_below(4) ? v : special[rig_below(ARRAY_SIZE(special))];
}

static void test_numbers(void **state)
{
	static const char *lengths[] = { "", "hh", "h", "l", "ll", "z" };

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char format[40] = "<", *f;
		unsigned length = rig_below(ARRAY_SIZE(lengths));
		char type = "diuxX"[rig_below(5)];
		bool is_signed = type == 'd' || type == 'i';

		f = random_spec(format + 1, is_signed     ? "-+0 "
					    : type == 'u' ? "-0"
							  : "-0#");
		sprintf(f, "%s%c>", lengths[length], type);
		if (length >= 3)
			check(format, random_number());
		else
			check(format, (int)random_number());
	}
}

static void test_text(void **state)
{
	static const char *words[] = { "", "x", "hello, world",
				       "abcdefghijklmnopqrstuvwxyz" };

	(void)state;
	for (int round = 0; round < 5000; round++) {
		char format[40] = "a";

		sprintf(random_spec(format + 1, "-"), "s|");
		check(format, words[rig_below(ARRAY_SIZE(words))]);
	}
	check("%c%5c%-5c|", 'a', 'b', 'c');
	check("%%|%d%%", 7);
	check("%*d|%-*d|%*d|", 6, 1, 6, 2, -6, 3);
	check("%.*d|%.*s|%.*s|", 4, 1, 2, "abc", -1, "abc");
	check("no conversion at all");
	check("%d %s %lx %c %u", -5, "five", 0x123456789abcdeful, '!', 3000000000u);
}

static void test_own(void **state)
{
	char buf[64];
	char unended[3] = { 'a', 'b', 'c' };

	(void)state;
	assert_int_equal(fmt_snprintf(buf, sizeof(buf), "%p", (void *)0x80200000), 18);
	assert_string_equal(buf, "0x0000000080200000");
	fmt_snprintf(buf, sizeof(buf), "%20p|%-20p|", NULL, (void *)-1l);
	assert_string_equal(buf, "  0x0000000000000000|0xffffffffffffffff  |");
	fmt_snprintf(buf, sizeof(buf), "%s", (char *)NULL);
	assert_string_equal(buf, "(null)");
	fmt_snprintf(buf, sizeof(buf), "%.3s", unended);
	assert_string_equal(buf, "abc");

	/* An unknown conversion is printed as it is and takes no argument. */
	fmt_snprintf(buf, sizeof(buf), "%5q %d", 8);
	assert_string_equal(buf, "%5q 8");
	fmt_snprintf(buf, sizeof(buf), "100%");
	assert_string_equal(buf, "100%");
	fmt_snprintf(buf, sizeof(buf), "%-0l");
	assert_string_equal(buf, "%-0l");
}

static void append(char c, void *arg)
{
	char **end = arg;

	*(*end)++ = c;
}

static void print(char *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fmt_vprint(append, &buf, format, args);
	va_end(args);
	*buf = '\0';
}

static void test_put(void **state)
{
	char buf[64];

	(void)state;
	print(buf, "%s=%03d", "x", 7);
	assert_string_equal(buf, "x=007");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
