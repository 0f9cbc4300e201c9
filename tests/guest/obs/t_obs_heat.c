/* t_obs_heat.c - the option heat: a thread of the kernel takes A bits and notes when pages
 * were touched, and nobody else can tell. */
#include "../super.h"
#include "../thread/thread.h"
#include "t_obs.h"

#define WAIT 300 /* ticks that anything may take */

static void heat(const char *value)
{
	EQ(setoption("heat", value), 0);
}

/* As at boot. */
static void heat_back(void)
{
	char value[16];

	heat(bootarg("heat", value, sizeof(value)) < 0 ? "off" : value);
}

/* @n pages that are there and were not touched. */
static word untouched(int n)
{
	char before[16];
	word at;

	if (bootarg("heap", before, sizeof(before)) < 0)
		strcpy(before, "eager");
	EQ(setoption("heap", "eager"), 0);
	at = (word)sbrk(n * (int)PAGE, EAGER);
	CHECK(at != ~0ul);
	EQ(setoption("heap", before), 0);
	return at;
}

/* The age of the page at @va of process @pid. */
static int age_in(int pid, word va)
{
	static union piece piece;
	struct snap_entry e = entry_of(pid, va);
	struct snap_frame *f = piece_record(&piece, 0);

	CHECK(e.what == SNAP_LEAF);
	CHECK(snapshot(SNAP_FRAME, 0, e.pa + va % (e.level ? REGION : PAGE), &piece,
		       sizeof(piece)) > 0);
	f = piece_record(&piece, 0);
	EQ(f->pa, e.pa + va % (e.level ? REGION : PAGE));
	return f->age;
}

static int age_of(word va)
{
	return age_in(0, va);
}

/* Until the page at @va was not touched for @rounds. */
static void grow_old(word va, int rounds)
{
	EVENTUALLY(age_of(va) >= rounds, WAIT);
}

/* Touches @va all the time until it is young. */
static void become_young(word va)
{
	long end = uptime() + WAIT;

	do {
		*(volatile char *)va = 1;
		CHECK(uptime() < end);
	} while (age_of(va) > 1);
}

/* Touches @va all the time until it is young and @other is old. */
static void touch_while_it_ages(word va, word other)
{
	long end = uptime() + WAIT;

	for (;;) {
		int young, old;

		CHECK(uptime() < end);

		*(volatile char *)va = 1;
		old = age_of(other);
		young = age_of(va);
		if (old >= 5 && old < SNAP_AGE_OLDEST && young <= 1)
			return;
	}
}

TEST(heat, pages_that_are_touched_are_young_and_others_age)
{
	word page = untouched(3);

	heat("20");
	become_young(page);
	EQ(age_of(page + 2 * PAGE), SNAP_AGE_NEVER);
	*(volatile char *)(page + PAGE) = 1;
	touch_while_it_ages(page, page + PAGE);
	touch_while_it_ages(page + PAGE, page);
	EQ(age_of(page + 2 * PAGE), SNAP_AGE_NEVER);
	heat("off");
	EVENTUALLY(age_of(page) == SNAP_AGE_NEVER, WAIT);
	heat("20"); /* what was touched before is not told */
	become_young(page);
	EQ(age_of(page + PAGE), SNAP_AGE_NEVER);
	heat_back();
}

/* One that makes no calls, so that nothing else makes its hart forget translations. */
TEST(heat, a_process_that_only_touches_stays_young)
{
	word page = untouched(1);
	int young = 0;
	long pid = must_fork();

	if (!pid)
		for (;;)
			*(volatile char *)page = 1;
	heat("50");
	EVENTUALLY(age_in((int)pid, page) <= 1, WAIT);
	for (int i = 0; i < 20; i++) {
		pause(1);
		young += age_in((int)pid, page) <= 5;
	}
	kill((int)pid);
	reap(pid);
	CHECK(young >= 15);
	heat_back();
}

/* A frame that is given back and handed out again has no age of before. */
TEST(heat, a_new_page_was_never_touched)
{
	heat("10");
	for (int i = 0; i < 20; i++) {
		word page = untouched(8);

		EQ(age_of(page), SNAP_AGE_NEVER);
		become_young(page);
		CHECK(sbrk(-8 * (int)PAGE, EAGER) != -1);
	}
	heat_back();
}

static word mask_of(word page)
{
	word mask = 0;

	EQ(pgaccess((void *)page, 8, &mask), 0);
	return mask & 0xff;
}

/* Touches the first two pages, and waits until the sampler has taken that. */
static void touch_two(word page)
{
	*(volatile char *)page = 1;
	(void)*(volatile char *)(page + PAGE);
	EVENTUALLY(!((entry_of(0, page).pte | entry_of(0, page + PAGE).pte) & PTE_A), WAIT);
}

static word harvested(word page)
{
	static union piece piece;
	word mask = 0;

	CHECK(harvest(0, page, &piece, sizeof(piece)) > 0);
	for (unsigned i = 0; i < piece.header.count; i++) {
		struct snap_run *r = piece_record(&piece, i);

		for (word va = r->va; va < r->va + r->pages * PAGE; va += PAGE)
			if (r->flags & SNAP_RUN_TOUCHED && va - page < 8 * PAGE)
				mask |= 1ul << (va - page) / PAGE;
	}
	return mask;
}

