/* cut - print parts of each line */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: cut -b LIST | -c LIST | -f LIST [-d C] [-s] [FILE...]\n"
	"Print parts of each line.  LIST is like 1,3-5,7-: numbers from 1, and ranges.\n"
	"  -b   bytes      -c   characters, each of one byte      -f   fields\n"
	"  -d   the character between fields, in place of a tab\n"
	"  -s   leave out lines without that character, which -f prints whole\n";

struct range {
	unsigned long first, last;
};

static struct range *ranges;
static size_t nranges;
static int delimiter = '\t';
static bool only_delimited;

static bool is_chosen(unsigned long n)
{
	for (size_t i = 0; i < nranges; i++)
		if (ranges[i].first <= n && n <= ranges[i].last)
			return true;
	return false;
}

static void read_list(const char *list)
{
	for (const char *at = list;;) {
		struct range range = { 1, ULONG_MAX };
		bool first = isdigit((unsigned char)*at), last;
		char *end = (char *)at;

		if (first)
			range.first = range.last = strtoul(at, &end, 10);
		if (*end == '-') {
			last = isdigit((unsigned char)*++end);
			range.last = last ? strtoul(end, &end, 10) : ULONG_MAX;
			first |= last;
		}
		if (!first || !range.first || range.last < range.first ||
		    (*end && *end != ',' && !isblank((unsigned char)*end)))
			tool_refuse(list, "not a list like 1,3-5,7-");
		ranges = tool_realloc(ranges, (nranges + 1) * sizeof(range), list);
		ranges[nranges++] = range;
		if (!*end)
			return;
		at = end + 1;
	}
}

static void print_bytes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_chosen(i + 1))
			putchar(text[i]);
	putchar('\n');
}

static void print_fields(const char *text, size_t len)
{
	const char *end = text + len, *stop;
	bool printed = false;

	if (!memchr(text, delimiter, len)) {
		if (only_delimited)
			return;
		fwrite(text, 1, len, stdout);
		putchar('\n');
		return;
	}
	for (unsigned long n = 1; text <= end; n++, text = stop + 1) {
		stop = memchr(text, delimiter, (size_t)(end - text));
		if (!stop)
			stop = end;
		if (!is_chosen(n))
			continue;
		if (printed)
			putchar(delimiter);
		fwrite(text, 1, (size_t)(stop - text), stdout);
		printed = true;
	}
	putchar('\n');
}

static bool by_fields;

static void cut_file(FILE *file, const char *name)
{
	static struct tool_line line;

	(void)name;
	while (tool_line(file, &line))
		(by_fields ? print_fields : print_bytes)(
			line.text, line.len - (line.text[line.len - 1] == '\n'));
}

int main(int argc, char **argv)
{
	int c, kinds = 0;

	while ((c = tool_getopt(argc, argv, "b:c:f:d:snh", usage)) != -1) {
		only_delimited |= c == 's';
		by_fields |= c == 'f';
		if (c == 'd' && *optarg && optarg[1])
			tool_refuse(optarg, "-d takes one character");
		if (c == 'd')
			delimiter = (unsigned char)*optarg;
		if (c == 'b' || c == 'c' || c == 'f') {
			kinds++;
			read_list(optarg);
		}
	}
	if (kinds != 1)
		tool_usage(usage);
	tool_each(argv + optind, cut_file);
	return tool_finish();
}
