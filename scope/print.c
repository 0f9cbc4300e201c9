/* print.c - see print.h. */

#include "print.h"

#include <inttypes.h>
#include <stdio.h>

#include "decode/mapper.h"
#include "decode/notes.h"
#include "decode/pages.h"
#include "decode/tally.h"
#include "view/process.h"

#define KIB_PER_PAGE 4

/* --- the machine --------------------------------------------------------------- */

static void print_panic(struct kernel *k)
{
	struct machine_panic p;
	char name[64];
	u64 offset;

	if (!machine_panic(k, &p))
		return;
	printf("panic on hart %u: %s\n", p.hart, p.what);
	for (u32 i = 0; i < p.ncalls; i++) {
		kernel_function(k, p.calls[i], name, sizeof(name), &offset);
		printf("  %016" PRIx64, p.calls[i]);
		if (name[0])
			printf(" %s+0x%" PRIx64, name, offset);
		putchar('\n');
	}
}

static void print_hart(const struct machine_hart *h)
{
	printf("%s%s", h->panicked ? "panicked in " : h->idle ? "" : "runs ", h->thread);
	if (h->pid)
		printf(", process %d", h->pid);
	if (h->loaded)
		printf(", with the table of %d\n", h->loaded);
	else
		puts(", with the kernel's own table");
}

static void print_machine(struct kernel *k)
{
	struct machine_hart h;
	char name[SCOPE_NAME];

	printf("RAM %" PRIx64 "-%" PRIx64 "\n", (u64)(k->frame_base * PAGE_SIZE),
	       (u64)((k->frame_base + k->frames) * PAGE_SIZE));
	for (u64 i = 0; i < machine_harts(k); i++) {
		if (!machine_hart(k, i, &h))
			continue;
		printf("hart %" PRIu64 " (hardware %" PRIu64 "): ", i, h.hartid);
		if (!h.online)
			puts("not started");
		else
			print_hart(&h);
	}
	for (u64 kind = 0; kind < machine_kinds(k); kind++) {
		kernel_name(k, LAYOUT_frame_kind_name, kind, name, sizeof(name));
		printf("%10" PRIu64 "K %s\n", machine_frames(k, kind) * KIB_PER_PAGE, name);
	}
	print_panic(k);
}

/* In the order of their numbers: the least one that is greater than the last. */
static bool process_after(struct kernel *k, int last, struct process *next)
{
	struct process p;
	bool found = false;

	for (u64 i = 0; i < machine_slots(k); i++) {
		if (!machine_process(k, i, &p) || p.pid <= last ||
		    (found && p.pid >= next->pid))
			continue;
		*next = p;
		found = true;
	}
	return found;
}

static void print_processes(struct kernel *k)
{
	struct process p = { 0 };

	puts("  PID  PPID STATE    HART     SIZE      MEM NAME");
	while (process_after(k, p.pid, &p))
		printf("%5d %5d %-8s %4u %7" PRIu64 "K %7" PRIu64 "K %s\n", p.pid, p.parent,
		       process_state_name(p.state), p.hart, p.brk / 1024,
		       p.resident * KIB_PER_PAGE, p.name);
}

static void print_counters(struct kernel *k)
{
	struct counter c;

	for (u64 i = 0; machine_counter(k, i, &c); i++)
		printf("%-16s %9" PRIu64 "  %s\n", c.name, c.value, c.what);
}

static void print_options(struct kernel *k)
{
	struct note_option o;

	for (u64 i = 0; notes_option(k, i, &o); i++)
		printf("%s=%s\n", o.name, o.value);
}

static void print_messages(struct kernel *k)
{
	char piece[256];
	u64 at = 0, n;

	while ((n = notes_messages(k, &at, piece, sizeof(piece))) > 0) {
		fwrite(piece, 1, n, stdout);
		at += n;
	}
}

/* As vmtrace prints it, with the hart before it and the time since boot. */
static void print_event(const struct event *e)
{
	static const char *const accesses[] = { "read", "write", "execute" };
	char detail[8] = "";

	if (EVENT_IS_FAULT(e->kind) && e->detail < ARRAY_SIZE(accesses))
		snprintf(detail, sizeof(detail), "%s", accesses[e->detail]);
	else if (e->kind == EVENT_MAP || e->kind == EVENT_PROTECT)
		snprintf(detail, sizeof(detail), "%c%c%c", e->detail & 1 ? 'r' : '-',
			 e->detail & 2 ? 'w' : '-', e->detail & 4 ? 'x' : '-');
	printf("%4u %9.3f %4d %-8s%-7s ", e->hart, (double)e->time / 1e6, e->pid,
	       view_event_name[e->kind], detail);
	if (e->kind == EVENT_FORK)
		printf("%-10llu       ", e->va);
	else if (e->pages)
		printf("%-10llx %5uK", e->va, e->pages * (u32)KIB_PER_PAGE);
	else
		printf("%17s", "");
	printf(" %s\n", view_event_what[e->kind]);
}

