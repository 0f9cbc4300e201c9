/* fmt.h - the formatter behind printk and every text that the kernel makes.
 * It knows %d %i %u %x %X %p %s %c %%, the flags - + 0 # and blank, width and precision (as
 * numbers or *), and the lengths hh h l ll z.  %p prints 0x and 16 digits. */
#pragma once

#include <stdarg.h>

#include "lib/types.h"

/* As snprintf() in C17 7.21.6: write at most @size bytes, the NUL included, and return the
 * length of the whole text. */
int fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args);
int fmt_snprintf(char *buf, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* Passes each character of the text to @put, with @arg: needs no buffer. */
void fmt_vprint(void (*put)(char c, void *arg), void *arg, const char *format,
		va_list args);
