/* asid.h - numbers for address spaces (ASIDs), with which a hart keeps translations of
 * several spaces at a time.
 *
 * Numbers are given out in generations.  Within a generation a number belongs to one
 * space and is not reused, even after the space is gone, so no flush is needed when a
 * space ends.  When the numbers run out a new generation begins (a roll-over): spaces
 * that some hart has loaded keep their numbers, all others get a new one when they are
 * loaded next, and each hart flushes everything before it first uses a new one.
 *
 * Number 0 is the boot root's.  With isolate=on a space has two numbers: an even one for
 * the kernel's root, and the next one for user mode's. */
#pragma once

#include "arch/riscv/tlb_space.h"

/* What a hart flushes before it touches a user address. */
enum asid_flush {
	ASID_FLUSH_NONE,
	ASID_FLUSH_SPACE, /* its translations of this space */
	ASID_FLUSH_ALL,
};

/* At boot.  @bits: the width of ASIDs; @pairs: two numbers for each space; @harts: how many
 * will run.  Returns how many spaces can have a number at a time; 0: there are too few
 * numbers for these harts, so none are used, and each load flushes everything. */
u32 asid_init(u32 bits, bool pairs, u32 harts);

/* Hart @hart is about to load @s, and no other hart is.  Afterwards @s has an ASID,
 * tlb_asid(), unless none are used.  Returns what the hart must flush.  Interrupts off. */
enum asid_flush asid_enter(struct tlb_space *s, u32 hart);

/* Hart @hart keeps the root of @s loaded, but touches no user address until it calls
 * asid_resume().  Shootdowns of @s do not interrupt it meanwhile.  Interrupts off for this
 * and the next two. */
void asid_rest(struct tlb_space *s, u32 hart);

/* Hart @hart goes on in @s after asid_rest().  ASID_FLUSH_NONE or ASID_FLUSH_SPACE. */
enum asid_flush asid_resume(struct tlb_space *s, u32 hart);

/* Hart @hart has loaded another root, and does not touch @s any more. */
void asid_leave(struct tlb_space *s, u32 hart);
