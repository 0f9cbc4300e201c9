/* uart.h - the serial line to the person at the terminal. */
#pragma once

#include "lib/types.h"

/* Sends @text in one piece, and returns how many bytes the terminal took.  Fewer than
 * @n only if it took nothing for UART_PATIENCE_MS.  Any context. */
u64 uart_write(const char *text, u64 n);

#define UART_PATIENCE_MS 2

/* Prints a message of the kernel.  What the terminal does not take within
 * UART_PATIENCE_MS waits in a backlog.  Text is lost only if the backlog is full and
 * the terminal has taken nothing for half a second; a message then says how much.  Any
 * context.  In a panic it takes no lock, and waits without limit. */
void uart_print(const char *text, u64 n);

/* Before the machine powers off: waits until the backlog is sent, or the terminal has
 * taken nothing for ten seconds. */
void uart_flush(void);

/* The column of the cursor, 0 at the start of a line, after all that was written. */
u32 uart_column(void);

/* From now on @fn gets the bytes that arrive, in interrupt context.  Once, at boot. */
void uart_start_input(void (*fn)(const u8 *bytes, u32 n));
