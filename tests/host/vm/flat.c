/* flat.c - see flat.h. */
#include "flat.h"

#include "lib/string.h"
#include "mm/space/aspace_priv.h"
#include "mm/map.h"

static bool is_file(const struct flat_page *p)
{
	return p->map == MAP_FILE || p->map == MAP_FILE_SHARED;
}

static bool is_shared(const struct flat_page *p)
{
	return p->map == MAP_ANON_SHARED || p->map == MAP_FILE_SHARED;
}

void flat_init(struct flat *f)
{
	memset(f, 0, sizeof(*f));
	f->file_pages = FILE_PAGES;
	for (unsigned p = 0; p < PAGES; p++)
		f->file[p] = (u8)(10 + p);
}

/* Returns a cell that no page has. */
static s16 cell_new(struct flat *f, u8 value)
{
	bool used[CELLS] = { false };

	for (unsigned s = 0; s < SPACES; s++)
		for (unsigned p = 0; p < PAGES; p++)
			if (f->page[s][p].mapped && f->page[s][p].cell != NO_CELL)
				used[f->page[s][p].cell] = true;
	for (s16 i = 0; i < CELLS; i++) {
		if (used[i])
			continue;
		f->cell[i] = value;
		return i;
	}
	abort();
}

u8 flat_value(const struct flat *f, unsigned s, unsigned page)
{
	const struct flat_page *p = &f->page[s][page];

	return p->cell != NO_CELL ? f->cell[p->cell] : f->file[p->file_page];
}

/* Makes a page present.  False: it lies past the end of the file. */
static bool touch(struct flat *f, struct flat_page *p)
{
	if (is_file(p) && !p->present && p->file_page >= f->file_pages)
		return false;
	if (!is_file(p) && !p->present)
		p->cell = cell_new(f, 0);
	p->present = true;
	return true;
}

static u8 op_value(struct op op)
{
	return (u8)(1 + op.s + 2 * op.arg);
}

static bool do_write(struct flat *f, struct flat_page *p, u8 value)
{
	if (!p->mapped || !(p->prot & VMA_W) || !touch(f, p))
		return false;
	if (p->map == MAP_FILE_SHARED) {
		f->file[p->file_page] = value;
		return true;
	}
	if (p->cell == NO_CELL)
		p->cell = cell_new(f, 0);
	f->cell[p->cell] = value;
	return true;
}

static void do_map(struct flat *f, struct op op)
{
	for (unsigned i = op.lo; i < op.hi; i++)
		f->page[op.s][i].mapped = false;
	for (unsigned i = op.lo; i < op.hi; i++) {
		struct flat_page *p = &f->page[op.s][i];

		*p = (struct flat_page){ .map = op.arg,
					 .prot = VMA_R | VMA_W,
					 .file_page = (u8)i,
					 .cell = NO_CELL };
		if (op.arg == MAP_ANON_SHARED)
			touch(f, p);
		p->mapped = true;
	}
}

static bool all_mapped(const struct flat *f, struct op op)
{
	for (unsigned i = op.lo; i < op.hi; i++)
		if (!f->page[op.s][i].mapped)
			return false;
	return true;
}

static void do_fork(struct flat *f, unsigned from)
{
	unsigned to = !from;

	for (unsigned i = 0; i < PAGES; i++)
		f->page[to][i].mapped = false;
	f->brk[to] = f->brk[from];
	for (unsigned i = 0; i < PAGES; i++) {
		struct flat_page *p = &f->page[to][i], copy = f->page[from][i];

		if (copy.mapped && !is_shared(&copy)) {
			bool copied = copy.cell != NO_CELL ||
				      (opt(FORK) == FORK_COPY && copy.present);

			if (copied)
				copy.cell = cell_new(f, flat_value(f, from, i));
		}
		*p = copy;
	}
}

static bool do_grow(struct flat *f, struct op op)
{
	struct flat_page *p = &f->page[op.s][f->brk[op.s]];

	if (f->brk[op.s] == PAGES || p->mapped)
		return false;
	*p = (struct flat_page){ .heap = true,
				 .map = MAP_ANON,
				 .prot = VMA_R | VMA_W,
				 .cell = NO_CELL };
	if (!op.arg)
		touch(f, p);
	p->mapped = true;
	f->brk[op.s]++;
	return true;
}

static void do_discard(struct flat *f, struct op op)
{
	for (unsigned i = op.lo; i < op.hi; i++) {
		struct flat_page *p = &f->page[op.s][i];

		if (!is_shared(p)) {
			p->present = false;
			p->cell = NO_CELL;
		}
	}
}

