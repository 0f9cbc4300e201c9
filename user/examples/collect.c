/* collect - a copying garbage collector that works while the program runs */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* At a collection the program gets a new space with a copy of the root alone.  Objects that
 * were copied still point into the old space, so their pages are unreadable: the program
 * never sees such a pointer.  If it touches a page, the handler copies what the page points
 * to, and opens it.  Each allocation does the same for one page, so that the collection
 * ends.  (Appel, Ellis and Li, 1988.) */

#define PAGE 4096ul
#define PAGES 128
#define SPACE (PAGES * PAGE)
#define DEPTH 9 /* of the tree, which is all that lives */
#define ROUNDS 5

struct node {
	struct node *left, *right, *moved; /* moved: its copy in the new space */
	long value;
};

static char *space, *old; /* where objects are, and where they were */
static size_t fresh;      /* bytes: new objects are from here to the end */
/* The handler changes these at any load or store. */
static volatile size_t copied; /* bytes: copies are from the beginning to here */
static volatile unsigned char
	scanned[PAGES]; /* all that the page points to is in `space` */
static size_t next;     /* pages below have been scanned */
static struct node *root;
static volatile unsigned by_faults;
static unsigned by_steps;

static void space_protect(size_t from, size_t to, int prot)
{
	if (to > from && mprotect(space + from, to - from, prot) < 0)
		err(1, "mprotect");
}

/* The copy of @n in the new space. */
static struct node *node_copy(struct node *n)
{
	if (!n || (char *)n < old || (char *)n >= old + SPACE)
		return n;
	if (!n->moved) {
		if (copied + sizeof(*n) > fresh)
			errx(1, "no room");
		if (copied % PAGE == 0)
			space_protect(copied, copied + PAGE, PROT_READ | PROT_WRITE);
		n->moved = (struct node *)(space + copied);
		*n->moved = (struct node){ n->left, n->right, NULL, n->value };
		copied += sizeof(*n);
	}
	return n->moved;
}

/* Copies what @page points to; then the program may see it.  Copies are whole pages: no
 * other one is added to this page. */
static void page_scan(size_t page)
{
	size_t end = (page + 1) * PAGE, first = copied / PAGE * PAGE;

	space_protect(page * PAGE, end, PROT_READ | PROT_WRITE);
	space_protect(first, copied, PROT_READ | PROT_WRITE); /* the last page has room */
	for (size_t at = page * PAGE; at < end && at < copied; at += sizeof(struct node)) {
		struct node *n = (struct node *)(space + at);

		n->left = node_copy(n->left);
		n->right = node_copy(n->right);
	}
	scanned[page] = 1;
	copied = copied < end ? end : copied;
	if (first < end)
		first = end;
	space_protect(first, (copied + PAGE - 1) / PAGE * PAGE, PROT_NONE);
}

static void page_touched(int sig, siginfo_t *info, void *context)
{
	size_t page = (size_t)((char *)info->si_addr - space) / PAGE;

	(void)context;
	if (page >= PAGES || scanned[page]) { /* not ours: a fault of the program */
		signal(sig, SIG_DFL);
		return;
	}
	page_scan(page);
	by_faults++;
}

/* One page of the collection, if it goes on. */
static void collect_step(void)
{
	while (next * PAGE < copied && scanned[next])
		next++;
	if (next * PAGE < copied) {
		page_scan(next);
		by_steps++;
	}
}

static void collect_begin(void)
{
	char *other = old;

	old = space;
	space = other;
	space_protect(0, SPACE, PROT_READ | PROT_WRITE);
	for (size_t page = 0; page < PAGES; page++)
		scanned[page] = 0;
	copied = next = 0;
	fresh = SPACE;
	root = node_copy(root);
	space_protect(0, PAGE, PROT_NONE);
}

static struct node *node_new(struct node *left, struct node *right, long value)
{
	collect_step();
	fresh -= sizeof(struct node);
	if (fresh < copied)
		errx(1, "no room");
	*(struct node *)(space + fresh) = (struct node){ left, right, NULL, value };
	return (struct node *)(space + fresh);
}

static struct node *tree_new(int depth)
{
	struct node *left = depth ? tree_new(depth - 1) : NULL;

	return node_new(left, depth ? tree_new(depth - 1) : NULL, depth);
}

static long tree_sum(const struct node *n)
{
	return n ? n->value + 1 + tree_sum(n->left) + tree_sum(n->right) : 0;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = page_touched, .sa_flags = SA_SIGINFO };
	char *both = mmap(NULL, 2 * SPACE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long sum;

	if (both == MAP_FAILED)
		err(1, "mmap");
	space = both;
	old = both + SPACE;
	fresh = SPACE;
	sigaction(SIGSEGV, &action, NULL);
	root = tree_new(DEPTH);
	sum = tree_sum(root);
	for (int round = 1; round <= ROUNDS; round++) {
		by_faults = by_steps = 0;
		collect_begin();
		for (int i = 0; i < 3; i++) /* garbage, and one part that lives */
			root->left =
				node_new(root->left->left, root->left->right, DEPTH - 1);
		if (tree_sum(root) != sum)
			errx(1, "the tree has changed");
		while (next * PAGE < copied)
			collect_step();
		memset(old, 0xff, SPACE); /* nothing points there any more */
		if (tree_sum(root) != sum)
			errx(1, "the tree has changed");
		printf("collection %d: %u pages at faults, %u at allocations, sum %ld\n",
		       round, by_faults, by_steps, sum);
	}
	return 0;
}
