/* walk.c - the entries of a page table; see space.h. */

#include "decode/space.h"

#include "lib/string.h"
#include "obs/snap/snap_what.h"

#define BORROWERS_MAX 64 /* each belongs to another process */

/* How many tables borrow from the table whose struct page is at @page. */
static u32 tie_borrowers(struct kernel *k, va_t page)
{
	va_t head = kernel_place(k, page, LAYOUT_page_link), link = head;
	u32 n = 0;

	for (; n < BORROWERS_MAX; n++) {
		kernel_read(k, link, &link, sizeof(link));
		if (!link || link == head)
			break;
	}
	return n;
}

/* A table of level 0 may lend a range of its slots, or borrow it: mm/xlate/tie.h. */
static void tie_look(struct kernel *k, struct walk_table *t)
{
	va_t page = frame_page(k, t->pa), lender;
	u64 flags = page ? kernel_field(k, page, LAYOUT_page_flags) : 0;
	u64 range = flags ? kernel_field(k, page, LAYOUT_page_index) : 0;

	t->lo = range & 0xffff;
	t->hi = range >> 16 & 0xffff;
	if (flags & kernel_number(k, LAYOUT_TIE_LENDS))
		t->ties = tie_borrowers(k, page);
	if (!(flags & kernel_number(k, LAYOUT_TIE_BORROWS)))
		return;
	lender = kernel_field(k, page, LAYOUT_page_hash_next);
	if (frame_of_page(k, lender) == ~(pa_t)0)
		return; /* it has given the entries */
	t->lender = frame_of_page(k, lender);
	t->ties = tie_borrowers(k, lender);
}

static pte_t walk_slot(struct kernel *k, pa_t table, unsigned slot)
{
	pte_t e = { 0 };

	if (!ram_read(k->ram, table + slot * sizeof(e), &e, sizeof(e))) {
		k->unreadable = true;
		return (pte_t){ 0 };
	}
	return e;
}

/* The table at @pa, to be looked through: as many reads as it has slots. */
static struct walk_table walk_table(struct kernel *k, pa_t pa)
{
	struct walk_table t = { .pa = pa };

	if (k->ram->left >= PT_ENTRIES) {
		k->ram->left -= PT_ENTRIES;
		t.slots = ram_page(k->ram, pa);
	}
	if (!t.slots)
		k->unreadable = true;
	return t;
}

/* The entry at the walk's address, in the table where it is. */
static void walk_entry(const struct walk *w, struct entry *e)
{
	const struct walk_table *t = &w->at[w->level];
	unsigned slot = level_index(w->va, w->level);
	struct kernel *k = w->s->k;

	*e = (struct entry){
		.va = ALIGN_DOWN(w->va, level_size(w->level)),
		.pte = t->slots ? pte_load(&t->slots[slot]) : (pte_t){ 0 },
		.level = w->level,
		.slot = t->pa + slot * sizeof(pte_t),
	};
	if (slot >= t->lo && slot < t->hi) {
		e->ties = t->ties;
		if (t->lender && !e->pte.bits) {
			e->pte = walk_slot(k, t->lender, slot);
			e->pte.bits &= ~(PTE_TOUCHED | PTE_D);
			e->borrowed = e->pte.bits != 0;
		}
	}
	e->what = snap_what_is(e->pte, e->level);
}

/* To the table that @e points at. */
static bool walk_descend(struct walk *w, const struct entry *e)
{
	if (e->what != SNAP_TABLE || !w->left)
		return false;
	w->left--;
	w->level--;
	w->at[w->level] = walk_table(w->s->k, pte_pa(e->pte));
	if (w->level == 0)
		tie_look(w->s->k, &w->at[0]);
	return true;
}

/* Past the entry at the walk's address, and up where a table ends. */
static void walk_advance(struct walk *w)
{
	w->va = ALIGN_DOWN(w->va, level_size(w->level)) + level_size(w->level);
	while (w->level < PT_LEVELS - 1 && level_index(w->va, w->level) == 0)
		w->level++;
}

/* A space has the tables that the kernel counts, and a few more while it makes one; of
 * nonsense, one for each frame of RAM. */
void walk_start(struct walk *w, const struct space *s, va_t start, va_t end)
{
	*w = (struct walk){
		.s = s,
		.va = start,
		.end = end,
		.level = PT_LEVELS - 1,
		.left = MIN(s->tables + PT_LEVELS, s->k->frames),
	};
	w->at[w->level] = walk_table(s->k, s->root);
}

/* Past entries that are 0, to the last one of the table at most. */
static void walk_skip(struct walk *w)
{
	const struct walk_table *t = &w->at[w->level];
	unsigned slot = level_index(w->va, w->level), first = slot;

	while (slot < PT_ENTRIES - 1 && !(slot >= t->lo && slot < t->hi) &&
	       !(t->slots && pte_load(&t->slots[slot]).bits))
		slot++;
	if (slot > first)
		w->va = ALIGN_DOWN(w->va, level_size(w->level)) +
			(slot - first) * level_size(w->level);
}

bool walk_next(struct walk *w, struct entry *e)
{
	while (w->va < w->end) {
		walk_skip(w);
		if (w->va >= w->end)
			break;
		walk_entry(w, e);
		if (walk_descend(w, e))
			return true;
		walk_advance(w);
		if (e->pte.bits)
			return true;
	}
	return false;
}

int space_walk(const struct space *s, va_t va, struct entry path[PT_LEVELS])
{
	struct walk w;
	int n = 0;

	walk_start(&w, s, va, va + 1);
	do {
		walk_entry(&w, &path[n++]);
	} while (walk_descend(&w, &path[n - 1]));
	return n;
}
