/* ksym.c - see ksym.h.  The build makes the table from the first link of the image; the
 * second link adds it after all text, so that no function moves.  Without the table no
 * function is found. */

#include "core/report/ksym.h"

#include "lib/describe.h"

struct ksym {
	u32 addr; /* the lower half; the upper half is that of all text */
	u32 name; /* where it is in ksym_names                          */
};

extern const struct ksym ksym_table[] __attribute__((weak)); /* by address */
extern const u64 ksym_count __attribute__((weak));
extern const char ksym_names[] __attribute__((weak));
extern char __kernel_start[], __text_end[];

const char *ksym_find(u64 pc, u64 *offset)
{
	u64 lo = 0, hi;

	if (!&ksym_count || pc < (u64)__kernel_start || pc >= (u64)__text_end)
		return NULL;
	hi = ksym_count;
	while (lo < hi) {
		u64 mid = (lo + hi) / 2;

		if (ksym_table[mid].addr <= (u32)pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return NULL;
	*offset = (u32)pc - ksym_table[lo - 1].addr;
	return ksym_names + ksym_table[lo - 1].name;
}

/* --- what scope/ reads ---------------------------------------------------- */

DESCRIBE_OBJECT("ksym_table", ksym_table[0]);
DESCRIBE_OBJECT("ksym_count", ksym_count);
DESCRIBE_OBJECT("ksym_names", ksym_names[0]);
DESCRIBE_FIELD(ksym, addr);
DESCRIBE_FIELD(ksym, name);
