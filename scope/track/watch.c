/* watch.c - see watch.h. */

#include "track/watch.h"

#include <stdlib.h>

#define PAGE_WORDS (PAGE_SIZE / sizeof(u64))

bool watch_init(struct watch *w, u64 pages, u64 copies_max, watch_page_fn *page, void *arg)
{
	*w = (struct watch){
		.page = page,
		.arg = arg,
		.pages = pages,
		.copies_max = copies_max,
		.round = WATCH_NEVER + 1,
	};
	if (pages < UINT32_MAX)
		w->slot_of = calloc(pages, sizeof(*w->slot_of));
	return w->slot_of;
}

void watch_fini(struct watch *w)
{
	for (u32 i = 0; i < w->nslots; i++)
		free(w->slot[i].copy);
	free(w->slot);
	free(w->slot_of);
}

/* --- copies ------------------------------------------------------------------ */

static u64 watch_load(const u64 *from, u32 i)
{
	return __atomic_load_n(from + i, __ATOMIC_RELAXED);
}

/* The first word, from @i on, in which the page differs from @copy; NULL: from zeros. */
static u32 watch_difference(const u64 *page, const u64 *copy, u32 i)
{
	while (i < PAGE_WORDS && watch_load(page, i) == (copy ? copy[i] : 0))
		i++;
	return i;
}

static void watch_drop(struct watch *w, struct watch_slot *s)
{
	w->copies -= s->copy != NULL;
	free(s->copy);
	s->copy = NULL;
}

static bool watch_make_copy(struct watch *w, struct watch_slot *s)
{
	if (w->copies >= w->copies_max || !(s->copy = calloc(PAGE_WORDS, sizeof(u64))))
		return false;
	w->copies++;
	return true;
}

/* Makes the copy as the page is.  *changed: it was not.  False: no memory. */
static bool watch_refresh(struct watch *w, struct watch_slot *s, bool *changed)
{
	const u64 *page = w->page(w->arg, s->index);
	u32 i = page ? watch_difference(page, s->copy, 0) : PAGE_WORDS;

	*changed = page ? i < PAGE_WORDS : s->copy != NULL;
	if (!*changed)
		return true;
	if (!page) {
		watch_drop(w, s);
		return true;
	}
	if (!s->copy && !watch_make_copy(w, s))
		return false;
	for (; i < PAGE_WORDS; i++)
		s->copy[i] = watch_load(page, i);
	if (watch_difference(s->copy, NULL, 0) == PAGE_WORDS)
		watch_drop(w, s);
	return true;
}

u64 watch_compare(struct watch *w)
{
	u64 n = 0;

	w->round++;
	for (u32 i = 0; i < w->nslots; i++) {
		struct watch_slot *s = &w->slot[i];
		bool changed;

		if (!s->refs || !watch_refresh(w, s, &changed) || !changed)
			continue;
		s->changed = w->round;
		n++;
	}
	return n;
}

/* --- slots ------------------------------------------------------------------- */

static bool watch_grow(struct watch *w)
{
	u32 room = w->room ? 2 * w->room : 64;
	struct watch_slot *slot;

	if (w->nslots < w->room)
		return true;
	slot = realloc(w->slot, room * sizeof(*slot));
	if (!slot)
		return false;
	w->slot = slot;
	w->room = room;
	return true;
}

/* A free slot, which may be a new one; no memory: UINT32_MAX. */
static u32 watch_find_free(struct watch *w)
{
	if (w->free)
		return w->free - 1;
	return watch_grow(w) ? w->nslots : UINT32_MAX;
}

/* The slot of page @index with one more reference; UINT32_MAX: no memory. */
static u32 watch_get(struct watch *w, u64 index)
{
	struct watch_slot s = { .index = (u32)index, .changed = w->round, .refs = 1 };
	bool changed;
	u32 i;

	if (w->slot_of[index]) {
		i = w->slot_of[index] - 1;
		w->slot[i].refs++;
		return i;
	}
	i = watch_find_free(w);
	if (i == UINT32_MAX || !watch_refresh(w, &s, &changed))
		return UINT32_MAX;
	if (i == w->nslots)
		w->nslots++;
	else
		w->free = w->slot[i].changed;
	w->slot[i] = s;
	w->slot_of[index] = i + 1;
	return i;
}

static void watch_put(struct watch *w, u32 i)
{
	struct watch_slot *s = &w->slot[i];

	if (--s->refs)
		return;
	w->slot_of[s->index] = 0;
	watch_drop(w, s);
	s->changed = w->free;
	w->free = i + 1;
}

/* --- watchers ---------------------------------------------------------------- */

void watcher_init(struct watcher *who, struct watch *w)
{
	*who = (struct watcher){ .watch = w };
}

void watcher_fini(struct watcher *who)
{
	for (u32 i = 0; i < who->room; i++)
		if (who->sent[i] != WATCH_NOT)
			watch_put(who->watch, i);
	free(who->sent);
	who->sent = NULL;
	who->room = 0;
}

/* Makes room for slots up to those that there are, and one. */
static bool watcher_grow(struct watcher *who)
{
	u32 room = MAX(who->watch->room, who->watch->nslots + 1);
	u32 *sent;

	if (who->watch->nslots < who->room)
		return true;
	sent = realloc(who->sent, room * sizeof(*sent));
	if (!sent)
		return false;
	for (u32 i = who->room; i < room; i++)
		sent[i] = WATCH_NOT;
	who->sent = sent;
	who->room = room;
	return true;
}

static bool watcher_has(const struct watcher *who, u64 index)
{
	u32 slot = who->watch->slot_of[index];

	return slot && slot - 1 < who->room && who->sent[slot - 1] != WATCH_NOT;
}

bool watcher_add(struct watcher *who, u64 first, u64 count)
{
	u64 pages = who->watch->pages;

	if (count > pages || first > pages - count)
		return false;
	for (u64 index = first; index < first + count; index++) {
		u32 i;

		if (watcher_has(who, index))
			continue;
		if (!watcher_grow(who) || (i = watch_get(who->watch, index)) == UINT32_MAX)
			return false;
		who->sent[i] = WATCH_NEVER;
	}
	return true;
}

void watcher_remove(struct watcher *who, u64 first, u64 count)
{
	u64 pages = who->watch->pages, end = first + MIN(count, pages);

	for (u64 index = first; index < MIN(end, pages); index++) {
		if (!watcher_has(who, index))
			continue;
		who->sent[who->watch->slot_of[index] - 1] = WATCH_NOT;
		watch_put(who->watch, who->watch->slot_of[index] - 1);
	}
}

static bool watcher_slot_due(const struct watcher *who, u32 i)
{
	return who->sent[i] != WATCH_NOT && who->watch->slot[i].changed > who->sent[i];
}

bool watcher_due(const struct watcher *who)
{
	for (u32 i = 0; i < MIN(who->room, who->watch->nslots); i++)
		if (watcher_slot_due(who, i))
			return true;
	return false;
}

void watcher_begin(struct watcher *who)
{
	who->at = 0;
}

bool watcher_next(struct watcher *who, u32 *index, const u64 **copy)
{
	for (; who->at < MIN(who->room, who->watch->nslots); who->at++) {
		const struct watch_slot *s = &who->watch->slot[who->at];

		if (!watcher_slot_due(who, who->at))
			continue;
		who->sent[who->at++] = s->changed;
		*index = s->index;
		*copy = s->copy;
		return true;
	}
	return false;
}
