/* barrier - find the old objects that point to young ones, without a test at each store */
#include "pages.h"

/* A collector that looks at young objects alone has to know which old ones point to them.
 * Here the memory of old objects is read-only.  The first store into a page faults, and
 * the handler notes the page.  Then only such pages are searched. */

#define PAGES 256                     /* of old objects                */
#define SLOTS (PAGE / sizeof(void *)) /* pointers in a page            */
#define HOT 16                        /* pages that most stores go to  */
#define YOUNG 1000
#define STORES 2000

static void **old; /* the pages, as pointers */
static char young[YOUNG];
static volatile bool written[PAGES];
static volatile unsigned faults;

static void old_stored(size_t page)
{
	written[page] = true;
	faults++;
}

/* The program: it stores pointers to young objects in old ones. */
static void old_use(void)
{
	for (int i = 0; i < STORES; i++) {
		size_t page = (size_t)rand() % (i % 100 ? HOT : PAGES);

		old[page * SLOTS + (size_t)rand() % SLOTS] = &young[rand() % YOUNG];
	}
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

/* What a collection of young objects begins with.  All pages are searched as well, to see
 * that none was missed. */
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
}

int main(void)
{
	old = pages_begin(PAGES, old_stored);
	for (int round = 1; round <= 3; round++) {
		faults = 0;
		for (size_t page = 0; page < PAGES; page++)
			written[page] = false;
		pages_protect(0, PAGES, PROT_READ);
		old_use();
		pages_protect(0, PAGES, PROT_READ | PROT_WRITE);
		old_collect(round);
		memset(old, 0, PAGES * PAGE); /* the young ones are old now */
	}
	return 0;
}