static void print_events(struct kernel *k)
{
	struct event e;

	printf("hart %9s %4s %-8s%-7s %-10s %6s %s\n", "time ms", "pid", "event", "access",
	       "address", "size", "what was done");
	for (u64 hart = 0; hart < machine_harts(k); hart++) {
		u64 end = notes_recorded(k, hart);
		u64 first = end > EVENT_RING ? end - EVENT_RING + 1 : 1;

		for (u64 number = first; number && number <= end; number++)
			if (notes_event(k, hart, number, &e))
				print_event(&e);
	}
}

static void print_cells(struct kernel *k, struct cell *cells)
{
	char name[SCOPE_NAME];
	struct process p;
	u64 n;

	cells_fill(k, cells);
	for (u64 i = 0; i < k->frames; i += n) {
		struct cell c = cells[i];

		n = cells_run(cells + i, k->frames - i);
		kernel_name(k, LAYOUT_frame_kind_name, c.kind, name, sizeof(name));
		printf("%9" PRIx64 " %8" PRIu64 "K %-9s", (k->frame_base + i) * PAGE_SIZE,
		       n * KIB_PER_PAGE, name);
		if (c.owner && machine_process(k, c.owner - 1u, &p))
			printf(" %d (%s)", p.pid, p.name);
		if (c.flags & CELL_ORDER)
			printf(" in blocks of %uK", KIB_PER_PAGE << cell_order(c));
		printf("%s%s%s%s\n", c.flags & CELL_KERNEL ? " of the kernel half" : "",
		       c.flags & CELL_SHARED ? " shared" : "",
		       c.flags & CELL_LARGE ? " large" : "",
		       c.flags & CELL_LISTED ? " listed" : "");
	}
}

static void print_owner(const struct space *s, const struct process *p)
{
	struct owner o = tally_owner(s);

	printf("%10" PRIu64 "K %10" PRIu64 "K %d (%s)\n", o.tables * KIB_PER_PAGE,
	       o.private * KIB_PER_PAGE, p->pid, p->name);
}

static void print_memory(struct kernel *k, struct cell *cells)
{
	struct process p = { .name = "kernel" };
	char name[SCOPE_NAME];
	struct space s;

	for (u64 kind = 0; kind < machine_kinds(k); kind++) {
		kernel_name(k, LAYOUT_frame_kind_name, kind, name, sizeof(name));
		printf("%10" PRIu64 "K %s\n", machine_frames(k, kind) * KIB_PER_PAGE, name);
	}
	cells_fill(k, cells);
	printf("%10" PRIu64 "K of the cache are mapped\n",
	       cells_owned(k, cells, kernel_number(k, LAYOUT_FRAME_cache)) * KIB_PER_PAGE);
	for (u64 i = 0; i <= FRAME_ORDER_MOST; i++)
		printf("%10" PRIu64 "K in free blocks of %uK\n",
		       machine_blocks(k, i) * KIB_PER_PAGE << i, KIB_PER_PAGE << i);
	for (u64 i = 0; i < machine_harts(k); i++)
		printf("%10" PRIu64 "K on the list of hart %" PRIu64 "\n",
		       machine_cached(k, i) * KIB_PER_PAGE, i);
	puts("     TABLES     PRIVATE of");
	space_open_kernel(k, &s);
	print_owner(&s, &p);
	p.pid = 0;
	while (process_after(k, p.pid, &p))
		if (space_open(k, &p, &s))
			print_owner(&s, &p);
}

/* --- one process ------------------------------------------------------------------- */

static void print_areas(const struct space *s, const struct process *p)
{
	struct spans at;
	struct span span;
	char range[48];

	printf("areas of %d (%s), in pages of 4 KiB\n", p->pid, p->name);
	puts("range                  pages memory shared large touched dirty prot kind");
	spans_start(&at, s);
	while (span_next(&at, &span)) {
		const struct area *a = &span.area;

		snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, a->start, a->end);
		printf("%-21s %6" PRIu64 " %6" PRIu64 " %6" PRIu64 " %5" PRIu64 " %7" PRIu64
		       " %5" PRIu64 " %c%c%c%c %s",
		       range, (u64)((a->end - a->start) / PAGE_SIZE), span.n.resident,
		       span.n.shared, span.n.large, span.n.touched, span.n.dirty,
		       a->prot & VMA_R ? 'r' : '-', a->prot & VMA_W ? 'w' : '-',
		       a->prot & VMA_X ? 'x' : '-', a->flags & VMA_SHARED ? 's' : '-',
		       view_place_name[a->place]);
		if (a->place == SNAP_AREA_FILE)
			printf("+%" PRIx64, a->offset);
		putchar('\n');
	}
	if (at.areas.broken)
		puts("the other areas cannot be read");
}

