// sources:
// cflags: -Ixv6
/* test_xv6_lib.c - the library that xv6 programs are linked with: its printf and string
 * functions are compared with those of the host, and its malloc runs on a heap of a few
 * megabytes. */
#include "rig.h"

#include <string.h>

/* The library's functions get names of their own, so that both kinds can be called. */
#define printf xv6_printf
#define fprintf xv6_fprintf
#define write xv6_write
#define sbrk xv6_sbrk
#define malloc xv6_malloc
#define free xv6_free
#define strlen xv6_strlen
#define strchr xv6_strchr
#define strcmp xv6_strcmp
#define strcpy xv6_strcpy
#define memset xv6_memset
#define memmove xv6_memmove
#define memcpy xv6_memcpy
#define memcmp xv6_memcmp
#define atoi xv6_atoi
#include "../../../xv6/lib/malloc.c"
int threads_started;
int futex(int *word, int op, int value, uint64 ns)
{
	(void)word, (void)op, (void)value, (void)ns;
	return 0;
}
#include "../../../xv6/lib/printf.c"
#include "../../../xv6/lib/string.c"
#undef printf
#undef fprintf
#undef malloc
#undef free
#undef strlen
#undef strchr
#undef strcmp
#undef strcpy
#undef memset
#undef memmove
#undef memcpy
#undef memcmp
#undef atoi

/* --- printf ------------------------------------------------------------- */

static char written[1000];
static int nwritten, nwrites;

int xv6_write(int fd, const void *from, int n)
{
	assert_int_equal(fd, 7);
	assert_in_range(n, 1, (int)sizeof(written) - 1 - nwritten);
	memcpy(written + nwritten, from, (size_t)n);
	nwritten += n;
	written[nwritten] = '\0';
	nwrites++;
	return n;
}

/* The library prints what the host's printf() prints. */
#define SAME(...)                                          \
	do {                                               \
		char want[1000];                           \
		nwritten = nwrites = 0;                    \
		written[0] = '\0';                         \
		snprintf(want, sizeof(want), __VA_ARGS__); \
		xv6_fprintf(7, __VA_ARGS__);               \
		assert_string_equal(written, want);        \
	} while (0)

/* The library prints @want; for formats that the host does not have. */
#define SAYS(want, format, ...)                     \
	do {                                        \
		const char *volatile f = format;    \
		nwritten = 0;                       \
		xv6_fprintf(7, f, ##__VA_ARGS__);   \
		assert_string_equal(written, want); \
	} while (0)

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

static void test_printf(void **state)
{
	static const long numbers[] = { 0,          1,         -1,        9,
					10,         4096,      INT32_MAX, INT32_MIN,
					UINT32_MAX, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		SAME("%d|%u", (int)numbers[i], (uint)numbers[i]);
		SAME("<%ld %lu %lld %llu>", numbers[i], (uint64)numbers[i],
		     (long long)numbers[i], (unsigned long long)numbers[i]);
	}
	SAME("plain");
	SAME("%s%c%s%%", "one", ':', "");
	SAME("%s",
	     "a string that is longer than the room there is for the text of one call, "
	     "which therefore is written in several parts, one after the other");
	assert_true(nwrites > 1);
	SAME("short %d\n", 5);
	assert_int_equal(nwrites, 1);
}

static void test_printf_own_formats(void **state)
{
	(void)state;
	SAYS("FF ABCDEF0123456789", "%x %lx", 255, 0xabcdef0123456789ul);
	SAYS("0x0000003FFFFFD000", "%p", (void *)0x3fffffd000);
	SAYS("-7!", "%l!", -7l);
	SAYS("(null)", "%s", (char *)0);
	SAYS("%q 1 %", "%q %d %", 1);
	SAYS("%", "%%");
}

/* --- strings ------------------------------------------------------------ */

/* Random bytes of only three values, so that some are equal. */
static void bytes_make(char *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (char)(rig_below(3) * 127);
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_memory(void **state)
{
	char a[80], b[80];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t from = rig_below(40), to = rig_below(40), n = rig_below(40);
		int byte = (int)rig_below(1000);

		bytes_make(a, sizeof(a));
		memcpy(b, a, sizeof(a));
		assert_ptr_equal(xv6_memmove(a + to, a + from, (int)n), a + to);
		memmove(b + to, b + from, n);
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(sign(xv6_memcmp(a + to, a + from, (uint)n)),
				 sign(memcmp(a + to, a + from, n)));
		xv6_memset(a + to, byte, (uint)n);
		memset(b + to, byte, n);
		assert_memory_equal(a, b, sizeof(a));
		assert_ptr_equal(xv6_memcpy(a, b + from, (uint)n), a);
		assert_memory_equal(a, b + from, n);
	}
	assert_ptr_equal(xv6_memmove(a, b, -1), a);
}

static void test_strings(void **state)
{
	char a[20], b[20], copy[20];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		bytes_make(a, sizeof(a) - 1);
		bytes_make(b, sizeof(b) - 1);
		a[rig_below(20)] = b[rig_below(20)] = a[19] = b[19] = '\0';
		assert_int_equal(xv6_strlen(a), strlen(a));
		assert_int_equal(sign(xv6_strcmp(a, b)), sign(strcmp(a, b)));
		assert_ptr_equal(xv6_strchr(a, 127), strchr(a, 127));
		assert_ptr_equal(xv6_strcpy(copy, a), copy);
		assert_string_equal(copy, a);
	}
	assert_null(xv6_strchr("x", '\0'));
	assert_int_equal(xv6_atoi("1234x"), 1234);
	assert_int_equal(xv6_atoi("-1"), 0);
	assert_int_equal(xv6_atoi(""), 0);
	assert_int_equal(xv6_atoi("4294967295"), -1);
}

