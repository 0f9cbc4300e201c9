/* t_super.c - 2 MiB leaves (super=on): where the kernel makes them, what splits them,
 * what fork does, and what the kernel's own copies see.  With super=off the same cases
 * expect the same contents and the same numbers of frames, in 4 KiB leaves. */
#include "super.h"
#include "obs/t_obs.h"

#define SOME 100 /* a page in the middle */

static void check_zero(word lo, word hi)
{
	for (word p = lo; p < hi; p += 8)
		if (*(volatile word *)p)
			FAIL("0x%lx is not zero", p);
}

static int level_of(word va)
{
	struct snap_entry e = entry_of(0, va);

	return e.what == SNAP_LEAF ? e.level : -1;
}

/* Maps one aligned region and one page more on both sides; returns the region. */
static word mapped_region(int prot, int how)
{
	word p = map(0, (long)(2 * REGION + 2 * PAGE), prot, how | MAP_ANONYMOUS, -1, 0);

	CHECK(p != ~0ul);
	return (p + PAGE + REGION - 1) & -REGION;
}

static word counter(const char *name)
{
	static struct snap_count counts[256];
	struct snap_query q = { SNAP_STATS, 0, 0, SNAP_PIECE };
	int n = snap_all(&q, counts, COUNT(counts));

	for (int i = 0; i < n; i++)
		if (strcmp(counts[i].name, name) == 0)
			return counts[i].value;
	FAIL("no counter %s", name);
}

/* --- where they are made ------------------------------------------------- */

TEST(super, heap_is_in_large_leaves)
{
	word base = heap_regions(2, EAGER), made = counter("super_mapped"), first, last;
	struct snap_area a;

	if (!booted("heap", "lazy"))
		EQ(level_of(base), level_if_on());
	fill(base, base + 2 * REGION, 1);
	check_filled(base, base + 2 * REGION, 1);
	for (word p = base; p < base + 2 * REGION; p += REGION) {
		first = (word)pgpte((void *)p);
		last = (word)pgpte((void *)(p + REGION - PAGE));
		EQ(first & 0x3f, PTE_V | PTE_R | PTE_W | PTE_U);
		EQ(level_of(p), level_if_on());
		EQ(level_of(p + REGION - 1), level_if_on());
		EQ(first == last, level_if_on());
	}
	CHECK(pgpte((void *)base) != pgpte((void *)(base + REGION)));
	a = area_of(0, base);
	EQ(a.large, level_if_on() * 2 * REGION_PAGES);
	CHECK(a.resident >= 2 * REGION_PAGES);
	CHECK(counter("super_mapped") <= made + 2);
}

/* Memory that does not fill an aligned 2 MiB stays in 4 KiB pages, at both ends; and so
 * do pages that were there before. */
TEST(super, head_and_tail_are_pages)
{
	word brk = (word)sbrk(0, EAGER), base, end;

	brk = (brk + PAGE - 1) & -PAGE;
	base = (brk + 5 * PAGE + REGION - 1) & -REGION;
	end = base + REGION + REGION - PAGE;
	EQ(sbrk((int)(end - (word)sbrk(0, EAGER)), EAGER) != -1, 1);
	fill(brk, end, 2);
	EQ(level_of(brk), 0);
	EQ(level_of(base - PAGE), 0);
	EQ(level_of(base), level_if_on());
	EQ(level_of(base + REGION), 0);
	EQ(level_of(end - PAGE), 0);
	EQ(pgpte((void *)end), 0);
	EQ(sbrk(PAGE, EAGER), end); /* now 2 MiB would be full */
	store8(end, 1);
	EQ(level_of(base + REGION), 0);
	check_filled(brk, end, 2);
}

