/* klog.h - messages of the kernel to the person at the console. */
#pragma once

#include <stdarg.h>

#include "lib/types.h"

/* fmt.h's formats.  Each call comes out in one piece; any context. */
void printk(const char *format, ...) PRINTF_LIKE(1, 2);
void vprintk(const char *format, va_list args);

/* For our own bugs only: prints hart, process, registers, backtrace, and
 * stops all harts. */
NORETURN void panic(const char *format, ...) PRINTF_LIKE(1, 2);

/* dev/ gives the real output once it is found; before that SBI's console. */
void klog_set_output(void (*put)(const char *text, size_t n));
