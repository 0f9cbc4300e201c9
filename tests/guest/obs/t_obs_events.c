/* t_obs_events.c - the events of the memory system: what is recorded, and that records are
 * whole. */
#include "t_obs.h"
#include "mapping.h"

#define HARTS_MAX 8

static struct event found[8 * EVENT_RING];

/* The events of process @pid (0: of all) from number @from[hart] on, hart after hart; moves
 * @from on. */
static int events_read(unsigned from[HARTS_MAX], int pid)
{
	static union piece piece;
	int n = 0;

	for (int hart = 0; hart < HARTS_MAX; hart++) {
		word start = SNAP_EVENTS_FROM(hart, from[hart]);

		while (start != SNAP_END) {
			if (snapshot(SNAP_EVENTS, 0, start, &piece, sizeof(piece)) < 0)
				return n; /* no such hart */
			for (unsigned i = 0; i < piece.header.count; i++) {
				struct event *e = piece_record(&piece, i);

				CHECK(e->number >= from[hart] && e->hart == hart);
				CHECK(e->kind < EVENT_NKINDS && !e->reserved);
				from[hart] = e->number + 1;
				if ((!pid || e->pid == pid) && n < (int)COUNT(found))
					found[n++] = *e;
			}
			start = piece.header.next;
		}
	}
	return n;
}

/* How many of the @n events found are of @kind at @va for @pages pages. */
static int events_like(int n, int kind, word va, word pages)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += found[i].kind == kind && found[i].va == va &&
			 found[i].pages == pages;
	return count;
}

TEST(events, what_happens_is_recorded)
{
	unsigned from[HARTS_MAX] = { 0 };
	word at;
	int n;

	EQ(setoption("events", "on"), 0);
	events_read(from, getpid());
	at = map(0, 3 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	EQ(load8(at), 0);
	store8(at + PAGE, 1);
	EQ(protect(at, 2 * PAGE, PROT_READ), 0);
	CHILD(0, KILLS(store8(at, 1)));
	EQ(unmap(at, 3 * PAGE), 0);
	n = events_read(from, getpid());
	EQ(setoption("events", "off"), 0);
	EQ(events_like(n, EVENT_MAP, at, 3), 1);
	CHECK(events_like(n, EVENT_ZERO, at, 1) == 1 ||
	      events_like(n, EVENT_ZERO, at + PAGE, 1));
	EQ(events_like(n, EVENT_PROTECT, at, 2), 1);
	EQ(events_like(n, EVENT_UNMAP, at, 3), 1);
	for (int i = 1; i < n; i++)
		CHECK(found[i].hart != found[i - 1].hart ||
		      found[i].time >= found[i - 1].time);
}

TEST(events, of_a_child)
{
	unsigned from[HARTS_MAX] = { 0 };
	word at = map(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int pid, n;

	store8(at, 1);
	EQ(setoption("events", "on"), 0);
	events_read(from, 0);
	pid = (int)must_fork();
	if (!pid) {
		store8(at, 2);
		exit(0);
	}
	EQ(reap(pid), 0);
	n = events_read(from, pid);
	if (!booted("fork", "copy"))
		EQ(events_like(n, EVENT_COPY, at, 1) + events_like(n, EVENT_REUSE, at, 1),
		   1);
	EQ(events_like(n, EVENT_EXIT, 0, 0), 1);
	EQ(setoption("events", "off"), 0);
	EQ(unmap(at, PAGE), 0);
}

TEST(events, none_while_off)
{
	unsigned from[HARTS_MAX] = { 0 };
	word at;

	EQ(setoption("events", "off"), 0);
	events_read(from, getpid());
	at = map(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	store8(at, 1);
	EQ(unmap(at, PAGE), 0);
	EQ(events_read(from, getpid()), 0);
}

static void map_and_unmap(void)
{
	for (word n = 0; n < 1500; n++) {
		long len = (long)(n % 5 + 1) * (long)PAGE;
		word at = map(0, len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(at != ~0ul);
		EQ(unmap(at, len), 0);
	}
}

/* Checks those of the @n events that map_and_unmap() can have caused; returns how many. */
static int check_found(int n)
{
	int checked = 0;

	for (int i = 0; i < n; i++) {
		struct event *e = &found[i];

		if (e->kind != EVENT_MAP && e->kind != EVENT_UNMAP)
			continue;
		CHECK(e->pages >= 1 && e->pages <= 5 && e->va % PAGE == 0 && e->va);
		EQ(e->detail, e->kind == EVENT_MAP ? PROT_READ : 0);
		checked++;
	}
	return checked;
}

/* More events than a ring holds, from children on all harts, while this process reads:
 * the numbers grow, and each record is what its writer meant. */
TEST(events, records_are_whole)
{
	unsigned from[HARTS_MAX] = { 0 };
	int checked = 0;
	long pid[4];

	EQ(setoption("events", "on"), 0);
	events_read(from, 0);
	for (int i = 0; i < 4; i++) {
		pid[i] = must_fork();
		if (!pid[i]) {
			map_and_unmap();
			exit(0);
		}
	}
	for (int i = 0; i < 100; i++)
		checked += check_found(events_read(from, 0));
	for (int i = 0; i < 4; i++)
		EQ(reap(pid[i]), 0);
	checked += check_found(events_read(from, 0));
	EQ(setoption("events", "off"), 0);
	CHECK(checked > 500);
}

/* It is switched while others record and read. */
TEST(events, switched_all_the_time)
{
	unsigned from[HARTS_MAX] = { 0 };
	long pid[3];

	for (int i = 0; i < 3; i++) {
		pid[i] = must_fork();
		if (!pid[i]) {
			if (i < 2)
				map_and_unmap();
			for (int n = 0; i == 2 && n < 200; n++)
				events_read(from, 0);
			exit(0);
		}
	}
	for (int i = 0; i < 100; i++)
		EQ(setoption("events", i % 2 ? "off" : "on"), 0);
	for (int i = 0; i < 3; i++)
		EQ(reap(pid[i]), 0);
	EQ(setoption("events", "off"), 0);
}

TEST(events, harts_that_are_not_there)
{
	static union piece piece;

	EQ(snapshot(SNAP_EVENTS, 0, SNAP_EVENTS_FROM(64, 0), &piece, sizeof(piece)), -1);
	EQ(snapshot(SNAP_EVENTS, 0, ~0ul, &piece, sizeof(piece)), -1);
	CHECK(snapshot(SNAP_EVENTS, 0, SNAP_EVENTS_FROM(0, ~0u), &piece, sizeof(piece)) >=
	      0);
}
