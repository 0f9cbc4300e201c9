/* read.c - the builtin read: a line into variables. */
#include "builtin/builtin.h"

#include <string.h>
#include <unistd.h>

/* A line; a character that a backslash quoted has its mark set. */
struct read_line {
	char *text, *quoted;
	size_t len, room;
	bool end; /* of the input, without a newline */
};

static bool read_put(struct read_line *l, char c, bool quoted)
{
	if (l->len + 1 >= l->room) {
		size_t room = l->room ? l->room * 2 : 128;
		char *text = arena_alloc(&shell.words, room);
		char *marks = arena_alloc(&shell.words, room);

		if (!text || !marks) {
			sh_say("sh: read: out of memory\n", NULL);
			return false;
		}
		if (l->len) {
			memcpy(text, l->text, l->len);
			memcpy(marks, l->quoted, l->len);
		}
		l->text = text;
		l->quoted = marks;
		l->room = room;
	}
	l->text[l->len] = c;
	l->quoted[l->len++] = quoted;
	l->text[l->len] = '\0';
	return true;
}

/* Byte by byte: what follows the line is for other commands. */
static bool read_input(struct read_line *l, bool raw)
{
	bool escaped = false;
	char c;

	for (;;) {
		if (read(STDIN_FILENO, &c, 1) != 1) {
			l->end = true;
			return true;
		}
		if (c == '\0' || (c == '\n' && escaped)) {
			escaped = false;
			continue;
		}
		if (c == '\n')
			return true;
		if (c == '\\' && !raw && !escaped) {
			escaped = true;
			continue;
		}
		if (!read_put(l, c, escaped))
			return false;
		escaped = false;
	}
}

static bool read_is(const struct read_line *l, size_t i, const char *ifs, bool blank)
{
	char c = l->text[i];

	return i < l->len && !l->quoted[i] && strchr(ifs, c) &&
	       (strchr(" \t\n", c) != NULL) == blank;
}

/* Moves after blanks, one other delimiter, and blanks. */
static size_t read_skip(const struct read_line *l, size_t i, const char *ifs)
{
	while (read_is(l, i, ifs, true))
		i++;
	if (read_is(l, i, ifs, false))
		for (i++; read_is(l, i, ifs, true);)
			i++;
	return i;
}

/* The end of what the last variable gets from @start on: all but blanks at the end, and but
 * a delimiter after a single field. */
static size_t read_rest_end(const struct read_line *l, size_t start, const char *ifs)
{
	size_t end = l->len, i = start;

	while (i < l->len && !read_is(l, i, ifs, true) && !read_is(l, i, ifs, false))
		i++;
	if (read_skip(l, i, ifs) == l->len)
		return i;
	while (end > start && read_is(l, end - 1, ifs, true))
		end--;
	return end;
}

static bool read_assign(struct read_line *l, char **names)
{
	const char *ifs = sh_value("IFS");
	size_t at = 0;

	if (!ifs)
		ifs = " \t\n";
	while (read_is(l, at, ifs, true))
		at++;
	for (; *names; names++) {
		size_t end = at, next;
		char kept;

		if (names[1]) {
			while (end < l->len && !read_is(l, end, ifs, true) &&
			       !read_is(l, end, ifs, false))
				end++;
		} else {
			end = read_rest_end(l, at, ifs);
		}
		next = read_skip(l, end, ifs);
		kept = l->text[end];
		l->text[end] = '\0';
		if (!sh_var_set(*names, l->text + at))
			return false;
		l->text[end] = kept;
		at = next;
	}
	return true;
}

int run_read(int argc, char **argv)
{
	static char *reply[] = { "REPLY", NULL };
	const char *prompt = "";
	bool raw = false, read;
	char **names = argv + 1;
	struct read_line line = { 0 };

	(void)argc;
	for (; *names && **names == '-' && (*names)[1]; names++) {
		if (strcmp(*names, "--") == 0) {
			names++;
			break;
		}
		if (strcmp(*names, "-p") == 0 && names[1])
			prompt = *++names;
		else if (strcmp(*names, "-r") == 0)
			raw = true;
		else
			return builtin_complain("read", *names, "no such option");
	}

	if (!*names)
		names = reply;
	for (char **name = names; *name; name++)
		if (!**name || (*name)[sh_name_length(*name)])
			return builtin_complain("read", *name, "is no name");
	if (!read_put(&line, '\0', false))
		return SH_STATUS_WRONG;
	line.len = 0;
	line.text[0] = '\0';
	if (*prompt && isatty(STDIN_FILENO))
		sh_say(prompt, NULL);
	sh_traps_interrupt(true); /* it ends as at the end of the input */
	read = read_input(&line, raw);
	sh_traps_interrupt(false);
	if (!read || !read_assign(&line, names))
		return SH_STATUS_WRONG;
	return line.end;
}
