/* cells.h - all frames of RAM, one short record for each: for a map of it. */
#pragma once

#include "decode/space.h"

struct cell {
	u8 kind;   /* index of the kernel's names of kinds */
	u8 flags;  /* CELL_*                               */
	u16 owner; /* who has it, as memory, a table, a trap frame or a USYSCALL page: 1 +
		    * the slot of the process, of several the first; 0: nobody */
};

#define CELL_KERNEL 1u   /* a table of the kernel half                                */
#define CELL_SHARED 2u   /* it has several users                                      */
#define CELL_LARGE 4u    /* in a leaf of 2 MiB                                        */
#define CELL_LISTED 8u   /* free, on the list of a hart                               */
#define CELL_ORDER 0xf0u /* 1 + the order of the free block that it is in; or 0     */

static inline unsigned cell_order(struct cell c)
{
	return ((c.flags & CELL_ORDER) >> 4) - 1;
}

/* Fills in k->frames cells. */
void cells_fill(struct kernel *k, struct cell *cells);

/* How many cells of a kind somebody has. */
u64 cells_owned(const struct kernel *k, const struct cell *cells, u64 kind);

/* How many cells from the first one on are equal; there are @n > 0. */
u64 cells_run(const struct cell *cells, u64 n);
