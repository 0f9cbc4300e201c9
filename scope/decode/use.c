/* use.c - see use.h. */

#include "decode/use.h"

/* [bit][on] of a leaf or a parked page. */
static const struct entry_bit leaf_bits[ENTRY_BITS][2] = {
	{ { "V", "not valid: each access faults" }, { "V", "valid" } },
	{ { "R", "no reads" }, { "R", "may be read" } },
	{ { "W", "no writes" }, { "W", "may be written" } },
	{ { "X", "no execution" }, { "X", "may be executed" } },
	{ { "U", "supervisor mode only" }, { "U", "user mode; supervisor mode with SUM" } },
	{ { "G", "of one address space" }, { "G", "global: the same in all spaces" } },
	{ { "A", "not accessed since it was cleared" }, { "A", "accessed" } },
	{ { "D", "not written since it was mapped" }, { "D", "dirty: written" } },
	{ { "COW", "no copy on a write" }, { "COW", "copy-on-write: a write copies it" } },
	{ { "SEEN", "heat= has not taken A" }, { "SEEN", "accessed: heat= has taken A" } },
};

static const struct entry_bit table_bits[ENTRY_BITS][2] = {
	{ { "V", "not valid" }, { "V", "valid" } },
	{ { "R", "with W and X: a pointer to a table" }, { "R", "a leaf" } },
	{ { "W", "with R and X: a pointer to a table" }, { "W", "a leaf" } },
	{ { "X", "with R and W: a pointer to a table" }, { "X", "a leaf" } },
	{ { "U", "has no meaning in a pointer" }, { "U", "reserved in a pointer" } },
	{ { "G", "of one address space" }, { "G", "all below is global" } },
	{ { "A", "has no meaning in a pointer" }, { "A", "reserved in a pointer" } },
	{ { "D", "has no meaning in a pointer" }, { "D", "reserved in a pointer" } },
	{ { "TIED", "the table has all its entries" },
	  { "TIED", "the table lends or borrows entries" } },
	{ { "-", "free for software" }, { "-", "free for software" } },
};

/* Of an entry that is not valid, the hardware looks at V only. */
static const struct entry_bit empty_bits[ENTRY_BITS] = {
	{ "V", "not valid: each access faults" },
	{ "R", "not looked at" },
	{ "W", "not looked at" },
	{ "X", "not looked at" },
	{ "U", "not looked at" },
	{ "G", "not looked at" },
	{ "A", "not looked at" },
	{ "D", "not looked at" },
	{ "-", "free for software" },
	{ "-", "free for software" },
};

struct entry_bit entry_bit(const struct entry *e, unsigned bit)
{
	static const struct entry_bit parked = { "PARKED", "parked: kept, but PROT_NONE" };
	bool on = e->pte.bits >> bit & 1;

	if (!pte_is_valid(e->pte))
		return empty_bits[bit];
	if (e->what == SNAP_TABLE)
		return table_bits[bit][on];
	if (e->what == SNAP_PARKED && BIT(bit) == PTE_PARKED && on)
		return parked;
	return leaf_bits[bit][on];
}

enum kernel_fate entry_kernel_fate(const struct entry *e, enum access access, bool sum)
{
	static const u64 needs[NACCESSES] = { PTE_R, PTE_W, PTE_X };
	u64 used = access_used_bits(access);

	bool is_leaf = pte_is_leaf(e->pte);

	/* A copy is of user addresses only. */
	if (sum && access != ACCESS_EXEC && e->va < MAXVA &&
	    (!is_leaf || e->pte.bits & PTE_U))
		return KERNEL_AS_PROGRAM;
	if (!is_leaf)
		return KERNEL_NO_PAGE;
	if (e->pte.bits & PTE_U)
		return access == ACCESS_EXEC ? KERNEL_FETCH : KERNEL_SUM;
	return e->pte.bits & needs[access] && (e->pte.bits & used) == used
		       ? KERNEL_OK
		       : KERNEL_NO_RIGHT;
}
