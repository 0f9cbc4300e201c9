/* lines.c - programs that change the lines of a text, one by one. */
#include "box.h"

#include <ctype.h>
#include <limits.h>
#include <pattern.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

/* --- rev, tac ------------------------------------------------------------------ */

/* Without the newline at the end. */
static size_t line_len(const struct tool_line *line)
{
	return line->len - (line->text[line->len - 1] == '\n');
}

static void rev_file(FILE *file, const char *name)
{
	static struct tool_line line;

	(void)name;
	while (tool_line(file, &line)) {
		size_t len = line_len(&line), end = len;

		while (end > 0) {
			size_t at = end - 1;

			/* The bytes of a character of UTF-8 stay in order. */
			while (at > 0 && (line.text[at] & 0xc0) == 0x80)
				at--;
			fwrite(line.text + at, 1, end - at, stdout);
			end = at;
		}
		fwrite(line.text + len, 1, line.len - len, stdout);
	}
}

static const char rev_usage[] =
	"usage: rev [FILE...]\n"
	"Print the lines of the files, or of standard input, each backwards.\n";

/* rev - print each line with its characters in reverse order */
int rev_main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", rev_usage) != -1)
		;
	tool_each(argv + optind, rev_file);
	return tool_finish();
}

static void tac_file(FILE *file, const char *name)
{
	size_t len = 0, room = 0, end;
	char *text = NULL;

	do {
		if (room - len < BUFSIZ) {
			room = 2 * room + 2 * BUFSIZ;
			text = tool_realloc(text, room, name);
		}
		len += fread(text + len, 1, room - len, file);
	} while (!feof(file) && !ferror(file));
	for (end = len; end > 0;) {
		size_t at = end - 1;

		while (at > 0 && text[at - 1] != '\n')
			at--;
		fwrite(text + at, 1, end - at, stdout);
		end = at;
	}
	free(text);
}

static const char tac_usage[] =
	"usage: tac [FILE...]\n"
	"Print the lines of each file, or of standard input, the last one first.  A file\n"
	"must fit into memory.\n";

/* tac - print the lines of files from the last to the first */
int tac_main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", tac_usage) != -1)
		;
	tool_each(argv + optind, tac_file);
	return tool_finish();
}

/* --- fold, expand ---------------------------------------------------------------- */

static struct {
	size_t width;
	bool bytes, blanks;
} fold = { .width = 80 };

/* The column after @c at @column. */
static size_t fold_column(size_t column, char c)
{
	if (fold.bytes)
		return column + 1;
	if (c == '\b')
		return column - (column > 0);
	if (c == '\r')
		return 0;
	return c == '\t' ? column / 8 * 8 + 8 : column + 1;
}

static void fold_file(FILE *file, const char *name)
{
	static struct tool_line line;

	(void)name;
	while (tool_line(file, &line)) {
		size_t len = line_len(&line), from = 0, blank = 0, column = 0;

		for (size_t i = 0; i < len; i++) {
			size_t next = fold_column(column, line.text[i]);

			if (next > fold.width && i > from) {
				size_t end = fold.blanks && blank > from ? blank : i;

				fwrite(line.text + from, 1, end - from, stdout);
				putchar('\n');
				from = i = end;
				next = fold_column(0, line.text[i]);
			}
			column = next;
			if (line.text[i] == ' ' || line.text[i] == '\t')
				blank = i + 1;
		}
		fwrite(line.text + from, 1, line.len - from, stdout);
	}
}

/* fold - break long lines */
int fold_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: fold [-bs] [-w WIDTH] [FILE...]\n"
		"Break lines that are longer than 80 columns.\n"
		"  -w   WIDTH columns instead; -72 as the first argument is -w 72\n"
		"  -s   after the last blank, if there is one      -b   count bytes\n";
	static char width[32];
	int c;

	if (argc > 1 && argv[1][0] == '-' && isdigit((unsigned char)argv[1][1]) &&
	    snprintf(width, sizeof(width), "-w%s", argv[1] + 1) < (int)sizeof(width))
		argv[1] = width;
	while ((c = tool_getopt(argc, argv, "bsw:h", usage)) != -1) {
		fold.bytes |= c == 'b';
		fold.blanks |= c == 's';
		if (c == 'w')
			fold.width = (size_t)tool_number(optarg, 1, LONG_MAX);
	}
	tool_each(argv + optind, fold_file);
	return tool_finish();
}

#define STOPS 64

static struct {
	long stop[STOPS];
	int count; /* one stop: each so many columns */
	bool initial;
} expand = { .stop = { 8 }, .count = 1 };

/* The columns that a tab at @column takes. */
static long expand_tab(long column)
{
	if (expand.count == 1)
		return expand.stop[0] - column % expand.stop[0];
	for (int i = 0; i < expand.count; i++)
		if (expand.stop[i] > column)
			return expand.stop[i] - column;
	return 1;
}

static void expand_file(FILE *file, const char *name)
{
	bool on = true;
	long column = 0;
	int c;

	(void)name;
	while ((c = getc(file)) != EOF) {
		if (c == '\t' && on) {
			long n = expand_tab(column);

			printf("%*s", (int)n, "");
			column += n;
			continue;
		}
		putchar(c);
		if (c == '\n') {
			column = 0;
			on = true;
			continue;
		}
		column += c == '\b' ? -(column > 0) : 1;
		if (expand.initial && c != ' ')
			on = false;
	}
}

