/* uniq - print lines that follow each other once, or count them */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: uniq [-cdu] [-f FIELDS] [-s CHARS] [IN [OUT]]\n"
	"Print one line of those that follow each other and are equal.  `-` as IN is\n"
	"standard input.\n"
	"  -c   after the number of them     -d   only lines that are repeated\n"
	"  -u   only lines that are not      -f   do not compare the first FIELDS fields\n"
	"  -s   nor the CHARS characters after them\n";

static bool show_count, only_repeated, only_single;
static unsigned long skip_fields, skip_chars;

/* Where the part of the line begins that is compared. */
static size_t part_start(const struct tool_line *line)
{
	size_t at = 0, end = line->len;

	for (unsigned long n = skip_fields; n && at < end; n--) {
		while (at < end && isblank((unsigned char)line->text[at]))
			at++;
		while (at < end && !isblank((unsigned char)line->text[at]))
			at++;
	}
	return end - at < skip_chars ? end : at + skip_chars;
}

static bool is_equal(const struct tool_line *a, const struct tool_line *b)
{
	size_t i = part_start(a), k = part_start(b), n = a->len - i;

	return n == b->len - k && (n == 0 || memcmp(a->text + i, b->text + k, n) == 0);
}

static void print_line(const struct tool_line *line, unsigned long count)
{
	if (count > 1 ? only_single : only_repeated)
		return;
	if (show_count)
		printf("%7lu ", count);
	fwrite(line->text, 1, line->len, stdout);
	putchar('\n');
}

/* The next line without its newline. */
static bool read_line(FILE *file, struct tool_line *line)
{
	if (!tool_line(file, line))
		return false;
	line->len -= line->text[line->len - 1] == '\n';
	return true;
}

static void filter(FILE *file)
{
	struct tool_line lines[2] = { 0 };
	unsigned long count = 1;
	int last = 0;

	if (!read_line(file, &lines[0]))
		return;
	for (; read_line(file, &lines[!last]); last = !last) {
		if (is_equal(&lines[last], &lines[!last])) {
			/* The first one stays. */
			count++;
			last = !last;
			continue;
		}
		print_line(&lines[last], count);
		count = 1;
	}
	print_line(&lines[last], count);
}

int main(int argc, char **argv)
{
	const char *name = "-";
	FILE *file;
	int c;

	while ((c = tool_getopt(argc, argv, "cduf:s:h", usage)) != -1) {
		show_count |= c == 'c';
		only_repeated |= c == 'd';
		only_single |= c == 'u';
		if (c == 'f')
			skip_fields = (unsigned long)tool_number(optarg, 0, LONG_MAX);
		else if (c == 's')
			skip_chars = (unsigned long)tool_number(optarg, 0, LONG_MAX);
	}
	if (argc - optind > 2)
		tool_usage(usage);
	if (argv[optind])
		name = argv[optind];
	file = tool_open(name);
	if (!file)
		return 1;
	if (argc - optind == 2 && !freopen(argv[optind + 1], "w", stdout))
		tool_die(argv[optind + 1]);
	filter(file);
	tool_close(file, name);
	return tool_finish();
}
