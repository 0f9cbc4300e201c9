/* t_obs_memory.c - snapshot() of single frames, and of bytes of memory. */
#include "t_obs.h"
#include "mapping.h"
#include "super.h"

/* One piece of @kind from @start on, in @piece; returns how many records. */
static long read_piece(int kind, int pid, word start, union piece *piece)
{
	return snapshot(kind, pid, start, piece, sizeof(*piece));
}

static struct snap_frame frame_at(word pa)
{
	static union piece piece;
	struct snap_frame f;

	CHECK(read_piece(SNAP_FRAME, 0, pa, &piece) > 0);
	memcpy(&f, piece_record(&piece, 0), sizeof(f));
	EQ(f.pa, pa & -PAGE);
	return f;
}

TEST(obs, a_frame_is_what_its_entry_says)
{
	const word at[] = { (word)sbrk(PAGE, EAGER), 0, USYSCALL, TRAPFRAME, TRAMPOLINE };

	store8(at[0], 1);
	for (unsigned i = 0; i < COUNT(at); i++) {
		struct snap_entry e = entry_of(0, at[i]);
		struct snap_frame f = frame_at(e.pa + 5);

		EQ(f.frame, e.frame);
		EQ(f.refs, e.refs);
		EQ(f.users, e.users);
	}
}

/* The frames of RAM, one after the other, have the kinds that the counts say. */
TEST(obs, all_frames_one_by_one)
{
	static union piece piece;
	static word found[256];
	static struct snap_count kinds[32];
	struct snap_query q = { SNAP_FRAMES, 0, 0, SNAP_PIECE };
	int nkinds = snap_all(&q, kinds, COUNT(kinds));
	struct meminfo m;
	word pa = 0x80000000, n = 0;

	EQ(meminfo(&m), 0);
	do {
		CHECK(read_piece(SNAP_FRAME, 0, pa, &piece) > 0);
		for (unsigned i = 0; i < piece.header.count; i++, n++) {
			struct snap_frame *f = piece_record(&piece, i);

			EQ(f->pa, 0x80000000 + n * PAGE);
			CHECK(f->order <= 9);
			found[f->frame]++;
		}
		pa = piece.header.next;
	} while (pa != SNAP_END);
	EQ(n, m.total);
	CHECK(found[0] > 100); /* free */
	/* These stand still while the test runs. */
	for (int i = 0; i < nkinds; i++)
		if (strcmp(kinds[i].name, "table") == 0 ||
		    strcmp(kinds[i].name, "trapframe") == 0)
			EQ(found[i], kinds[i].value);
}

/* A block of 2 MiB, while it is one leaf. */
TEST(obs, a_frame_of_a_large_leaf_is_in_a_block)
{
	word at = map(0, 4 << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), base;
	struct snap_entry e;

	base = (at + (2 << 20) - 1) & -(word)(2 << 20);
	for (word va = base; va < base + (2 << 20); va += PAGE)
		store8(va, 1);
	e = entry_of(0, base);
	EQ(e.level, level_if_on());
	EQ(frame_at(e.pa).order, 9 * e.level);
	if (e.level)
		EQ(frame_at(e.pa + 37 * PAGE).order, 9);
	EQ(unmap(at, 4 << 20), 0);
}

/* --- bytes --------------------------------------------------------------- */

static void check_bytes(int kind, word start, word va, word n)
{
	static union piece piece;

	for (word done = 0; done < n;) {
		CHECK(read_piece(kind, 0, start + done, &piece) > 0);
		for (unsigned i = 0; i < piece.header.count && done < n; i++) {
			struct snap_bytes *b = piece_record(&piece, i);

			EQ(b->at, start + done);
			CHECK(b->is_there && b->count > 0 && b->count <= SNAP_BYTES_MAX);
			CHECK(b->at / PAGE == (b->at + b->count - 1) / PAGE);
			EQ(memcmp(b->byte, (void *)(va + done), b->count), 0);
			done += b->count;
		}
	}
}

