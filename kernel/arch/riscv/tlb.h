/* tlb.h - translations that harts may hold, and making them forget.
 *
 * Rule: a hart sets its bit in the space's mask, fences, then loads satp
 * (aspace_load).  Whoever takes rights away clears the entries, fences, then
 * reads the mask (tlb_shootdown).  So either the hart sees the new entries or
 * the shootdown sees the hart.  A gain of rights needs no fence at all: the
 * fault that a stale entry causes is spurious and repaired by the fault path. */
#pragma once

#include "lib/types.h"

struct tlb_space {
	u64 harts; /* (A) bit h: hart index h may hold translations of it */
};

/* Forgets [lo, hi) of space @s on every hart that may hold it; on return no hart
 * uses the old entries.  Any context in which interrupts may be off. */
void tlb_shootdown(struct tlb_space *s, va_t lo, va_t hi);

/* How often that was, and of these: how often other harts had to be told. */
struct tlb_counts {
	u64 shootdowns, remote;
};
struct tlb_counts tlb_count(void);

/* This hart only. */
void tlb_flush_page(va_t va);
void tlb_flush_all(void);

/* New code was written to memory: the next return to user mode on each hart
 * synchronises its instruction fetches (fence.i) first. */
void icache_dirty(void);
void icache_sync(void); /* on the way to user mode; cheap when not needed */
