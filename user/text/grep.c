/* grep - print the lines that match a pattern */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pattern.h>
#include <tool.h>

static const char usage[] =
	"usage: grep [-Ecinqv] PATTERN [FILE...]\n"
	"Print the lines of the files, or of standard input, that match the regular\n"
	"expression.\n"
	"  -E   an extended one: + ? | ( ) { } are special\n"
	"  -c   only the number of lines     -i   ignore the case of letters\n"
	"  -n   line numbers as well         -q   print nothing\n"
	"  -v   lines that do not match\n"
	"The status is 0 if a line was found, 1 if none was, 2 after an error.\n";

static bool show_count, show_numbers, show_names, quiet, invert, found;
static regex_t pattern;

static void print_name(const char *name)
{
	if (show_names)
		printf("%s:", strcmp(name, "-") == 0 ? "(standard input)" : name);
}

static void search(FILE *file, const char *name)
{
	static struct tool_line line;
	unsigned long number = 0, count = 0;

	while (tool_line(file, &line)) {
		size_t len = line.len - (line.text[line.len - 1] == '\n');

		number++;
		if (pattern_find(&pattern, line.text, 0, len, NULL) == invert)
			continue;
		found = true;
		count++;
		if (show_count || quiet)
			continue;
		print_name(name);
		if (show_numbers)
			printf("%lu:", number);
		fwrite(line.text, 1, len, stdout);
		putchar('\n');
	}
	if (show_count && !quiet) {
		print_name(name);
		printf("%lu\n", count);
	}
}

int main(int argc, char **argv)
{
	int c, flags = 0;

	while ((c = tool_getopt(argc, argv, "Ecinqvh", usage)) != -1) {
		flags |= c == 'E' ? REG_EXTENDED : c == 'i' ? REG_ICASE : 0;
		show_count |= c == 'c';
		show_numbers |= c == 'n';
		quiet |= c == 'q';
		invert |= c == 'v';
	}
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	pattern_compile(&pattern, *argv++, flags);
	show_names = *argv && argv[1];
	tool_each(argv, search);
	return tool_finish() ? 2 : !found;
}
