/* uaccess_asm.h - loads and stores that may fault (uaccess.S).
 *
 * Each instruction that may fault lies in a range of the exception table.  After a fault
 * that the fault path cannot repair, execution continues past the loop, and the rest of the
 * work stays undone.  The caller has set SUM (mm/uaccess.c). */
#pragma once

#include "lib/types.h"

/* Copies @n bytes.  Returns how many are left (0: all are done). */
u64 uaccess_copy(void *dst, const void *src, u64 n);

/* Copies a string with its NUL, at most @max bytes.  Returns its length without NUL;
 * @max: there is no NUL among them; -1: a fault. */
s64 uaccess_string(char *dst, const char *src, u64 max);

/* One row: after a fault at an instruction in [start, end) execution continues at @fixup.
 * No two rows overlap. */
struct ex_row {
	u64 start, end, fixup;
};

/* Where execution continues after a fault at @pc; 0: it is in no row. */
u64 ex_table_find(u64 pc);