TEST(obs, bytes_are_those_of_the_program)
{
	word heap = (word)sbrk(3 * PAGE, EAGER);

	pattern_fill((unsigned char *)heap, 3 * PAGE, 11);
	check_bytes(SNAP_BYTES, heap, heap, 3 * PAGE - SNAP_BYTES_MAX);
	check_bytes(SNAP_BYTES, heap + 1000, heap + 1000, 1500);
	check_bytes(SNAP_BYTES, heap + PAGE - 7, heap + PAGE - 7, 100);
	check_bytes(SNAP_RAM, entry_of(0, heap + PAGE).pa + (heap & 511),
		    heap + PAGE + (heap & 511), 1000);
	CHILD(0, check_bytes(SNAP_BYTES, heap, heap, PAGE));
}

/* Looking brings no page in; memory under PROT_NONE can be seen, a guard has none. */
TEST(obs, bytes_that_are_not_there)
{
	static union piece piece;
	word at = map(0, 2 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	word stack = area_of(0, (word)&at).start, resident = area_of(0, at).resident;
	struct snap_bytes *b = piece_record(&piece, 0);

	CHECK(read_piece(SNAP_BYTES, 0, at + PAGE, &piece) > 0);
	EQ(b->is_there, 0);
	EQ(area_of(0, at).resident, resident);
	store8(at, 77);
	EQ(protect(at, PAGE, PROT_NONE), 0);
	CHECK(read_piece(SNAP_BYTES, 0, at, &piece) > 0);
	CHECK(b->is_there && b->byte[0] == 77);
	CHECK(read_piece(SNAP_BYTES, 0, stack - PAGE, &piece) > 0);
	EQ(b->is_there, 0);
	EQ(unmap(at, 2 * PAGE), 0);
}

TEST(obs, memory_that_nobody_can_read)
{
	static union piece piece;
	struct snap_bytes *b = piece_record(&piece, 0);

	/* The firmware's: the hardware refuses it to the kernel. */
	CHECK(read_piece(SNAP_RAM, 0, 0x80000000, &piece) > 0);
	EQ(b->is_there, 0);
	CHECK(read_piece(SNAP_RAM, 0, 0x80200000, &piece) > 0);
	EQ(b->is_there, 1);
	EQ(read_piece(SNAP_RAM, 0, 0x1000, &piece), -1);
	EQ(read_piece(SNAP_RAM, 0, 0x10000000, &piece), -1);
	EQ(read_piece(SNAP_RAM, 0, ~0ul, &piece), -1);
	EQ(read_piece(SNAP_FRAME, 0, 0x1000, &piece), -1);
	EQ(read_piece(SNAP_FRAME, 0, ~0ul, &piece), -1);
	EQ(read_piece(SNAP_BYTES, 0, MAXVA, &piece), -1);
	EQ(read_piece(SNAP_BYTES, 0, KERNEL_HALF, &piece), -1);
	EQ(read_piece(SNAP_BYTES, 12345678, 0, &piece), -1);
	CHECK(read_piece(SNAP_BYTES, 0, MAXVA - 1, &piece) > 0);
	EQ(b->count, 1);
}

/* The last frame of RAM, and bytes at its end. */
TEST(obs, the_end_of_ram)
{
	static union piece piece;
	struct meminfo m;
	word end;

	EQ(meminfo(&m), 0);
	end = 0x80000000 + m.total * PAGE;
	EQ(read_piece(SNAP_FRAME, 0, end - 1, &piece), 1);
	EQ(piece.header.next, SNAP_END);
	EQ(read_piece(SNAP_RAM, 0, end - 1, &piece), 1);
	EQ(read_piece(SNAP_RAM, 0, end, &piece), -1);
	EQ(read_piece(SNAP_FRAME, 0, end, &piece), -1);
}
