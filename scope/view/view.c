/* view.c - see view.h. */

#include "view/view.h"

#include "decode/mapper.h"
#include "decode/notes.h"
#include "decode/tally.h"
#include "uapi/snapshot.h"
#include "view/process.h"

const char *const view_name[VIEW_COUNT] = {
#define X(name, arguments, what) #name,
	VIEWS(X)
#undef X
};

const char *const view_arguments[VIEW_COUNT] = {
#define X(name, arguments, what) arguments,
	VIEWS(X)
#undef X
};

const char *const view_what[VIEW_COUNT] = {
#define X(name, arguments, what) what,
	VIEWS(X)
#undef X
};

const char *const view_place_name[] = {
#define X(id, name, what) name,
	SNAP_AREA_NAMES(X)
#undef X
};

const char *const view_fate_name[] = {
#define X(name, what) what,
	ACCESS_FATES(X)
#undef X
};

const char *const view_event_name[] = {
#define X(id, name, what) name,
	EVENT_KINDS(X)
#undef X
};

const char *const view_event_what[] = {
#define X(id, name, what) what,
	EVENT_KINDS(X)
#undef X
};

/* --- machine ----------------------------------------------------------------- */

static void view_kinds(struct kernel *k, struct text *t)
{
	char name[SCOPE_NAME];

	text_open(t, "kinds", '{');
	for (u64 kind = 0; kind < machine_kinds(k); kind++) {
		kernel_name(k, LAYOUT_frame_kind_name, kind, name, sizeof(name));
		text_number(t, name, machine_frames(k, kind));
	}
	text_close(t, '}');
}

static void view_panic(struct kernel *k, struct text *t)
{
	struct machine_panic p;
	char name[64];
	u64 offset;

	if (!machine_panic(k, &p))
		return;
	text_open(t, "panic", '{');
	text_number(t, "hart", p.hart);
	text_string(t, "what", p.what);
	text_open(t, "calls", '[');
	for (u32 i = 0; i < p.ncalls; i++) {
		kernel_function(k, p.calls[i], name, sizeof(name), &offset);
		text_open(t, NULL, '{');
		text_address(t, "pc", p.calls[i]);
		text_string(t, "function", name);
		text_number(t, "offset", name[0] ? offset : 0);
		text_close(t, '}');
	}
	text_close(t, ']');
	text_close(t, '}');
}

static void view_heat(struct kernel *k, struct text *t)
{
	struct heat heat;

	heat_look(k, &heat);
	if (!heat.ms)
		return;
	text_open(t, "heat", '{');
	text_number(t, "ms", heat.ms);
	text_number(t, "round", heat.round);
	text_close(t, '}');
}

static void view_machine(struct kernel *k, struct text *t)
{
	struct machine_hart h;

	text_address(t, "ram", k->ram->base);
	text_number(t, "frames", k->frames);
	view_kinds(k, t);
	view_heat(k, t);
	text_open(t, "harts", '[');
	for (u64 i = 0; i < machine_harts(k); i++) {
		if (!machine_hart(k, i, &h))
			continue;
		text_open(t, NULL, '{');
		text_number(t, "hart", i);
		text_number(t, "hartid", h.hartid);
		text_flag(t, "online", h.online);
		text_flag(t, "idle", h.idle);
		text_flag(t, "panicked", h.panicked);
		text_number(t, "pid", (u32)h.pid);
		text_number(t, "loaded", (u32)h.loaded);
		text_string(t, "thread", h.thread);
		text_close(t, '}');
	}
	text_close(t, ']');
	view_panic(k, t);
}

static void view_processes(struct kernel *k, struct text *t)
{
	struct process p;

	text_open(t, "processes", '[');
	for (u64 i = 0; i < machine_slots(k); i++) {
		if (!machine_process(k, i, &p))
			continue;
		text_open(t, NULL, '{');
		text_number(t, "pid", (u32)p.pid);
		text_number(t, "parent", (u32)p.parent);
		text_number(t, "slot", i);
		text_string(t, "name", p.name);
		text_string(t, "state", process_state_name(p.state));
		text_number(t, "hart", p.hart);
		text_number(t, "size", p.brk);
		text_number(t, "resident", p.resident);
		text_number(t, "faults", p.faults);
		text_close(t, '}');
	}
	text_close(t, ']');
}

