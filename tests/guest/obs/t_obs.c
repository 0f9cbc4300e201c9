/* t_obs.c - snapshot(): what it says about page tables, areas and frames is true. */
#include "t_obs.h"

static struct snap_entry entries[MAX_ENTRIES], again[MAX_ENTRIES];
static struct snap_area areas[64];

/* --- reading ------------------------------------------------------------- */

static int table_of(int pid, struct snap_entry *to)
{
	struct snap_query q = { SNAP_PT, pid, 0, SNAP_PIECE };

	return snap_all(&q, to, MAX_ENTRIES);
}

/* Reads the caller's own table, once more than needed: the first reading unshares the pages
 * that it writes from the parent, so the second changes nothing. */
static int own_table(struct snap_entry *to)
{
	memset(entries, 0, sizeof(entries));
	memset(again, 0, sizeof(again));
	entry_of(0, 0);
	table_of(0, to);
	return table_of(0, to);
}

/* The pte without the bits that the hardware may change at any time. */
static word steady(word pte)
{
	return pte & ~(PTE_A | PTE_SEEN | PTE_D);
}

/* --- the caller's own table ---------------------------------------------- */

TEST(obs, own_table_is_what_pgpte_says)
{
	int n = own_table(entries), leaves = 0;

	for (int i = 0; i < n; i++) {
		struct snap_entry *e = &entries[i];

		if (e->what == SNAP_TABLE)
			continue;
		EQ(steady((word)pgpte((void *)e->va)), steady(e->pte));
		leaves += e->what == SNAP_LEAF;
	}
	CHECK(leaves >= 7); /* text, data, stack, three at the top */
	for (word va = 0; va < 64 * PAGE; va += PAGE) {
		int found = 0;

		for (int i = 0; i < n; i++)
			found |= entries[i].what != SNAP_TABLE && entries[i].va == va;
		EQ(pgpte((void *)va) != 0, found);
	}
}

