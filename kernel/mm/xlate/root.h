/* root.h - the roots of an address space as harts load them, and making harts let go. */
#pragma once

#include "arch/riscv/tlb_space.h"

/* (A) atomic  (C) constant after root_set()
 * (L) changes only while the space is loaded nowhere; harts that load it at the same time
 * write the same value */
struct root {
	struct tlb_space tlb; /* (A) harts that may hold translations     */
	u64 satp;             /* (L) what satp holds in the kernel        */
	u64 user_root;        /* (C) the same in user mode, without ASID; 0: isolate=off */
};

/* At boot: reads the option asid=.  @pairs: spaces have a second root for user mode.
 * @harts: how many will run, at most. */
void root_init(bool pairs, u32 harts);

/* Gives @r its values of satp, still without an ASID; loading sets that.  @user: the root
 * for user mode, or 0. */
void root_set(struct root *r, pa_t kernel, pa_t user);

/* What satp holds in user mode with isolate=on.  @r is loaded on this hart. */
u64 root_user_satp(const struct root *r);

/* Loads @r on this hart; NULL: the boot root.  Interrupts off. */
void root_load(struct root *r);

/* For the last thread of a space, which is about to end.  True: no hart but this one has
 * @r loaded, and interrupts stay off until the thread has ended, so that this stays so.
 * False: another hart has it, and nothing changed. */
bool root_leave(const struct root *r);

/* Makes every hart that has @r loaded load the boot root, by IPI, and waits for it.  No
 * thread runs in the space.  Interrupts on; no spin lock held. */
void root_evict(struct root *r);
