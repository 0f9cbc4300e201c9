// sources: scope/ram/ram.c scope/ram/layout.c scope/ram/kernel.c scope/decode/cells.c scope/decode/frame.c scope/decode/machine.c scope/decode/mapper.c scope/decode/notes.c scope/decode/pages.c scope/decode/space.c scope/decode/tally.c scope/decode/use.c scope/decode/walk.c scope/view/process.c scope/view/text.c scope/view/view.c
// cflags: -Iscope
/* test_cells.c - the cells, which are filled from the tables in one go, say of each frame
 * what is found by looking for that frame alone. */
#include "rig.h"

#include "decode/mapper.h"
#include "scope_rig.h"

static struct kernel k;
static struct ram ram;
static struct cell cells[RIG_PAGES];

static void open_again(void)
{
	u64 index;

	assert_true(layout_find(&ram, &index));
	assert_true(kernel_open(&k, &ram, index));
	ram_begin(&ram);
}

static int setup(void **state)
{
	(void)state;
	ram = rig_make();
	open_again();
	return 0;
}

/* What the entry of one that has the frame makes of its cell. */
static void wanted_of(const struct mapper *m, pa_t pa, struct cell *c)
{
	struct entry e = m->e;
	struct frame f;

	if (!m->pid)
		c->flags |= m->e.what == SNAP_TABLE ? CELL_KERNEL : 0;
	else if (!c->owner)
		c->owner = (u16)m->pid; /* process n has slot n - 1 */
	if (!m->pid || m->is_root || m->e.what == SNAP_TABLE)
		return;
	if (m->e.level == 1 && frame_look(&k, pte_pa(e.pte), &f) && f.head == 0)
		e.pte = pte_make(pa, e.pte.bits & PTE_FLAGS);
	assert_true(entry_frame(&k, &e, &f));
	c->flags |= f.users > 1 ? CELL_SHARED : 0;
	c->flags |= m->e.level == 1 ? CELL_LARGE : 0;
}

static bool is_in_free_block(pa_t pa, unsigned order)
{
	va_t first = frame_page(&k, ALIGN_DOWN(pa, PAGE_SIZE << order));

	return !frame_is_known(&k, pa) ||
	       kernel_field(&k, first, LAYOUT_page_order) ==
		       (kernel_number(&k, LAYOUT_FRAME_ORDER_FREE) | order);
}

static struct cell wanted(pa_t pa)
{
	va_t page = frame_page(&k, pa);
	struct cell c = { .kind = (u8)kernel_number(&k, LAYOUT_FRAME_free) };
	struct mappers at;
	struct mapper m;

	struct frame f;

	if (frame_is_known(&k, pa)) {
		c.kind = (u8)kernel_field(&k, page, LAYOUT_page_kind);
		if (c.kind == kernel_number(&k, LAYOUT_FRAME_free) &&
		    kernel_field(&k, page, LAYOUT_page_order) ==
			    kernel_number(&k, LAYOUT_FRAME_ORDER_CACHED))
			c.flags = CELL_LISTED;
	}
	assert_true(frame_look(&k, pa, &f));
	if (c.kind == kernel_number(&k, LAYOUT_FRAME_free) && !c.flags &&
	    is_in_free_block(pa, f.order))
		c.flags = (u8)((f.order + 1) << 4);
	if (pa == k.root)
		c.flags |= CELL_KERNEL;
	ram_begin(&ram);
	mappers_start(&at, &k, pa);
	while (mapper_next(&at, &m))
		wanted_of(&m, pa, &c);
	return c;
}

static void compare(void)
{
	cells_fill(&k, cells);
	for (unsigned i = 0; i < RIG_PAGES; i++) {
		struct cell c = wanted(rig_pa(i));

		assert_int_equal(cells[i].kind, c.kind);
		assert_int_equal(cells[i].flags, c.flags);
		assert_int_equal(cells[i].owner, c.owner);
	}
}

static void test_as_made(void **state)
{
	(void)state;
	compare();
	assert_int_equal(cells[RIG_DATA].owner, 1);
	assert_int_equal(cells[RIG_DATA].flags, CELL_SHARED);
	assert_int_equal(cells[RIG_ROOT0_B].owner, 2);
	assert_int_equal(cells[RIG_ROOT0_B].kind, kernel_number(&k, LAYOUT_FRAME_table));
	assert_int_equal(cells[RIG_KERNEL_ROOT].flags, CELL_KERNEL);
	assert_int_equal(cells[RIG_KERNEL_ROOT].owner, 0);
}

/* A leaf of 2 MiB over all of this RAM, in one piece and split; a frame on a list; one at
 * the last slot of a table; a chunk that is not known. */