/* Page @i continues the mapping of the page before it. */
static void extend(struct flat *f, unsigned s, unsigned i)
{
	struct flat_page *p = &f->page[s][i];

	*p = p[-1];
	p->mapped = false;
	p->present = false;
	p->cell = NO_CELL;
	p->file_page++;
	if (p->map == MAP_ANON_SHARED)
		touch(f, p);
	p->mapped = true;
}

static bool all_free(const struct flat *f, unsigned s, unsigned lo, unsigned hi)
{
	for (unsigned i = lo; i < hi; i++)
		if (i >= PAGES || f->page[s][i].mapped)
			return false;
	return true;
}

/* Whether the pages are of one mapping: only the kernel's areas tell that. */
static bool is_one_mapping(const struct flat *f, struct op op)
{
	struct vma *v = vma_find(&space[op.s]->areas, page_va(op.lo));

	return all_mapped(f, op) && !f->page[op.s][op.lo].heap && v &&
	       v->end >= page_va(op.hi);
}

static bool do_remap(struct flat *f, struct op op)
{
	unsigned to = op.lo, old = op.hi - op.lo;
	struct flat_page *p = f->page[op.s];

	if (!is_one_mapping(f, op))
		return false;
	if (op.arg > old && !all_free(f, op.s, op.hi, op.lo + op.arg)) {
		for (to = PAGES - op.arg; !all_free(f, op.s, to, to + op.arg); to--)
			if (to <= f->brk[op.s])
				return false;
		if (to < f->brk[op.s])
			return false;
	}
	for (unsigned i = 0; to != op.lo && i < old; i++) {
		p[to + i] = p[op.lo + i];
		p[op.lo + i].mapped = false;
	}
	for (unsigned i = old; i < op.arg; i++)
		extend(f, op.s, to + i);
	for (unsigned i = op.arg; i < old; i++)
		p[op.lo + i].mapped = false;
	return true;
}

static void do_length(struct flat *f, u8 pages)
{
	for (unsigned i = pages; i < PAGES; i++)
		f->file[i] = 0;
	f->file_pages = pages;
	for (unsigned i = 0; i < SPACES * PAGES; i++) {
		struct flat_page *p = &f->page[i / PAGES][i % PAGES];

		if (p->mapped && is_file(p) && p->file_page >= pages) {
			p->present = false;
			p->cell = NO_CELL;
		}
	}
}

bool flat_do(struct flat *f, struct op op)
{
	struct flat_page *p = &f->page[op.s][op.lo];

	switch (op.what) {
	case OP_READ:
		return p->mapped && p->prot & VMA_R && touch(f, p);
	case OP_WRITE:
		return do_write(f, p, op_value(op));
	case OP_MAP:
		do_map(f, op);
		return true;
	case OP_UNMAP:
		for (unsigned i = op.lo; i < op.hi; i++)
			f->page[op.s][i].mapped = false;
		return true;
	case OP_PROTECT:
		for (unsigned i = op.lo; all_mapped(f, op) && i < op.hi; i++)
			f->page[op.s][i].prot = op.arg;
		return all_mapped(f, op);
	case OP_FORK:
		do_fork(f, op.s);
		return true;
	case OP_GROW:
		return do_grow(f, op);
	case OP_SHRINK:
		if (f->brk[op.s])
			f->page[op.s][--f->brk[op.s]].mapped = false;
		return true;
	case OP_DISCARD:
		if (all_mapped(f, op))
			do_discard(f, op);
		return all_mapped(f, op);
	case OP_SYNC:
		return all_mapped(f, op);
	case OP_REMAP:
		return do_remap(f, op);
	case OP_LENGTH:
		do_length(f, op.arg);
		return true;
	case OP_WRITEBACK:
		return true;
	default:
		abort();
	}
}

/* --- the kernel's side ----------------------------------------------------------- */

static bool world_map(struct op op)
{
	struct map_request req = {
		.addr = page_va(op.lo),
		.len = (u64)(op.hi - op.lo) * PAGE_SIZE,
		.prot = VMA_R | VMA_W,
		.shared = op.arg == MAP_ANON_SHARED || op.arg == MAP_FILE_SHARED,
		.fixed = true,
	};
	va_t at;

	if (op.arg == MAP_FILE || op.arg == MAP_FILE_SHARED) {
		req.object = &world_file.obj;
		req.offset = op.lo * PAGE_SIZE;
	}
	return !aspace_map(space[op.s], &req, &at);
}

