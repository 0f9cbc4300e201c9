/* extable.c - where execution continues after a fault in a user copy. */

#include "arch/riscv/uaccess/uaccess_asm.h"

extern const struct ex_row __ex_table_start[], __ex_table_end[];

u64 ex_table_find(u64 pc)
{
	for (const struct ex_row *row = __ex_table_start; row < __ex_table_end; row++) {
		if (pc - row->start < row->end - row->start)
			return row->fixup;
	}
	return 0;
}
