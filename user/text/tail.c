/* tail - print the last lines of files */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: tail [-n LINES] [FILE...]\n"
	"Print the last 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n";

#define LINES_MAX UINT_MAX

static long lines = 10;
static struct tool_line *ring; /* lines + 1 slots: line i is in slot i % (lines + 1) */
static bool show_names, printed;

static void print_tail(FILE *file, const char *name)
{
	long count = 0;

	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "", name);
	printed = true;
	/* One slot more than lines: the attempt to read past the last line uses a slot. */
	while (lines && tool_line(file, &ring[count % (lines + 1)]))
		count++;
	for (long i = count > lines ? count - lines : 0; i < count; i++) {
		struct tool_line *line = &ring[i % (lines + 1)];

		fwrite(line->text, 1, line->len, stdout);
	}
}

int main(int argc, char **argv)
{
	int c;

	tool_old_number(argc, argv);
	while ((c = tool_getopt(argc, argv, "n:h", usage)) != -1)
		if (c == 'n')
			lines = tool_number(optarg, 0, LINES_MAX);
	ring = calloc((size_t)lines + 1, sizeof(*ring));
	if (!ring) {
		tool_warnx("-n", "too many lines");
		return 2;
	}
	show_names = argc - optind > 1;
	tool_each(argv + optind, print_tail);
	return tool_finish();
}
