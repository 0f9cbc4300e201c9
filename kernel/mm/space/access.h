/* access.h - what an access to a user address does, given the area and the entry there.
 *
 * The one place that decides it: the fault path acts on the answer, explanations,
 * snapshots and tests print it.  Pure: no lock, nothing but the arguments. */
#pragma once

#include "arch/riscv/pte.h"
#include "mm/space/vma.h"
#include "uapi/access.h"

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC, NACCESSES };

/* A page that is there and that nobody may touch (PROT_NONE): an entry that the
 * hardware refuses like a guard, but with a frame. */
static inline bool pte_is_parked(pte_t e, int level)
{
	return pte_is_guard(e, level) && e.bits & PTE_PARKED;
}

/* The bits that the hardware, or a fault, sets in the entry at an access. */
static inline u64 access_used_bits(enum access access)
{
	return PTE_A | (access == ACCESS_WRITE ? PTE_D : 0);
}

/* Whether @e is a leaf that lets user mode do it (privileged spec, "Sv39"), A and D
 * aside. */
static inline bool pte_permits(pte_t e, enum access access)
{
	static const u64 needs[NACCESSES] = { PTE_R, PTE_W, PTE_X };

	return pte_is_leaf(e) && e.bits & PTE_U && e.bits & needs[access];
}

/* @area: that of the address, or NULL.  @e, @level: the entry that decides for it, which
 * is no pointer to a table but an empty slot at any level, a leaf or a guard. */
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
