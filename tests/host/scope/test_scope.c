// sources: scope/ram/ram.c scope/ram/layout.c scope/ram/kernel.c scope/decode/cells.c scope/decode/frame.c scope/decode/machine.c scope/decode/mapper.c scope/decode/notes.c scope/decode/pages.c scope/decode/space.c scope/decode/tally.c scope/decode/use.c scope/decode/walk.c scope/view/process.c scope/view/text.c scope/view/view.c
// cflags: -Iscope
/* test_scope.c - what scope reads out of RAM that is all right, and that it refuses, with a
 * reason, what is not.  tests/qemu/view/test_scope.py compares it with a real kernel. */
#include "rig.h"

#include "decode/mapper.h"
#include "decode/pages.h"
#include "decode/use.h"
#include "obs/snap/snap_what.h"
#include "scope_rig.h"

static struct kernel k;
static struct ram ram;

static int setup(void **state)
{
	u64 index;

	(void)state;
	ram = rig_make();
	assert_true(layout_find(&ram, &index));
	assert_int_equal(index, RIG_HEAD);
	assert_true(kernel_open(&k, &ram, index));
	assert_int_equal(ram.base, RIG_BASE);
	ram_begin(&ram);
	return 0;
}

static struct space space_of(int pid)
{
	struct process p;
	struct space s;

	assert_true(machine_find(&k, pid, &p));
	assert_true(space_open(&k, &p, &s));
	return s;
}

/* --- what is all right ----------------------------------------------------------- */

static void test_processes(void **state)
{
	struct process p;

	(void)state;
	assert_true(machine_process(&k, 0, &p));
	assert_int_equal(p.pid, 1);
	assert_int_equal(p.parent, 0);
	assert_string_equal(p.name, "init");
	assert_string_equal(process_state_name(p.state), "ready");
	assert_true(machine_process(&k, 1, &p));
	assert_int_equal(p.parent, 1);
	assert_string_equal(p.name, "child");
	assert_false(machine_process(&k, 2, &p));
	assert_int_equal(kernel_element(&k, LAYOUT_procs, RIG_SLOTS), 0);
	assert_false(machine_process(&k, RIG_SLOTS, &p));
}

/* Entries that are borrowed count as there, without A and D; their frames have a user
 * more than references. */
static void test_a_table_that_borrows(void **state)
{
	struct space lender = space_of(1), borrower = space_of(2);
	struct entry path[PT_LEVELS];
	struct tally t = { 0 };
	struct frame f;

	(void)state;
	tally_add(&borrower, 0, MAXVA, &t);
	assert_int_equal(t.resident, 4);
	assert_int_equal(t.shared, 4);
	assert_int_equal(t.touched + t.dirty, 0);
	assert_int_equal(space_walk(&borrower, PAGE_SIZE, path), 3);
	assert_true(path[2].borrowed);
	assert_int_equal(pte_pa(path[2].pte), rig_pa(RIG_DATA + 1));
	assert_true(entry_frame(&k, &path[2], &f));
	assert_int_equal(f.refs, 1);
	assert_int_equal(f.users, 2);

	t = (struct tally){ 0 };
	tally_add(&lender, 0, MAXVA, &t);
	assert_int_equal(t.shared, 4);
	assert_int_equal(t.touched, 4);
	rig_set(rig_page(RIG_ROOT0_B), LAYOUT_page_hash_next, 0); /* the tie has ended */
	assert_int_equal(space_walk(&borrower, PAGE_SIZE, path), 3);
	assert_int_equal(path[2].what, 0);
}

static void test_everybody_who_has_a_frame(void **state)
{
	struct mappers at;
	struct mapper m;

	(void)state;
	mappers_start(&at, &k, rig_pa(RIG_DATA + 2));
	for (int pid = 1; pid <= 2; pid++) {
		assert_true(mapper_next(&at, &m));
		assert_int_equal(m.pid, pid);
		assert_int_equal(m.va, 2 * PAGE_SIZE);
		assert_int_equal(m.place, SNAP_AREA_ANON);
	}
	assert_false(mapper_next(&at, &m));
	mappers_start(&at, &k, rig_pa(RIG_ROOT));
	assert_true(mapper_next(&at, &m));
	assert_true(m.is_root);
	assert_false(mapper_next(&at, &m));
	mappers_start(&at, &k, rig_pa(RIG_ROOT0_B));
	assert_true(mapper_next(&at, &m));
	assert_int_equal(m.e.what, SNAP_TABLE);
	assert_int_equal(m.pid, 2);
	assert_false(mapper_next(&at, &m));
}

