/* snap_touched.c - access bits of any process: reported, and cleared. */

#include "mm/space/aspace.h"
#include "mm/xlate/gather.h"
#include "obs/snap_priv.h"
#include "uapi/layout.h"

struct harvest {
	struct snap *s;
	struct gather g;
	struct snap_run *run; /* the last one, or NULL */
};

static u32 flags_of(const struct pt_cur *c, pte_t e)
{
	return (e.bits & PTE_A ? SNAP_RUN_TOUCHED : 0) |
	       (e.bits & PTE_D ? SNAP_RUN_DIRTY : 0) | (c->level ? SNAP_RUN_LARGE : 0);
}

static bool continues(const struct snap_run *run, va_t va, u32 flags)
{
	return run && run->flags == flags && run->va + run->pages * PAGE_SIZE == va;
}

/* False: no room for another run; nothing was cleared. */
static bool report(struct harvest *h, const struct pt_cur *c, pte_t e)
{
	va_t va = ALIGN_DOWN(c->va, level_size(c->level));
	u32 flags = flags_of(c, e);

	if (!continues(h->run, va, flags)) {
		if (h->s->header->count == h->s->room)
			return false;
		h->run = snap_add(h->s);
		h->run->va = va;
		h->run->flags = flags;
	}
	h->run->pages += level_size(c->level) / PAGE_SIZE;
	return true;
}

/* A bit that the hardware sets after the look at the entry is left for the next
 * harvest: only one that was reported is cleared. */
static bool harvest_leaf(struct harvest *h, const struct pt_cur *c)
{
	pte_t e = pte_load(c->slot);

	if (!(e.bits & PTE_A))
		return report(h, c, e);
	if (!report(h, c, e))
		return false;
	pte_clear_bits(c->slot, PTE_A);
	gather_range(&h->g, ALIGN_DOWN(c->va, level_size(c->level)), pt_end(c));
	return true;
}

/* The trap frame and the trampoline are left alone: the kernel needs them with A
 * set on cores that trap otherwise. */
static bool is_users(pte_t e)
{
	return pte_is_leaf(e) && e.bits & PTE_U;
}

void snap_touched(struct snap *s)
{
	struct harvest h = { .s = s };
	u32 looked = 0;

	gather_init(&h.g, &s->as->tlb);
	pt_for_each(c, &s->as->pt, s->start, MAXVA) {
		bool done = ++looked > SNAP_LOOK_MAX;

		done = done || (is_users(pte_load(c.slot)) && !harvest_leaf(&h, &c));
		if (!done)
			continue;
		s->header->next = ALIGN_DOWN(c.va, level_size(c.level));
		break;
	}
	gather_finish(&h.g);
}
