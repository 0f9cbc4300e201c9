/* access.h - what an access to a user address does, given the area and the entry there.
 *
 * This is the only place that decides it.  The fault path acts on the answer;
 * explanations and snapshots print it; tests check it.  The functions are pure: they
 * look at their arguments only, and take no lock. */
#pragma once

#include "arch/riscv/cause.h"
#include "arch/riscv/pte.h"
#include "mm/space/vma.h"
#include "uapi/access.h"

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC, NACCESSES };

/* @cause: a page fault, as scause has it. */
static inline enum access access_of_cause(u64 cause)
{
	if (cause == EXC_STORE_PAGE)
		return ACCESS_WRITE;
	return cause == EXC_INSN_PAGE ? ACCESS_EXEC : ACCESS_READ;
}

/* A parked page: present, but PROT_NONE.  The hardware refuses its entry as it refuses a
 * guard; unlike a guard, it has a frame. */
static inline bool pte_is_parked(pte_t e, int level)
{
	return pte_is_guard(e, level) && e.bits & PTE_PARKED;
}

/* The bits that an access sets in the entry, by hardware or in a fault. */
static inline u64 access_used_bits(enum access access)
{
	return PTE_A | (access == ACCESS_WRITE ? PTE_D : 0);
}

/* Whether the leaf @e permits the access in user mode (privileged spec, "Sv39").  Does not
 * look at A and D. */
static inline bool pte_permits(pte_t e, enum access access)
{
	static const u64 needs[NACCESSES] = { PTE_R, PTE_W, PTE_X };

	return pte_is_leaf(e) && e.bits & PTE_U && e.bits & needs[access];
}

/* @area: the one that holds the address, or NULL.  @e, @level: the entry where the walk
 * for the address ends: an empty slot at any level, a leaf or a guard. */
static inline enum access_fate access_fate(const struct vma *area, pte_t e, int level,
					   enum access access)
{
	static const u32 needs[NACCESSES] = { VMA_R, VMA_W, VMA_X };
	u64 used = access_used_bits(access);

	if (pte_is_parked(e, level))
		return FATE_PARKED;
	if (pte_is_guard(e, level))
		return FATE_GUARD;
	if (!area)
		return FATE_NO_AREA;
	if (!(area->prot & needs[access]))
		return FATE_NO_RIGHT;
	if (!pte_is_valid(e))
		return FATE_ABSENT;
	if (!(e.bits & PTE_U))
		return FATE_NO_RIGHT;
	if (pte_permits(e, access))
		return (e.bits & used) == used ? FATE_OK : FATE_SPURIOUS;
	if (access == ACCESS_WRITE && e.bits & PTE_COW)
		return FATE_COW;
	if (access == ACCESS_WRITE && area->flags & VMA_SHARED)
		return FATE_SHARED_WRITE;
	return FATE_NO_RIGHT;
}