static void test_all_sorts(void **state)
{
	(void)state;
	rig_entry(RIG_ROOT1_B, 511, 0, PTE_V | PTE_R | PTE_U);
	for (unsigned i = 0; i < RIG_PAGES; i++)
		rig_frame(i, LAYOUT_FRAME_anon, 1 + i % 3);
	rig_set(rig_page(0), LAYOUT_page_order, 9);
	compare();
	assert_int_equal(cells[RIG_PAGES - 1].flags, CELL_LARGE);
	rig_set(rig_page(0), LAYOUT_page_order, 0);
	compare();
	assert_int_equal(cells[RIG_PAGES - 1].flags,
			 CELL_LARGE | ((RIG_PAGES - 1) % 3 ? CELL_SHARED : 0));
	rig_entry(RIG_ROOT0_B, 511, RIG_TEXT, PTE_V | PTE_R | PTE_U);
	rig_entry(RIG_KERNEL_ROOT, 510, RIG_TEXT, PTE_V);
	rig_frame(RIG_TEXT, LAYOUT_FRAME_free, 0);
	rig_set(rig_page(RIG_TEXT), LAYOUT_page_order,
		rig.item[LAYOUT_FRAME_ORDER_CACHED].value);
	compare();
	assert_int_equal(cells[RIG_TEXT].flags & CELL_LISTED, CELL_LISTED);
	rig_set(rig_object(LAYOUT_frames, 0), LAYOUT_frames_opened, 0);
	compare();
	assert_int_equal(cells[RIG_DATA].kind, kernel_number(&k, LAYOUT_FRAME_free));
}

/* Free blocks of 4 and of 8 frames; a third one would begin where none can. */
static void test_free_blocks(void **state)
{
	u64 is_free = rig.item[LAYOUT_FRAME_ORDER_FREE].value;

	(void)state;
	for (unsigned i = RIG_TEXT; i < RIG_PAGES; i++) {
		rig_frame(i, LAYOUT_FRAME_free, 0);
		rig_set(rig_page(i), LAYOUT_page_order, 0x40);
	}
	rig_set(rig_page(52), LAYOUT_page_order, is_free | 2);
	rig_set(rig_page(56), LAYOUT_page_order, is_free | 3);
	rig_frame(57, LAYOUT_FRAME_anon, 1);
	compare();
	assert_int_equal(cells[51].flags & CELL_ORDER, 0);
	assert_int_equal(cells[57].flags & CELL_ORDER, 0);
	assert_int_equal(cell_order(cells[52]), 2);
	assert_int_equal(cell_order(cells[55]), 2);
	assert_int_equal(cell_order(cells[56]), 3);
	assert_int_equal(cell_order(cells[63]), 3);
	rig_set(rig_page(52), LAYOUT_page_order, is_free | 3);
	compare();
	assert_int_equal(cells[52].flags & CELL_ORDER, 0);
}

/* A struct page that crosses a page, or a field outside of it, is refused. */
static void test_pages_are_plain(void **state)
{
	struct descriptor_item *items = (void *)rig.ram[RIG_ITEMS];
	va_t span = rig_object(LAYOUT_frame_span, 0);
	struct descriptor_item page = items[LAYOUT_page];
	u64 index;

	(void)state;
	for (u32 size = 0; size <= 2 * PAGE_SIZE; size++) {
		items[LAYOUT_page].size = size;
		assert_int_equal(layout_find(&ram, &index) && kernel_open(&k, &ram, index),
				 size >= 64 && size <= PAGE_SIZE && !(size & (size - 1)));
	}
	items[LAYOUT_page] = page;
	items[LAYOUT_page_hash_next].value = 57;
	assert_false(kernel_open(&k, &ram, index));
	items[LAYOUT_page_hash_next].value = ~0ul;
	assert_false(kernel_open(&k, &ram, index));
	items[LAYOUT_page_hash_next].value = 56;
	rig_set(span, LAYOUT_frame_span_table, rig_va(RIG_TABLE) + 8);
	assert_false(kernel_open(&k, &ram, index));
}

/* A part of the frame table that is not at hand is as if it were 0, and is asked for. */
static void test_absent(void **state)
{
	(void)state;
	rig.absent[RIG_TABLE] = true;
	cells_fill(&k, cells);
	assert_int_equal(cells[RIG_DATA].kind, 0);
	assert_int_equal(ram.nwanted, 1);
	assert_int_equal(ram.wanted[0], RIG_TABLE);
	rig.absent[RIG_TABLE] = false;
	compare();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_as_made, setup),
		cmocka_unit_test_setup(test_all_sorts, setup),
		cmocka_unit_test_setup(test_free_blocks, setup),
		cmocka_unit_test_setup(test_pages_are_plain, setup),
		cmocka_unit_test_setup(test_absent, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
