/* process.c - see process.h. */

#include "view/process.h"

#include "decode/pages.h"
#include "decode/tally.h"
#include "decode/use.h"
#include "lib/string.h"

static const char *const what_name[] = { "", "leaf", "table", "guard", "note", "parked" };

static const char *const access_name[] = { "read", "write", "execute" };

const char *const view_kernel_fate_name[] = {
#define X(id, what) what,
	KERNEL_FATES(X)
#undef X
};

static void view_prot(const struct area *a, struct text *t)
{
	text_number(t, "prot", a->prot);
	text_flag(t, "is_shared", a->flags & VMA_SHARED);
}

static void view_areas(const struct space *s, struct text *t)
{
	struct spans at;
	struct span span;
	struct heat heat;

	heat_look(s->k, &heat);
	text_open(t, "areas", '[');
	spans_start(&at, s);
	while (span_next(&at, &span)) {
		struct frame youngest = { .heat = span.n.heat };
		u8 age = frame_age(&heat, &youngest);

		text_open(t, NULL, '{');
		text_address(t, "start", span.area.start);
		text_address(t, "end", span.area.end);
		text_string(t, "kind", view_place_name[span.area.place]);
		view_prot(&span.area, t);
		text_address(t, "offset", span.area.offset);
		text_number(t, "resident", span.n.resident);
		text_number(t, "shared", span.n.shared);
		text_number(t, "private", span.n.private);
		text_number(t, "large", span.n.large);
		text_number(t, "touched", span.n.touched);
		text_number(t, "dirty", span.n.dirty);
		if (age != SNAP_AGE_NEVER)
			text_number(t, "age", age);
		text_close(t, '}');
	}
	text_close(t, ']');
	text_flag(t, "broken", at.areas.broken);
}

/* @a: the area of @e, or NULL. */
static void view_fields(const struct space *s, const struct entry *e, const struct area *a,
			struct text *t)
{
	struct frame f;

	text_address(t, "va", e->va);
	text_number(t, "level", (u64)e->level);
	text_number(t, "index", level_index(e->va, e->level));
	text_address(t, "slot", e->slot);
	text_address(t, "pte", e->pte.bits);
	text_string(t, "what", what_name[e->what]);
	if (e->what == SNAP_LEAF || e->what == SNAP_PARKED || e->what == SNAP_TABLE)
		text_address(t, "pa", pte_pa(e->pte));
	if (e->what != SNAP_TABLE)
		text_string(t, "place", view_place_name[entry_place(s, e, a)]);
	if (entry_frame(s->k, e, &f))
		text_number(t, "users", f.users);
	if (e->borrowed)
		text_flag(t, "borrowed", true);
}

static void view_table(const struct space *s, struct text *t)
{
	struct areas at = { 0 };
	struct area area;
	struct entry e;
	struct walk w;
	bool has = area_next(s, &at, &area);

	text_address(t, "root", s->root);
	text_address(t, "user_root", s->twin);
	text_open(t, "entries", '[');
	walk_start(&w, s, space_start(s), space_end(s));
	while (walk_next(&w, &e)) {
		while (has && area.end <= e.va)
			has = area_next(s, &at, &area);
		text_open(t, NULL, '{');
		view_fields(s, &e, has && area.start <= e.va ? &area : NULL, t);
		text_close(t, '}');
	}
	text_close(t, ']');
}

/* --- one address ------------------------------------------------------------------- */

static void view_bits(const struct entry *e, struct text *t)
{
	struct entry_bit bit;

	text_open(t, "bits", '[');
	for (unsigned i = 0; i < ENTRY_BITS; i++) {
		bit = entry_bit(e, i);
		text_open(t, NULL, '{');
		text_number(t, "bit", i);
		text_string(t, "name", bit.name);
		text_flag(t, "on", e->pte.bits >> i & 1);
		text_string(t, "means", bit.means);
		text_close(t, '}');
	}
	text_close(t, ']');
}

