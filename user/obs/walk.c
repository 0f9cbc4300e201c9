/* walk - touch memory in a pattern, as something to watch */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pagoda.h>
#include <tool.h>

static const char usage[] =
	"usage: walk [-r] [-n ROUNDS] [-i MS] [-p STEPS] PATTERN SIZE\n"
	"Touch SIZE bytes of fresh memory (as 64K or 8M) in a pattern, a store at each\n"
	"step, and print how long each round took.  Watch it with `wss walk ...`, or\n"
	"with `pt`, `maps` and `stats`.  Patterns, of words of 8 bytes:\n"
	"  seq       one after the other         stride:N  every N bytes\n"
	"  random    any page, equally often     zipf      few pages often, most seldom\n"
	"  rows      a square matrix, row by row; cols: column by column\n"
	"  -n   how many rounds (4)   -i   pause between rounds, milliseconds (0)\n"
	"  -p   pause for that long also within a round, each so many STEPS\n"
	"  -r   read only\n";

#define PATTERNS "seq, stride:N, random, zipf, rows or cols"
#define WORD 8
#define PAGE 4096

struct walk {
	volatile unsigned long *at;
	size_t words, stride; /* in words */
	size_t side;          /* of the matrix */
	bool reads;
	unsigned long seed, sum;
	useconds_t pause; /* us */
	long every, left; /* steps between pauses, to the next one; every 0: none */
};

static void walk_touch(struct walk *w, size_t i)
{
	if (w->every && --w->left == 0) {
		w->left = w->every;
		usleep(w->pause);
	}
	if (w->reads)
		w->sum += w->at[i];
	else
		w->at[i] = i;
}

/* A linear congruential generator: the same walk each time. */
static unsigned long walk_random(struct walk *w)
{
	w->seed = w->seed * 6364136223846793005ul + 1442695040888963407ul;
	return w->seed >> 33;
}

static void walk_stride(struct walk *w)
{
	for (size_t i = 0; i < w->words; i += w->stride)
		walk_touch(w, i);
}

static void walk_anywhere(struct walk *w)
{
	size_t pages = w->words * WORD / PAGE;

	for (size_t i = 0; i < pages; i++)
		walk_touch(w, walk_random(w) % pages * (PAGE / WORD));
}

/* Page k is touched about in proportion to 1 / (k + 1): log-uniform. */
static void walk_zipf(struct walk *w)
{
	size_t pages = w->words * WORD / PAGE;
	unsigned bits = 1;

	while (pages >> bits)
		bits++;
	for (size_t i = 0; i < pages; i++) {
		size_t k = walk_random(w) & ((1ul << walk_random(w) % bits) - 1);

		walk_touch(w, k % pages * (PAGE / WORD));
	}
}

static void walk_rows(struct walk *w)
{
	for (size_t y = 0; y < w->side; y++)
		for (size_t x = 0; x < w->side; x++)
			walk_touch(w, y * w->side + x);
}

static void walk_cols(struct walk *w)
{
	for (size_t x = 0; x < w->side; x++)
		for (size_t y = 0; y < w->side; y++)
			walk_touch(w, y * w->side + x);
}

typedef void walk_fn(struct walk *w);

static walk_fn *walk_pattern(const char *name, struct walk *w)
{
	static const struct {
		const char *name;
		walk_fn *fn;
	} all[] = {
		{ "seq", walk_stride }, { "random", walk_anywhere }, { "zipf", walk_zipf },
		{ "rows", walk_rows },  { "cols", walk_cols },
	};

	w->stride = 1;
	if (strncmp(name, "stride:", 7) == 0) {
		w->stride = (size_t)tool_number(name + 7, WORD, INT_MAX) / WORD;
		return walk_stride;
	}
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].fn;
	tool_warnx(name, "no such pattern: " PATTERNS);
	exit(2);
}

/* "64K", "8M", "1G", or bytes. */
static size_t size_of(char *text)
{
	static const char units[] = "KMG";
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	int shift = unit ? 10 * (int)(unit - units + 1) : 0;
	size_t bytes;

	if (unit)
		text[len - 1] = '\0';
	bytes = (size_t)tool_number(text, 1, LONG_MAX >> shift) << shift;
	if (unit)
		text[len - 1] = *unit;
	return bytes;
}

int main(int argc, char **argv)
{
	struct walk w = { .seed = 1 };
	long rounds = 4, begin;
	walk_fn *fn;
	size_t bytes;
	int c;

	while ((c = tool_getopt(argc, argv, "n:i:p:rh", usage)) != -1) {
		w.reads |= c == 'r';
		if (c == 'n')
			rounds = tool_number(optarg, 1, LONG_MAX);
		if (c == 'i')
			w.pause = (useconds_t)tool_number(optarg, 0, 3600000) * 1000;
		if (c == 'p')
			w.every = w.left = tool_number(optarg, 1, LONG_MAX);
	}
	if (argc - optind != 2)
		tool_usage(usage);
	fn = walk_pattern(argv[optind], &w);
	bytes = (size_of(argv[optind + 1]) + PAGE - 1) & ~(size_t)(PAGE - 1);
	w.at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (w.at == MAP_FAILED)
		tool_die(argv[optind + 1]);
	w.words = bytes / WORD;
	while ((w.side + 1) * (w.side + 1) <= w.words)
		w.side++;
	for (long i = 0; i < rounds; i++) {
		begin = clock_ns();
		fn(&w);
		printf("round %ld: %ld us\n", i + 1, (clock_ns() - begin) / 1000);
		fflush(stdout);
		usleep(w.pause);
	}
	return tool_finish();
}