static void view_counters(struct kernel *k, struct text *t)
{
	struct counter c;

	text_open(t, "counters", '[');
	for (u64 i = 0; machine_counter(k, i, &c); i++) {
		text_open(t, NULL, '{');
		text_string(t, "name", c.name);
		text_string(t, "what", c.what);
		text_number(t, "value", c.value);
		text_close(t, '}');
	}
	text_close(t, ']');
}

static void view_options(struct kernel *k, struct text *t)
{
	struct note_option o;

	text_open(t, "options", '{');
	for (u64 i = 0; notes_option(k, i, &o); i++)
		text_string(t, o.name, o.value);
	text_close(t, '}');
}

/* In pieces: a text of its own for each, to be joined. */
static void view_messages(struct kernel *k, struct text *t)
{
	char piece[257];
	u64 at = 0, n;

	text_open(t, "messages", '[');
	while ((n = notes_messages(k, &at, piece, sizeof(piece) - 1)) > 0) {
		for (u64 i = 0; i < n; i++)
			piece[i] = piece[i] ? piece[i] : ' ';
		piece[n] = '\0';
		text_string(t, NULL, piece);
		at += n;
	}
	text_close(t, ']');
}

static void view_events(struct kernel *k, struct text *t)
{
	struct event e;

	text_open(t, "events", '[');
	for (u64 hart = 0; hart < machine_harts(k); hart++) {
		u64 end = notes_recorded(k, hart);
		u64 first = end > EVENT_RING ? end - EVENT_RING + 1 : 1;

		for (u64 number = first; number && number <= end; number++) {
			if (!notes_event(k, hart, number, &e))
				continue;
			text_open(t, NULL, '{');
			text_number(t, "hart", hart);
			text_number(t, "number", number);
			text_number(t, "time", e.time);
			text_number(t, "pid", (u32)e.pid);
			text_string(t, "kind", view_event_name[e.kind]);
			text_string(t, "what", view_event_what[e.kind]);
			text_address(t, "va", e.va);
			text_number(t, "pages", e.pages);
			text_number(t, "detail", e.detail);
			text_close(t, '}');
		}
	}
	text_close(t, ']');
}

/* Neighbours that are alike are one run. */
static void view_cells(struct kernel *k, struct cell *cells, struct text *t)
{
	char name[SCOPE_NAME];
	struct process p;
	u64 n;

	cells_fill(k, cells);
	text_open(t, "runs", '[');
	for (u64 i = 0; i < k->frames; i += n) {
		struct cell c = cells[i];

		n = cells_run(cells + i, k->frames - i);
		kernel_name(k, LAYOUT_frame_kind_name, c.kind, name, sizeof(name));
		text_open(t, NULL, '{');
		text_address(t, "pa", (k->frame_base + i) * PAGE_SIZE);
		text_number(t, "frames", n);
		text_string(t, "kind", name);
		if (c.owner && machine_process(k, c.owner - 1u, &p))
			text_number(t, "pid", (u32)p.pid);
		text_flag(t, "is_kernel", c.flags & CELL_KERNEL);
		text_flag(t, "is_shared", c.flags & CELL_SHARED);
		text_flag(t, "is_large", c.flags & CELL_LARGE);
		text_flag(t, "is_listed", c.flags & CELL_LISTED);
		if (c.flags & CELL_ORDER)
			text_number(t, "order", cell_order(c));
		text_close(t, '}');
	}
	text_close(t, ']');
}

static void view_owner(const struct space *s, const struct process *p, struct text *t)
{
	struct owner o = tally_owner(s);

	text_open(t, NULL, '{');
	text_number(t, "pid", (u32)p->pid);
	text_string(t, "name", p->name);
	text_number(t, "tables", o.tables);
	text_number(t, "private", o.private);
	text_close(t, '}');
}