/* Each flag of a cached page alone; those of other frames mean something else. */
static void test_cached_pages(void **state)
{
	static const struct {
		u64 flags;
		u8 cached;
	} cases[] = { { 0, 0 },
		      { 1 | 16, 0 },
		      { 2, CACHED_BUSY },
		      { 4, CACHED_BUSY },
		      { 8, CACHED_TEXT },
		      { 0x100, CACHED_DIRTY },
		      { 0x80e, CACHED_BUSY | CACHED_TEXT | CACHED_DIRTY } };
	struct frame f;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		rig_frame(RIG_TEXT, LAYOUT_FRAME_cache, 2);
		rig_set(rig_page(RIG_TEXT), LAYOUT_page_flags, cases[i].flags);
		assert_true(frame_brief(&k, rig_pa(RIG_TEXT), &f));
		assert_int_equal(f.cached, cases[i].cached);
		rig_frame(RIG_TEXT, LAYOUT_FRAME_anon, 2);
		assert_true(frame_brief(&k, rig_pa(RIG_TEXT), &f));
		assert_int_equal(f.cached, 0);
	}
}

static void test_spans(void **state)
{
	struct space s = space_of(1);
	struct spans at;
	struct span span;

	(void)state;
	rig_word(rig_va(RIG_ROOT0) + 6 * 8, PTE_GUARD);
	spans_start(&at, &s);
	assert_true(span_next(&at, &span));
	assert_int_equal(span.area.end, 4 * PAGE_SIZE);
	assert_int_equal(span.n.resident, 4);
	assert_true(span_next(&at, &span));
	assert_int_equal(span.area.start, 6 * PAGE_SIZE);
	assert_int_equal(span.area.place, SNAP_AREA_GUARD);
	assert_true(span_next(&at, &span));
	assert_int_equal(span.area.start, 8 * PAGE_SIZE);
	assert_false(span_next(&at, &span));
	assert_false(at.areas.broken);
}

/* A table that became something else while it was read: no part of the space is told
 * twice. */
static void test_spans_of_a_torn_table(void **state)
{
	struct space s = space_of(1);
	struct spans at;
	struct span span;
	va_t end = 0;
	int n = 0;

	(void)state;
	rig_entry(RIG_ROOT1, 0, 0, PTE_V | PTE_R | PTE_U); /* 2 MiB across both areas */
	for (spans_start(&at, &s); span_next(&at, &span); n++) {
		assert_true(end <= span.area.start && span.area.start < span.area.end);
		end = span.area.end;
	}
	assert_int_equal(n, 4);
	assert_int_equal(end, 512 * PAGE_SIZE);
}

static void wanted_run(struct page_runs *at, va_t start, va_t end, u8 what, u32 users)
{
	struct page_run run;

	assert_true(page_runs_next(at, &run));
	assert_int_equal(run.start, start * PAGE_SIZE);
	assert_int_equal(run.end, end * PAGE_SIZE);
	assert_int_equal(run.what, what);
	assert_int_equal(run.users, users);
}

/* Runs end where the state, the entry or the area does; gaps are left out. */
static void test_runs_of_pages(void **state)
{
	struct space s = space_of(1);
	struct page_runs at;
	struct page_run run;

	(void)state;
	rig_word(rig_va(RIG_ROOT0) + 6 * 8, PTE_GUARD);
	rig_entry(RIG_ROOT0, 10, RIG_TEXT, PTE_V | PTE_R | PTE_U);
	rig_entry(RIG_ROOT1, 1, 0, PTE_V | PTE_R | PTE_U);
	rig_frame(RIG_TEXT, LAYOUT_FRAME_anon, 3);
	page_runs_start(&at, &s, 0, MAXVA);
	wanted_run(&at, 0, 4, SNAP_LEAF, 2);
	wanted_run(&at, 6, 7, SNAP_GUARD, 0);
	wanted_run(&at, 8, 10, 0, 0);
	wanted_run(&at, 10, 11, SNAP_LEAF, 3);
	wanted_run(&at, 11, 16, 0, 0);
	assert_true(page_runs_next(&at, &run));
	assert_int_equal(run.start, 512 * PAGE_SIZE);
	assert_int_equal(run.end, 1024 * PAGE_SIZE);
	assert_int_equal(run.level, 1);
	assert_false(run.has_area);
	assert_false(page_runs_next(&at, &run));
	page_runs_start(&at, &s, 9 * PAGE_SIZE + 5, 1000 * PAGE_SIZE);
	wanted_run(&at, 9, 10, 0, 0);
	wanted_run(&at, 10, 11, SNAP_LEAF, 3);
	wanted_run(&at, 11, 16, 0, 0);
	assert_true(page_runs_next(&at, &run));
	assert_int_equal(run.end, 1000 * PAGE_SIZE);
	assert_false(page_runs_next(&at, &run));
}

