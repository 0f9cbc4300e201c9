/* t_super_own.c - a program that asks pgpte() for a 2 MiB leaf that fork shares gets the
 * leaf to itself: whole, writable, with the same contents. */
#include "super.h"
#include "obs/t_obs.h"

#define SOME 100 /* a page in the middle */
#define RIGHTS (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U)

static int copies_at_fork(void)
{
	return booted("fork", "copy");
}

/* The entry as it is, which no look of another kind than pgpte() changes. */
static word entry_now(word va)
{
	return WITH_SEEN(entry_of(0, va).pte);
}

static void check_own(word base)
{
	word e = WITH_SEEN(pgpte((void *)base));

	EQ(e & RIGHTS, PTE_V | PTE_R | PTE_W | PTE_U);
	EQ(e & PTE_D, 0);
	for (word p = base; p < base + REGION; p += PAGE)
		EQ(WITH_SEEN(pgpte((void *)p)) == e, level_if_on() || p == base);
	EQ(entry_of(0, base).level, level_if_on());
}

/* What superpg tests of the labs do, in a child and in its child. */
TEST(super, a_child_that_asks_has_its_own_leaf)
{
	word base = heap_regions(2, EAGER), before, free;

	if (!level_if_on() || booted("heap", "lazy"))
		return;
	fill(base, base + 2 * REGION, 5);
	before = entry_now(base);
	CHILD(0, {
		free_memory(); /* copies what this child writes */
		free = free_memory();
		pgpte((void *)(base + SOME * PAGE));
		EQ(free - free_memory(), copies_at_fork() ? 0 : REGION);
		check_own(base);
		CHECK(entry_now(base) >> 10 != before >> 10);
		EQ(entry_now(base + REGION) & PTE_W, copies_at_fork() ? PTE_W : 0);
		check_filled(base, base + 2 * REGION, 5);
		fill(base, base + REGION, 6);
		EQ(entry_of(0, base).level, 1);
		CHILD(0, {
			check_own(base);
			fill(base + SOME * PAGE, base + REGION, 7);
			check_filled(base, base + SOME * PAGE, 6);
		});
		check_filled(base, base + REGION, 6);
		check_filled(base + REGION, base + 2 * REGION, 5);
	});
	check_filled(base, base + 2 * REGION, 5);
	EQ(entry_now(base) >> 10, before >> 10);
}

/* Where no other process has the block, it is kept, not copied. */
TEST(super, the_last_one_that_asks_keeps_the_leaf)
{
	word base = heap_regions(1, EAGER), before, free;

	if (!level_if_on())
		return;
	fill(base, base + REGION, 5);
	before = entry_now(base);
	free = free_memory();
	CHILD(0, (void)0);
	EQ(entry_now(base) & PTE_W, copies_at_fork() ? PTE_W : 0);
	EQ(WITH_SEEN(pgpte((void *)base)), before);
	EQ(entry_now(base), before);
	CHILD(0, store8(base, load8(base))); /* the child's leaf is split */
	EQ(WITH_SEEN(pgpte((void *)(base + SOME * PAGE))), before);
	EQ(free_memory(), free);
	check_filled(base, base + REGION, 5);
}