TEST(heat, nobody_misses_a_touch)
{
	word page = untouched(8);
	long touched;

	heat("10");
	(void)mask_of(page);
	become_young(page);
	touch_two(page);
	touched = (long)area_of(0, page).touched;
	EQ(mask_of(page), 3);
	EQ(mask_of(page), 0);
	EQ(area_of(0, page).touched, touched - 2);
	touch_two(page);
	EQ(harvested(page), 3);
	EQ(harvested(page), 0);
	touch_two(page);
	EQ(mprotect(page, 8 * PAGE, 0), 0);
	EQ(mprotect(page, 8 * PAGE, PROT_READ | PROT_WRITE), 0);
	EQ(mask_of(page), 3);
	EQ(mask_of(page), 0);
	heat_back();
}

/* The child has touched nothing, also where its parent has, whatever fork does. */
static void check_child(word page)
{
	touch_two(page);
	CHILD(0, EQ(mask_of(page) & 7, 0); *(volatile char *)(page + 2 * PAGE) = 1;
	      EQ(mask_of(page), 4));
	*(volatile char *)(page + 3 * PAGE) = 1;
	EQ(mask_of(page), 0xb);
	EQ(mask_of(page), 0);
}

TEST(heat, a_child_has_touched_nothing)
{
	static const char *const how[] = { "tables", "cow", "copy" };
	char before[16];
	word page = untouched(8);

	if (bootarg("fork", before, sizeof(before)) < 0)
		strcpy(before, "tables");
	heat("10");
	(void)mask_of(page);
	become_young(page);
	(void)mask_of(page);
	for (unsigned i = 0; i < COUNT(how); i++) {
		EQ(setoption("fork", how[i]), 0);
		check_child(page);
	}
	EQ(setoption("fork", before), 0);
	heat_back();
}

/* A leaf of 2 MiB has one age, and its pages have it when it is split. */
TEST(heat, large_pages)
{
	word base = heap_regions(1, LAZY), last = base + REGION - PAGE;

	*(volatile char *)base = 1;
	EQ(entry_of(0, base).level, level_if_on());
	heat("20");
	become_young(base);
	if (level_if_on())
		EVENTUALLY(age_of(last) == age_of(base), WAIT);
	grow_old(base, 5);
	become_young(last);
	fill(base, last + PAGE, 7);
	EQ(mprotect(base + PAGE, PAGE, PROT_READ), 0);
	EQ(munmap(base + 3 * PAGE, PAGE), 0);
	touch_while_it_ages(base, last);
	heat_back();
}

/* --- while everything changes ----------------------------------------------------- */

static volatile int stop;

/* Writes and checks its pages; @at is an address, the page number in the thread is its
 * seed. */
static void churn_thread(word at)
{
	for (word round = 0; !stop; round++) {
		fill(at, at + 16 * PAGE, round);
		check_filled(at, at + 16 * PAGE, round);
	}
}

static void churn(word base)
{
	char *const args[] = { "/true", 0 };

	for (int i = 0; i < 30; i++) {
		word fresh = anon(20, PROT_READ | PROT_WRITE);

		fill(base, base + REGION, (word)i);
		CHILD(0, check_filled(base, base + REGION, (word)i);
		      fill(base, base + REGION / 2, 99);
		      check_filled(base, base + REGION / 2, 99);
		      check_filled(base + REGION / 2, base + REGION, (word)i));
		CHILD(0, exec("/true", args); exit(1));
		fill(fresh, fresh + 20 * PAGE, 5);
		check_filled(base, base + REGION, (word)i);
		EQ(munmap(fresh, 20 * PAGE), 0);
	}
}

TEST(heat, beside_fork_exec_faults_and_threads)
{
	word base = heap_regions(1, LAZY), at = anon(32, PROT_READ | PROT_WRITE);
	int tid[2];

	heat("10");
	for (int i = 0; i < 2; i++)
		tid[i] = thread(i, churn_thread, at + (word)i * 16 * PAGE);
	churn(base);
	stop = 1;
	for (int i = 0; i < 2; i++)
		thread_join(tid[i]);
	heat_back();
}

TEST(heat, switched_all_the_time)
{
	word base = heap_regions(1, LAZY), before;
	long pid;

	heat("10"); /* the thread gets its stack */
	heat("off");
	before = free_memory();
	pid = must_fork();
	if (!pid) {
		churn(base);
		exit(0);
	}
	for (int i = 0; i < 300; i++)
		EQ(setoption("heat", i % 2 ? "off" : i % 4 ? "10" : "9999"), 0);
	EQ(reap(pid), 0);
	EVENTUALLY(free_memory() == before, WAIT);
}

TEST(heat, only_numbers_that_are_allowed)
{
	EQ(setoption("heat", "9"), -1);
	EQ(setoption("heat", "10000"), -1);
	EQ(setoption("heat", "on"), -1);
}