TEST(super, first_touch)
{
	word base = heap_regions(4, LAZY), end = base + 4 * REGION;
	int fd[2];

	EQ(sbrk(7 * PAGE, LAZY), end);
	for (word p = base; p < end; p += REGION)
		EQ(pgpte((void *)p), 0);
	EQ(load8(base + 77 * PAGE), 0);
	store8(base + REGION + 5, 6);
	EQ(pipe(fd), 0);
	EQ(write(fd[1], "abc", 3), 3);
	EQ(read(fd[0], (void *)(base + 3 * REGION - 3), 3), 3); /* the kernel touches it */
	EQ(write(fd[1], (void *)(base + 3 * REGION + 100), 3), 3);
	store8(end, 1);
	for (word p = base; p < end; p += REGION)
		EQ(level_of(p), pgpte((void *)p) ? level_if_on() : -1);
	EQ(level_of(base + 77 * PAGE), level_if_on());
	EQ(level_of(end), 0);
	EQ(load8(base + REGION + 5), 6);
	EQ(memcmp((void *)(base + 3 * REGION - 3), "abc", 3), 0);
	store8(base + REGION + 5, 0);
	memset((void *)(base + 3 * REGION - 3), 0, 3);
	check_zero(base, end);
	EQ(close(fd[0]), 0);
	EQ(close(fd[1]), 0);
}

/* A read sets A alone; only a write sets D. */
TEST(super, access_bits)
{
	word base = heap_regions(1, LAZY), mask[REGION_PAGES / 64];

	load8(base + 3 * PAGE);
	if (!level_if_on())
		return;
	EQ(WITH_SEEN(pgpte((void *)base)) & (PTE_A | PTE_D), PTE_A);
	store8(base + 9 * PAGE, 1);
	EQ(WITH_SEEN(pgpte((void *)base)) & (PTE_A | PTE_D), PTE_A | PTE_D);
	EQ(pgaccess((void *)base, REGION_PAGES, mask), 0);
	for (size_t i = 0; i < COUNT(mask); i++)
		EQ(mask[i], -1); /* the leaf has one A bit for all its pages */
	EQ(pgaccess((void *)base, REGION_PAGES, mask), 0);
	for (size_t i = 0; i < COUNT(mask); i++)
		EQ(mask[i], 0);
	load8(base + 400 * PAGE);
	EQ(pgaccess((void *)(base + 3 * PAGE), 64, mask), 0);
	EQ(mask[0], -1);
}

/* A leaf takes as many frames as its pages would, and gives back as many. */
TEST(super, frames_add_up)
{
	word base = align_break(), free;

	/* touch now what the calls below touch for the first time */
	fill(base - PAGE, base, 1);
	EQ(level_of(base - 1), 0);
	free_memory();
	free = free_memory();
	for (int i = 0; i < 3; i++) {
		EQ(sbrk((int)REGION, EAGER), base);
		fill(base, base + REGION, 3);
		EQ(level_of(base), level_if_on());
		EQ(free - free_memory(), REGION + PAGE); /* and its table */
		EQ(sbrk(-(int)REGION, EAGER), base + REGION);
		EQ(pgpte((void *)base), 0);
		EQ(free - free_memory(), PAGE);
	}
}

/* --- what splits them ---------------------------------------------------- */

static void check_small(word base, word lo, word hi, word flags)
{
	word pa = (word)pgpte((void *)lo) >> 10;

	for (word p = lo; p < hi; p += PAGE, pa++) {
		word e = WITH_SEEN(pgpte((void *)p));

		EQ(level_of(p), 0);
		EQ(e & (PTE_A | PTE_D | PTE_V | PTE_R | PTE_W | PTE_U), flags);
		if (level_if_on())
			EQ(e >> 10, pa); /* at the same frames */
	}
	(void)base;
}

