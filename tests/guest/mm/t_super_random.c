/* t_super_random.c - random operations on three regions of 2 MiB, in processes that fork
 * and go on, checked against a flat record of what each page must hold. */
#include "mapping.h"
#include "vm.h"

#define REGION_PAGES 512
#define PAGES (3 * REGION_PAGES)

/* The expected state of each page.  In .bss, so that a forked child has its own copy. */
static struct {
	unsigned value;      /* first and last word of the page */
	unsigned char prot;  /* PROT_READ ..., if it is mapped  */
	unsigned char there; /* it is mapped                    */
} model[PAGES];

static struct {
	word base;
	uint32_t random;
	int fd[2]; /* a pipe, to make the kernel copy */
} run;

static unsigned below(unsigned n)
{
	return next_random(&run.random) % n;
}

static word at(unsigned page)
{
	return run.base + page * PAGE;
}

static int is_writable(unsigned page)
{
	return model[page].there && model[page].prot & PROT_WRITE;
}

static int is_readable(unsigned page)
{
	return model[page].there && model[page].prot;
}

/* Chooses whole regions, pieces along their edges, and single pages most often. */
static void choose(unsigned *lo, unsigned *hi)
{
	switch (below(5)) {
	case 0:
		*lo = below(3) * REGION_PAGES;
		*hi = *lo + REGION_PAGES;
		break;
	case 1:
		*lo = below(3) * REGION_PAGES;
		*hi = *lo + 1 + below(REGION_PAGES);
		break;
	case 2:
		*lo = below(PAGES);
		*hi = *lo + 1;
		break;
	case 3:
		*hi = (1 + below(3)) * REGION_PAGES;
		*lo = *hi - 1 - below(REGION_PAGES);
		break;
	default:
		*lo = below(PAGES);
		*hi = *lo + 1 + below(PAGES - *lo);
	}
}

static void check_page(unsigned page)
{
	volatile unsigned *p = (unsigned *)at(page);

	if (is_readable(page) &&
	    (p[0] != model[page].value || p[PAGE / 4 - 1] != model[page].value))
		FAIL("page %d has 0x%x and 0x%x, not 0x%x", (int)page, p[0],
		     p[PAGE / 4 - 1], model[page].value);
}

/* Checks the rights that the kernel's own copies see. */
static void check_rights(unsigned page)
{
	char c;

	EQ(write(run.fd[1], (void *)at(page), 1), is_readable(page) ? 1 : -1);
	if (is_readable(page))
		EQ(read(run.fd[0], &c, 1), 1);
}

static void check_all(void)
{
	for (unsigned i = 0; i < PAGES; i++)
		check_page(i);
	for (unsigned i = 0; i < 10; i++)
		check_rights(below(PAGES));
}

/* --- operations ---------------------------------------------------------- */

static void op_write(unsigned lo, unsigned hi)
{
	unsigned step = below(3) ? 1 : 1 + below(200);

	for (unsigned i = lo; i < hi; i += step) {
		volatile unsigned *p = (unsigned *)at(i);

		if (!is_writable(i))
			continue;
		model[i].value = next_random(&run.random);
		p[0] = p[PAGE / 4 - 1] = model[i].value;
	}
}

static void op_kernel_write(unsigned page)
{
	unsigned value = next_random(&run.random);

	if (!is_writable(page)) {
		REFUSED(sysinfo((void *)at(page)));
		return;
	}
	EQ(write(run.fd[1], &value, 4), 4);
	EQ(read(run.fd[0], (void *)at(page), 4), 4);
	EQ(write(run.fd[1], &value, 4), 4);
	EQ(read(run.fd[0], (void *)(at(page) + PAGE - 4), 4), 4);
	model[page].value = value;
}

static void op_unmap(unsigned lo, unsigned hi)
{
	EQ(unmap(at(lo), (long)((hi - lo) * PAGE)), 0);
	memset(&model[lo], 0, (hi - lo) * sizeof(model[0]));
}