static struct entry entry_of(va_t va, u64 bits, int level)
{
	pte_t e = { bits };

	return (struct entry){ .va = va,
			       .pte = e,
			       .level = level,
			       .what = snap_what_is(e, level) };
}

/* The table of supervisor mode: no page of the user without SUM, never to execute. */
static void test_what_the_kernel_may_do(void **state)
{
	const u64 used = PTE_V | PTE_A | PTE_D;
	struct entry user = entry_of(0, used | PTE_R | PTE_W | PTE_X | PTE_U, 0);
	struct entry own = entry_of(TRAPFRAME, used | PTE_R | PTE_W, 0);
	struct entry none = entry_of(0, 0, 0);
	struct entry fresh = entry_of(KERNEL_HALF, PTE_V | PTE_R | PTE_A | PTE_X, 0);

	(void)state;
	for (enum access access = ACCESS_READ; access < NACCESSES; access++) {
		bool exec = access == ACCESS_EXEC;

		assert_int_equal(entry_kernel_fate(&user, access, false),
				 exec ? KERNEL_FETCH : KERNEL_SUM);
		assert_int_equal(entry_kernel_fate(&user, access, true),
				 exec ? KERNEL_FETCH : KERNEL_AS_PROGRAM);
		assert_int_equal(entry_kernel_fate(&none, access, false), KERNEL_NO_PAGE);
		assert_int_equal(entry_kernel_fate(&none, access, true),
				 exec ? KERNEL_NO_PAGE : KERNEL_AS_PROGRAM);
		assert_int_equal(entry_kernel_fate(&own, access, true),
				 exec ? KERNEL_NO_RIGHT : KERNEL_OK);
		assert_int_equal(entry_kernel_fate(&fresh, access, true),
				 access == ACCESS_WRITE ? KERNEL_NO_RIGHT : KERNEL_OK);
	}
	fresh.pte.bits &= ~PTE_A;
	assert_int_equal(entry_kernel_fate(&fresh, ACCESS_READ, false), KERNEL_NO_RIGHT);
}

static void test_bits_of_an_entry(void **state)
{
	struct entry cow = entry_of(0, PTE_V | PTE_R | PTE_U | PTE_COW, 0);
	struct entry table = entry_of(0, PTE_V | PTE_TIED, 1);
	struct entry none = entry_of(0, PTE_R, 0);

	(void)state;
	assert_string_equal(entry_bit(&cow, 8).name, "COW");
	assert_string_equal(entry_bit(&cow, 2).means, "no writes");
	assert_string_equal(entry_bit(&cow, 1).means, "may be read");
	assert_string_equal(entry_bit(&table, 8).name, "TIED");
	assert_string_equal(entry_bit(&none, 1).means, "not looked at");
	for (unsigned bit = 0; bit < ENTRY_BITS; bit++) {
		assert_true(entry_bit(&cow, bit).name[0]);
		assert_true(entry_bit(&table, bit).means[0]);
		assert_true(entry_bit(&none, bit).means[0]);
	}
}

struct sink {
	char text[4096];
	u64 used;
};

static void sink_put(void *arg, const char *bytes, u64 n)
{
	struct sink *s = arg;

	assert_true(s->used + n < sizeof(s->text));
	memcpy(s->text + s->used, bytes, n);
	s->used += n;
	s->text[s->used] = '\0';
}

