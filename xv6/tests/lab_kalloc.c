// lab_kalloc.c - memory taken and given back by several processes at once, as the lock labs
// test it: how often they get into each other's way, and whether a page is lost.  Prints
// `testN OK` for each part.  `lab_kalloc N` runs part N alone.
#include "kernel/types.h"
#include "kernel/memlayout.h"
#include "kernel/riscv.h"
#include "user/user.h"
#include "collisions.h"

#define LOOPS 10000  // of a process that takes and gives one page
#define COUNTS 5     // times that all free pages are counted
#define MISSING 1000 // pages of 128 MiB that need not be free
#define WORKERS 4

// Takes a page and gives it back, again and again.  Returns how often there was none.
static int take_and_give(void)
{
	char *end = sbrk(0);
	int refused = 0;

	for (int i = 0; i < LOOPS; i++) {
		char *page = sbrk(PGSIZE);

		if (page == SBRK_ERROR) {
			refused++;
			continue;
		}
		page[4] = 1;
		if (page != end || sbrk(-PGSIZE) != page + PGSIZE)
			exit(3);
	}
	return refused;
}

// All pages there are, taken one at a time and given back at once.
static int count_free(void)
{
	char *start = sbrk(0);
	int n = 0;

	for (;;) {
		char *page = sbrk(PGSIZE);

		if (page == SBRK_ERROR)
			break;
		page[PGSIZE - 1] = 1;
		n++;
	}
	sbrk(start - (char *)sbrk(0));
	return n;
}

static int start(void)
{
	int pid = fork();

	if (pid < 0)
		fail(0, "fork");
	return pid;
}

static int failures(int children)
{
	int bad = 0, status;

	while (children--) {
		wait(&status);
		bad += status != 0;
	}
	return bad;
}

static void alone_together(void)
{
	int before = collisions(0), after;

	for (int i = 0; i < 2; i++) {
		if (start() == 0)
			exit(take_and_give() == 0 ? 0 : 2);
	}
	if (failures(2))
		fail(1, "a page");
	after = collisions(1);
	if (after - before >= 10)
		fail(1, "too many collisions");
	printf("test1 OK\n");
}

static void equal_counts(void)
{
	int first = count_free();

	printf("%d free pages\n", first);
	if (first < (int)((PHYSTOP - KERNBASE) / PGSIZE) - MISSING)
		fail(2, "too few free pages");
	for (int i = 0; i < COUNTS; i++) {
		int n = count_free();

		if (n != first) {
			printf("then %d\n", n);
			fail(2, "pages are lost");
		}
	}
	printf("test2 OK\n");
}

// One process takes all there is, page by page, while another lives on one page.  That one
// may be refused it only in the short times when the first has all.
static void take_from_others(void)
{
	int before = count_free(), pid = start();

	if (pid == 0)
		exit(take_and_give() < LOOPS / 2 ? 0 : 2);
	for (int i = 0; i < 3; i++) {
		int n = count_free();

		if (n < before - 16 || n > before)
			fail(3, "the number of free pages");
	}
	if (failures(1))
		fail(3, "no page for the other process");
	if (count_free() != before)
		fail(3, "pages are lost");
	printf("test3 OK\n");
}

// Processes on harts of their own, each with a share of the memory.
static void all_harts(void)
{
	int before = collisions(0), share = count_free() / WORKERS - 64, after;

	for (int i = 0; i < WORKERS; i++) {
		if (start() == 0) {
			cpupin(i); // fails if there are not so many
			for (int round = 0; round < 3; round++) {
				char *start = sbrk(0);

				for (int n = 0; n < share; n++) {
					char *page = sbrk(PGSIZE);

					if (page == SBRK_ERROR)
						exit(2);
					*page = 1;
				}
				sbrk(start - (char *)sbrk(0));
			}
			exit(0);
		}
	}
	if (failures(WORKERS))
		fail(4, "a page");
	after = collisions(1);
	if (after - before >= 10000)
		fail(4, "too many collisions");
	printf("test4 OK\n");
}

int main(int argc, char **argv)
{
	int only = argc > 1 ? atoi(argv[1]) : 0;

	if (!only || only == 1)
		alone_together();
	if (!only || only == 2)
		equal_counts();
	if (!only || only == 3)
		take_from_others();
	if (!only || only == 4)
		all_harts();
	exit(0);
}
