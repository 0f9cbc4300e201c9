/* tlb.h - translations that harts may hold, and making them forget.
 *
 * Rule: a hart sets its bit in the space's mask, fences, then loads satp
 * (aspace_load).  Whoever takes rights away clears the entries, fences, then
 * reads the mask (tlb_shootdown).  So either the hart sees the new entries or
 * the shootdown sees the hart.  A gain of rights needs no fence at all: the
 * fault that a stale entry causes is spurious and repaired by the fault path.
 *
 * A hart may hold translations that it does not use: with ASIDs those of spaces
 * that it has not loaded, and always those of the space that it keeps loaded
 * while it idles.  It is not disturbed for these, but finds a mark when it comes
 * back to the space (tlb_space.h). */
#pragma once

#include "arch/riscv/tlb_space.h"

/* Forgets [lo, hi) of space @s on every hart that may hold it; on return no hart
 * uses the old entries.  Any context in which interrupts may be off. */
void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

/* How often a hart had to forget at once; of these: other harts had to be told;
 * and how many harts these were. */
struct tlb_counts {
	u64 shootdowns, remote, remote_harts;
};
struct tlb_counts tlb_count(void);

/* How many bits of ASIDs the hardware has.  Boot, one hart, paging on. */
u32 tlb_asid_bits(void);

/* Boot: user mode has ASIDs of its own, tlb_asid() + 1 (isolate=on). */
void tlb_set_pairs(void);

/* This hart only. */
void tlb_flush_page(va_t va); /* of all spaces */
void tlb_flush_space(const struct tlb_space *s);
void tlb_flush_all(void);

/* New code was written to memory: the next return to user mode on each hart
 * synchronises its instruction fetches (fence.i) first. */
void icache_dirty(void);
void icache_sync(void); /* on the way to user mode; cheap when not needed */