/* A word that no round can have left says nothing: the frame had another use before. */
static void test_ages(void **state)
{
	struct heat on = { .ms = 100, .first = 10, .round = 400 }, off = on;
	static const struct {
		u32 heat;
		u8 age;
	} frames[] = { { 0, SNAP_AGE_NEVER },
		       { 9, SNAP_AGE_NEVER },
		       { 10, SNAP_AGE_OLDEST },
		       { 146, SNAP_AGE_OLDEST },
		       { 147, 253 },
		       { 399, 1 },
		       { 400, 0 },
		       { 401, 0 },
		       { 402, SNAP_AGE_NEVER },
		       { ~0u, SNAP_AGE_NEVER } };

	(void)state;
	off.ms = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(frames); i++) {
		struct frame f = { .heat = frames[i].heat };

		assert_int_equal(frame_age(&on, &f), frames[i].age);
		assert_int_equal(frame_age(&off, &f), SNAP_AGE_NEVER);
	}
}

static void test_json(void **state)
{
	struct sink s = { .used = 0 };
	struct text t = { .put = sink_put, .arg = &s };

	(void)state;
	text_open(&t, NULL, '{');
	text_string(&t, "a\"b", "\\\n\x7f\xff~");
	text_number(&t, "n", ~0ul);
	text_address(&t, "at", 0x80200000);
	text_open(&t, "list", '[');
	text_number(&t, NULL, 0);
	text_flag(&t, NULL, true);
	text_close(&t, ']');
	text_flag(&t, "no", false);
	text_close(&t, '}');
	assert_string_equal(s.text, "{\"a\\\"b\":\"\\\\\\u000a\\u007f\\u00ff~\","
				    "\"n\":18446744073709551615,\"at\":\"0x80200000\","
				    "\"list\":[0,true],\"no\":false}");
}

/* RAM of others does nothing to the terminal; a text that ends nowhere is cut. */
static void test_texts_are_printable(void **state)
{
	char text[8];

	(void)state;
	memcpy(rig_at(rig_va(RIG_DATA)), "a\x1b[2J\xc2\x9b\x7f", 9);
	kernel_text(&k, rig_va(RIG_DATA), text, sizeof(text));
	assert_string_equal(text, "a?[2J??");
	memcpy(rig_at(rig_va(RIG_DATA + 1) - 3), "xyz~\n", 6);
	kernel_text(&k, rig_va(RIG_DATA + 1) - 3, text, sizeof(text));
	assert_string_equal(text, "xyz~?");
}

/* --- what is not ------------------------------------------------------------------- */

static const char *refusal(void)
{
	u64 index;

	if (!layout_find(&ram, &index))
		return "not found";
	return kernel_open(&k, &ram, index) ? "" : k.layout.why;
}

static void test_refused_with_a_reason(void **state)
{
	struct descriptor *d = (void *)rig.ram[RIG_HEAD];
	va_t span = rig_object(LAYOUT_frame_span, 0);

	(void)state;
	d->version++;
	assert_string_equal(refusal(), "the descriptor is of another version");
	ram = rig_make();
	d->items_end += 1ul << 30;
	assert_string_equal(refusal(), "the descriptor makes no sense");
	ram = rig_make();
	d->self = 1;
	assert_string_equal(refusal(), "the descriptor makes no sense");
	ram = rig_make();
	d->items = d->items_end = 0;
	assert_string_equal(refusal(), "this kernel does not describe ");
	assert_string_equal(k.layout.missing, "page");
	ram = rig_make();
	((struct descriptor_item *)rig.ram[RIG_ITEMS])[LAYOUT_procs].name[0] = 'P';
	assert_string_equal(refusal(), "this kernel does not describe ");
	assert_string_equal(k.layout.missing, "procs");
	ram = rig_make();
	rig_set(span, LAYOUT_frame_span_total, 0);
	assert_string_equal(refusal(), "the kernel has not booted so far");
	for (u64 frames = RIG_PAGES + 1; frames; frames *= 2) {
		rig_set(span, LAYOUT_frame_span_total, frames);
		assert_string_equal(refusal(),
				    "the kernel has more RAM than there is here");
	}
	rig_set(span, LAYOUT_frame_span_total, ~0ul);
	assert_string_equal(refusal(), "the kernel has more RAM than there is here");
	ram = rig_make();
	rig.ram[RIG_HEAD][0]++;
	assert_string_equal(refusal(), "not found");
}

