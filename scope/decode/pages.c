/* pages.c - see pages.h. */

#include "decode/pages.h"

#include "lib/string.h"

/* To the area and to the entry that end after at->at. */
static void page_runs_step(struct page_runs *at)
{
	while (at->has_area && at->area.end <= at->at)
		at->has_area = area_next(at->s, &at->areas, &at->area);
	while (at->has_entry && (at->entry.what == SNAP_TABLE ||
				 at->entry.va + level_size(at->entry.level) - 1 < at->at))
		at->has_entry = walk_next(&at->walk, &at->entry);
}

void page_runs_start(struct page_runs *at, const struct space *s, va_t start, va_t end)
{
	*at = (struct page_runs){ .s = s, .at = ALIGN_DOWN(start, PAGE_SIZE), .end = end };
	heat_look(s->k, &at->heat);
	at->has_area = area_next(s, &at->areas, &at->area);
	walk_start(&at->walk, s, at->at, end);
	at->has_entry = walk_next(&at->walk, &at->entry);
}

/* What the entry and the area, or NULL, say of a page. */
static struct page_run page_state(const struct page_runs *at, const struct entry *e,
				  const struct area *a)
{
	struct page_run run = { .place = a ? a->place : SNAP_AREA_NONE,
				.kind = (u8)~0u,
				.age = SNAP_AGE_NEVER };
	const struct space *s = at->s;
	struct frame f;

	if (a) {
		run.has_area = true;
		run.area = a->start;
		run.prot = a->prot;
		run.flags = a->flags;
	}
	if (!e)
		return run;
	run.what = e->what;
	run.place = entry_place(s, e, a);
	run.level = (u8)e->level;
	run.borrowed = e->borrowed;
	run.bits = e->pte.bits & PTE_FLAGS;
	if (e->what != SNAP_LEAF && e->what != SNAP_PARKED)
		return run;
	if (entry_frame(s->k, e, &f))
		run.users = f.users;
	if (!frame_brief(s->k, pte_pa(e->pte), &f))
		return run;
	run.kind = f.kind;
	run.cached = f.cached;
	run.age = frame_age(&at->heat, &f);
	return run;
}

/* The next page or pages, up to where an area or an entry begins or ends. */
static bool page_runs_piece(struct page_runs *at, struct page_run *run)
{
	page_runs_step(at);
	while (at->at < at->end && (at->has_area || at->has_entry)) {
		const struct entry *e = at->has_entry && at->entry.va <= at->at ? &at->entry
										: NULL;
		const struct area *a = at->has_area && at->area.start <= at->at ? &at->area
										: NULL;
		va_t end = at->end;

		if (at->has_area)
			end = MIN(end, a ? at->area.end : at->area.start);
		if (at->has_entry)
			end = MIN(end, at->entry.va + (e ? level_size(e->level) : 0));
		if (e || a) {
			*run = page_state(at, e, a);
			run->start = at->at;
			run->end = end;
			at->at = end;
			return true;
		}
		at->at = end;
		page_runs_step(at);
	}
	return false;
}

static bool page_is_alike(const struct page_run *a, const struct page_run *b)
{
	return a->area == b->area && a->what == b->what && a->place == b->place &&
	       a->level == b->level && a->kind == b->kind && a->cached == b->cached &&
	       a->borrowed == b->borrowed && a->has_area == b->has_area &&
	       a->flags == b->flags && a->prot == b->prot && a->users == b->users &&
	       a->age == b->age && a->bits == b->bits;
}

bool page_runs_next(struct page_runs *at, struct page_run *run)
{
	if (!at->ahead.end && !page_runs_piece(at, &at->ahead))
		return false;
	*run = at->ahead;
	memset(&at->ahead, 0, sizeof(at->ahead));
	while (page_runs_piece(at, &at->ahead)) {
		if (at->ahead.start != run->end || !page_is_alike(run, &at->ahead))
			return true;
		run->end = at->ahead.end;
	}
	memset(&at->ahead, 0, sizeof(at->ahead));
	return true;
}
