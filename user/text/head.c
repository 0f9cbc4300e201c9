/* head - print the first lines of files */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: head [-qv] [-n [-]LINES | -c [-]BYTES] [FILE...]\n"
	"Print the first 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n"
	"  -c   BYTES bytes             -n -N, -c -N   all but the last N\n"
	"  -q   no names of files       -v   names of files, also of one\n";

static long amount = 10;
static bool show_names, printed, bytes, but_last;

/* All but the last `amount` lines or bytes: a line comes out when that many others have
 * followed it. */
static void print_but_last(FILE *file)
{
	static struct tool_line *ring;
	static char *last;
	size_t room = (size_t)amount, i;
	int c;

	if (bytes) {
		last = tool_realloc(last, room + 1, "-c");
		for (i = 0; (c = getc(file)) != EOF; i++) {
			if (i >= room)
				putchar(room ? last[i % room] : c);
			last[room ? i % room : 0] = (char)c;
		}
		return;
	}
	if (!ring && (ring = calloc(room + 1, sizeof(*ring))) == NULL)
		tool_die("-n");
	for (i = 0; tool_line(file, &ring[i % (room + 1)]); i++) {
		struct tool_line *line = &ring[(i + 1) % (room + 1)];

		if (i >= room)
			fwrite(line->text, 1, line->len, stdout);
	}
}

static void print_head(FILE *file, const char *name)
{
	long left = but_last ? 0 : amount;
	int c;

	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "",
		       strcmp(name, "-") == 0 ? "standard input" : name);
	printed = true;
	if (but_last)
		print_but_last(file);
	while (left > 0 && (c = getc(file)) != EOF) {
		putchar(c);
		left -= bytes || c == '\n';
	}
}

int main(int argc, char **argv)
{
	int c, names = 0;

	tool_old_number(argc, argv);
	while ((c = tool_getopt(argc, argv, "qvn:c:h", usage)) != -1) {
		if (c == 'q' || c == 'v')
			names = c;
		if (c != 'n' && c != 'c')
			continue;
		bytes = c == 'c';
		but_last = *optarg == '-';
		optarg += but_last;
		amount = tool_number(optarg, 0, LONG_MAX);
	}
	show_names = names ? names == 'v' : argc - optind > 1;
	tool_each(argv + optind, print_head);
	return tool_finish();
}
