/* collect - a copying garbage collector that works while the program runs */
#include "pages.h"

/* A collection gives the program a new space with a copy of the root alone.  Copies still
 * point into the old space, so their pages are closed.  If the program touches one, the
 * handler copies what it points to first: the program never sees an old pointer.  Each
 * allocation touches a page, so that the collection ends.  (Appel, Ellis and Li, 1988.) */

struct node {
	struct node *left, *right, *moved; /* moved: an old one's copy */
	volatile long value;
};

#define IN_PAGE (PAGE / sizeof(struct node))
#define NODES (64 * IN_PAGE) /* of a space */

static struct node *heap;         /* two spaces; the numbers below are those of nodes */
static size_t old = NODES;        /* where the old space begins                       */
static size_t fresh = NODES;      /* new nodes are from here to the end of the space  */
static size_t next;               /* what is touched next                             */
static volatile size_t copied;    /* copies are from the start of the space to here   */
static volatile unsigned scanned; /* pages, since the collection began                */

/* The copy of an old node, which may have been made before. */
static struct node *node_copy(struct node *n)
{
	if (n && !n->moved)
		n->moved = memcpy(&heap[copied++], n, sizeof(*n));
	return n ? n->moved : NULL;
}

/* The program has touched @page: copies what that points to. */
static void page_touched(size_t page)
{
	size_t last = copied / IN_PAGE, end = (page + 1) * IN_PAGE;

	pages_protect(last, 1, PROT_READ | PROT_WRITE); /* it has room for more copies */
	for (size_t i = end - IN_PAGE; i < end && i < copied; i++) {
		heap[i].left = node_copy(heap[i].left);
		heap[i].right = node_copy(heap[i].right);
	}
	copied = copied < end ? end : copied; /* no other copy comes to this page */
	for (; last * IN_PAGE < copied; last++)
		if (last != page)
			pages_protect(last, 1, PROT_NONE);
	scanned++;
}

static struct node *node_new(struct node *left, struct node *right, long value)
{
	if (next < copied) {
		(void)heap[next].value;
		next += IN_PAGE;
	}
	if (fresh < copied + IN_PAGE)
		errx(1, "no room");
	heap[--fresh] = (struct node){ left, right, NULL, value };
	return &heap[fresh];
}

/* The tree with @value, too, where the bits of @path lead.  All nodes above it are new. */
static struct node *tree_add(struct node *n, long path, long value)
{
	if (!n)
		return node_new(NULL, NULL, value);
	if (path % 2)
		return node_new(n->left, tree_add(n->right, path / 2, value), n->value);
	return node_new(tree_add(n->left, path / 2, value), n->right, n->value);
}

static long tree_sum(const struct node *n)
{
	return n ? n->value + tree_sum(n->left) + tree_sum(n->right) : 0;
}

int main(void)
{
	struct node *root = NULL;
	long sum = 0;

	heap = pages_begin(2 * NODES / IN_PAGE, page_touched);
	for (int round = 1; round <= 6; round++, scanned = 0) {
		/* All go to one quarter of the tree. */
		for (long value = round * 1001; value < round * 1001 + 1000; value += 4) {
			root = tree_add(root, value, value);
			sum += value;
		}
		memset(heap + old, 0xff, NODES * sizeof(*heap)); /* nothing points there */
		if (tree_sum(root) != sum)
			errx(1, "the tree has changed");
		printf("round %d: %u pages scanned, sum %ld\n", round, scanned, sum);
		/* The next collection begins; the program goes on in the other space. */
		old = NODES - old;
		copied = next = NODES - old;
		fresh = copied + NODES;
		root = node_copy(root);
		pages_protect(next / IN_PAGE, 1, PROT_NONE);
	}
	return 0;
}
