// lab_pages.c - what programs of the page-table labs use: their pid without a system call,
// the pages that they touched, their page table.  Prints `NAME: ok` for each part.
#include "kernel/types.h"
#include "kernel/riscv.h"
#include "kernel/memlayout.h"
#include "user/user.h"

#define CHILDREN 64
#define PAGES 32

static char *part = "pid"; // data, so that there is a page of it

static void check(int good, char *what)
{
	if (good)
		return;
	printf("lab_pages: %s: %s is wrong\n", part, what);
	exit(1);
}

// Every child finds its own number, and the parent still its own.
static void pid_part(void)
{
	for (int i = 0; i < CHILDREN; i++) {
		int status = -1, pid = fork();

		check(pid >= 0, "fork");
		if (pid == 0)
			exit(ugetpid() == getpid() && *(int *)USYSCALL == getpid() ? 0 : 1);
		check(wait(&status) == pid && status == 0, "the pid a child reads");
		check(ugetpid() == getpid(), "the pid the parent reads");
	}
	printf("%s: ok\n", part);
}

// The mask of 32 pages has 4 bytes, and shows the pages touched since the last call.
static void access_part(void)
{
	char *pages = sbrk((PAGES + 1) * PGSIZE);
	uint mask[3] = { 0x5a5a5a5a, 0, 0x5a5a5a5a };

	pages = (char *)PGROUNDUP((uint64)pages);
	check(pgaccess(pages, PAGES, &mask[1]) == 0, "pgaccess of 32 pages");
	pages[1 * PGSIZE + 1] += 1;
	pages[2 * PGSIZE + 4095] += 1;
	pages[30 * PGSIZE] += 1;
	check(pgaccess(pages, PAGES, &mask[1]) == 0, "pgaccess after three touches");
	check(mask[1] == (1 << 1 | 1 << 2 | 1 << 30), "the mask of three touches");
	check(pgaccess(pages, PAGES, &mask[1]) == 0, "pgaccess once more");
	check(mask[1] == 0, "the mask when nothing was touched");
	check(mask[0] == 0x5a5a5a5a && mask[2] == 0x5a5a5a5a, "what lies around the mask");
	printf("%s: ok\n", part);
}

// One entry by its address: where a page is, where one was, and where none ever was.
static void entry_part(void)
{
	char *page = (char *)PGROUNDUP((uint64)sbrk(2 * PGSIZE));
	uint64 want = PTE_V | PTE_R | PTE_W | PTE_U;
	pte_t pte;

	*page = 1;
	pte = pgpte(page);
	check((pte & (want | PTE_X)) == want, "the entry of a heap page");
	check(pgpte(page + 4095) == pte, "the entry at the end of the page");
	pte = pgpte(0);
	check((pte & PTE_V) && (pte & PTE_X) && !(pte & PTE_W), "the entry of the text");
	check((pgpte((void *)USYSCALL) & (want | PTE_X)) == (PTE_V | PTE_R | PTE_U),
	      "the entry of USYSCALL");
	check((pgpte((void *)TRAMPOLINE) & (PTE_V | PTE_U)) == PTE_V,
	      "the entry of the trampoline");
	check(pgpte((char *)0x2000000000) == 0, "the entry where nothing is");
	check(pgpte((void *)MAXVA) == 0 && pgpte((void *)-1L) == 0,
	      "the entry where nothing can be");
	sbrk(-3 * PGSIZE);
	check(pgpte(page) == 0, "the entry of a page given back");
	printf("%s: ok\n", part);
}

int main(int argc, char *argv[])
{
	if (argc > 1) {
		kpgtbl();
		exit(0);
	}
	check(ugetpid() == getpid(), "the pid after exec");
	pid_part();
	part = "access";
	access_part();
	part = "entry";
	entry_part();
	exit(0);
}
