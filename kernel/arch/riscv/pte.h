/* pte.h - one Sv39 page table entry (privileged spec, "Sv39").
 *
 * The hardware sets A and D at any moment, so entries in memory are read and written
 * only by the functions at the end of this file. */
#pragma once

#include "lib/types.h"

typedef struct {
	u64 bits;
} pte_t;

#define PTE_V BIT(0)
#define PTE_R BIT(1)
#define PTE_W BIT(2)
#define PTE_X BIT(3)
#define PTE_U BIT(4)
#define PTE_G BIT(5)
#define PTE_A BIT(6)
#define PTE_D BIT(7)
#define PTE_COW BIT(8)    /* software, in a leaf: shared, copy on the first write */
#define PTE_PARKED BIT(8) /* software: no leaf, but names a frame: mm/space/access.h */
#define PTE_TIED BIT(8)   /* software, in a pointer to a table: mm/xlate/tie.h      */
#define PTE_SEEN BIT(9)   /* software, where A is: A was set and taken: obs/heat.h  */
#define PTE_RWX (PTE_R | PTE_W | PTE_X)
#define PTE_FLAGS 0x3fful
#define PTE_TOUCHED (PTE_A | PTE_SEEN) /* one of them is set: it was touched */
#define PTE_PPN_SHIFT 10
#define PTE_PPN_MASK 0x003ffffffffffc00ul

/* A guard page: valid, but neither a leaf nor a pointer; only at level 0. */
#define PTE_GUARD PTE_V

/* Levels: 2 is the root (1 GiB slots), 1 has 2 MiB slots, 0 4 KiB slots. */
#define PT_LEVELS 3
#define PT_ENTRIES 512

static inline u64 level_size(int level)
{
	return PAGE_SIZE << (9 * level);
}

static inline unsigned level_index(va_t va, int level)
{
	return va >> (PAGE_SHIFT + 9 * level) & (PT_ENTRIES - 1);
}

static inline pte_t pte_make(pa_t pa, u64 flags)
{
	return (pte_t){ pa >> PAGE_SHIFT << PTE_PPN_SHIFT | flags };
}

static inline pa_t pte_pa(pte_t e)
{
	return (e.bits & PTE_PPN_MASK) >> PTE_PPN_SHIFT << PAGE_SHIFT;
}

static inline bool pte_is_valid(pte_t e)
{
	return e.bits & PTE_V;
}

static inline bool pte_is_leaf(pte_t e)
{
	return (e.bits & PTE_V) && (e.bits & PTE_RWX);
}

/* A pointer to the next table, for an entry found at @level. */
static inline bool pte_is_table(pte_t e, int level)
{
	return level > 0 && (e.bits & PTE_V) && !(e.bits & PTE_RWX);
}

static inline bool pte_is_guard(pte_t e, int level)
{
	return level == 0 && (e.bits & (PTE_V | PTE_RWX)) == PTE_V;
}

static inline pte_t pte_load(const pte_t *slot)
{
	return (pte_t){ __atomic_load_n(&slot->bits, __ATOMIC_RELAXED) };
}

static inline void pte_store(pte_t *slot, pte_t e)
{
	__atomic_store_n(&slot->bits, e.bits, __ATOMIC_RELEASE);
}

/* For an entry that nobody else changes meanwhile, hardware included.  Volatile, not
 * atomic: gcc makes an atomic store a swap. */
static inline void pte_put(pte_t *slot, pte_t e)
{
	*(volatile u64 *)&slot->bits = e.bits;
}

static inline pte_t pte_xchg(pte_t *slot, pte_t e)
{
	return (pte_t){ __atomic_exchange_n(&slot->bits, e.bits, __ATOMIC_ACQ_REL) };
}

/* Both return the entry as it was before. */
static inline pte_t pte_clear_bits(pte_t *slot, u64 bits)
{
	return (pte_t){ __atomic_fetch_and(&slot->bits, ~bits, __ATOMIC_ACQ_REL) };
}

static inline pte_t pte_set_bits(pte_t *slot, u64 bits)
{
	return (pte_t){ __atomic_fetch_or(&slot->bits, bits, __ATOMIC_ACQ_REL) };
}

/* Replaces @old by @e unless the hardware or another hart changed it. */
static inline bool pte_cas(pte_t *slot, pte_t old, pte_t e)
{
	return __atomic_compare_exchange_n(&slot->bits, &old.bits, e.bits, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}
