/* tlb_space.h - which harts may hold translations of one address space.
 *
 * Plain memory and atomics; what is done about it is in tlb.c and mm/xlate/asid.c. */
#pragma once

#include "lib/types.h"

/* Bit h is for the hart of index h. */
struct tlb_space {
	u64 harts;   /* (A) it may use translations now, or is about to  */
	u64 held;    /* (A) it may hold translations                     */
	u64 stale;   /* (A) some that it holds are wrong: it forgets them
		      *     before it uses them again                    */
	u64 context; /* (A) mm/xlate/asid.h: low 16 bits are its ASID; 0: none        */
};

static inline u64 tlb_asid(const struct tlb_space *s)
{
	return __atomic_load_n(&s->context, __ATOMIC_SEQ_CST) & 0xffff;
}

static inline u64 tlb_users(const struct tlb_space *s)
{
	return __atomic_load_n(&s->harts, __ATOMIC_SEQ_CST);
}

/* Entries of @s lost rights, and a fence came after: the harts that have to forget
 * them now.  Those that hold some but do not use them find a mark.
 *
 * A hart that comes in between (asid_enter, asid_resume) sets its bit in harts and
 * then looks at the marks; here the marks are made and then harts is read, so one of
 * the two sees the other.  One that goes in between is told needlessly: harts is read
 * on both sides of the marks. */
static inline u64 tlb_targets(struct tlb_space *s)
{
	u64 using = tlb_users(s);
	u64 absent = __atomic_load_n(&s->held, __ATOMIC_SEQ_CST) & ~using;

	if (absent)
		__atomic_fetch_or(&s->stale, absent, __ATOMIC_SEQ_CST);
	return using | tlb_users(s);
}
