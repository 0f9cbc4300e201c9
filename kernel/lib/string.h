/* string.h - the few C library functions a freestanding kernel needs.
 * They do what C17 7.24 says. */
#pragma once

#include "lib/types.h"

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int byte, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

/* Copies at most @size - 1 bytes and a NUL; @size > 0.  Returns strlen(@src): if that is
 * @size or more, the text was cut. */
size_t strlcpy(char *dst, const char *src, size_t size);

/* Clear a page, and copy one.  The pages are page-aligned. */
void page_zero(void *page);
void page_copy(void *restrict dst, const void *restrict src);
