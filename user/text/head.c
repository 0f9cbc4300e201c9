/* head - print the first lines of files */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: head [-n LINES] [FILE...]\n"
	"Print the first 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n";

static long lines = 10;
static bool show_names, printed;

static void print_head(FILE *file, const char *name)
{
	long left = lines;
	int c;

	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "", name);
	printed = true;
	while (left > 0 && (c = getc(file)) != EOF) {
		putchar(c);
		left -= c == '\n';
	}
}

int main(int argc, char **argv)
{
	int c;

	tool_old_number(argc, argv);
	while ((c = tool_getopt(argc, argv, "n:h", usage)) != -1)
		if (c == 'n')
			lines = tool_number(optarg, 0, LONG_MAX);
	show_names = argc - optind > 1;
	tool_each(argv + optind, print_head);
	return tool_finish();
}
