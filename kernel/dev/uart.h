/* uart.h - the serial line to the person at the terminal. */
#pragma once

#include "lib/types.h"

/* Sends @text in one piece as far as the terminal takes it: how many bytes.
 * Fewer than @n only if it took nothing for UART_PATIENCE_MS.  Any context. */
u64 uart_write(const char *text, u64 n);

#define UART_PATIENCE_MS 2

/* Sends all of @text, however long that takes; in a panic without the lock. */
void uart_print(const char *text, u64 n);

/* Columns written since the last line end. */
u32 uart_column(void);

/* What arrives goes to @fn, in interrupt context; once, at boot. */
void uart_start_input(void (*fn)(const u8 *bytes, u32 n));
