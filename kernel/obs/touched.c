/* touched.c - see touched.h. */

#include "obs/touched.h"

#include "mm/space/aspace.h"
#include "mm/xlate/gather.h"
#include "uapi/snapshot.h"

#define TOUCHED_LOOK_MAX 16384 /* entries of one visit: others wait for the lock */

static u32 touched_flags(const struct pt_cur *c, pte_t e)
{
	return (e.bits & PTE_TOUCHED ? SNAP_RUN_TOUCHED : 0) |
	       (e.bits & PTE_D ? SNAP_RUN_DIRTY : 0) | (c->level ? SNAP_RUN_LARGE : 0);
}

va_t touched_visit(struct aspace *as, va_t start, va_t end, touched_fn *report, void *arg)
{
	va_t next = end;
	u32 looked = 0;
	struct gather g;

	gather_init(&g, &as->root.tlb);
	pt_for_each(c, &as->pt, start, end) {
		pte_t e;

		(void)pt_point(&c); /* even if killed: what was cleared is reported */
		e = pte_load(c.slot);
		if (++looked > TOUCHED_LOOK_MAX ||
		    (touched_is_users(e) && !report(arg, &c, touched_flags(&c, e)))) {
			next = c.va;
			break;
		}
		/* If the hardware sets A only now, it stays for the next visit. */
		if (!touched_is_users(e) || !(e.bits & PTE_TOUCHED))
			continue;
		pte_clear_bits(c.slot, PTE_TOUCHED);
		gather_range(&g, ALIGN_DOWN(c.va, level_size(c.level)), pt_end(&c));
	}
	gather_finish(&g);
	return next;
}
