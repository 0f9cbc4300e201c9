// lab_2026.c - what programs of the page-table lab of 2026 look for.  Prints a line for
// each part, and at the end that all succeeded.
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "kernel/memlayout.h"
#include "user/user.h"

#define CHILDREN 64
#define PAGES 32
#define MANY 256

static char *part = "print_pgtbl"; // data, so that there is a page of it

static void check(int good, char *why)
{
	if (good)
		return;
	printf("lab_2026: %s failed: %s, pid=%d\n", part, why, getpid());
	exit(1);
}

static void print_entry(uint64 va)
{
	pte_t pte = pgpte((void *)va);

	printf("va 0x%lx pte 0x%lx pa 0x%lx perm 0x%lx\n", va, pte, PTE2PA(pte),
	       PTE_FLAGS(pte));
}

// The first ten pages, and the last ten.
static void print_part(void)
{
	uint64 text = pgpte(0), data = pgpte(&part);

	for (uint64 i = 0; i < 10; i++)
		print_entry(i * PGSIZE);
	for (uint64 i = 10; i > 0; i--)
		print_entry(MAXVA - i * PGSIZE);
	check((text & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U)) ==
		      (PTE_V | PTE_R | PTE_X | PTE_U),
	      "text");
	check((data & (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U)) ==
		      (PTE_V | PTE_R | PTE_W | PTE_U),
	      "data");
	check(pgpte((void *)(MAXVA - 10 * PGSIZE)) == 0, "nothing");
	printf("%s: OK\n", part);
}

static void mask_part(void)
{
	char *pages = malloc(PAGES * PGSIZE), *many = malloc(MANY * PGSIZE);
	unsigned char bits[MANY / 8];
	uint mask = 0;

	check(pages && many, "malloc");
	check(pgaccess(pages, PAGES, &mask) >= 0, "the first call");
	pages[PGSIZE * 1] += 1;
	pages[PGSIZE * 2] += 1;
	pages[PGSIZE * 30] += 1;
	check(pgaccess(pages, PAGES, &mask) >= 0, "the second call");
	check(mask == (1 << 1 | 1 << 2 | 1 << 30), "the mask of three pages");
	for (int i = 0; i < MANY; i++)
		many[i * PGSIZE] += 1;
	check(pgaccess(many, MANY, bits) >= 0, "many pages");
	for (int i = 0; i < MANY / 8; i++)
		check(bits[i] == 0xff, "the mask of many pages");
}

static void mask_errors_part(void)
{
	char *brk, *pages = malloc(PAGES * PGSIZE);
	static char bits[4096 / 8];
	uint mask;

	brk = (char *)PGROUNDUP((uint64)sbrk(0));
	check(pgaccess(brk, 4096, bits) == -1, "pages past the break");
	check(pgaccess(brk - PGSIZE, 2, bits) == -1, "one page past the break");
	check(pgaccess(pages, 4096, brk + 4096) == -1, "a mask past the break");
	for (int i = 0; i < PAGES; i++)
		pages[i * PGSIZE] += 1;
	check(pgaccess(pages, PAGES, brk + 4096) == -1, "a mask past the break");
	check(pgaccess(pages, 10000000, bits) == -1, "too many pages");
	check(pgaccess((void *)0x1000, 10000000, bits) == -1, "too many pages");
	check(pgaccess(pages, PAGES, &mask) >= 0 && mask == ~0u, "what failed calls left");
	check(pgaccess((void *)0x1000, 1, &mask) >= 0, "a page of text");
	printf("%s: OK\n", part);
}

static void pid_part(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1, pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0)
			exit(ugetpid() == getpid() ? 0 : 1);
		check(wait(&status) == pid && status == 0, "a child's pid");
		check(ugetpid() == getpid(), "the parent's pid");
	}
	printf("%s: OK\n", part);
}

// At least as many large leaves and at most as many small ones as the lab allows.
static void kernel_part(void)
{
	uint64 large = 0, small = 0;

	check(ksupernpte(&large, &small) == 0, "the call");
	printf("%s: %d large, %d small\n", part, (int)large, (int)small);
	check(large >= 93, "large leaves");
	check(small <= 1610, "small leaves");
	check(ksupernpte(0, &small) == -1, "a pointer to text");
	check(ksupernpte((uint64 *)PGROUNDUP((uint64)sbrk(0)), &small) == -1,
	      "a bad pointer");
	check(ksupernpte(&large, (uint64 *)KERNBASE) == -1, "a bad pointer");
	printf("%s: OK\n", part);
}

// @top is the highest page that can be heap.
static void break_part(uint64 top)
{
	int status = -1, pid = fork();

	check(pid >= 0, "fork");
	if (pid == 0) {
		while ((uint64)sbrk(0) < top) {
			uint64 more = top - (uint64)sbrk(0);

			check(sbrklazy(more > 1 << 30 ? 1 << 30 : more) != SBRK_ERROR,
			      "growth");
		}
		check(sbrklazy(PGSIZE + 1) == SBRK_ERROR, "too much");
		check((uint64)sbrk(PGSIZE) == top, "the last page");
		*(char *)top = 1;
		check(((char *)top)[1] == 0, "its contents");
		check(sbrk(1) == SBRK_ERROR && sbrklazy(1) == SBRK_ERROR, "a byte more");
		exit(0);
	}
	check(wait(&status) == pid && status == 0, "the child");
	printf("%s: OK\n", part);
}

// A path that goes on in a page that nobody has touched ends there.
static void path_part(void)
{
	char *at = sbrklazy(3 * PGSIZE), *name = "README";
	int fd, n = strlen(name);

	at = (char *)PGROUNDUP((uint64)at) + PGSIZE - n;
	memmove(at, name, n);
	fd = open(at, 0);
	check(fd >= 0, "open");
	close(fd);
	printf("%s: OK\n", part);
}

int main(int argc, char *argv[])
{
	print_part();
	part = "vmprint";
	vmprint();
	printf("%s: OK\n", part);
	part = "pgaccess";
	mask_part();
	mask_errors_part();
	part = "ugetpid";
	pid_part();
	part = "ksuper";
	kernel_part();
	part = "break";
	break_part(argc > 1 ? USYSCALL - PGSIZE : TRAPFRAME - PGSIZE);
	part = "path";
	path_part();
	printf("lab_2026: all tests succeeded\n");
	exit(0);
}
