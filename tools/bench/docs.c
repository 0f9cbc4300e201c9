/* docs.c - puts what is printed into a text as well, between two markers. */
#define _GNU_SOURCE
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX (1 << 18)

static FILE *printed;
static int screen;

void docs_begin(void)
{
	fflush(stdout);
	printed = tmpfile();
	screen = dup(STDOUT_FILENO);
	if (!printed || screen < 0 || dup2(fileno(printed), STDOUT_FILENO) < 0)
		tool_die("docs", strerror(errno));
}

static size_t docs_read(FILE *f, char *to)
{
	size_t n = fread(to, 1, TEXT_MAX - 1, f);

	to[n] = 0;
	return n;
}

void docs_end(const char *file, const char *name)
{
	static char text[TEXT_MAX], doc[TEXT_MAX], begin[64], end[64];
	char *first, *last;
	FILE *f;

	fflush(stdout);
	dup2(screen, STDOUT_FILENO);
	close(screen);
	rewind(printed);
	docs_read(printed, text);
	fclose(printed);
	fputs(text, stdout);
	snprintf(begin, sizeof(begin), "<!-- %s: made by ./bench -->\n", name);
	snprintf(end, sizeof(end), "<!-- end of %s -->\n", name);
	f = fopen(file, "r");
	if (!f)
		tool_die(file, strerror(errno));
	docs_read(f, doc);
	fclose(f);
	first = strstr(doc, begin);
	last = first ? strstr(first, end) : NULL;
	if (!last)
		tool_die(file, "has no markers for this");
	f = fopen(file, "w");
	if (!f)
		tool_die(file, strerror(errno));
	fprintf(f, "%.*s%s\n%s\n%s", (int)(first - doc), doc, begin, text, last);
	if (fclose(f) != 0)
		tool_die(file, strerror(errno));
}