/* As vmprint() with the indexes of entries; valid entries only. */
static void print_table(const struct space *s)
{
	static const char *const dots[PT_LEVELS] = { ".. .. ..", ".. ..", ".." };
	static const char *const size[PT_LEVELS] = { "", " 2 MiB", " 1 GiB" };
	struct entry e;
	struct walk w;

	printf("page table 0x%016" PRIx64 "\n", s->root);
	walk_start(&w, s, space_start(s), space_end(s));
	while (walk_next(&w, &e))
		if (pte_is_valid(e.pte))
			printf("%s%u: pte 0x%016" PRIx64 " pa 0x%016" PRIx64 "%s\n",
			       dots[e.level], level_index(e.va, e.level), e.pte.bits,
			       pte_pa(e.pte), pte_is_leaf(e.pte) ? size[e.level] : "");
}

static void print_walk(const struct space *s, va_t va)
{
	static const char *const access_name[] = { "read", "write", "execute" };
	struct entry path[PT_LEVELS];
	struct area area;
	int n = space_walk(s, va, path);
	const struct area *a = area_find(s, va, &area) ? &area : NULL;
	struct frame f;

	for (int i = 0; i < n; i++)
		printf("level %d entry %3u at %9" PRIx64 ": 0x%-8" PRIx64 "  %s\n",
		       path[i].level, level_index(va, path[i].level), path[i].slot,
		       path[i].pte.bits,
		       path[i].what == SNAP_TABLE ? "next table"
		       : path[i].borrowed         ? "still in the lender's table"
						  : "");
	if (entry_frame(s->k, &path[n - 1], &f))
		printf("page: physical address %" PRIx64 ", users %u\n",
		       (u64)(pte_pa(path[n - 1].pte) + va % level_size(path[n - 1].level)),
		       f.users);
	printf("area: ");
	if (a)
		printf("0x%" PRIx64 "-0x%" PRIx64 " %c%c%c %s\n", a->start, a->end,
		       a->prot & VMA_R ? 'r' : '-', a->prot & VMA_W ? 'w' : '-',
		       a->prot & VMA_X ? 'x' : '-', view_place_name[a->place]);
	else
		puts("none");
	for (enum access access = ACCESS_READ; access < NACCESSES; access++)
		printf("%s: %s\n", access_name[access],
		       view_fate_name[entry_fate(&path[n - 1], a, access)]);
}

static void print_rights(u64 bits, u64 r, u64 w, u64 x)
{
	printf(" %c%c%c", bits & r ? 'r' : '-', bits & w ? 'w' : '-', bits & x ? 'x' : '-');
}

static void print_pages(const struct space *s, va_t va)
{
	static const char *const what[] = { "absent", "page", "table",
					    "guard",  "note", "parked" };
	struct page_runs at;
	struct page_run run;

	puts("range                  pages state  area entry  users kind");
	page_runs_start(&at, s, va, space_end(s));
	while (page_runs_next(&at, &run)) {
		char range[48];

		snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, run.start, run.end);
		printf("%-21s %6" PRIu64 " %-6s", range,
		       (u64)((run.end - run.start) / PAGE_SIZE), what[run.what]);
		print_rights(run.prot, VMA_R, VMA_W, VMA_X);
		print_rights(run.bits, PTE_R, PTE_W, PTE_X);
		printf("%c%c%c %5u %s%s%s", run.bits & PTE_TOUCHED ? 'a' : '-',
		       run.bits & PTE_D ? 'd' : '-',
		       pte_is_leaf((pte_t){ run.bits }) && run.bits & PTE_COW ? 'c' : '-',
		       run.users, view_place_name[run.place],
		       run.level == 1   ? ", large"
		       : run.level == 2 ? ", of 1G"
					: "",
		       run.borrowed ? ", still in the lender's table" : "");
		if (run.age != SNAP_AGE_NEVER)
			printf(", touched %u rounds of heat ago", run.age);
		putchar('\n');
	}
}

static void print_slots(const struct space *s, va_t va)
{
	struct entry path[PT_LEVELS], e[PT_LEVELS];
	int n = space_walk(s, va, path);

	for (int depth = 0; depth < n; depth++) {
		u64 each = level_size(path[depth].level);
		va_t first = ALIGN_DOWN(path[depth].va, each * PT_ENTRIES);

		printf("table of level %d at %" PRIx64 "\n", path[depth].level,
		       ALIGN_DOWN(path[depth].slot, PAGE_SIZE));
		for (unsigned i = 0; i < PT_ENTRIES; i++)
			if (space_walk(s, first + i * each, e) > depth && e[depth].pte.bits)
				printf("%4u 0x%" PRIx64 "\n", i, e[depth].pte.bits);
	}
}