TEST(obs, a_leaf_says_the_same_as_its_bits)
{
	int n = own_table(entries);

	for (int i = 0; i < n; i++) {
		struct snap_entry *e = &entries[i];

		CHECK(e->pte & PTE_V);
		EQ(e->reserved, 0);
		EQ(e->va % (PAGE << 9 * e->level), 0);
		if (e->what == SNAP_GUARD) {
			EQ(e->pte, 1);
			EQ(e->pa, 0);
			continue;
		}
		EQ(e->pa, (e->pte >> 10 & ((1ul << 44) - 1)) << 12);
		EQ((e->pte & (PTE_R | PTE_W | PTE_X)) != 0, e->what == SNAP_LEAF);
		CHECK((e->pte & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
	}
}

/* Every entry belongs to the table that was listed before it. */
TEST(obs, tables_come_before_what_is_in_them)
{
	int n = own_table(entries), tables = 0;
	word above[3] = { ~0ul, ~0ul, 0 };

	for (int i = 0; i < n; i++) {
		struct snap_entry *e = &entries[i];
		word size = PAGE << 9 * e->level;

		CHECK(e->level < 3);
		if (i > 0)
			CHECK(e->va > e[-1].va ||
			      (e->va == e[-1].va && e->level < e[-1].level));
		if (e->level < 2)
			EQ(above[e->level + 1], e->va & ~(size * 512 - 1));
		if (e->what == SNAP_TABLE) {
			above[e->level] = e->va;
			EQ(e->refs, 1);
			tables++;
		}
	}
	EQ(tables, 4);
}

TEST(obs, top_of_the_user_half)
{
	struct snap_entry e = entry_of(0, TRAMPOLINE);

	EQ(steady(e.pte) & 31, PTE_V | PTE_R | PTE_X);
	EQ(e.area, SNAP_AREA_TRAMPOLINE);
	e = entry_of(0, TRAPFRAME + 8);
	EQ(e.va, TRAPFRAME);
	EQ(steady(e.pte) & 31, PTE_V | PTE_R | PTE_W);
	EQ(e.area, SNAP_AREA_TRAPFRAME);
	EQ(e.users, 1);
	e = entry_of(0, USYSCALL);
	EQ(steady(e.pte) & 31, PTE_V | PTE_R | PTE_U);
	EQ(e.area, SNAP_AREA_USYSCALL);
	EQ(e.users, 1);
}

TEST(obs, the_guard_below_the_stack)
{
	word local, stack = (word)&local & ~(PAGE - 1);
	int n = own_table(entries), guards = 0;

	for (int i = 0; i < n; i++) {
		if (entries[i].what != SNAP_GUARD)
			continue;
		guards++;
		EQ(entries[i].level, 0);
		EQ(entries[i].frame, SNAP_NO_FRAME);
		EQ(entries[i].area, SNAP_AREA_GUARD);
		CHECK(entries[i].va < stack && entries[i].va >= (word)end);
	}
	EQ(guards, 1);
	EQ(area_of(0, stack).kind, SNAP_AREA_STACK);
	EQ(area_of(0, area_of(0, stack).start - 1).kind, SNAP_AREA_GUARD);
}

TEST(obs, path_is_the_way_through_the_table)
{
	static union piece piece;
	long steps = snapshot(SNAP_PATH, 0, (word)entries, &piece, sizeof(piece));
	int n = own_table(entries);

	EQ(steps, 3);
	steps = snapshot(SNAP_PATH, 0, (word)entries, &piece, sizeof(piece));
	for (int level = 2; level >= 0; level--) {
		struct snap_entry *e = piece_record(&piece, (unsigned)(2 - level));
		int found = 0;

		EQ(e->level, level);
		for (int i = 0; i < n; i++)
			found |= entries[i].va == e->va && entries[i].level == level &&
				 steady(entries[i].pte) == steady(e->pte) &&
				 entries[i].pa == e->pa;
		CHECK(found);
	}
	EQ(snapshot(SNAP_PATH, 0, 1ul << 37, &piece, sizeof(piece)),
	   1); /* not even a table */
	EQ(((struct snap_entry *)piece_record(&piece, 0))->pte, 0);
	EQ(((struct snap_entry *)piece_record(&piece, 0))->what, 0);
}

/* What a read, a write and an execution of @va would do, as one number of three digits. */
static int fates(word va)
{
	struct snap_entry e = entry_of(0, va);

	for (int i = 0; i < 3; i++)
		if (e.fate[i] == FATE_SPURIOUS)
			e.fate[i] = FATE_OK; /* the core may have to set A or D first */
	return e.fate[0] * 100 + e.fate[1] * 10 + e.fate[2];
}

#define FATES(r, w, x) (FATE_##r * 100 + FATE_##w * 10 + FATE_##x)

TEST(obs, an_entry_tells_what_an_access_would_do)
{
	word heap = (word)sbrk(PAGE, LAZY);
	word shared = (word)mmap(0, PAGE, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	EQ(fates(heap), FATES(ABSENT, ABSENT, NO_RIGHT));
	*(volatile char *)heap = 1;
	EQ(fates(heap), FATES(OK, OK, NO_RIGHT));
	EQ(fates((word)fates & ~1ul), FATES(OK, NO_RIGHT, OK));
	EQ(fates(area_of(0, (word)&heap).start - PAGE), FATES(GUARD, GUARD, GUARD));
	EQ(fates(1ul << 37), FATES(NO_AREA, NO_AREA, NO_AREA));
	EQ(fates(USYSCALL), FATES(OK, NO_RIGHT, NO_RIGHT));
	*(volatile char *)shared = 1;
	EQ(fates(shared), FATES(OK, OK, NO_RIGHT));
	EQ(mprotect(shared, PAGE, 0), 0);
	EQ(fates(shared), FATES(PARKED, PARKED, PARKED));
}

TEST(obs, small_pieces_make_the_same_whole)
{
	word least = sizeof(struct snap_header) + SNAP_LEAST * sizeof(struct snap_entry);
	int n, m;

	heap_pages(300);
	n = own_table(entries);
	CHECK(n > 300);
	for (word bytes = least; bytes < SNAP_PIECE; bytes += 301) {
		struct snap_query q = { SNAP_PT, 0, 0, bytes };

		m = snap_all(&q, again, MAX_ENTRIES);
		EQ(m, n);
		for (int i = 0; i < n; i++)
			EQ(steady(again[i].pte) == steady(entries[i].pte) &&
				   again[i].va == entries[i].va &&
				   again[i].level == entries[i].level,
			   1);
	}
}

TEST(obs, from_the_middle_of_a_table)
{
	struct snap_query q = { SNAP_PT, 0, 0, SNAP_PIECE };
	int n = own_table(entries), m;

	q.start = PAGE; /* the tables above it have address 0 */
	m = snap_all(&q, again, MAX_ENTRIES);
	CHECK(m < n);
	EQ(again[0].va, PAGE);
	EQ(again[0].level, 0);
	EQ(again[m - 1].va, TRAMPOLINE);
	q.start = TRAMPOLINE + 1;
	EQ(snap_all(&q, again, MAX_ENTRIES), 0);
}

TEST(obs, looking_does_not_bring_in_lazy_memory)
{
	word lazy = (word)sbrk(8 * PAGE, LAZY);

	EQ(entry_of(0, lazy).pte, 0);
	EQ(area_of(0, lazy).kind, SNAP_AREA_HEAP);
	EQ(area_of(0, lazy + 8 * PAGE - 1).end, lazy + 8 * PAGE);
	EQ(entry_of(0, lazy).pte, 0);
	store8(lazy + PAGE, 1);
	EQ(entry_of(0, lazy).pte, 0);
	CHECK(entry_of(0, lazy + PAGE).pte & PTE_V);
	EQ(entry_of(0, lazy + PAGE).area, SNAP_AREA_HEAP);
}

TEST(obs, the_buffer_may_be_untouched)
{
	word lazy = (word)sbrk(4 * PAGE, LAZY);
	word at = lazy + PAGE - 100; /* the header crosses into another page */
	union piece *piece = (union piece *)at;
	long n = snapshot(SNAP_PT, 0, 0, piece, SNAP_PIECE);

	CHECK(n > 0);
	EQ(piece->header.count, n);
	CHECK(entry_of(0, lazy).pte & PTE_V);
	CHECK(entry_of(0, lazy + PAGE).pte & PTE_V);
}

/* --- the header ---------------------------------------------------------- */

TEST(obs, header_names_the_process)
{
	static union piece piece;
	char isolate[8] = "";
	long before = clock();

	CHECK(snapshot(SNAP_PT, 0, 0, &piece, sizeof(piece)) > 0);
	EQ(piece.header.pid, getpid());
	EQ(strcmp(piece.header.name, test_self + 1), 0);
	CHECK((long)piece.header.time >= before && (long)piece.header.time <= clock());
	CHECK(piece.header.root && piece.header.root % PAGE == 0);
	bootarg("isolate", isolate, sizeof(isolate));
	EQ(piece.header.flags & SNAP_ISOLATED,
	   strcmp(isolate, "on") == 0 ? SNAP_ISOLATED : 0);
	EQ(piece.header.user_root != 0, strcmp(isolate, "on") == 0);
	CHECK(snapshot(SNAP_PT, 1, 0, &piece, sizeof(piece)) > 0);
	EQ(piece.header.pid, 1);
	EQ(strcmp(piece.header.name, "init"), 0);
}

/* --- the kernel half ----------------------------------------------------- */

TEST(obs, kernel_half_is_the_kernels)
{
	struct snap_query q = { SNAP_PT, 0, KERNEL_HALF, SNAP_PIECE };
	int n = snap_all(&q, entries, MAX_ENTRIES);
	word seen = 0;

	CHECK(n > 100);
	for (int i = 0; i < n; i++) {
		struct snap_entry *e = &entries[i];

		CHECK(e->va >= KERNEL_HALF);
		EQ(e->pte & PTE_U, 0);
		CHECK((e->pte & (PTE_W | PTE_X)) != (PTE_W | PTE_X));
		if (e->what != SNAP_LEAF)
			continue;
		seen |= 1ul << e->area;
		CHECK(e->area >= SNAP_AREA_DIRECT);
		EQ(e->area == SNAP_AREA_TEXT, (e->pte & PTE_X) != 0);
		EQ(e->area == SNAP_AREA_DEVICE, e->frame == SNAP_NO_FRAME);
	}
	EQ(seen >> SNAP_AREA_DIRECT, 63); /* all six kinds of areas */
}

TEST(obs, the_halves_are_apart)
{
	struct snap_query q = { SNAP_PT, 0, KERNEL_HALF, SNAP_PIECE };
	int n = own_table(entries);

	for (int i = 0; i < n; i++)
		CHECK(entries[i].va < MAXVA);
	n = snap_all(&q, entries, MAX_ENTRIES);
	q.pid = 1; /* the kernel half is the same for all */
	EQ(snap_all(&q, again, MAX_ENTRIES), n);
	for (int i = 0; i < n; i++)
		EQ(entries[i].pte == again[i].pte && entries[i].va == again[i].va, 1);
}

/* --- areas --------------------------------------------------------------- */

TEST(obs, areas_count_the_entries)
{
	struct snap_query q = { SNAP_AREAS, 0, 0, SNAP_PIECE };
	int n = own_table(entries), count = snap_all(&q, areas, COUNT(areas));
	word leaves = 0, resident = 0;

	for (int i = 0; i < n; i++)
		leaves += entries[i].what == SNAP_LEAF ? 1ul << 9 * entries[i].level : 0;
	for (int i = 0; i < count; i++) {
		struct snap_area *a = &areas[i];

		CHECK(a->start < a->end && (i == 0 || a[-1].end <= a->start));
		EQ(a->resident, a->shared + a->private);
		CHECK(a->resident <= (a->end - a->start) / PAGE);
		CHECK(a->dirty <= a->resident && a->touched <= a->resident);
		CHECK(a->large <= a->resident && a->large % 512 == 0);
		resident += a->resident;
	}
	EQ(resident, leaves);
	EQ(areas[count - 1].kind, SNAP_AREA_TRAMPOLINE);
}

TEST(obs, area_of_a_heap)
{
	word heap = (word)sbrk(10 * PAGE, EAGER);
	struct snap_area a;

	for (int i = 0; i < 3; i++)
		store8(heap + i * PAGE, 1);
	a = area_of(0, heap);
	EQ(a.kind, SNAP_AREA_HEAP);
	EQ(a.prot, 3);
	CHECK(a.resident >= 3 && a.dirty >= 3);
	sbrk(-(int)(10 * PAGE), EAGER);
	EQ(area_of(0, heap + 9 * PAGE).kind, 0);
}

TEST(obs, areas_in_small_pieces)
{
	struct snap_query q = { SNAP_AREAS, 0, 0, SNAP_PIECE };
	static struct snap_area whole[64];
	int n = snap_all(&q, whole, COUNT(whole));

	q.bytes = sizeof(struct snap_header) + SNAP_LEAST * sizeof(struct snap_area);
	CHECK(n > 2 * SNAP_LEAST);
	EQ(snap_all(&q, areas, COUNT(areas)), n);
	for (int i = 0; i < n; i++) {
		EQ(areas[i].start, whole[i].start);
		EQ(areas[i].kind, whole[i].kind);
	}
}

/* --- frames -------------------------------------------------------------- */

TEST(obs, frames_add_up)
{
	static struct snap_count counts[32];
	struct snap_query q = { SNAP_FRAMES, 0, 0, SNAP_PIECE };
	struct meminfo m;
	int n = snap_all(&q, counts, COUNT(counts)), small;
	word sum = 0;

	EQ(meminfo(&m), 0);
	for (int i = 0; i < n; i++) {
		CHECK(counts[i].name[0] && counts[i].what[0]);
		CHECK(strlen(counts[i].name) < sizeof(counts[i].name));
		sum += counts[i].value;
	}
	EQ(sum, m.total);
	EQ(strcmp(counts[0].name, "free"), 0);
	q.bytes = sizeof(struct snap_header) + SNAP_LEAST * sizeof(struct snap_count);
	small = snap_all(&q, counts, COUNT(counts));
	EQ(small, n);
	q.pid = 9999; /* ignored */
	EQ(snap_all(&q, counts, COUNT(counts)), n);
}

TEST(obs, an_entry_says_what_frame_it_has)
{
	static struct snap_count counts[32];
	struct snap_query q = { SNAP_FRAMES, 0, 0, SNAP_PIECE };
	word heap = (word)sbrk(PAGE, EAGER);

	snap_all(&q, counts, COUNT(counts));
	store8(heap, 1);
	EQ(strcmp(counts[entry_of(0, heap).frame].name, "anon"), 0);
	EQ(strcmp(counts[entry_of(0, USYSCALL).frame].name, "usyscall"), 0);
	EQ(strcmp(counts[entry_of(0, TRAPFRAME).frame].name, "trapframe"), 0);
	EQ(entry_of(0, heap).users, 1);
	CHILD(0, EQ(entry_of(0, heap).users >= 1, 1));
}

/* --- what is refused ----------------------------------------------------- */

static void refused(int kind, int pid, word start, void *buf, word bytes)
{
	EQ(snapshot(kind, pid, start, buf, bytes), -1);
}

TEST(obs, bad_kinds_processes_and_addresses)
{
	static union piece piece, before;
	word least = sizeof(struct snap_header) + SNAP_LEAST * sizeof(struct snap_entry);
	const int kinds[] = { 0, -1, SNAP_TOUCHED, SNAP_NKINDS, 1 << 30 };
	const int pids[] = { -1, 12345678, 0x7fffffff, (int)0x80000000 };
	const word starts[] = { MAXVA, 1ul << 39, 1ul << 62, 1ul << 63, KERNEL_HALF - 1 };

	pattern_fill((unsigned char *)&piece, sizeof(piece), 7);
	before = piece;
	for (unsigned i = 0; i < COUNT(kinds); i++)
		refused(kinds[i], 0, 0, &piece, sizeof(piece));
	for (unsigned i = 0; i < COUNT(pids); i++) {
		refused(SNAP_PT, pids[i], 0, &piece, sizeof(piece));
		refused(SNAP_AREAS, pids[i], 0, &piece, sizeof(piece));
		EQ(harvest(pids[i], 0, &piece, sizeof(piece)), -1);
	}
	for (unsigned i = 0; i < COUNT(starts); i++) {
		refused(SNAP_PT, 0, starts[i], &piece, sizeof(piece));
		refused(SNAP_PATH, 0, starts[i], &piece, sizeof(piece));
		EQ(harvest(0, starts[i], &piece, sizeof(piece)), -1);
	}
	refused(SNAP_AREAS, 0, KERNEL_HALF, &piece, sizeof(piece));
	EQ(harvest(0, KERNEL_HALF, &piece, sizeof(piece)), -1);
	refused(SNAP_PT, 0, 0, &piece, least - 1);
	refused(SNAP_PT, 0, 0, &piece, 0);
	EQ(memcmp(&piece, &before, sizeof(piece)), 0);
	CHECK(snapshot(SNAP_PT, 0, 0, &piece, least) == SNAP_LEAST);
}

TEST(obs, bad_buffers)
{
	word brk = (word)sbrk(0, EAGER), stack = area_of(0, (word)&brk).start;
	const word bad[] = {
		0,            /* text */
		stack - PAGE, /* the guard */
		stack - 200,  /* from the guard into the stack */
		brk + PAGE,
		brk - 100 + PAGE,
		USYSCALL,
		USYSCALL - 100,
		TRAPFRAME,
		TRAMPOLINE,
		MAXVA - 100,
		MAXVA,
		1ul << 39,
		~0ul,
		~0ul - 4095,
		KERNEL_HALF,
		0xffffffff80200000,
	};

	for (unsigned i = 0; i < COUNT(bad); i++) {
		EQ(snapshot(SNAP_PT, 0, 0, (void *)bad[i], SNAP_PIECE), -1);
		EQ(snapshot(SNAP_STATS, 0, 0, (void *)bad[i], SNAP_PIECE), -1);
		EQ(harvest(0, 0, (void *)bad[i], SNAP_PIECE), -1);
	}
	EQ(snapshot(SNAP_PT, 0, 0, (void *)bad[3], ~0ul), -1);
}

/* Whatever length is given, the kernel writes no more than one piece. */
TEST(obs, more_room_than_a_piece_needs)
{
	word at = (word)sbrk(2 * PAGE, EAGER);

	CHECK(snapshot(SNAP_PT, 0, 0, (void *)at, ~0ul) > 0);
	CHECK(snapshot(SNAP_PT, 0, 0, (void *)(at + PAGE), 1ul << 40) > 0);
}