TEST(super, shrink_inside)
{
	word base = heap_regions(2, EAGER), end = base + 2 * REGION, flags;

	fill(base, end, 4);
	flags = WITH_SEEN(pgpte((void *)base)) & 0xff;
	EQ(flags, PTE_A | PTE_D | PTE_V | PTE_R | PTE_W | PTE_U);
	EQ(sbrk(-(int)PAGE, EAGER), end);
	EQ(pgpte((void *)(end - PAGE)), 0);
	check_small(base, base + REGION, end - PAGE, flags);
	EQ(level_of(base), level_if_on());
	check_filled(base, end - PAGE, 4);
	KILLS(load8(end - PAGE));
	EQ(sbrk(-(int)(REGION - PAGE) - 10 * (int)PAGE, EAGER), end - PAGE);
	EQ(pgpte((void *)(base + REGION - 10 * PAGE)), 0);
	check_filled(base, base + REGION - 10 * PAGE, 4);
	EQ(sbrk(10 * PAGE, EAGER), base + REGION - 10 * PAGE);
	check_zero(base + REGION - 10 * PAGE, base + REGION);
}

/* Nothing was written, so the leaf has A and no D; its pages get the same. */
TEST(super, split_keeps_what_was_touched)
{
	word base = heap_regions(1, LAZY);

	load8(base);
	EQ(sbrk(-(int)PAGE, EAGER), base + REGION);
	if (level_if_on())
		check_small(base, base, base + REGION - PAGE,
			    PTE_A | PTE_V | PTE_R | PTE_W | PTE_U);
	check_zero(base, base + REGION - PAGE);
}

static const word pieces[][2] = {
	{ 0, 1 }, { 511, 1 }, { 200, 100 }, { 0, 256 }, { 256, 256 }, { 1, 510 },
};

TEST(super, unmapped_in_part)
{
	for (size_t i = 0; i < COUNT(pieces); i++) {
		word base = mapped_region(RW, MAP_PRIVATE);
		word lo = base + pieces[i][0] * PAGE, hi = lo + pieces[i][1] * PAGE;

		fill(base, base + REGION, i);
		EQ(level_of(base), level_if_on());
		EQ(unmap(lo, (long)(hi - lo)), 0);
		for (word p = base; p < base + REGION; p += PAGE)
			EQ(level_of(p), p >= lo && p < hi ? -1 : 0);
		check_filled(base, lo, i);
		check_filled(hi, base + REGION, i);
		KILLS(load8(lo));
		KILLS(load8(hi - 1));
		EQ(unmap(base, REGION), 0);
	}
}

TEST(super, discarded_in_part)
{
	for (size_t i = 0; i < COUNT(pieces); i++) {
		word base = mapped_region(RW, MAP_PRIVATE), free;
		word lo = base + pieces[i][0] * PAGE, hi = lo + pieces[i][1] * PAGE;

		fill(base, base + REGION, i);
		free = free_memory();
		EQ(advise(lo, (long)(hi - lo), MADV_DONTNEED), 0);
		EQ(free_memory() - free, hi - lo);
		check_filled(base, lo, i);
		check_filled(hi, base + REGION, i);
		check_zero(lo, hi);
		EQ(unmap(base, REGION), 0);
	}
}

TEST(super, protected_in_part)
{
	for (size_t i = 0; i < COUNT(pieces); i++) {
		word base = mapped_region(RW, MAP_PRIVATE);
		word lo = base + pieces[i][0] * PAGE, hi = lo + pieces[i][1] * PAGE;

		fill(base, base + REGION, i);
		EQ(protect(lo, (long)(hi - lo), PROT_READ), 0);
		check_filled(base, base + REGION, i);
		KILLS(store8(lo, 1));
		KILLS(store8(hi - 1, 1));
		if (lo > base)
			store8(lo - 9, 1);
		if (hi < base + REGION)
			store8(hi + 9, 1);
		EQ(protect(lo, (long)(hi - lo), PROT_NONE), 0);
		KILLS(load8(lo));
		KILLS(load8(hi - 1));
		EQ(protect(lo, (long)(hi - lo), RW), 0);
		check_filled(lo, hi, i);
		fill(base, base + REGION, i + 1);
		check_filled(base, base + REGION, i + 1);
		EQ(unmap(base, REGION), 0);
	}
}

