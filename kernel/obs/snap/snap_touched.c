/* snap_touched.c - harvest(): the pages of a process that were touched, as runs. */

#include "mm/space/aspace.h"
#include "obs/snap/snap_priv.h"
#include "obs/touched.h"
#include "uapi/layout.h"

struct runs {
	struct snap *s;
	struct snap_run *last; /* or NULL */
};

static bool snap_run_report(void *arg, const struct pt_cur *c, u32 flags)
{
	va_t va = ALIGN_DOWN(c->va, level_size(c->level));
	struct runs *runs = arg;
	struct snap_run *run = runs->last;

	if (!run || run->flags != flags || run->va + run->pages * PAGE_SIZE != va) {
		if (runs->s->header->count == runs->s->room)
			return false;
		run = runs->last = snap_add(runs->s);
		run->va = va;
		run->flags = flags;
	}
	run->pages += level_size(c->level) / PAGE_SIZE;
	return true;
}

void snap_touched(struct snap *s)
{
	struct runs runs = { .s = s };
	va_t next = touched_visit(s->as, s->start, MAXVA, snap_run_report, &runs);

	s->header->next = next < MAXVA ? next : SNAP_END;
}
