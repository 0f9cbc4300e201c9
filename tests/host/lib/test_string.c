// sources: tests/host/shim/shim.c
// cflags: -Wno-nonnull
/* test_string.c - the kernel's memory functions against the C library's, for every small
 * length and every alignment, in buffers without a spare byte at the end. */
#include "rig.h"

#include <string.h>

/* The kernel's functions get names of their own: the test needs both kinds. */
#define memcpy kernel_memcpy
#define memmove kernel_memmove
#define memset kernel_memset
#define memcmp kernel_memcmp
#define memchr kernel_memchr
#define strlen kernel_strlen
#define strnlen kernel_strnlen
#define strcmp kernel_strcmp
#define strncmp kernel_strncmp
#define strchr kernel_strchr
#define strlcpy kernel_strlcpy
#include "../../../kernel/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strlcpy

#define LONGEST 200

/* Exactly @n bytes at an address that is @misalign modulo 8. */
struct exact {
	u8 *block, *bytes;
};

static struct exact exact_alloc(size_t n, unsigned misalign)
{
	u8 *block = malloc(n + misalign + 1);

	for (size_t i = 0; i < n + misalign; i++)
		block[i] = rig_random();
	return (struct exact){ block, block + misalign };
}

/* The address sanitizer notices even a read past the end.  Before the first byte there are
 * `misalign` bytes of slack, where it notices nothing. */
static void test_memcpy(void **state)
{
	(void)state;
	for (size_t n = 0; n < LONGEST; n++) {
		for (unsigned how = 0; how < 64; how++) {
			struct exact a = exact_alloc(n, how % 8);
			struct exact b = exact_alloc(n, how / 8);

			assert_ptr_equal(kernel_memcpy(a.bytes, b.bytes, n), a.bytes);
			assert_int_equal(memcmp(a.bytes, b.bytes, n), 0);
			free(a.block);
			free(b.block);
		}
	}
}

/* The source starts at the first byte of its block: nothing before it may be read. */
static void test_memcpy_front(void **state)
{
	(void)state;
	for (size_t n = 0; n < LONGEST; n++) {
		for (unsigned from = 0; from < 8; from++) {
			struct exact b = exact_alloc(n, 0);
			u8 frame[LONGEST + 16];

			memset(frame, 0xee, sizeof(frame));
			kernel_memcpy(frame + 1 + from, b.bytes, n);
			assert_int_equal(memcmp(frame + 1 + from, b.bytes, n), 0);
			assert_int_equal(frame[from], 0xee);
			assert_int_equal(frame[1 + from + n], 0xee);
			free(b.block);
		}
	}
}

static void test_memmove(void **state)
{
	u8 ours[160], theirs[160];

	(void)state;
	for (int round = 0; round < 200000; round++) {
		size_t n = rig_below(80), d = rig_below(80), s = rig_below(80);

		if (round % 64 == 0)
			for (size_t i = 0; i < sizeof(ours); i++)
				ours[i] = theirs[i] = rig_random();
		memmove(theirs + d, theirs + s, n);
		assert_ptr_equal(kernel_memmove(ours + d, ours + s, n), ours + d);
		assert_int_equal(memcmp(ours, theirs, sizeof(ours)), 0);
	}
}

static void test_memset(void **state)
{
	u8 ours[LONGEST + 32], theirs[LONGEST + 32];

	(void)state;
	for (size_t n = 0; n < LONGEST; n++) {
		for (unsigned at = 0; at < 16; at++) {
			int byte = (int)rig_random();

			memset(ours, 0x5a, sizeof(ours));
			memset(theirs, 0x5a, sizeof(theirs));
			memset(theirs + at, byte, n);
			assert_ptr_equal(kernel_memset(ours + at, byte, n), ours + at);
			assert_int_equal(memcmp(ours, theirs, sizeof(ours)), 0);
		}
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void test_memcmp(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t n = rig_below(40);
		struct exact a = exact_alloc(n, rig_below(8));
		struct exact b = exact_alloc(n, rig_below(8));

		memcpy(b.bytes, a.bytes, n);
		assert_int_equal(kernel_memcmp(a.bytes, b.bytes, n), 0);
		if (n) {
			size_t i = rig_below(n);

			b.bytes[i] ^= 1 << rig_below(8);
			if (rig_below(2) && i + 1 < n)
				b.bytes[i + 1] = rig_random();
		}
		assert_int_equal(sign(kernel_memcmp(a.bytes, b.bytes, n)),
				 sign(memcmp(a.bytes, b.bytes, n)));
		assert_ptr_equal(kernel_memchr(a.bytes, 0x107, n), memchr(a.bytes, 7, n));
		free(a.block);
		free(b.block);
	}
}

static void test_strings(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t na = rig_below(12), nb = rig_below(12), n = rig_below(14);
		char a[12], b[12];

		for (size_t i = 0; i < na; i++)
			a[i] = "ab\xff"[rig_below(3)];
		for (size_t i = 0; i < nb; i++)
			b[i] = "ab\xff"[rig_below(3)];
		if (na == 12)
			na--;
		a[na] = b[nb == 12 ? --nb : nb] = '\0';
		assert_int_equal(kernel_strlen(a), na);
		assert_int_equal(kernel_strnlen(a, n), strnlen(a, n));
		assert_int_equal(sign(kernel_strcmp(a, b)), sign(strcmp(a, b)));
		assert_int_equal(sign(kernel_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		assert_ptr_equal(kernel_strchr(a, 'b'), strchr(a, 'b'));
		assert_ptr_equal(kernel_strchr(a, '\0'), a + na);
	}
	assert_int_equal(kernel_strnlen("abc", 0), 0);
}

static void test_strlcpy(void **state)
{
	char buf[8];

	(void)state;
	for (size_t size = 1; size <= sizeof(buf); size++) {
		for (size_t len = 0; len < 12; len++) {
			const char *text = &"abcdefghijkl"[12 - len];
			size_t kept = MIN(len, size - 1);

			memset(buf, 'X', sizeof(buf));
			assert_int_equal(kernel_strlcpy(buf, text, size), len);
			assert_int_equal(memcmp(buf, text, kept), 0);
			assert_int_equal(buf[kept], '\0');
			for (size_t i = kept + 1; i < sizeof(buf); i++)
				assert_int_equal(buf[i], 'X');
		}
	}
}

static void test_pages(void **state)
{
	u8 *a = aligned_alloc(PAGE_SIZE, PAGE_SIZE),
	   *b = aligned_alloc(PAGE_SIZE, PAGE_SIZE);

	(void)state;
	for (u64 i = 0; i < PAGE_SIZE; i++)
		a[i] = rig_random();
	page_copy(b, a);
	assert_int_equal(memcmp(a, b, PAGE_SIZE), 0);
	page_zero(a);
	for (u64 i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(a[i], 0);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),  cmocka_unit_test(test_memcpy_front),
		cmocka_unit_test(test_memmove), cmocka_unit_test(test_memset),
		cmocka_unit_test(test_memcmp),  cmocka_unit_test(test_strings),
		cmocka_unit_test(test_strlcpy), cmocka_unit_test(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