/* What the program does at the address, and the kernel without and with SUM. */
static void view_fates(const struct entry *e, const struct area *a, struct text *t)
{
	static const char *const name[] = { "kernel_fates", "sum_fates" };

	text_open(t, "fates", '{');
	for (enum access access = ACCESS_READ; access < NACCESSES; access++)
		text_string(t, access_name[access],
			    view_fate_name[entry_fate(e, a, access)]);
	text_close(t, '}');
	for (int sum = 0; sum < 2; sum++) {
		text_open(t, name[sum], '{');
		for (enum access access = ACCESS_READ; access < NACCESSES; access++) {
			enum kernel_fate fate = entry_kernel_fate(e, access, sum);

			text_string(t, access_name[access],
				    fate == KERNEL_AS_PROGRAM
					    ? view_fate_name[entry_fate(e, a, access)]
					    : view_kernel_fate_name[fate]);
		}
		text_close(t, '}');
	}
}

static void view_walk(const struct space *s, va_t va, struct text *t)
{
	struct entry path[PT_LEVELS];
	struct area area;
	int n = space_walk(s, va, path);
	const struct area *a = area_find(s, va, &area) ? &area : NULL;

	text_address(t, "va", va);
	text_address(t, "root", s->root);
	text_address(t, "user_root", s->twin);
	if (a) {
		text_open(t, "area", '{');
		text_address(t, "start", a->start);
		text_address(t, "end", a->end);
		text_string(t, "kind", view_place_name[a->place]);
		view_prot(a, t);
		text_close(t, '}');
	}
	text_open(t, "path", '[');
	for (int i = 0; i < n; i++) {
		text_open(t, NULL, '{');
		view_fields(s, &path[i], a, t);
		view_bits(&path[i], t);
		text_close(t, '}');
	}
	text_close(t, ']');
	view_fates(&path[n - 1], a, t);
}

/* The entries of the table at @path[depth], but those that are 0. */
static void view_slots_of(const struct space *s, const struct entry *path, int depth,
			  const char *key, struct text *t)
{
	va_t va = ALIGN_DOWN(path[depth].va, level_size(path[depth].level) * PT_ENTRIES);
	struct entry other[PT_LEVELS];

	text_open(t, key, '{');
	text_number(t, "level", (u64)path[depth].level);
	text_address(t, "pa", ALIGN_DOWN(path[depth].slot, PAGE_SIZE));
	text_open(t, "entries", '[');
	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		const struct entry *e = &other[depth];
		int n = space_walk(s, va + i * level_size(path[depth].level), other);

		if (n <= depth || !e->pte.bits)
			continue;
		text_open(t, NULL, '{');
		text_number(t, "index", i);
		text_address(t, "pte", e->pte.bits);
		text_string(t, "what", what_name[e->what]);
		if (e->borrowed)
			text_flag(t, "borrowed", true);
		text_close(t, '}');
	}
	text_close(t, ']');
	text_close(t, '}');
}

static void view_slots(const struct space *s, va_t va, struct text *t)
{
	struct entry path[PT_LEVELS];
	struct space user = *s;
	int n = space_walk(s, va, path);

	text_address(t, "va", va);
	text_open(t, "tables", '[');
	for (int depth = 0; depth < n; depth++)
		view_slots_of(s, path, depth, NULL, t);
	text_close(t, ']');
	if (!s->twin)
		return;
	user.root = s->twin;
	if (space_walk(&user, va, path))
		view_slots_of(&user, path, 0, "user_root", t);
}