/* The parent asks while a child has all of the block, or what it has not written. */
TEST(super, a_parent_that_asks_has_its_own_leaf)
{
	word base = heap_regions(1, EAGER), before;
	int down[2], up[2];
	long pid;
	char c;

	if (!level_if_on())
		return;
	EQ(pipe(down), 0);
	EQ(pipe(up), 0);
	for (int written = 0; written < 2; written++) {
		fill(base, base + REGION, 5);
		before = entry_now(base);
		pid = must_fork();
		if (pid == 0) {
			if (written)
				fill(base, base + PAGE, 6);
			EQ(write(up[1], "x", 1), 1);
			EQ(read(down[0], &c, 1), 1);
			check_filled(base + PAGE, base + REGION, 5);
			check_filled(base, base + PAGE, written ? 6 : 5);
			exit(0);
		}
		EQ(read(up[0], &c, 1), 1);
		EQ(pgpte((void *)base) & (long)RIGHTS, PTE_V | PTE_R | PTE_W | PTE_U);
		EQ(entry_now(base) >> 10 == before >> 10, copies_at_fork());
		fill(base, base + REGION, 9);
		EQ(entry_of(0, base).level, 1);
		EQ(write(down[1], "x", 1), 1);
		EQ(reap(pid), 0);
		check_filled(base, base + REGION, 9);
	}
	for (int i = 0; i < 2; i++)
		CHECK(close(down[i]) == 0 && close(up[i]) == 0);
}

/* Protected memory, shared memory and single pages stay as they are. */
TEST(super, leaves_that_stay_shared)
{
	word base = heap_regions(1, EAGER), shared, page, free;

	if (!level_if_on())
		return;
	shared = map(0, 2 * REGION, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	page = map(0, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fill(base, base + REGION, 5);
	store8(page, 1);
	EQ(protect(base, REGION, PROT_READ), 0);
	CHILD(0, {
		word at = (shared + REGION - 1) & -REGION, one = entry_now(page);

		free = free_memory();
		EQ(pgpte((void *)base) & (long)RIGHTS, PTE_V | PTE_R | PTE_U);
		EQ(pgpte((void *)at) & (long)RIGHTS, PTE_V | PTE_R | PTE_W | PTE_U);
		EQ(pgpte((void *)page), one);
		EQ(free_memory(), free);
		KILLS(store8(base, 1));
		fill(at, at + PAGE, 3);
	});
	check_filled((shared + REGION - 1) & -REGION,
		     ((shared + REGION - 1) & -REGION) + PAGE, 3);
	EQ(unmap(shared, 2 * REGION), 0);
	EQ(unmap(page, PAGE), 0);
}

/* Half of the memory stays free: then the entry is reported as it is. */
TEST(super, no_copy_when_memory_is_short)
{
	word base = heap_regions(1, EAGER), e;

	if (!level_if_on() || copies_at_fork() || booted("heap", "lazy"))
		return;
	fill(base, base + REGION, 5);
	CHILD(0, {
		struct meminfo m;
		int taken = 0;

		EQ(meminfo(&m), 0);
		for (; free_memory() / PAGE > m.total / 2; taken++)
			CHECK(sbrk((int)REGION, EAGER) != -1);
		CHECK(taken >= 3); /* one more than half of the memory needs */
		e = entry_now(base);
		EQ(pgpte((void *)base), e);
		EQ(e & PTE_W, 0);
		/* All of it: the last ones can have been single pages, not whole blocks. */
		CHECK(sbrk(-taken * (int)REGION, EAGER) != -1);
		EQ(pgpte((void *)base) & PTE_W, PTE_W);
		check_filled(base, base + REGION, 5);
	});
}

/* Children ask and write at the same time, on all harts. */
TEST(super, many_ask_at_once)
{
	word base = heap_regions(1, EAGER);
	long pid[6];

	fill(base, base + REGION, 5);
	for (word i = 0; i < COUNT(pid); i++) {
		pid[i] = must_fork();
		if (pid[i])
			continue;
		for (word n = 0; n < 20; n++)
			CHILD(0, {
				word lo = base + (n * 17 + i * 31) % 500 * PAGE;

				if (n % 2)
					fill(lo, lo + 5 * PAGE, n);
				pgpte((void *)lo);
				check_filled(base, lo, 5);
				fill(lo, lo + 5 * PAGE, n + 7);
				check_filled(lo, lo + 5 * PAGE, n + 7);
				check_filled(lo + 5 * PAGE, base + REGION, 5);
			});
		exit(0);
	}
	for (word i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), 0);
	check_filled(base, base + REGION, 5);
}
