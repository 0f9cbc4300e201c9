/* tlb_space.h - which harts may hold translations of one address space.
 *
 * Plain memory and atomic accesses.  tlb.c and mm/xlate/asid.c act on it. */
#pragma once

#include "lib/types.h"

/* Bit h is for the hart of index h. */
struct tlb_space {
	u64 harts;   /* (A) it may use translations now, or is about to              */
	u64 held;    /* (A) it may hold translations                                 */
	u64 stale;   /* (A) some that it holds are stale; it forgets them before use */
	u64 context; /* (A) mm/xlate/asid.h: low 16 bits are its ASID; 0: none       */
};

/* It stays the same while a hart has the space loaded. */
static inline u64 tlb_asid(const struct tlb_space *s)
{
	return __atomic_load_n(&s->context, __ATOMIC_RELAXED) & 0xffff;
}

static inline u64 tlb_users(const struct tlb_space *s)
{
	return __atomic_load_n(&s->harts, __ATOMIC_ACQUIRE);
}

/* Called after entries of @s have lost rights, and after a fence.  Returns the harts that
 * have to forget them now.  A hart that holds translations without using them gets a mark
 * in stale.
 *
 * A hart that begins to use the space meanwhile (asid_enter, asid_resume) sets its bit
 * in harts, fences, and then reads the marks.  Here the marks are set first and harts
 * is read after, so one of the two sees the other.  harts is read before the marks are
 * set, too: a hart that stops using the space meanwhile is told, though it has a mark or
 * needs none. */
static inline u64 tlb_targets(struct tlb_space *s)
{
	u64 using = tlb_users(s);
	u64 absent = __atomic_load_n(&s->held, __ATOMIC_SEQ_CST) & ~using;

	if (absent)
		__atomic_fetch_or(&s->stale, absent, __ATOMIC_SEQ_CST);
	return using | tlb_users(s);
}