/* The fields that say nothing new are left out. */
static void view_run(struct kernel *k, const struct page_run *run, struct text *t)
{
	char name[SCOPE_NAME];

	text_open(t, NULL, '{');
	text_address(t, "va", run->start);
	text_number(t, "pages", (run->end - run->start) / PAGE_SIZE);
	text_string(t, "what", what_name[run->what]);
	text_string(t, "place", view_place_name[run->place]);
	if (run->has_area) {
		text_number(t, "prot", run->prot);
		text_flag(t, "is_shared", run->flags & VMA_SHARED);
	}
	if (run->what) {
		text_number(t, "level", run->level);
		text_number(t, "bits", run->bits);
	}
	if (run->kind != (u8)~0u) {
		kernel_name(k, LAYOUT_frame_kind_name, run->kind, name, sizeof(name));
		text_string(t, "kind", name);
	}
	if (run->kind == kernel_number(k, LAYOUT_FRAME_cache))
		text_flag(t, "is_file", true);
	view_cached(run->cached, t);
	if (run->users)
		text_number(t, "users", run->users);
	if (run->age != SNAP_AGE_NEVER)
		text_number(t, "age", run->age);
	if (run->borrowed)
		text_flag(t, "borrowed", true);
	text_close(t, '}');
}

static void view_pages(const struct space *s, va_t va, struct text *t)
{
	struct page_runs at;
	struct page_run run;
	va_t next = space_end(s);

	text_address(t, "va", ALIGN_DOWN(va, PAGE_SIZE));
	text_open(t, "runs", '[');
	page_runs_start(&at, s, va, space_end(s));
	for (u32 n = 0; page_runs_next(&at, &run); n++) {
		if (n == VIEW_RUNS) {
			next = run.start;
			break;
		}
		view_run(s->k, &run, t);
	}
	text_close(t, ']');
	text_address(t, "next", next);
}

static bool view_bytes(const struct space *s, va_t va, struct text *t)
{
	static const char digits[] = "0123456789abcdef";
	struct entry path[PT_LEVELS];
	const struct entry *e = &path[space_walk(s, va, path) - 1];
	char hex[2 * PAGE_SIZE + 1];
	pa_t pa = pte_pa(e->pte) + va % level_size(e->level);
	const u8 *page = entry_bytes(s, e, va);

	if (!page) {
		text_string(t, "why",
			    e->what == SNAP_LEAF ? "the page is not in RAM, or not at hand"
						 : "there is no page at this address");
		return false;
	}
	for (u64 i = 0; i < PAGE_SIZE; i++) {
		hex[2 * i] = digits[page[i] >> 4];
		hex[2 * i + 1] = digits[page[i] & 15];
	}
	hex[2 * PAGE_SIZE] = '\0';
	text_address(t, "va", ALIGN_DOWN(va, PAGE_SIZE));
	text_address(t, "pa", ALIGN_DOWN(pa, PAGE_SIZE));
	text_string(t, "hex", hex);
	return true;
}

static bool view_refuse(struct text *t, const char *why)
{
	text_string(t, "why", why);
	return false;
}

bool view_space(struct kernel *k, const struct view_request *r, struct process *p,
		struct space *s)
{
	if (r->pid == 0 && r->view != VIEW_areas) {
		*p = (struct process){ .name = "kernel" };
		space_open_kernel(k, s);
		return true;
	}
	return machine_find(k, r->pid, p) && space_open(k, p, s);
}

bool view_process(struct kernel *k, const struct view_request *r, struct text *t)
{
	struct process p;
	struct space s;

	if (!view_space(k, r, &p, &s))
		return view_refuse(t, "there is no such process, or it has no memory");
	if (view_arguments[r->view][3] && !space_has(&s, r->address))
		return view_refuse(t, s.as ? "the address is not in the user half"
					   : "the address is not in the kernel half");
	text_number(t, "pid", (u32)p.pid);
	text_string(t, "name", p.name);
	if (r->view == VIEW_bytes)
		return view_bytes(&s, r->address, t);
	if (r->view == VIEW_areas)
		view_areas(&s, t);
	else if (r->view == VIEW_table)
		view_table(&s, t);
	else if (r->view == VIEW_pages)
		view_pages(&s, r->address, t);
	else if (r->view == VIEW_slots)
		view_slots(&s, r->address, t);
	else
		view_walk(&s, r->address, t);
	return true;
}
