/* t_regress_freed.c - more of t_regress.c: frames that are freed while somebody still
 * maps them.  The cases allocate and overwrite frames at once, so that a frame freed by
 * mistake shows. */
#include "mapping.h"
#include "vm.h"

/* --- freed while mapped ------------------------------------------------------------- */

/* Takes @n pages and writes them, so that a frame freed by mistake has a new owner now. */
static void churn(int n)
{
	CHILD(0, {
		word p = pages_new(n, EAGER);

		for (word q = p; q < p + (word)n * PAGE; q += PAGE)
			memset((void *)q, 0xcc, PAGE);
	});
}

/* Every way to give up a page that somebody else shares. */
static void let_go(int way, word p, long len)
{
	switch (way) {
	case 0:
		EQ(unmap(p, len), 0);
		break;
	case 1:
		EQ(advise(p, len, MADV_DONTNEED), 0);
		break;
	case 2:
		EQ(map(p, len, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
		break;
	case 3: /* the kernel writes page by page */
		for (long i = 0; i < len; i += (long)PAGE)
			EQ(fstat(0, (void *)(p + (word)i)), 0);
		break;
	case 4:
		EQ(protect(p, len, PROT_NONE), 0);
		break;
	case 5:
		exec(test_self, (char *[]){ "abitest", "@exit_with", 0 });
		FAIL("exec came back");
	default:
		break;
	}
}

TEST(regress, freed_while_mapped)
{
	static const long len = 32 * PAGE;
	word p = anon(32, RW);

	pattern_fill((unsigned char *)p, len, 9);
	for (int way = 0; way <= 6; way++) {
		long pid = must_fork();

		if (pid == 0) {
			let_go(way, p, len);
			exit(41);
		}
		EQ(reap(pid), 41);
		churn(200);
		EQ(pattern_wrong((void *)p, len, 9), -1);
	}
	/* a child must keep the pages while its parent, or another child, lets go of
	 * them */
	for (int way = 0; way <= 4; way++) {
		int gate[2];
		long pid;

		EQ(pipe(gate), 0);
		pid = must_fork();
		if (pid == 0) {
			EQ(read(gate[0], scratch, 1), 1);
			exit(pattern_wrong((void *)p, len, 9) == -1 ? 0 : 1);
		}
		if (way)
			CHILD(41, let_go(way, p, len); exit(41));
		else
			let_go(3, p, len);
		churn(200);
		EQ(write(gate[1], "g", 1), 1);
		EQ(reap(pid), 0);
		pattern_fill((unsigned char *)p, len, 9);
		EQ(close(gate[0]), 0);
		EQ(close(gate[1]), 0);
	}
	EQ(unmap(p, len), 0);
}

/* A file is removed while its pages are mapped. */
TEST(regress, file_page_freed_while_mapped)
{
	static const long len = 4 * PAGE;
	int file = make_pattern(len, 3);
	word p = map(0, len, PROT_READ, MAP_SHARED, file, 0);
	word q = map(0, len, RW, MAP_PRIVATE, file, 0);

	EQ(pattern_wrong((void *)p, len, 3), -1);
	EQ(pattern_wrong((void *)q, len, 3), -1);
	EQ(close(file), 0);
	EQ(unlink("m"), 0);
	churn(300);
	EQ(sync(), 0);
	EQ(pattern_wrong((void *)p, len, 3), -1);
	EQ(unmap(p, len), 0);
	churn(300);
	EQ(pattern_wrong((void *)q, len, 3), -1);
	store8(q, 1);
	EQ(unmap(q, len), 0);
}

static word text_sum(void)
{
	word sum = 0;

	for (word p = 0; p < ((word)etext & -8ul); p += 8)
		sum = sum * 31 + *(volatile word *)p;
	return sum;
}

/* A running program keeps its pages when its file is removed. */
ROLE(runs_without_a_file)
{
	word sum = text_sum();

	EQ(argc, 2);
	EQ(unlink(argv[0]), 0);
	churn(300);
	EQ(sync(), 0);
	churn(300);
	return text_sum() == sum ? 44 : 1;
}

TEST(regress, text_page_freed_while_mapped)
{
	long from = open(test_self, O_RDONLY), to = open("prog", O_CREATE | O_WRONLY), n;

	while ((n = read((int)from, scratch, sizeof(scratch))) > 0)
		EQ(write((int)to, scratch, n), n);
	EQ(close((int)from), 0);
	EQ(close((int)to), 0);
	CHILD(44, exec("prog", (char *[]){ "prog", "@runs_without_a_file", 0 }));
}
