/* tlb.h - translations that harts may hold, and making harts forget them.
 *
 * Rule: a hart sets its bit in the mask of the space, fences, then loads satp
 * (root_load).  Whoever takes rights away clears the entries, fences, then reads the
 * mask (tlb_shootdown).  So either the hart sees the new entries, or the shootdown sees
 * the hart.  More rights need no fence: a hart that still uses the old entry faults, and
 * the fault path repairs that as spurious.
 *
 * A hart may also hold translations that it does not use: those of the space that stays
 * loaded while it idles and, with ASIDs, those of spaces that it has not loaded.  It is
 * not interrupted for these.  It finds a mark when it comes back to the space
 * (tlb_space.h). */
#pragma once

#include "arch/riscv/tlb_space.h"

/* Makes every hart that may hold translations of [lo, hi) of @s forget them.  On return
 * no hart uses the old entries.  Interrupts may be on or off. */
void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

/* shootdowns: calls in which any hart had to forget at once.  remote: those in which
 * another hart had to.  remote_harts: the other harts of all these calls together. */
struct tlb_counts {
	u64 shootdowns, remote, remote_harts;
};
struct tlb_counts tlb_count(void);

/* How many bits the ASIDs of the hardware have.  At boot, on one hart, with paging on. */
u32 tlb_asid_bits(void);

/* At boot: user mode has an ASID of its own, tlb_asid() + 1 (isolate=on). */
void tlb_set_pairs(void);

/* On this hart only. */
void tlb_flush_page(va_t va); /* of all spaces */
void tlb_flush_space(const struct tlb_space *s);
void tlb_flush_all(void);

/* New code was written to memory: before its next return to user mode each hart does
 * fence.i. */
void icache_dirty(void);
void icache_sync(void); /* on the way to user mode, if CPU_ICACHE_STALE is set */

/* @harts, without this one, do fence.i before this returns. */
void icache_sync_harts(u64 harts);