static void expand_stops(char *list)
{
	expand.count = 0;
	for (char *word = strtok(list, ", "); word; word = strtok(NULL, ", ")) {
		long last = expand.count ? expand.stop[expand.count - 1] + 1 : 1;

		if (expand.count == STOPS)
			tool_refuse(word, "too many tab stops");
		expand.stop[expand.count++] = tool_number(word, last, INT_MAX);
	}
	if (!expand.count)
		tool_refuse("-t", "no tab stops");
}

/* expand - replace tabs by blanks */
int expand_main(int argc, char **argv)
{
	static const char usage[] =
		"usage: expand [-i] [-t STOPS] [FILE...]\n"
		"Replace tabs by blanks, up to the next multiple of 8 columns.\n"
		"  -t N       a multiple of N instead      -i   only tabs before the text\n"
		"  -t N,M...  up to these columns, from 0 on\n";
	int c;

	while ((c = tool_getopt(argc, argv, "it:h", usage)) != -1) {
		expand.initial |= c == 'i';
		if (c == 't')
			expand_stops(optarg);
	}
	tool_each(argv + optind, expand_file);
	return tool_finish();
}

/* --- nl ---------------------------------------------------------------------------- */

enum { HEADER, BODY, FOOTER, SECTIONS };

static struct {
	const char *style[SECTIONS]; /* a, t, n, or p and a pattern */
	regex_t pattern[SECTIONS];
	const char *separator, *format;
	long number, start, step;
	int width;
	bool goes_on;
} nl = {
	.style = { "n", "t", "n" },
	.separator = "\t",
	.format = "%*ld",
	.start = 1,
	.step = 1,
	.width = 6,
};

/* The section that a line of delimiters begins, or SECTIONS. */
static int nl_section(const struct tool_line *line)
{
	size_t len = line_len(line);

	if (len > 6 || len % 2 || memcmp(line->text, "\\:\\:\\:", len) != 0)
		return SECTIONS;
	return len == 6 ? HEADER : len == 4 ? BODY : len == 2 ? FOOTER : SECTIONS;
}

static bool nl_wants(int section, const struct tool_line *line)
{
	switch (nl.style[section][0]) {
	case 'a':
		return true;
	case 't':
		return line_len(line) > 0;
	case 'p':
		return pattern_find(&nl.pattern[section], line->text, 0, line_len(line),
				    NULL);
	default:
		return false;
	}
}

static void nl_file(FILE *file, const char *name)
{
	static struct tool_line line;
	static int section = BODY;

	(void)name;
	while (tool_line(file, &line)) {
		int begins = nl_section(&line);

		if (begins < SECTIONS) {
			section = begins;
			if (!nl.goes_on)
				nl.number = nl.start;
			putchar('\n');
			continue;
		}
		if (nl_wants(section, &line)) {
			printf(nl.format, nl.width, nl.number);
			fputs(nl.separator, stdout);
			nl.number += nl.step;
		} else {
			printf("%*s", nl.width + (int)strlen(nl.separator), "");
		}
		fwrite(line.text, 1, line_len(&line), stdout);
		putchar('\n');
	}
}

static void nl_style(int section, const char *style)
{
	if (*style == 'p')
		pattern_compile(&nl.pattern[section], style + 1, 0);
	else if (!*style || style[1] || !strchr("atn", *style))
		tool_refuse(style, "not a, t, n or pPATTERN");
	nl.style[section] = style;
}

static void nl_format(const char *format)
{
	nl.format = strcmp(format, "ln") == 0   ? "%-*ld"
		    : strcmp(format, "rn") == 0 ? "%*ld"
		    : strcmp(format, "rz") == 0 ? "%0*ld"
						: NULL;
	if (!nl.format)
		tool_refuse(format, "not ln, rn or rz");
}

static const char nl_usage[] =
	"usage: nl [-p] [-b STYLE] [-f STYLE] [-h STYLE] [-i N] [-n FORMAT] [-s TEXT]\n"
	"          [-v N] [-w N] [FILE...]\n"
	"Print a text with numbers before its lines.  Lines \\:\\:\\:, \\:\\: and \\:\n"
	"begin a header, body and footer.  A STYLE says which lines have numbers: a all,\n"
	"t all but empty ones, n none, pPATTERN those that match.\n"
	"  -b  of the body (t)      -f  of footers (n)      -h  of headers (n)\n"
	"  -v  the first number     -i  the step            -p  sections go on counting\n"
	"  -w  columns (6)          -s  after the number, instead of a tab\n"
	"  -n  ln left, rn right, rz right with zeros\n";

/* nl - number the lines of a text */
int nl_main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt_h(argc, argv, "pb:f:h:i:n:s:v:w:", nl_usage)) != -1) {
		if (c == 'p')
			nl.goes_on = true;
		else if (c == 'n')
			nl_format(optarg);
		else if (c == 's')
			nl.separator = optarg;
		else if (c == 'w')
			nl.width = (int)tool_number(optarg, 1, 1000);
		else if (c == 'i' || c == 'v')
			*(c == 'i' ? &nl.step : &nl.start) =
				tool_number(optarg, LONG_MIN, LONG_MAX);
		else
			nl_style(c == 'h' ? HEADER : c == 'b' ? BODY : FOOTER, optarg);
	}
	nl.number = nl.start;
	tool_each(argv + optind, nl_file);
	return tool_finish();
}
