/* t_super_memory.c - 2 MiB leaves when memory runs out: a program gets as many pages with
 * them as without. */
#include "super.h"

/* Takes as many pages as there are frames, less the tables. */
TEST(super, takes_all_memory)
{
	struct meminfo before, after;
	word brk, got = 0;
	int parent = (int)getpid();

	heap_eager();
	CHILD(0, {
		store8((word)sbrk(PAGE, EAGER), 1);
		EVENTUALLY(process_state(parent) == PS_SLEEPING,
			   100); /* it has its pages */
		EQ(meminfo(&before), 0);
		brk = (word)sbrk(0, EAGER);
		for (long n = 3 << 20; n >= (long)PAGE; n /= 2, n &= -(long)PAGE)
			while (sbrk((int)n, EAGER) != -1)
				got += (word)n / PAGE;
		for (word p = (brk + PAGE - 1) & -PAGE; p < (word)sbrk(0, EAGER); p += PAGE)
			*(volatile word *)p = p;
		EQ(meminfo(&after), 0);
		EQ(free_memory(), 0);
		EQ(got + after.tables - before.tables, before.available);
		for (word p = (brk + PAGE - 1) & -PAGE; p < (word)sbrk(0, EAGER); p += PAGE)
			EQ(*(volatile word *)p, p);
	});
}

/* Touches every 16th page until memory is used up.  Large leaves that were made while
 * memory was plentiful give back the pages that nobody touched. */
TEST(super, sparse_pages_until_memory_is_full)
{
	const int range = 0x7ffff000;
	word brk = (word)sbrk(0, EAGER), n;
	volatile word *touched =
		(word *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile word *before = touched + 1;
	long pid = must_fork();

	if (pid == 0) {
		*before = free_memory() / PAGE;
		EQ(sbrk(range, LAZY), brk);
		for (word p = (brk + PAGE - 1) & -PAGE; p < brk + (word)range;
		     p += 16 * PAGE) {
			*(volatile word *)p = p;
			++*touched;
			if (*touched % 1024 == 0)
				for (word q = (brk + PAGE - 1) & -PAGE; q < p;
				     q += 16 * PAGE)
					CHECK(*(volatile word *)q == q);
		}
		exit(0);
	}
	n = 0;
	if (reap(pid) == KILLED)
		n = *touched;
	else
		return; /* there is more memory than this heap can use */
	/* less a table for every 32 pages, one for each GiB, and some of the kernel */
	if (n + n / 32 + 20 < *before)
		FAIL("%ld pages of %ld", n, *before);
}

/* Large leaves that have been protected since they were made give pages back as well. */
TEST(super, protected_leaves_until_memory_is_full)
{
	const int n = 4;
	word free, base;

	heap_eager();
	CHILD(0, {
		free = free_memory() / PAGE;
		base = heap_regions(n, LAZY);
		for (int i = 0; i < n; i++)
			store8(base + i * REGION, (unsigned char)(1 + i));
		EQ(protect(base, n * (long)REGION, PROT_READ), 0);
		EQ(protect(base, n * (long)REGION, RW), 0);
		free -= free / 256 + 64; /* for the tables */
		CHECK(sbrk((int)(free * PAGE), EAGER) != -1);
		for (int i = 0; i < n; i++) {
			EQ(load8(base + i * REGION), 1 + i);
			EQ(load8(base + i * REGION + 5 * PAGE), 0);
		}
	});
}

/* Forks with no free memory, then with one page more each time.  A fork that fails changes
 * nothing.  After the one that works, parent and child may be killed for want of memory for
 * their copies of the stack. */
static void fork_until_it_works(word base, volatile word *failed)
{
	word free, hog;
	long pid;

	for (;; ++*failed) {
		free = free_memory();
		pid = fork();
		if (pid >= 0)
			break;
		EQ(free_memory(), free);
		check_filled(base, base + 2 * REGION, 1);
		CHECK(sbrk(-(int)PAGE, EAGER) != -1);
		if (booted("fork", "copy") && *failed > 3) { /* the child needs as much */
			hog = (word)sbrk(0, EAGER) - base - 2 * REGION;
			CHECK(sbrk(-(int)(hog / 4), EAGER) != -1);
		}
	}
	check_filled(base, base + 2 * REGION, 1);
	if (pid == 0)
		exit(0);
	reap(pid);
	fill(base, base + 2 * REGION, 2);
}

TEST(super, fork_without_memory)
{
	volatile word *failed = (word *)map(0, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	word base;
	long pid;
	int status;

	heap_eager();
	base = heap_regions(2, EAGER);
	fill(base, base + 2 * REGION, 1);
	pid = must_fork();
	if (pid == 0) {
		for (long n = 1 << 20; n >= (long)PAGE; n /= 2)
			while (sbrk((int)n, EAGER) != -1)
				;
		CHECK(sbrk(-8 * (int)PAGE, EAGER) != -1); /* for its own pages */
		fork_until_it_works(base, failed);
		exit(0);
	}
	status = reap(pid);
	CHECK(status == 0 || status == KILLED);
	CHECK(*failed > 3);
	check_filled(base, base + 2 * REGION, 1);
}
