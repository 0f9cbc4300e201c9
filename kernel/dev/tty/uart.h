/* uart.h - the serial line to the person at the terminal. */
#pragma once

#include "lib/types.h"

/* Sends @text in one piece as far as the terminal takes it: how many bytes.
 * Fewer than @n only if it took nothing for UART_PATIENCE_MS.  Any context. */
u64 uart_write(const char *text, u64 n);

#define UART_PATIENCE_MS 2

/* A message of the kernel: what the terminal does not take within UART_PATIENCE_MS waits
 * in a backlog.  Some is lost, and that is told, only if the backlog is full and the
 * terminal took nothing for half a second.  Any context; in a panic without the lock,
 * and however long it takes. */
void uart_print(const char *text, u64 n);

/* Waits until the backlog is out, or the terminal took nothing for ten seconds.  Before
 * the machine goes off. */
void uart_flush(void);

/* Columns written since the last line end. */
u32 uart_column(void);

/* What arrives goes to @fn, in interrupt context; once, at boot. */
void uart_start_input(void (*fn)(const u8 *bytes, u32 n));
