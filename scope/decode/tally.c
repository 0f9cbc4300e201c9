/* tally.c - see tally.h. */

#include "decode/tally.h"

/* Adds what the @pages frames of the leaf @e say: whether they have other users, too, and
 * when they were touched.  The frames of a large leaf count as one block, or after a split
 * each by itself.  Where no references are counted, all have others. */
static void tally_frames(struct kernel *k, const struct entry *e, u64 pages,
			 struct tally *t)
{
	struct frame f;

	if (!entry_frame(k, e, &f)) {
		t->shared += pages;
		return;
	}
	t->heat = MAX(t->heat, f.heat);
	if (f.head > 0) {
		t->shared += f.users > 1 ? pages : 0;
		return;
	}
	for (u64 i = 0; i < pages; i++) {
		struct entry one = *e;

		one.pte = pte_make(pte_pa(e->pte) + i * PAGE_SIZE, e->pte.bits & PTE_FLAGS);
		if (!entry_frame(k, &one, &f))
			continue;
		t->shared += f.users > 1;
		t->heat = MAX(t->heat, f.heat);
	}
}

static void tally_leaf(struct kernel *k, const struct entry *e, u64 pages, struct tally *t)
{
	tally_frames(k, e, pages, t);
	t->resident += pages;
	t->private = t->resident - t->shared;
	t->large += e->level ? pages : 0;
	t->touched += e->pte.bits & PTE_TOUCHED ? pages : 0;
	t->dirty += e->pte.bits & PTE_D ? pages : 0;
}

void tally_add(const struct space *s, va_t start, va_t end, struct tally *t)
{
	struct entry e;
	struct walk w;

	walk_start(&w, s, start, end);
	while (walk_next(&w, &e)) {
		va_t lo = MAX(e.va, start), hi = MIN(e.va + level_size(e.level), end);

		/* A user leaf of 1 GiB is nonsense. */
		if ((e.what == SNAP_LEAF || e.what == SNAP_PARKED) && e.level < 2)
			tally_leaf(s->k, &e, (hi - lo) / PAGE_SIZE, t);
	}
}

/* --- spans --------------------------------------------------------------------- */

static void spans_step(struct spans *at)
{
	at->below = at->areas.end;
	at->guarded = false;
	at->has_next = area_next(at->s, &at->areas, &at->next);
}

void spans_start(struct spans *at, const struct space *s)
{
	*at = (struct spans){ .s = s };
	spans_step(at);
}

/* The first valid entry of [at->at, end), as far as it is in there: a table that is read
 * while it becomes something else can have a large leaf across areas. */
static bool span_stray(struct spans *at, va_t end, struct span *span)
{
	struct entry e;
	struct walk w;

	walk_start(&w, at->s, at->at, end);
	while (walk_next(&w, &e)) {
		if (!pte_is_valid(e.pte) || e.what == SNAP_TABLE)
			continue;
		*span = (struct span){ .area = {
					       .start = MAX(e.va, at->at),
					       .end = MIN(e.va + level_size(e.level), end),
					       .place = entry_place(at->s, &e, NULL),
					       .prot = (e.pte.bits & PTE_R ? VMA_R : 0) |
						       (e.pte.bits & PTE_W ? VMA_W : 0) |
						       (e.pte.bits & PTE_X ? VMA_X : 0),
				       } };
		at->at = span->area.end;
		return true;
	}
	at->at = end;
	return false;
}

/* What is kept empty below a stack at the top of the space. */
static bool span_guard(struct spans *at, struct span *span)
{
	va_t top = at->s->top;

	if (at->guarded || at->next.kind != kernel_number(at->s->k, LAYOUT_VMA_stack) ||
	    top >= at->next.start || at->below > top)
		return false;
	at->guarded = true;
	*span = (struct span){
		.area = { .start = top, .end = at->next.start, .place = SNAP_AREA_GUARD },
	};
	return true;
}

bool span_next(struct spans *at, struct span *span)
{
	va_t end = at->has_next ? at->next.start : MAXVA;

	if (at->at < end && span_stray(at, end, span)) {
		tally_add(at->s, span->area.start, span->area.end, &span->n);
		return true;
	}
	if (!at->has_next)
		return false;
	if (span_guard(at, span))
		return true;
	*span = (struct span){ .area = at->next };
	tally_add(at->s, span->area.start, span->area.end, &span->n);
	at->at = span->area.end;
	spans_step(at);
	return true;
}

/* --- owners ---------------------------------------------------------------------- */

/* @e is a leaf of the user half. */
static void owner_leaf(struct kernel *k, const struct entry *e, struct owner *o)
{
	u64 pages = level_size(e->level) / PAGE_SIZE;
	struct frame f;

	if (e->level > 1 || !entry_frame(k, e, &f))
		return;
	if (f.kind == kernel_number(k, LAYOUT_FRAME_anon))
		o->private += f.users == 1 ? pages : 0;
	else if (f.kind != kernel_number(k, LAYOUT_FRAME_cache))
		return;
	o->tables += e->level > 0;
}

struct owner tally_owner(const struct space *s)
{
	struct owner o = { .tables = 1 + (s->twin != 0) };
	struct frame f;
	struct entry e;
	struct walk w;

	walk_start(&w, s, space_start(s), space_end(s));
	while (walk_next(&w, &e)) {
		if (e.what == SNAP_TABLE)
			o.tables += frame_brief(s->k, pte_pa(e.pte), &f) &&
				    f.kind == kernel_number(s->k, LAYOUT_FRAME_table);
		else if (s->as && (e.what == SNAP_LEAF || e.what == SNAP_PARKED))
			owner_leaf(s->k, &e, &o);
	}
	return o;
}
