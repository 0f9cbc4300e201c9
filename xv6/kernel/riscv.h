/* riscv.h - pages, page table entries, and the registers that a program may
 * look at. */
#pragma once

#include "types.h"

#define PGSHIFT 12
#define PGSIZE (1 << PGSHIFT)
#define SUPERPGSHIFT 21
#define SUPERPGSIZE (1 << SUPERPGSHIFT) /* of one level-1 leaf */

/* Round to the next or previous multiple; a multiple stays as it is. */
#define PGROUNDDOWN(at) ((at) & -PGSIZE)
#define PGROUNDUP(at) PGROUNDDOWN((at) + (PGSIZE - 1))
#define SUPERPGROUNDUP(at) (((at) + (SUPERPGSIZE - 1)) & -SUPERPGSIZE)

/* The multiple before SUPERPGROUNDUP(at).  So a multiple is not kept: it gives the one
 * before it. */
#define SUPERPGROUNDDOWN(at) (SUPERPGROUNDUP(at) - SUPERPGSIZE)

#define MAXVA (1L << 38) /* half of what Sv39 has: no address has its sign bit set */

typedef uint64 pte_t;
typedef uint64 *pagetable_t; /* 512 entries */

enum {
	PTE_V = 0x01,
	PTE_R = 0x02,
	PTE_W = 0x04,
	PTE_X = 0x08,
	PTE_U = 0x10,
	PTE_G = 0x20,
	PTE_A = 0x40,
	PTE_D = 0x80,
};

/* Whether an entry maps a page, rather than naming the next table. */
#define PTE_LEAF(pte) (((pte) & (PTE_R | PTE_W | PTE_X)) != 0)

#define PTE_FLAGS(pte) ((pte) % (1 << 10))
#define PTE2PA(pte) (((pte) >> 10) << PGSHIFT)
#define PA2PTE(pa) (((uint64)(pa) >> PGSHIFT) << 10)

/* The nine bits of an address that index the table of a level; 2 is the root. */
#define PXMASK (512 - 1)
#define PXSHIFT(level) (9 * (level) + PGSHIFT)
#define PX(level, va) ((uint64)(va) >> PXSHIFT(level) & PXMASK)

#define XV6_REGISTER(reg)                                     \
	static inline uint64 r_##reg(void)                    \
	{                                                     \
		uint64 now;                                   \
		__asm__ volatile("mv %0, " #reg : "=r"(now)); \
		return now;                                   \
	}

XV6_REGISTER(sp) /* r_sp(): stack pointer  */
XV6_REGISTER(fp) /* r_fp(): frame pointer  */
XV6_REGISTER(ra) /* r_ra(): return address */
XV6_REGISTER(tp) /* r_tp()                 */

#undef XV6_REGISTER

/* The machine's time, 10 MHz in QEMU. */
static inline uint64 r_time(void)
{
	uint64 now;

	__asm__ volatile("rdtime %0" : "=r"(now));
	return now;
}
