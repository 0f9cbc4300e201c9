/* fmt.h - the formatter behind printk and every text that the kernel makes.
 * Understands %d %i %u %x %X %p %s %c %%, the flags - + 0 # and blank, width, precision,
 * * for both, and the lengths hh h l ll z.  %p prints 0x and 16 digits. */
#pragma once

#include <stdarg.h>

#include "lib/types.h"

/* C17 7.21.6.12: writes at most @size bytes with NUL, returns the length the
 * whole text would have. */
int fmt_vsnprintf(char *buf, size_t size, const char *format, va_list args);
int fmt_snprintf(char *buf, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);

/* Hands the text piece by piece to @put; used where there is no buffer. */
void fmt_vprint(void (*put)(char c, void *arg), void *arg, const char *format,
		va_list args);
