/* uaccess_asm.h - loads and stores that may fault (uaccess.S).
 *
 * Each instruction that may fault has a row in the exception table; a fault
 * that the fault path cannot repair lands behind the loop with the rest of
 * the work undone.  SUM is the caller's business (mm/uaccess.c). */
#pragma once

#include "lib/types.h"

/* Copies @n bytes; returns how many are left (0: all done). */
u64 uaccess_copy(void *dst, const void *src, u64 n);

/* Copies up to and with NUL, at most @max bytes.  Returns the length without
 * NUL, @max if there is none in there, or -1 after a fault. */
s64 uaccess_string(char *dst, const char *src, u64 max);

/* One row: a fault at @insn goes on at @fixup. */
struct ex_row {
	u64 insn, fixup;
};

/* Where a fault at @pc goes on, or 0 if no row has it. */
u64 ex_table_find(u64 pc);