/* Lists and tables that lead to themselves, or nowhere. */
static void test_circles_end(void **state)
{
	struct space s = space_of(1);
	struct areas at = { 0 };
	struct area a;
	struct entry e;
	struct walk w;
	unsigned n = 0;
	va_t vma = rig_space(0) + 1024;

	(void)state;
	rig_set(vma, LAYOUT_vma_link, vma + rig.item[LAYOUT_vma_link].value);
	assert_true(area_next(&s, &at, &a));
	assert_false(area_next(&s, &at, &a));
	assert_true(at.broken);
	for (unsigned i = 0; i < PT_ENTRIES; i++) {
		rig_entry(RIG_ROOT, i, RIG_ROOT, PTE_V);
		rig_entry(RIG_ROOT1, i, RIG_ROOT0, PTE_V);
	}
	walk_start(&w, &s, 0, MAXVA);
	while (walk_next(&w, &e))
		n++;
	assert_in_range(n, 1, 8 * PT_ENTRIES);
	rig_word(rig_page(RIG_ROOT0) + rig.item[LAYOUT_page_link].value,
		 rig_page(RIG_ROOT0_B) + rig.item[LAYOUT_page_link].value);
	rig_word(rig_page(RIG_ROOT0_B) + rig.item[LAYOUT_page_link].value,
		 rig_page(RIG_ROOT0_B) + rig.item[LAYOUT_page_link].value);
	for (int view = 0; view < VIEW_COUNT; view++)
		assert_true(rig_view(&ram, view, 1));
}

/* Pages that are not at hand are noted, each once. */
static void test_wanted_pages(void **state)
{
	struct space s = space_of(1);
	struct tally t = { 0 };

	(void)state;
	rig.absent[RIG_ROOT0] = true;
	tally_add(&s, 0, MAXVA, &t);
	assert_int_equal(t.resident, 0);
	assert_int_equal(ram.nwanted, 1);
	assert_int_equal(ram.wanted[0], RIG_ROOT0);
	rig.absent[RIG_ROOT0] = false;
	tally_add(&s, 0, MAXVA, &t);
	assert_int_equal(t.resident, 4);
}

/* A look ends at last, whatever it is after. */
static void test_reads_are_counted(void **state)
{
	u64 word, n = 0;

	(void)state;
	ram_begin(&ram);
	while (n <= 1ul << 20 && ram_read(&ram, rig_pa(0), &word, sizeof(word)))
		n++;
	assert_in_range(n, 1024 * RIG_PAGES, 1ul << 20);
	ram_begin(&ram);
	assert_true(ram_read(&ram, rig_pa(0), &word, sizeof(word)));
}

/* Any words anywhere: nothing is read outside (the sanitizers see it), and all ends. */
static void test_random_words(void **state)
{
	(void)state;
	for (int round = 0; round < 10000; round++) {
		ram = rig_make();
		for (u64 n = rig_below(8) + 1; n; n--)
			rig_word(rig_va(0) + rig_below(RIG_PAGES * 512) * 8,
				 rig_below(2) ? rig_random()
					      : rig_va((unsigned)rig_below(RIG_PAGES)));
		rig_view(&ram, round % VIEW_COUNT, 1 + round % 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_processes, setup),
		cmocka_unit_test_setup(test_a_table_that_borrows, setup),
		cmocka_unit_test_setup(test_everybody_who_has_a_frame, setup),
		cmocka_unit_test_setup(test_cached_pages, setup),
		cmocka_unit_test_setup(test_spans, setup),
		cmocka_unit_test_setup(test_spans_of_a_torn_table, setup),
		cmocka_unit_test_setup(test_runs_of_pages, setup),
		cmocka_unit_test(test_what_the_kernel_may_do),
		cmocka_unit_test(test_bits_of_an_entry),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_json),
		cmocka_unit_test_setup(test_texts_are_printable, setup),
		cmocka_unit_test_setup(test_refused_with_a_reason, setup),
		cmocka_unit_test_setup(test_circles_end, setup),
		cmocka_unit_test_setup(test_wanted_pages, setup),
		cmocka_unit_test_setup(test_reads_are_counted, setup),
		cmocka_unit_test_setup(test_random_words, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