static void view_memory(struct kernel *k, struct cell *cells, struct text *t)
{
	struct process p = { .name = "kernel" };
	struct space s;

	text_number(t, "frames", k->frames);
	view_kinds(k, t);
	text_flag(t, "is_changing", machine_counts_change(k));
	text_open(t, "blocks", '[');
	for (u64 i = 0; i <= FRAME_ORDER_MOST; i++)
		text_number(t, NULL, machine_blocks(k, i));
	text_close(t, ']');
	text_open(t, "cached", '[');
	for (u64 i = 0; i < machine_harts(k); i++)
		text_number(t, NULL, machine_cached(k, i));
	text_close(t, ']');
	cells_fill(k, cells);
	text_number(t, "mapped_cache",
		    cells_owned(k, cells, kernel_number(k, LAYOUT_FRAME_cache)));
	text_open(t, "owners", '[');
	space_open_kernel(k, &s);
	view_owner(&s, &p, t);
	for (u64 i = 0; i < machine_slots(k); i++)
		if (machine_process(k, i, &p) && space_open(k, &p, &s))
			view_owner(&s, &p, t);
	text_close(t, ']');
}

/* --- one frame --------------------------------------------------------------------- */

static void view_mappers(struct kernel *k, pa_t pa, struct text *t)
{
	struct mappers at;
	struct mapper m;

	text_open(t, "mappers", '[');
	mappers_start(&at, k, pa);
	while (mapper_next(&at, &m)) {
		text_open(t, NULL, '{');
		text_number(t, "pid", (u32)m.pid);
		text_string(t, "name", m.name);
		if (m.is_root) {
			text_flag(t, "is_root", true);
		} else {
			text_address(t, "va", m.va);
			text_number(t, "level", (u64)m.e.level);
			text_address(t, "pte", m.e.pte.bits);
			text_flag(t, "is_table", m.e.what == SNAP_TABLE);
			text_string(t, "place", view_place_name[m.place]);
		}
		text_close(t, '}');
	}
	text_close(t, ']');
}

void view_cached(u8 cached, struct text *t)
{
	if (cached & CACHED_BUSY)
		text_flag(t, "is_busy", true);
	if (cached & CACHED_TEXT)
		text_flag(t, "is_text", true);
	if (cached & CACHED_DIRTY)
		text_flag(t, "is_dirty", true);
}

/* The age of a block that is whole is that of its first frame. */
static u8 view_age(struct kernel *k, const struct frame *f)
{
	struct frame head = *f;
	struct heat heat;

	heat_look(k, &heat);
	if (f->order && f->order <= FRAME_ORDER_MOST &&
	    !frame_look(k, ALIGN_DOWN(f->pa, PAGE_SIZE << f->order), &head))
		return SNAP_AGE_NEVER;
	return frame_age(&heat, &head);
}

static bool view_frame(struct kernel *k, pa_t pa, struct text *t)
{
	char kind[SCOPE_NAME];
	struct frame f;
	u8 age;

	if (!frame_look(k, pa, &f)) {
		text_string(t, "why", "no RAM is there, or the kernel's data is senseless");
		return false;
	}
	kernel_name(k, LAYOUT_frame_kind_name, f.kind, kind, sizeof(kind));
	text_address(t, "pa", f.pa);
	text_string(t, "kind", kind);
	text_number(t, "refs", f.refs);
	text_number(t, "users", f.users);
	text_number(t, "order", f.order);
	text_address(t, "offset", f.offset);
	view_cached(f.cached, t);
	age = view_age(k, &f);
	if (age != SNAP_AGE_NEVER)
		text_number(t, "age", age);
	view_mappers(k, f.pa, t);
	return true;
}

bool view_write(struct kernel *k, const struct view_request *r, struct text *t)
{
	bool found = true;

	ram_begin(k->ram);
	text_open(t, NULL, '{');
	switch (r->view) {
	case VIEW_machine:
		view_machine(k, t);
		break;
	case VIEW_processes:
		view_processes(k, t);
		break;
	case VIEW_counters:
		view_counters(k, t);
		break;
	case VIEW_options:
		view_options(k, t);
		break;
	case VIEW_messages:
		view_messages(k, t);
		break;
	case VIEW_events:
		view_events(k, t);
		break;
	case VIEW_memory:
		view_memory(k, r->cells, t);
		break;
	case VIEW_cells:
		view_cells(k, r->cells, t);
		break;
	case VIEW_frame:
		found = view_frame(k, r->address, t);
		break;
	default:
		found = view_process(k, r, t);
	}
	text_close(t, '}');
	return found;
}