TEST(super, protected_as_a_whole)
{
	word base = mapped_region(RW, MAP_PRIVATE);

	fill(base, base + REGION, 8);
	EQ(protect(base, REGION, PROT_READ), 0);
	EQ(level_of(base), level_if_on());
	KILLS(store8(base + SOME * PAGE, 1));
	EQ(protect(base, REGION, RW), 0);
	store8(base + SOME * PAGE + 8, 1);
	EQ(level_of(base), level_if_on()); /* no other process shares it */
	EQ(protect(base, REGION, PROT_NONE), 0);
	KILLS(load8(base));
	KILLS(load8(base + REGION - 1));
	EQ(protect(base, REGION, RW), 0);
	check_filled(base, base + REGION, 8);
}

/* --- fork ---------------------------------------------------------------- */

static void child_looks(word base, word parents, int parent)
{
	word e = entry_of(0, base).pte; /* pgpte() would end the sharing */
	int copy = booted("fork", "copy");

	EQ(level_of(base), level_if_on());
	EQ(e >> 10 == parents >> 10, !copy);
	EQ(e & PTE_W, copy ? PTE_W : 0);
	EQ(e & (PTE_A | PTE_D), 0);
	check_filled(base, base + REGION, 5);
	fill(base + SOME * PAGE, base + (SOME + 2) * PAGE, 6);
	EQ(level_of(base), copy ? level_if_on() : 0); /* two pages were copied, not 512 */
	if (!copy) {
		EQ(entry_of(0, base).pte >> 10, parents >> 10);
		EQ(area_of(0, base).shared, REGION_PAGES - 2);
		EQ(area_of(parent, base).shared, REGION_PAGES - 2);
		EQ(area_of(parent, base).large, level_if_on() * REGION_PAGES);
	}
	check_filled(base, base + SOME * PAGE, 5);
	check_filled(base + SOME * PAGE, base + (SOME + 2) * PAGE, 6);
	check_filled(base + (SOME + 2) * PAGE, base + REGION, 5);
}

TEST(super, fork_keeps_them)
{
	word base = heap_regions(1, EAGER), before, copies;
	int pid = (int)getpid();

	fill(base, base + REGION, 5);
	before = (word)pgpte((void *)base);
	CHILD(0, child_looks(base, before, pid));
	check_filled(base, base + REGION, 5);
	EQ(level_of(base), level_if_on());
	copies = counter("fault_cow_copy");
	fill(base, base + REGION, 7); /* no sharer is left: nothing is copied */
	CHECK(counter("fault_cow_copy") < copies + 16);
	EQ(level_of(base), level_if_on());
	EQ(pgpte((void *)base) >> 10, before >> 10);
	CHILD(0, check_filled(base, base + REGION, 7));
}

/* Parent and child write while both live; the parent splits the leaf first. */
TEST(super, both_write)
{
	word base = heap_regions(1, EAGER);
	int down[2], up[2];
	long pid;
	char c;

	EQ(pipe(down), 0);
	EQ(pipe(up), 0);
	fill(base, base + REGION, 5);
	CHILD(0, {
		pid = must_fork();
		if (pid == 0) {
			EQ(read(down[0], &c, 1), 1);
			check_filled(base, base + REGION, 5);
			fill(base, base + 300 * PAGE, 6);
			EQ(write(up[1], "x", 1), 1);
			EQ(read(down[0], &c, 1), 1);
			check_filled(base, base + 300 * PAGE, 6);
			check_filled(base + 300 * PAGE, base + REGION, 5);
			exit(0);
		}
		fill(base + 200 * PAGE, base + REGION, 9);
		EQ(write(down[1], "x", 1), 1);
		EQ(read(up[0], &c, 1), 1);
		check_filled(base, base + 200 * PAGE, 5);
		check_filled(base + 200 * PAGE, base + REGION, 9);
		EQ(write(down[1], "x", 1), 1);
		EQ(reap(pid), 0);
	});
	check_filled(base, base + REGION, 5);
	for (int i = 0; i < 2; i++)
		CHECK(close(down[i]) == 0 && close(up[i]) == 0);
}

