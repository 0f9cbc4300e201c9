/* string.c - strings, and the memory functions that compilers call as well. */
#include "user/user.h"

uint strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (uint)(end - s);
}

char *strchr(const char *s, char c)
{
	/* The NUL at the end is not found, even when it is looked for. */
	while (*s && *s != c)
		s++;
	return *s ? (char *)s : 0;
}

int strcmp(const char *a, const char *b)
{
	uint i = 0;

	while (a[i] == b[i] && a[i])
		i++;
	return (uchar)a[i] - (uchar)b[i];
}

char *strcpy(char *to, const char *from)
{
	memmove(to, from, (int)strlen(from) + 1);
	return to;
}

void *memset(void *to, int byte, uint n)
{
	uchar *at = to, *end = at + n;

	while (at < end && (uint64)at % sizeof(uint64))
		*at++ = (uchar)byte;
	for (; end - at >= (long)sizeof(uint64); at += sizeof(uint64))
		*(uint64 *)(void *)at = (uchar)byte * 0x0101010101010101ul;
	while (at < end)
		*at++ = (uchar)byte;
	return to;
}

static void copy_upward(uchar *to, const uchar *from, uint n)
{
	uint i = 0;

	if (((uint64)to | (uint64)from) % sizeof(uint64) == 0)
		for (; n - i >= sizeof(uint64); i += sizeof(uint64))
			*(uint64 *)(void *)(to + i) =
				*(const uint64 *)(const void *)(from + i);
	for (; i < n; i++)
		to[i] = from[i];
}

void *memmove(void *to, const void *from, int n)
{
	uchar *dst = to;
	const uchar *src = from;

	if (n <= 0)
		return to;
	if ((uint64)dst - (uint64)src >= (uint)n) /* false: dst is inside src */
		copy_upward(dst, src, (uint)n);
	else
		while (n-- > 0)
			dst[n] = src[n];
	return to;
}

void *memcpy(void *to, const void *from, uint n)
{
	copy_upward(to, from, n);
	return to;
}

int memcmp(const void *a, const void *b, uint n)
{
	const uchar *x = a, *y = b;

	for (uint i = 0; i < n; i++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

int atoi(const char *s)
{
	uint value = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		value = value * 10 + (uint)(*s - '0');
	return (int)value;
}
