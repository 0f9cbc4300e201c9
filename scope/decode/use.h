/* use.h - an entry taken apart: what its bits mean, and what the kernel can do with it. */
#pragma once

#include "decode/space.h"

#define ENTRY_BITS 10 /* below the address of the page or table */

struct entry_bit {
	const char *name;  /* as in kernel/arch/riscv/pte.h, without PTE_; "-": none */
	const char *means; /* what it says as it is, on or off                       */
};

/* The bit @bit, below ENTRY_BITS, of @e. */
struct entry_bit entry_bit(const struct entry *e, unsigned bit);

/* What a load, store or fetch by the kernel does at an address, with the kernel's table: as
 * the hardware decides it (privileged spec, "Sv39" and "Memory Privilege in sstatus").
 * X(name, what it means) */
#define KERNEL_FATES(X)                                                \
	X(OK, "the entry allows it")                                   \
	X(AS_PROGRAM, "as the program")                                \
	X(SUM, "it faults: the page is the user's, and SUM is clear")  \
	X(FETCH, "it faults: the kernel executes no page of the user") \
	X(NO_RIGHT, "it faults: the entry does not allow it")          \
	X(NO_PAGE, "it faults: no page is there")

enum kernel_fate {
#define X(name, what) KERNEL_##name,
	KERNEL_FATES(X)
#undef X
};

/* @sum: SUM is set, as in a copy to or from the program, where a fault is repaired as one
 * of the program is (kernel/mm/uaccess.c); otherwise it is a panic. */
enum kernel_fate entry_kernel_fate(const struct entry *e, enum access access, bool sum);
