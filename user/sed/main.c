/* sed - edit text as it passes */
#include "sed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sed sed;

static const char usage[] =
	"usage: sed [-nE] [-i[SUFFIX]] SCRIPT [FILE...]\n"
	"       sed [-nE] [-i[SUFFIX]] [-e SCRIPT] [-f FILE]... [FILE...]\n"
	"Print each line after the commands of SCRIPT have changed it.\n"
	"  -n   print only what commands print      -E   extended regular expressions\n"
	"  -i   change each file instead; with SUFFIX, as in -i.old, keep a copy\n"
	"Commands are separated by ; or newlines.  Before one: a line number, $ for the\n"
	"last line, /RE/, or two of them with a comma between; ! means all other lines.\n"
	"  s/RE/TEXT/FLAGS   replace; & and \\1 stand for what matched; flags: g all, N\n"
	"                    the N-th, p print, i ignore case, w FILE\n"
	"  y/abc/xyz/ replace characters    p print    d next line    q stop    = number\n"
	"  a i c: TEXT after, before, in place of the line    { } several commands\n"
	"  n N  next line, or add it    P D  first line of several    l  show all bytes\n"
	"  h H g G x  the hold space    : b t  labels and jumps    r w FILE\n";

static void script_add(struct tool_line *script, const char *text)
{
	if (script->len)
		text_add(script, "\n", 1);
	text_add(script, text, strlen(text));
}

static void script_file(struct tool_line *script, const char *name)
{
	FILE *file = tool_open(name);
	struct tool_line line = { 0 };

	if (!file)
		exit(1);
	if (script->len)
		text_add(script, "\n", 1);
	while (tool_line(file, &line))
		text_add(script, line.text, line.len);
	tool_close(file, name);
	free(line.text);
}

int main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	struct tool_line script = { 0 };
	const char *suffix = NULL;
	int c;

	while ((c = tool_getopt(argc, argv, "nEri::e:f:h", usage)) != -1) {
		sed.quiet |= c == 'n';
		sed.pattern_flags |= c == 'E' || c == 'r' ? REG_EXTENDED : 0;
		if (c == 'e')
			script_add(&script, optarg);
		else if (c == 'f')
			script_file(&script, optarg);
		else if (c == 'i')
			suffix = optarg ? optarg : "";
	}
	sed.names = argv + optind;
	if (!script.text && !*sed.names)
		tool_usage(usage);
	if (!script.text)
		script_add(&script, *sed.names++);
	script_read(script.text);
	if (suffix) {
		place_edit(sed.names, suffix);
		return tool_finish();
	}
	if (!*sed.names)
		sed.names = standard_input;
	run_lines();
	return tool_finish();
}
