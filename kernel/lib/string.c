/* string.c - memory and strings.
 *
 * gcc and clang insert calls of memcpy, memmove, memset and memcmp, so these must exist
 * even if no source names them.  This file is compiled without the recognition of such
 * loops, or memcpy would become a call of itself.
 *
 * Copies and comparisons go by 64-bit words.  They read only words within the bytes that
 * the caller named, and only at aligned addresses: many RISC-V cores trap on others. */
#include "lib/string.h"

/* A word of memory of any type. */
typedef u64 __attribute__((may_alias)) word_t;

#define WORD sizeof(word_t)
#define MISALIGN(p) ((uintptr_t)(p) & (WORD - 1))

/* Copies words in ascending order.  @n is in bytes, a multiple of WORD. */
static void words_copy(word_t *d, const word_t *s, size_t n)
{
	for (; n >= 8 * WORD; n -= 8 * WORD, d += 8, s += 8) {
		word_t a = s[0], b = s[1], c = s[2], e = s[3];
		word_t f = s[4], g = s[5], h = s[6], i = s[7];

		d[0] = a, d[1] = b, d[2] = c, d[3] = e;
		d[4] = f, d[5] = g, d[6] = h, d[7] = i;
	}
	for (; n; n -= WORD)
		*d++ = *s++;
}

/* Copies to @d, which is aligned, from @s, which is not: each word is made from two
 * aligned ones.  The word around @s must begin within the caller's bytes.  Returns how many
 * bytes it has copied; up to 15 are left, as the word after them may not be read. */
static size_t words_merge(word_t *d, const u8 *s, size_t n)
{
	unsigned low = 8 * MISALIGN(s), high = 64 - low;
	const word_t *w = (const word_t *)(s - MISALIGN(s));
	word_t have = *w++;
	size_t done = 0;

	for (; n - done >= 2 * WORD; done += WORD) {
		word_t next = *w++;

		*d++ = have >> low | next << high;
		have = next;
	}
	return done;
}

/* Copies from the first byte to the last.  The destination may overlap the source if it
 * starts below: no byte is stored to before it has been loaded. */
static void copy_up(u8 *d, const u8 *s, size_t n)
{
	size_t bulk = 0;

	/* At least WORD bytes go first, as words_merge() requires. */
	if (n >= 4 * WORD && (MISALIGN(d) || MISALIGN(s))) {
		size_t head = 2 * WORD - MISALIGN(d);

		n -= head;
		while (head--)
			*d++ = *s++;
		if (MISALIGN(s))
			bulk = words_merge((word_t *)d, s, n);
	}
	if (!MISALIGN(d) && !MISALIGN(s)) {
		bulk = ALIGN_DOWN(n, WORD);
		words_copy((word_t *)d, (const word_t *)s, bulk);
	}
	d += bulk, s += bulk, n -= bulk;
	while (n--)
		*d++ = *s++;
}

/* Copies from the last byte to the first: for a destination above the source. */
static void copy_down(u8 *d, const u8 *s, size_t n)
{
	d += n, s += n;
	if (MISALIGN(d) == MISALIGN(s)) {
		for (; n && MISALIGN(d); n--)
			*--d = *--s;
		for (; n >= WORD; n -= WORD) {
			d -= WORD, s -= WORD;
			*(word_t *)d = *(const word_t *)s;
		}
	}
	while (n--)
		*--d = *--s;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

void *memset(void *dst, int byte, size_t n)
{
	u8 *d = dst;

	if (n >= 2 * WORD) {
		word_t v = (u8)byte * 0x0101010101010101ul;
		word_t *w;

		for (; MISALIGN(d); n--)
			*d++ = byte;
		w = (word_t *)d;
		for (; n >= 8 * WORD; n -= 8 * WORD, w += 8) {
			w[0] = v, w[1] = v, w[2] = v, w[3] = v;
			w[4] = v, w[5] = v, w[6] = v, w[7] = v;
		}
		for (; n >= WORD; n -= WORD)
			*w++ = v;
		d = (u8 *)w;
	}
	while (n--)
		*d++ = byte;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	if (MISALIGN(p) == MISALIGN(q)) {
		for (; n && MISALIGN(p); n--, p++, q++)
			if (*p != *q)
				return *p - *q;
		while (n >= WORD && *(const word_t *)p == *(const word_t *)q)
			p += WORD, q += WORD, n -= WORD;
	}
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int byte, size_t n)
{
	for (const u8 *p = s; n; n--, p++)
		if (*p == (u8)byte)
			return (void *)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return end - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++)
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t len = strlen(src);
	size_t n = MIN(len, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
	return len;
}

/* The loops of these two cost next to nothing, as a round has 128 words, or 64: a program's
 * first touch of a page is mostly page_zero(). */
#define EIGHT_TIMES(X) X(0), X(1), X(2), X(3), X(4), X(5), X(6), X(7)

void page_zero(void *page)
{
	word_t *w = page, *end = w + PAGE_SIZE / WORD;

#define FOUR(i) w[i] = 0, w[(i) + 1] = 0, w[(i) + 2] = 0, w[(i) + 3] = 0
#define SIXTEEN(i) FOUR(16 * i), FOUR(16 * i + 4), FOUR(16 * i + 8), FOUR(16 * i + 12)
	for (; w < end; w += 128)
		EIGHT_TIMES(SIXTEEN);
#undef SIXTEEN
#undef FOUR
}

void page_copy(void *restrict dst, const void *restrict src)
{
	word_t *d = dst, *end = d + PAGE_SIZE / WORD;
	const word_t *s = src;
	word_t x[8];

#define LOAD(i, j) x[j] = s[8 * i + j]
#define STORE(i, j) d[8 * i + j] = x[j]
#define EIGHT(i)                                                                \
	LOAD(i, 0), LOAD(i, 1), LOAD(i, 2), LOAD(i, 3), LOAD(i, 4), LOAD(i, 5), \
		LOAD(i, 6), LOAD(i, 7), STORE(i, 0), STORE(i, 1), STORE(i, 2),  \
		STORE(i, 3), STORE(i, 4), STORE(i, 5), STORE(i, 6), STORE(i, 7)
	for (; d < end; d += 64, s += 64)
		EIGHT_TIMES(EIGHT);
#undef EIGHT
#undef STORE
#undef LOAD
}
