/* columns.c - programs that put lines of several files side by side. */
#include "box.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

/* --- paste --------------------------------------------------------------- */

static struct {
	char *list; /* the delimiters; NUL among them is none */
	size_t count;
} paste = { "\t", 1 };

/* Takes the escapes out, in place. */
static void paste_delimiters(char *text)
{
	char *to = text;

	paste.list = text;
	for (; *text; text++) {
		static const char from[] = "nt0\\", bytes[] = "\n\t\0\\";
		const char *found = *text == '\\' && text[1] ? strchr(from, text[1]) : NULL;

		*to++ = found ? bytes[found - from] : *text;
		text += found != NULL;
	}
	paste.count = (size_t)(to - paste.list);
}

static void paste_delimit(size_t i)
{
	char c = paste.count ? paste.list[i % paste.count] : '\0';

	if (c)
		putchar(c);
}

/* Prints the line without its newline; false at the end of the file. */
static bool paste_line(FILE *file, int first)
{
	int c = first;

	for (; c != EOF && c != '\n'; c = getc(file))
		putchar(c);
	return c != EOF;
}

static void paste_serial(FILE *file, const char *name)
{
	int c = getc(file);

	(void)name;
	for (size_t i = 0; c != EOF; i++) {
		(void)paste_line(file, c);
		c = getc(file);
		if (c != EOF)
			paste_delimit(i);
	}
	putchar('\n');
}

static void paste_parallel(FILE **files, char **names, int n)
{
	int open = n;

	while (open) {
		int printed = 0; /* delimiters, and files, of this line */

		for (int i = 0; i < n && open; i++) {
			int c = files[i] ? getc(files[i]) : EOF;

			if (c == EOF && files[i]) {
				tool_close(files[i], names[i]);
				files[i] = NULL;
				open--;
			}
			if (c == EOF)
				continue;
			/* The delimiters of files that have ended come only now. */
			for (; printed < i; printed++)
				paste_delimit((size_t)printed);
			(void)paste_line(files[i], c);
		}
		if (open || printed) {
			for (; printed < n - 1; printed++)
				paste_delimit((size_t)printed);
			putchar('\n');
		}
	}
}

static const char paste_usage[] =
	"usage: paste [-s] [-d LIST] FILE...\n"
	"Print the first lines of all files in one line, then the second ones, and so\n"
	"on.  The file - is standard input, a line at a time.\n"
	"  -d   what comes between them, in turn (a tab): \\n, \\t, \\\\, \\0 none\n"
	"  -s   all lines of the first file in one line, then those of the second\n";

/* paste - print lines of several files side by side */
int paste_main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	bool serial = false;
	FILE **files;
	int c, n;

	while ((c = tool_getopt(argc, argv, "sd:h", paste_usage)) != -1) {
		serial |= c == 's';
		if (c == 'd')
			paste_delimiters(optarg);
	}
	argv += optind;
	if (serial) {
		tool_each(argv, paste_serial);
		return tool_finish();
	}
	argv = *argv ? argv : standard_input;
	for (n = 0; argv[n]; n++)
		;
	files = tool_realloc(NULL, (size_t)n * sizeof(*files), "files");
	for (int i = 0; i < n; i++) {
		files[i] = tool_open(argv[i]);
		if (!files[i])
			return tool_status;
	}
	paste_parallel(files, argv, n);
	return tool_finish();
}

/* --- two files in order -------------------------------------------------- */

/* A file whose lines are in order, and its current line. */
struct sorted {
	FILE *file;
	const char *name;
	struct tool_line line, last;
	bool there, complained;
};

/* The order of two lines; a newline at their ends does not count. */
static int sorted_compare(const struct tool_line *a, const struct tool_line *b)
{
	size_t la = a->len - (a->len && a->text[a->len - 1] == '\n');
	size_t lb = b->len - (b->len && b->text[b->len - 1] == '\n');
	int order = memcmp(a->text, b->text, la < lb ? la : lb);

	return order ? order : (la > lb) - (la < lb);
}

static void sorted_next(struct sorted *s)
{
	struct tool_line old = s->last;

	s->last = s->line;
	s->line = old;
	s->there = tool_line(s->file, &s->line);
	if (!s->there || !s->last.len || s->complained ||
	    sorted_compare(&s->last, &s->line) <= 0)
		return;
	tool_warnx(s->name, "is not sorted");
	s->complained = true;
}

static void sorted_open(struct sorted *s, const char *name)
{
	*s = (struct sorted){ .file = tool_open(name), .name = name };
	if (!s->file)
		exit(tool_status);
	sorted_next(s);
}

/* --- comm ---------------------------------------------------------------- */

static void comm_print(const struct tool_line *line, const bool *hidden, int column)
{
	size_t len = line->len - (line->text[line->len - 1] == '\n');

	if (hidden[column])
		return;
	for (int i = 0; i < column; i++)
		if (!hidden[i])
			putchar('\t');
	fwrite(line->text, 1, len, stdout);
	putchar('\n');
}

static const char comm_usage[] =
	"usage: comm [-123] FILE1 FILE2\n"
	"Print three columns: the lines of FILE1 alone, of FILE2 alone, and of both.\n"
	"The files are sorted; - is standard input.\n"
	"  -1, -2, -3   leave this column out\n";

/* comm - compare two sorted files line by line */
int comm_main(int argc, char **argv)
{
	bool hidden[3] = { false };
	struct sorted a, b;
	int c;

	while ((c = tool_getopt(argc, argv, "123h", comm_usage)) != -1)
		hidden[c - '1'] = true;
	if (argc - optind != 2)
		tool_usage(comm_usage);
	sorted_open(&a, argv[optind]);
	sorted_open(&b, argv[optind + 1]);
	while (a.there || b.there) {
		int order = !a.there ? 1 : !b.there ? -1 : sorted_compare(&a.line, &b.line);

		comm_print(order > 0 ? &b.line : &a.line, hidden,
			   order < 0   ? 0
			   : order > 0 ? 1
				       : 2);
		if (order <= 0)
			sorted_next(&a);
		if (order >= 0)
			sorted_next(&b);
	}
	tool_close(a.file, a.name);
	tool_close(b.file, b.name);
	return tool_finish();
}
