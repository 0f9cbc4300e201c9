/* head - print the first lines of files */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: head [-qv] [-n LINES | -c BYTES] [FILE...]\n"
	"Print the first 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n"
	"  -c   BYTES bytes\n"
	"  -q   no names of files       -v   names of files, also of one\n";

static long amount = 10;
static bool show_names, printed, bytes;

static void print_head(FILE *file, const char *name)
{
	long left = amount;
	int c;

	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "",
		       strcmp(name, "-") == 0 ? "standard input" : name);
	printed = true;
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
		amount = tool_number(optarg, 0, LONG_MAX);
	}
	show_names = names ? names == 'v' : argc - optind > 1;
	tool_each(argv + optind, print_head);
	return tool_finish();
}