/* Once the child exists, it replaces the other space. */
static bool world_do_fork(unsigned from)
{
	struct aspace *child = world_fork(from);

	if (!child)
		return false;
	world_space_free(space[!from]);
	space[!from] = child;
	return true;
}

static bool world_move_break(unsigned s, s64 delta, bool lazy)
{
	va_t old, was = space[s]->brk;
	int err = aspace_sbrk(space[s], delta, lazy, &old);

	assert_int_equal(old, was);
	return !err;
}

static bool world_remap(struct op op)
{
	struct remap_request req = { .addr = page_va(op.lo),
				     .old_len = (u64)(op.hi - op.lo) * PAGE_SIZE,
				     .new_len = op.arg * PAGE_SIZE,
				     .may_move = true };
	va_t at;

	return !aspace_mremap(space[op.s], &req, &at);
}

static bool world_shrink(unsigned s)
{
	if (space[s]->brk == WINDOW)
		return true;
	return world_move_break(s, -(s64)PAGE_SIZE, false);
}

bool world_do(struct op op)
{
	struct aspace *as = space[op.s];
	va_t lo = page_va(op.lo);
	u64 len = (u64)(op.hi - op.lo) * PAGE_SIZE;
	u8 value;

	switch (op.what) {
	case OP_READ:
		return world_read(op.s, op.lo, &value);
	case OP_WRITE:
		return world_write(op.s, op.lo, op_value(op));
	case OP_MAP:
		return world_map(op);
	case OP_UNMAP:
		return !aspace_munmap(as, lo, len);
	case OP_PROTECT:
		return !aspace_protect(as, lo, len, op.arg);
	case OP_FORK:
		return world_do_fork(op.s);
	case OP_GROW:
		if (as->brk == page_va(PAGES))
			return false;
		return world_move_break(op.s, PAGE_SIZE, op.arg);
	case OP_SHRINK:
		return world_shrink(op.s);
	case OP_DISCARD:
		return !aspace_discard(as, lo, len);
	case OP_SYNC:
		return !aspace_msync(as, lo, len);
	case OP_REMAP:
		return world_remap(op);
	case OP_LENGTH:
		world_set_length(op.arg);
		return true;
	case OP_WRITEBACK:
		world_writeback();
		return true;
	default:
		abort();
	}
}

/* --- comparing ------------------------------------------------------------------- */

static void compare_area(const struct flat_page *p, const struct vma *v, unsigned i)
{
	static const u8 kind[] = {
		[MAP_ANON] = VMA_anon,
		[MAP_ANON_SHARED] = VMA_anon,
		[MAP_FILE] = VMA_file,
		[MAP_FILE_SHARED] = VMA_file,
	};

	assert_int_equal(p->mapped, v != NULL);
	if (!v)
		return;
	assert_int_equal(v->prot, p->prot);
	assert_int_equal(v->kind, p->heap ? VMA_heap : kind[p->map]);
	assert_int_equal(!!(v->flags & VMA_SHARED), is_shared(p));
	assert_ptr_equal(v->object, is_file(p) ? &world_file.obj : NULL);
	if (v->object)
		assert_int_equal(v->offset + page_va(i) - v->start,
				 p->file_page * PAGE_SIZE);
}

static void compare_page(const struct flat *f, unsigned s, unsigned i)
{
	const struct flat_page *p = &f->page[s][i];
	struct vma *v = vma_find(&space[s]->areas, page_va(i));
	struct page *pg = world_frame(s, i);
	const u8 *at;

	compare_area(p, v, i);
	assert_int_equal(p->mapped && p->present, pg != NULL);
	if (!pg)
		return;
	at = frame_va(pg);
	assert_int_equal(at[0], flat_value(f, s, i));
	assert_int_equal(at[PAGE_SIZE - 1], flat_value(f, s, i));
	assert_int_equal(pte_is_parked(world_pte(s, i), 0), !p->prot);
	if (p->map == MAP_FILE_SHARED)
		assert_true(object_has_page(&world_file.obj, pg));
}

void flat_compare(const struct flat *f)
{
	for (unsigned s = 0; s < SPACES; s++) {
		assert_int_equal(space[s]->brk, page_va(f->brk[s]));
		for (unsigned i = 0; i < PAGES; i++)
			compare_page(f, s, i);
	}
}

void op_print(struct op op)
{
	static const char *const name[NOPS] = {
		"read",   "write",   "map",  "unmap", "protect", "fork",      "grow",
		"shrink", "discard", "sync", "remap", "length",  "writeback",
	};

	print_error("%s space %u [%u,%u) %u\n", name[op.what], op.s, op.lo, op.hi, op.arg);
}
