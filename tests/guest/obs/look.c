/* look.c - reading snapshots, for the cases that look inside; see t_obs.h. */
#include "t_obs.h"

static word record_size(int kind)
{
	switch (kind) {
	case SNAP_PT:
	case SNAP_PATH:
		return sizeof(struct snap_entry);
	case SNAP_AREAS:
		return sizeof(struct snap_area);
	case SNAP_TOUCHED:
		return sizeof(struct snap_run);
	case SNAP_LEDGER:
		return sizeof(struct snap_use);
	case SNAP_OPTIONS:
		return sizeof(struct snap_option);
	case SNAP_FRAME:
		return sizeof(struct snap_frame);
	default:
		return sizeof(struct snap_count);
	}
}

int snap_all(const struct snap_query *q, void *to, int max)
{
	static union piece piece;
	word start = q->start, size = record_size(q->kind);
	int total = 0;

	for (;;) {
		long n = q->kind == SNAP_TOUCHED
				 ? harvest(q->pid, start, &piece, q->bytes)
				 : snapshot(q->kind, q->pid, start, &piece, q->bytes);

		CHECK(n >= 0 && total + n <= max);
		EQ(piece.header.version, SNAP_VERSION);
		EQ(piece.header.kind, q->kind);
		EQ(piece.header.record_bytes, size);
		EQ(piece.header.count, n);
		CHECK(sizeof(piece.header) + (word)n * size <= q->bytes);
		memcpy((char *)to + (word)total * size, piece_record(&piece, 0),
		       (word)n * size);
		total += n;
		if (piece.header.next == SNAP_END)
			return total;
		CHECK(piece.header.next > start);
		start = piece.header.next;
	}
}

struct snap_entry entry_of(int pid, word va)
{
	static union piece piece;
	long n = snapshot(SNAP_PATH, pid, va, &piece, sizeof(piece));

	CHECK(n >= 1 && n <= 3);
	return *(struct snap_entry *)piece_record(&piece, (unsigned)n - 1);
}

struct snap_area area_of(int pid, word va)
{
	static struct snap_area areas[64];
	struct snap_query q = { SNAP_AREAS, pid, 0, SNAP_PIECE };
	int n = snap_all(&q, areas, COUNT(areas));

	for (int i = 0; i < n; i++)
		if (va >= areas[i].start && va < areas[i].end)
			return areas[i];
	return (struct snap_area){ 0 };
}

word heap_pages(int pages)
{
	word heap = (word)sbrk(pages * (int)PAGE, EAGER);

	CHECK((long)heap > 0);
	for (int i = 0; i < pages; i++)
		load8(heap + i * PAGE);
	return heap;
}