/* --- malloc ------------------------------------------------------------- */

#define HEAP (4 * MIB)

static char heap[HEAP] __attribute__((aligned(4096)));
static uint64 brk_at; /* bytes of the heap */

char *xv6_sbrk(int n)
{
	char *old = heap + brk_at;

	if ((int64_t)brk_at + n < 0 || brk_at + (uint64)(int64_t)n > HEAP)
		return SBRK_ERROR;
	brk_at += (uint64)(int64_t)n;
	return old;
}

static int heap_start(void **state)
{
	(void)state;
	pieces = 0;
	brk_at = rig_below(100);
	return 0;
}

static void test_malloc_all(void **state)
{
	char *p, *first = xv6_malloc(10001);
	uint n = 1;

	(void)state;
	while ((p = xv6_malloc(10001))) {
		*(char **)(void *)p = first;
		first = p;
		n++;
	}
	assert_in_range(n, HEAP / 10032 - 1, HEAP / 10032);
	for (; n--; first = p) {
		p = n ? *(char **)(void *)first : NULL;
		xv6_free(first);
	}
	assert_null(pieces->next); /* all of it in one piece again */
	assert_non_null(xv6_malloc((uint)(brk_at - 200)));
}

struct block {
	uint8_t *at;
	uint size;
	uint8_t fill;
};

static void block_check(const struct block *b)
{
	for (uint i = 0; i < b->size; i++)
		assert_int_equal(b->at[i], b->fill);
}

static void test_malloc_random(void **state)
{
	struct block blocks[100] = { 0 };

	(void)state;
	for (int i = 0; i < 30000; i++) {
		struct block *b = &blocks[rig_below(ARRAY_SIZE(blocks))];

		if (rig_below(500) == 0)
			xv6_sbrk((int)rig_below(5000)); /* the program's own */
		block_check(b);
		xv6_free(b->at);
		*b = (struct block){ .size = (uint)rig_below(i % 50 ? 300 : 60000),
				     .fill = (uint8_t)i };
		b->at = xv6_malloc(b->size);
		if (!b->at)
			b->size = 0;
		assert_int_equal((uint64)b->at % 16, 0);
		for (uint k = 0; k < b->size; k++)
			b->at[k] = b->fill;
	}
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		block_check(&blocks[i]);
}

static void test_malloc_too_much(void **state)
{
	(void)state;
	assert_null(xv6_malloc(HEAP));
	assert_null(xv6_malloc(0x7fffffff));
	assert_null(xv6_malloc(0xffffffff));
	assert_non_null(xv6_malloc(0));
	xv6_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_printf_own_formats),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_strings),
		cmocka_unit_test_setup(test_malloc_all, heap_start),
		cmocka_unit_test_setup(test_malloc_random, heap_start),
		cmocka_unit_test_setup(test_malloc_too_much, heap_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
