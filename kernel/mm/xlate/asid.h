/* asid.h - numbers for address spaces, by which a hart keeps the translations of
 * several at a time.
 *
 * Numbers are given out in generations.  Within one, a number belongs to one space
 * and is never reused, also when the space is gone; so nothing has to be forgotten
 * when a space ends.  When the numbers run out a new generation begins: spaces that
 * some hart has loaded keep theirs, all others get a new one when they are loaded
 * next, and each hart forgets everything before the first use of a new one.
 *
 * Number 0 is the boot root's.  With isolate=on a space has two: an even one for the
 * kernel's root and the one above it for user mode's. */
#pragma once

#include "arch/riscv/tlb_space.h"

/* What a hart forgets before it touches a user address. */
enum asid_flush {
	ASID_FLUSH_NONE,
	ASID_FLUSH_SPACE, /* what it holds of this space */
	ASID_FLUSH_ALL,
};

/* Boot.  @bits: how wide ASIDs are; @pairs: two for each space; @harts: how many
 * will run.  Too few numbers for these harts: none are used, and each load forgets
 * everything.  Returns how many spaces can have one at a time. */
u32 asid_init(u32 bits, bool pairs, u32 harts);

/* Hart @hart is about to load @s, which no other hart is about to load; then it has
 * an ASID (tlb_asid(); 0: they are not in use).  Interrupts off. */
enum asid_flush asid_enter(struct tlb_space *s, u32 hart);

/* Hart @hart keeps the root of @s loaded, but touches no user address until it comes
 * back: meanwhile it is not disturbed for @s.  On return ASID_FLUSH_NONE or _SPACE. */
void asid_rest(struct tlb_space *s, u32 hart);
enum asid_flush asid_resume(struct tlb_space *s, u32 hart);

/* Hart @hart has loaded another root.  Its owner may free @s from now on. */
void asid_leave(struct tlb_space *s, u32 hart);
