// lab_super.c - what programs of the page-table labs of 2024 and 2025 look for in large
// pages: in the heap, in a child, and where a part is given back.  Prints `NAME: OK`.
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "user/user.h"

#define PAGES (SUPERPGSIZE / PGSIZE)
#define MIB (1 << 20)

static char *part;

static void check(int good, char *what)
{
	if (good)
		return;
	printf("lab_super: %s: %s is wrong\n", part, what);
	exit(1);
}

static int *page(char *base, int i)
{
	return (int *)(base + i * PGSIZE);
}

// One entry for all pages: a leaf that can be read and written, before anything is.
static void check_leaf(char *base)
{
	pte_t first = pgpte(base), rights = PTE_V | PTE_R | PTE_W | PTE_U;

	check((first & rights) == rights, "the entry of a large page");
	for (int i = 0; i < PAGES; i++)
		check(pgpte(page(base, i)) == first, "the entry of a page in a large one");
}

static void fill(char *base, int value)
{
	for (int i = 0; i < PAGES; i++)
		*page(base, i) = value + i;
}

static void check_filled(char *base, int from, int to, int value)
{
	for (int i = from; i < to; i++)
		check(*page(base, i) == value + i, "the contents of a page");
}

// The heap from @brk up to @end has pages below the first large one, and above the last.
static char *check_heap(char *brk, char *end)
{
	char *base = (char *)SUPERPGROUNDUP((uint64)brk);

	for (char *at = brk; at < base; at += PGSIZE)
		check(pgpte(at) & PTE_V, "the entry of a page below");
	check(pgpte(end - 1) & PTE_V, "the entry at the end");
	check_leaf(base);
	return base;
}

// The child has the same, can write it, and the parent does not see that.
static void fork_part(char *brk, char *end)
{
	char *base = check_heap(brk, end);
	int status = -1;

	fill(base, 1000);
	for (int i = 0; i < 2; i++) {
		int pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0) {
			check_heap(brk, end);
			check_filled(base, 0, PAGES, 1000);
			fill(base, 5000);
			check_filled(base, 0, PAGES, 5000);
			check_leaf(base);
			exit(0);
		}
		check(wait(&status) == pid && status == 0, "what the child found");
		check_filled(base, 0, PAGES, 1000);
		check_leaf(base);
	}
}

// The last large page loses its upper part, then all of it.
static void free_part(char *end)
{
	char *base = (char *)((uint64)(end - 1) / SUPERPGSIZE * SUPERPGSIZE);
	int left = (int)(end - base) / PGSIZE, status = -1, pid;

	base -= SUPERPGSIZE; // a whole one
	sbrk(-left * PGSIZE);
	check_leaf(base);
	fill(base, 2000);
	sbrk(-PGSIZE);
	check(pgpte(page(base, PAGES - 1)) == 0, "the entry of a page given back");
	check_filled(base, 0, PAGES - 1, 2000);
	check(pgpte(page(base, 0)) != pgpte(page(base, 1)), "the entries after a split");
	pid = fork();
	if (pid == 0) {
		*page(base, PAGES - 1) = 1;
		exit(0);
	}
	check(wait(&status) == pid && status != 0, "a store to a page given back");
	sbrk(-(PAGES - 1) * PGSIZE);
	for (int i = 0; i < PAGES; i++)
		check(pgpte(page(base, i)) == 0, "the entry of memory given back");
}

int main(int argc, char *argv[])
{
	char *brk = sbrk(8 * MIB);

	if (argc > 1) {
		vmprint();
		exit(0);
	}

	part = "superpg_test";
	fork_part((char *)PGROUNDUP((uint64)brk), brk + 8 * MIB);
	printf("%s: OK\n", part);

	part = "superpg_fork";
	brk = sbrk(16 * MIB);
	fork_part((char *)PGROUNDUP((uint64)brk), brk + 16 * MIB);
	printf("%s: OK\n", part);

	part = "superpg_free";
	free_part(brk + 16 * MIB);
	printf("%s: OK\n", part);
	exit(0);
}
