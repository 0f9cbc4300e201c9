/* barrier - find the old objects that point to young ones, without a test at each store */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A collector that looks at young objects alone has to know which old ones point to them.
 * Here the memory of old objects is read-only.  The first store into a page faults; the
 * handler notes the page and lets it be written.  Then only such pages are searched. */

#define PAGE 4096ul
#define PAGES 256
#define SLOTS (PAGE / sizeof(void *)) /* pointers in a page */
#define YOUNG 1000
#define STORES 2000
#define HOT 16 /* pages that most stores go to */

static void **old;
static char young[YOUNG];
static volatile unsigned char written[PAGES];
static volatile unsigned faults;

static void old_protect(size_t page, size_t n, int prot)
{
	if (mprotect((char *)old + page * PAGE, n * PAGE, prot) < 0)
		err(1, "mprotect");
}

static void old_stored(int sig, siginfo_t *info, void *context)
{
	size_t page = ((char *)info->si_addr - (char *)old) / PAGE;

	(void)context;
	if (page >= PAGES) { /* not ours: a fault of the program */
		signal(sig, SIG_DFL);
		return;
	}
	written[page] = 1;
	faults++;
	old_protect(page, 1, PROT_READ | PROT_WRITE);
}

/* The sum of all slots of @page that point to young objects. */
static unsigned long page_search(size_t page)
{
	unsigned long sum = 0;

	for (void **slot = old + page * SLOTS; slot < old + (page + 1) * SLOTS; slot++)
		if ((char *)*slot >= young && (char *)*slot < young + YOUNG)
			sum += (unsigned long)((char *)*slot - young) + 1;
	return sum;
}

static void old_use(void)
{
	for (int i = 0; i < STORES; i++) {
		size_t page = (size_t)rand() % (i % 100 ? HOT : PAGES);

		old[page * SLOTS + (size_t)rand() % SLOTS] = &young[rand() % YOUNG];
	}
}

/* What a collection of young objects begins with. */
static void old_collect(int round)
{
	unsigned long found = 0, all = 0;
	unsigned searched = 0;

	for (size_t page = 0; page < PAGES; page++) {
		all += page_search(page);
		if (!written[page])
			continue;
		found += page_search(page);
		searched++;
	}
	printf("round %d: %d stores, %u faults, %u of %d pages searched, %s\n", round,
	       STORES, faults, searched, PAGES, found == all ? "all found" : "SOME MISSED");
	if (found != all)
		exit(1);
	memset(old, 0, PAGES * PAGE); /* the young ones are old now */
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = old_stored, .sa_flags = SA_SIGINFO };

	old = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1, 0);
	if (old == MAP_FAILED)
		err(1, "mmap");
	sigaction(SIGSEGV, &action, NULL);
	for (int round = 1; round <= 3; round++) {
		faults = 0;
		for (size_t page = 0; page < PAGES; page++)
			written[page] = 0;
		old_protect(0, PAGES, PROT_READ);
		old_use();
		old_protect(0, PAGES, PROT_READ | PROT_WRITE);
		old_collect(round);
	}
	return 0;
}