/* Forks three deep; each process writes, gives back a part, and checks the rest. */
static void generation(word base, int depth)
{
	word size = 2 * REGION - (word)depth * 40 * PAGE;

	check_filled(base + (word)depth * 50 * PAGE, base + size, 1);
	fill(base + (word)depth * 50 * PAGE, base + (word)(depth + 1) * 50 * PAGE,
	     (word)depth + 10);
	if (depth == 5)
		return;
	CHILD(0, {
		EQ(sbrk(-40 * (int)PAGE, EAGER), base + size);
		generation(base, depth + 1);
	});
	for (int i = 0; i <= depth; i++)
		check_filled(base + (word)i * 50 * PAGE, base + (word)(i + 1) * 50 * PAGE,
			     (word)i + 10);
	check_filled(base + (word)(depth + 1) * 50 * PAGE, base + size, 1);
}

TEST(super, fork_of_fork)
{
	word base = heap_regions(2, EAGER);

	fill(base, base + 2 * REGION, 1);
	generation(base, 0);
}

TEST(super, shared_with_the_child)
{
	word base = mapped_region(RW, MAP_SHARED);

	EQ(level_of(base), level_if_on());
	fill(base, base + REGION, 1);
	CHILD(0, {
		EQ(level_of(base), level_if_on());
		fill(base + 9 * PAGE, base + REGION, 2);
		EQ(unmap(base + SOME * PAGE, PAGE), 0);
		fill(base, base + PAGE, 3);
	});
	check_filled(base, base + PAGE, 3);
	check_filled(base + PAGE, base + 9 * PAGE, 1);
	check_filled(base + 9 * PAGE, base + REGION, 2);
	EQ(level_of(base), level_if_on());
}

/* --- the kernel's own copies --------------------------------------------- */

TEST(super, system_calls_cross_the_borders)
{
	word base = heap_regions(3, EAGER), n = 8 * PAGE;
	int fd = (int)open("f", O_CREATE | O_RDWR);

	fill(base, base + 3 * REGION, 1);
	EQ(sbrk(-(int)PAGE, EAGER), base + 3 * REGION); /* the last region: small pages */
	for (word p = base + REGION; p <= base + 2 * REGION; p += REGION) {
		pattern_fill((unsigned char *)p - n / 2, (long)n, 3);
		EQ(lseek(fd, 0, 0), 0);
		EQ(write(fd, (void *)(p - n / 2), (long)n), (long)n);
		EQ(lseek(fd, 0, 0), 0);
		CHILD(0, { /* into memory that is shared with the parent */
			   EQ(read(fd, (void *)(p - n / 2 + 8), (long)n), (long)n);
			   EQ(pattern_wrong((unsigned char *)p - n / 2 + 8, (long)n, 3),
			      -1);
		});
		EQ(pattern_wrong((unsigned char *)p - n / 2, (long)n, 3), -1);
		memcpy((void *)(p - 2), "f2", 3);
		EQ(close((int)open((char *)(p - 2), O_CREATE)), 0);
		EQ(unlink("f2"), 0);
		fill(p - n, p + n, 1);
	}
	check_filled(base, base + 3 * REGION - PAGE, 1);
	EQ(close(fd), 0);
	EQ(unlink("f"), 0);
}

TEST(super, fault_is_explained)
{
	static char text[1024];
	word base = heap_regions(1, EAGER);
	long n;
	int found = 0;

	store8(base, 1);
	n = ecall_raw(0, (long)base, 2, (long)text, sizeof(text), 0, 84);
	for (long i = 0; i < n; i++)
		found |= strncmp(text + i, "level 1", 7) == 0   ? 1
			 : strncmp(text + i, "level 0", 7) == 0 ? 2
								: 0;
	EQ(found, level_if_on() ? 1 : 3);
}