static void op_map(unsigned lo, unsigned hi)
{
	EQ(map(at(lo), (long)((hi - lo) * PAGE), RW,
	       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
	   at(lo));
	for (; lo < hi; lo++) {
		model[lo].value = 0;
		model[lo].prot = RW;
		model[lo].there = 1;
	}
}

static int all_there(unsigned lo, unsigned hi)
{
	while (lo < hi)
		if (!model[lo++].there)
			return 0;
	return 1;
}

static void op_protect(unsigned lo, unsigned hi)
{
	static const unsigned char prots[] = { PROT_NONE, PROT_READ, RW, RW };
	unsigned char prot = prots[below(4)];
	int there = all_there(lo, hi);

	EQ(protect(at(lo), (long)((hi - lo) * PAGE), prot), there ? 0 : -1);
	for (; there && lo < hi; lo++)
		model[lo].prot = prot;
}

static void op_discard(unsigned lo, unsigned hi)
{
	if (!all_there(lo, hi))
		return;
	EQ(advise(at(lo), (long)((hi - lo) * PAGE), MADV_DONTNEED), 0);
	for (; lo < hi; lo++)
		model[lo].value = 0;
}

static void operate(int n, int depth);

/* Parent and child both go on, at the same time or one after the other. */
static void op_fork(int depth)
{
	int meanwhile = (int)below(2);
	uint32_t seed = next_random(&run.random);
	long pid;

	if (depth == 3)
		return;
	pid = must_fork();
	if (pid == 0) {
		EQ(close(run.fd[0]), 0);
		EQ(close(run.fd[1]), 0);
		EQ(pipe(run.fd), 0);
		run.random = seed;
		operate(6, depth + 1);
		exit(0);
	}
	if (meanwhile)
		operate(4, depth + 1);
	EQ(reap(pid), 0);
}

static void operate(int n, int depth)
{
	while (n--) {
		unsigned lo, hi;

		choose(&lo, &hi);
		switch (below(13)) {
		case 0:
			op_unmap(lo, hi);
			break;
		case 1:
		case 2:
			op_map(lo, hi);
			break;
		case 3:
		case 4:
			op_protect(lo, hi);
			break;
		case 5:
			op_discard(lo, hi);
			break;
		case 6:
			op_fork(depth);
			break;
		case 7:
		case 8:
			op_kernel_write(lo);
			break;
		case 9: /* may end the sharing of a leaf */
			pgpte((void *)at(lo));
			break;
		default:
			op_write(lo, hi);
		}
		if (n % 4 == 0)
			check_all();
	}
	check_all();
}

static void process(uint32_t seed, int n)
{
	word p = map(0, (PAGES + REGION_PAGES) * (long)PAGE, RW,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(p != ~0ul);
	run.base = (p + REGION_PAGES * PAGE - 1) & -(REGION_PAGES * PAGE);
	run.random = seed;
	EQ(pipe(run.fd), 0);
	op_map(0, PAGES);
	operate(n, 0);
	EQ(close(run.fd[0]), 0);
	EQ(close(run.fd[1]), 0);
}

TEST(super, random_operations)
{
	for (uint32_t seed = 1; seed < 5; seed++)
		CHILD(0, process(seed, 60));
}

SLOW_TEST(super, many_random_operations)
{
	for (uint32_t seed = 100; seed < 140; seed++)
		CHILD(0, process(seed, 100));
}

/* At the same time, on all harts; some are killed while they work. */
TEST(super, random_operations_at_the_same_time)
{
	long pid[4];

	for (uint32_t i = 0; i < COUNT(pid); i++) {
		pid[i] = must_fork();
		if (pid[i] == 0) {
			process(50 + i, 1 << (i % 2 ? 20 : 6));
			exit(0);
		}
	}
	pause(5);
	for (uint32_t i = 0; i < COUNT(pid); i++)
		if (i % 2)
			EQ(kill((int)pid[i]), 0);
	for (uint32_t i = 0; i < COUNT(pid); i++)
		EQ(reap(pid[i]), i % 2 ? KILLED : 0);
}