/* As dump prints them in the guest. */
static bool print_bytes(const struct space *s, va_t va)
{
	struct entry path[PT_LEVELS];
	const struct entry *e = &path[space_walk(s, va, path) - 1];
	const u8 *page = entry_bytes(s, e, va);

	if (!page) {
		fprintf(stderr, "scope: no page of RAM is at %" PRIx64 "\n", va);
		return false;
	}
	va = ALIGN_DOWN(va, PAGE_SIZE);
	for (u64 i = 0; i < PAGE_SIZE; i += 16) {
		printf("%10" PRIx64 " ", va + i);
		for (u64 j = i; j < i + 16; j++)
			printf("%s %02x", j == i + 8 ? " " : "", page[j]);
		printf("  ");
		for (u64 j = i; j < i + 16; j++)
			putchar(page[j] >= ' ' && page[j] <= '~' ? page[j] : '.');
		putchar('\n');
	}
	return true;
}

static bool print_process(struct kernel *k, const struct view_request *r)
{
	struct process p;
	struct space s;

	if (!view_space(k, r, &p, &s)) {
		fprintf(stderr, "scope: there is no process %d, or it has no memory\n",
			r->pid);
		return false;
	}
	if (view_arguments[r->view][3] && !space_has(&s, r->address)) {
		fprintf(stderr, "scope: %" PRIx64 " is not in the %s half\n", r->address,
			s.as ? "user" : "kernel");
		return false;
	}
	switch (r->view) {
	case VIEW_areas:
		print_areas(&s, &p);
		return true;
	case VIEW_table:
		print_table(&s);
		return true;
	case VIEW_pages:
		print_pages(&s, r->address);
		return true;
	case VIEW_slots:
		print_slots(&s, r->address);
		return true;
	case VIEW_bytes:
		return print_bytes(&s, r->address);
	default:
		print_walk(&s, r->address);
		return true;
	}
}

/* --- one frame ----------------------------------------------------------------------- */

static void print_mapper(const struct mapper *m)
{
	char who[40] = "the kernel";

	if (m->pid)
		snprintf(who, sizeof(who), "%d (%s)", m->pid, m->name);
	if (m->is_root)
		printf("%s has it as a root table\n", who);
	else if (m->e.what == SNAP_TABLE)
		printf("%-20s table of level %d, for %" PRIx64 " and up\n", who,
		       m->e.level - 1, m->e.va);
	else
		printf("%-20s at %-10" PRIx64 " %c%c%c%s %s%s\n", who, m->va,
		       m->e.pte.bits & PTE_R ? 'r' : '-', m->e.pte.bits & PTE_W ? 'w' : '-',
		       m->e.pte.bits & PTE_X ? 'x' : '-',
		       m->e.pte.bits & PTE_COW ? " copy-on-write" : "",
		       view_place_name[m->place],
		       m->e.level == 1   ? ", in a leaf of 2M"
		       : m->e.level == 2 ? ", in a leaf of 1G"
					 : "");
}

static bool print_frame(struct kernel *k, pa_t pa)
{
	struct mappers at;
	struct mapper m;
	char kind[SCOPE_NAME];
	struct frame f;
	bool found = false;

	if (!frame_look(k, pa, &f)) {
		fprintf(stderr, "scope: no RAM is at %" PRIx64 "\n", pa);
		return false;
	}
	kernel_name(k, LAYOUT_frame_kind_name, f.kind, kind, sizeof(kind));
	printf("frame %" PRIx64 ": %s\n", f.pa, kind);
	if (f.refs)
		printf("references %u, users %u", f.refs, f.users);
	else
		printf("no references are counted");
	if (f.order)
		printf("; in a block of %u%c",
		       f.order < 8 ? 4u << f.order : 1u << (f.order - 8),
		       f.order < 8 ? 'K' : 'M');
	if (f.offset)
		printf("; offset %" PRIx64 " of its file", f.offset);
	putchar('\n');
	for (mappers_start(&at, k, pa); mapper_next(&at, &m); found = true)
		print_mapper(&m);
	if (!found)
		puts("nobody maps it but the kernel");
	return true;
}

bool print_view(struct kernel *k, const struct view_request *r)
{
	ram_begin(k->ram);
	switch (r->view) {
	case VIEW_machine:
		print_machine(k);
		return true;
	case VIEW_processes:
		print_processes(k);
		return true;
	case VIEW_counters:
		print_counters(k);
		return true;
	case VIEW_options:
		print_options(k);
		return true;
	case VIEW_messages:
		print_messages(k);
		return true;
	case VIEW_events:
		print_events(k);
		return true;
	case VIEW_memory:
		print_memory(k, r->cells);
		return true;
	case VIEW_cells:
		print_cells(k, r->cells);
		return true;
	case VIEW_frame:
		return print_frame(k, r->address);
	default:
		return print_process(k, r);
	}
}
