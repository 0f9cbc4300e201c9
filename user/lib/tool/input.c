/* input.c - the files that a program is given to read, and their lines; see tool.h. */
#include <tool.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

FILE *tool_open(const char *name)
{
	FILE *file;

	if (strcmp(name, "-") == 0)
		return stdin;
	if (tool_is_dir(name)) {
		errno = EISDIR;
		file = NULL;
	} else {
		file = fopen(name, "r");
	}
	if (!file)
		tool_warn(name);
	return file;
}

void tool_close(FILE *file, const char *name)
{
	if (ferror(file))
		tool_warn(name);
	if (file != stdin)
		fclose(file);
}

bool tool_line(FILE *file, struct tool_line *line)
{
	int c;

	line->len = 0;
	do {
		c = getc(file);
		if (c == EOF)
			break;
		if (line->len + 1 >= line->room) {
			line->room = line->room ? line->room * 2 : 128;
			line->text = tool_realloc(line->text, line->room, "a line");
		}
		line->text[line->len++] = (char)c;
	} while (c != '\n');
	return line->len > 0;
}

void tool_each(char **names, tool_input_fn *fn)
{
	static char *standard_input[] = { "-", NULL };

	if (!*names)
		names = standard_input;
	for (; *names; names++) {
		FILE *file = tool_open(*names);

		if (!file)
			continue;
		fn(file, *names);
		tool_close(file, *names);
	}
}
