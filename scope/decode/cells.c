/* cells.c - see cells.h. */

#include "decode/cells.h"

static struct cell *cell_at(const struct kernel *k, struct cell *cells, pa_t pa)
{
	u64 i = pa / PAGE_SIZE - k->frame_base;

	return i < k->frames ? &cells[i] : NULL;
}

static void cell_mark(struct cell *c, u64 owner, u8 flags)
{
	if (!c)
		return;
	c->flags |= flags;
	if (!c->owner)
		c->owner = (u16)owner;
}

/* --- what the kernel says of each --------------------------------------------- */

struct block {
	pfn_t end; /* of the free block that was met last */
	u8 flags;  /* of its cells                        */
};

static u8 cell_block(unsigned order)
{
	return (u8)((order + 1) << 4);
}

/* The cell of the frame @pfn, of which @page is the struct page. */
static struct cell cell_of(const struct kernel *k, const void *page, pfn_t pfn,
			   struct block *block)
{
	u64 is_free = kernel_number(k, LAYOUT_FRAME_ORDER_FREE);
	struct cell c = { .kind = (u8)page_field(k, page, LAYOUT_page_kind) };
	u64 order = page_field(k, page, LAYOUT_page_order);

	if (c.kind != kernel_number(k, LAYOUT_FRAME_free))
		return c;
	if (order == kernel_number(k, LAYOUT_FRAME_ORDER_CACHED)) {
		c.flags = CELL_LISTED;
		return c;
	}
	if (order >= is_free && order - is_free <= FRAME_ORDER_MOST &&
	    IS_ALIGNED(pfn, (pfn_t)1 << (order - is_free))) {
		block->end = pfn + ((pfn_t)1 << (order - is_free));
		block->flags = cell_block((unsigned)(order - is_free));
	}
	if (pfn < block->end)
		c.flags = block->flags;
	return c;
}

/* The frames [@i, @end): they are all known, or none is. */
static void cells_fill_kinds(struct kernel *k, struct cell *cells, u64 i, u64 end)
{
	const struct cell unknown = {
		.kind = (u8)kernel_number(k, LAYOUT_FRAME_free),
		.flags = cell_block(FRAME_ORDER_MOST),
	};
	struct block block = { .end = 0 };
	bool known = frame_is_known(k, (k->frame_base + i) * PAGE_SIZE);
	u64 each = k->layout.item[LAYOUT_page].size;

	while (known && i < end) {
		va_t page = k->frame_table + i * each;
		u64 n = MIN(end - i, (PAGE_SIZE - page % PAGE_SIZE) / each);
		const char *bytes = kernel_bytes(k, page, n * each);

		for (; n; n--, i++, bytes = bytes ? bytes + each : NULL)
			cells[i] = cell_of(k, bytes, k->frame_base + i, &block);
	}
	for (; i < end; i++)
		cells[i] = unknown;
}

/* --- who has them ---------------------------------------------------------------- */

/* Not the trampoline, which all have and nobody counts. */
static void cells_mark_leaf(const struct space *s, struct cell *cells,
			    const struct entry *e, u64 owner)
{
	u8 flags = e->level == 1 ? CELL_LARGE : 0;
	struct entry one = *e;
	struct frame f = { .head = 0 };
	bool whole = false;

	for (u64 i = 0; i < level_size(e->level) / PAGE_SIZE; i++) {
		one.pte = pte_make(pte_pa(e->pte) + i * PAGE_SIZE, e->pte.bits & PTE_FLAGS);
		/* The frames of a block in one piece have the references of its first. */
		if (!whole && !entry_frame(s->k, &one, &f))
			return;
		whole |= i == 0 && f.head;
		cell_mark(cell_at(s->k, cells, pte_pa(one.pte)), owner,
			  flags | (f.users > 1 ? CELL_SHARED : 0));
	}
}

static void cells_mark_space(const struct space *s, struct cell *cells, u64 owner)
{
	u8 how = s->as ? 0 : CELL_KERNEL;
	struct kernel *k = s->k;
	va_t start = space_start(s), end = space_end(s);
	struct entry e;
	struct walk w;

	cell_mark(cell_at(k, cells, s->root), owner, how);
	if (s->twin)
		cell_mark(cell_at(k, cells, s->twin), owner, how);
	walk_start(&w, s, start, end);
	while (walk_next(&w, &e)) {
		if (e.what == SNAP_TABLE)
			cell_mark(cell_at(k, cells, pte_pa(e.pte)), owner, how);
		else if (s->as && e.level < 2 &&
			 (e.what == SNAP_LEAF || e.what == SNAP_PARKED))
			cells_mark_leaf(s, cells, &e, owner);
	}
}

/* The tables that wait for a split of a 2 MiB leaf. */
static void cells_mark_reserve(struct kernel *k, struct cell *cells, va_t as, u64 owner)
{
	va_t pt = kernel_place(k, as, LAYOUT_aspace_pt);
	va_t page = kernel_field(k, pt, LAYOUT_pt_reserve);

	for (u64 n = 0; page && n < k->frames; n++) {
		cell_mark(cell_at(k, cells, frame_of_page(k, page)), owner, 0);
		page = kernel_field(k, page, LAYOUT_page_hash_next);
	}
}

static void cells_mark_process(struct kernel *k, struct cell *cells, u64 slot)
{
	static const enum layout_id pages[] = { LAYOUT_proc_trapframe,
						LAYOUT_proc_usyscall };
	va_t proc = kernel_element(k, LAYOUT_procs, slot);
	struct process p;
	struct space s;

	if (!machine_process(k, slot, &p))
		return;
	for (u64 i = 0; i < ARRAY_SIZE(pages); i++) {
		va_t page = kernel_field(k, proc, pages[i]);

		cell_mark(cell_at(k, cells, frame_of_page(k, page)), slot + 1, 0);
	}
	if (!space_open(k, &p, &s))
		return;
	cells_mark_space(&s, cells, slot + 1);
	cells_mark_reserve(k, cells, p.as, slot + 1);
}

void cells_fill(struct kernel *k, struct cell *cells)
{
	u64 per_chunk = MAX(kernel_number(k, LAYOUT_CHUNK_FRAMES), (u64)1), n;
	struct space s;

	for (u64 i = 0; i < k->frames; i += n) {
		n = per_chunk - (k->frame_base + i) % per_chunk;
		n = MIN(n, k->frames - i);
		cells_fill_kinds(k, cells, i, i + n);
	}
	space_open_kernel(k, &s);
	cells_mark_space(&s, cells, 0);
	for (u64 i = 0; i < machine_slots(k); i++)
		cells_mark_process(k, cells, i);
}

u64 cells_owned(const struct kernel *k, const struct cell *cells, u64 kind)
{
	u64 n = 0;

	for (u64 i = 0; i < k->frames; i++)
		n += cells[i].kind == kind && cells[i].owner;
	return n;
}

u64 cells_run(const struct cell *cells, u64 n)
{
	u64 i = 1;

	while (i < n && cells[i].kind == cells[0].kind &&
	       cells[i].flags == cells[0].flags && cells[i].owner == cells[0].owner)
		i++;
	return i;
}
