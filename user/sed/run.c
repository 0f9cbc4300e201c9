/* run.c - running the commands of sed for each line. */
#include "sed.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static struct tool_line space, hold, made;
static bool space_ended = true; /* its line ended with a newline */

static void text_set(struct tool_line *to, const char *text, size_t len)
{
	to->len = 0;
	text_add(to, text, len);
}

/* To standard output.  If the last line of the input has no newline, the last line that is
 * printed gets none. */
static bool newline_owed;

static bool stopped; /* by q */

static void run_put(const char *text, size_t len)
{
	if (newline_owed)
		putchar('\n');
	newline_owed = false;
	fwrite(text, 1, len, stdout);
}

/* A line that is written to a file is there for others at once. */
static void text_print(const struct tool_line *line, FILE *file)
{
	if (file == stdout) {
		run_put(line->text, line->len);
		newline_owed = !space_ended;
		if (space_ended)
			putchar('\n');
	} else {
		fwrite(line->text, 1, line->len, file);
		putc('\n', file);
		fflush(file);
	}
}

/* --- input ------------------------------------------------------------------ */

static FILE *input;
static bool replaced;          /* by an s since the last line was read, or since t */
static struct tool_line ahead; /* the line after the current one */
static bool has_ahead;
static unsigned long line_number;

static void run_read_ahead(void)
{
	has_ahead = false;
	for (;;) {
		if (input && tool_line(input, &ahead)) {
			has_ahead = true;
			return;
		}
		if (input) {
			sed.unread |= ferror(input) != 0;
			tool_close(input, sed.names[-1]);
		}
		input = NULL;
		if (!*sed.names)
			return;
		input = tool_open(*sed.names++);
		sed.unread |= !input;
	}
}

/* --- the commands ----------------------------------------------------------- */

static const regex_t *last_pattern;
static const struct command **later; /* of a and r: printed when the line is done */
static size_t nlater;

static bool run_find_pattern(const regex_t *pattern, size_t from, regmatch_t *parts)
{
	last_pattern = pattern ? pattern : last_pattern;
	if (!last_pattern) {
		tool_warnx("script",
			   "an empty pattern stands for the last one, and there is none");
		exit(2);
	}
	return pattern_find(last_pattern, space.text, from, space.len, parts);
}

static bool run_address_fits(const struct address *address)
{
	switch (address->kind) {
	case LINE:
		return line_number == address->line;
	case LAST:
		return !has_ahead;
	case MATCH:
		return run_find_pattern(address->pattern, 0, NULL);
	default:
		return true;
	}
}

/* A range from a line number on begins later if n or N has skipped that line. */
static bool run_range_begins(const struct command *c)
{
	if (c->from.kind != LINE || c->to.kind == NOWHERE || c->started)
		return run_address_fits(&c->from);
	return line_number == c->from.line ||
	       (line_number > c->from.line &&
		(c->to.kind != LINE || line_number <= c->to.line));
}

static bool run_is_selected(struct command *c)
{
	if (c->active && c->to.kind == LINE && line_number > c->to.line)
		c->active = false;
	if (c->active) {
		c->active = !run_address_fits(&c->to);
		return true;
	}
	if (!run_range_begins(c))
		return false;
	c->started = true;
	c->active = c->to.kind == MATCH || (c->to.kind == LAST && has_ahead) ||
		    (c->to.kind == LINE && c->to.line > line_number);
	return true;
}

static void run_print_later(void)
{
	for (size_t i = 0; i < nlater; i++) {
		const struct command *c = later[i];
		FILE *file = c->name == 'r' ? fopen(c->text, "r") : NULL;
		int byte;

		if (c->name == 'a')
			run_put(c->text, c->text_len);
		if (file)
			run_put("", 0);
		while (file && (byte = getc(file)) != EOF)
			putchar(byte);
		if (file)
			fclose(file);
	}
	nlater = 0;
}

static void run_end_line(void)
{
	if (!sed.quiet)
		text_print(&space, stdout);
	run_print_later();
}

/* The next line goes to the end of the space, after a newline if @add. */
static void run_next_line(bool add)
{
	size_t len = ahead.len - (ahead.text[ahead.len - 1] == '\n');

	space_ended = len < ahead.len;
	if (add)
		text_add(&space, "\n", 1);
	else
		space.len = 0;
	text_add(&space, ahead.text, len);
	line_number++;
	replaced = false;
	run_read_ahead();
}

static void run_add_replacement(const struct command *c, const regmatch_t *parts)
{
	for (const char *from = c->text, *end = from + c->text_len; from < end; from++) {
		const regmatch_t *part = *from == '&' ? parts : NULL;

		if (*from == '\\' && from + 1 < end) {
			from++;
			if (isdigit((unsigned char)*from))
				part = &parts[*from - '0'];
			else
				text_add(&made,
					 *from == 'n'   ? "\n"
					 : *from == 't' ? "\t"
							: from,
					 1);
		} else if (!part) {
			text_add(&made, from, 1);
		}
		if (part && part->rm_so >= 0)
			text_add(&made, space.text + part->rm_so,
				 (size_t)(part->rm_eo - part->rm_so));
	}
}

/* Whether s has replaced something. */
static bool run_substitute(const struct command *c)
{
	regmatch_t parts[PATTERN_PARTS];
	size_t from = 0, last_end = 0;
	unsigned long count = 0;
	struct tool_line old;
	bool done = false;

	made.len = 0;
	while (from <= space.len && run_find_pattern(c->pattern, from, parts)) {
		size_t start = (size_t)parts->rm_so, end = (size_t)parts->rm_eo;
		/* An empty match right after another one does not count. */
		bool counts = end > start || count == 0 || start > last_end;

		text_add(&made, space.text + from, start - from);
		count += counts;
		if (counts && (count == c->nth || (c->global && count > c->nth))) {
			run_add_replacement(c, parts);
			done = true;
		} else {
			text_add(&made, space.text + start, end - start);
		}
		from = last_end = end;
		if (done && !c->global)
			break;
		if (start == end && from < space.len)
			text_add(&made, space.text + from, 1);
		from += start == end;
	}
	if (!done)
		return false;
	if (from < space.len)
		text_add(&made, space.text + from, space.len - from);
	old = space;
	space = made;
	made = old;
	if (c->print)
		text_print(&space, stdout);
	if (c->file)
		text_print(&space, c->file);
	return true;
}

/* l: all bytes visible, in pieces of less than 70 columns. */
static void run_show_bytes(void)
{
	static const char special[] = "\\\a\b\f\n\r\t\v", letters[] = "\\abfnrtv";
	char shown[8];
	size_t column = 0;

	run_put("", 0);
	for (size_t i = 0; i < space.len; i++) {
		int c = (unsigned char)space.text[i];
		const char *found = c ? strchr(special, c) : NULL;

		if (found)
			snprintf(shown, sizeof(shown), "\\%c", letters[found - special]);
		else
			snprintf(shown, sizeof(shown), isprint(c) ? "%c" : "\\%03o", c);
		if (column + strlen(shown) > 69) {
			fputs("\\\n", stdout);
			column = 0;
		}
		fputs(shown, stdout);
		column += strlen(shown);
	}
	puts("$");
}

/* What comes after a command. */
enum next { NEXT, JUMP, END_LINE, NO_PRINT, AGAIN, QUIT };

static enum next run_space(const struct command *c)
{
	char *newline = memchr(space.text, '\n', space.len);
	struct tool_line old;

	switch (c->name) {
	case 'D':
		if (!newline)
			return NO_PRINT;
		space.len -= (size_t)(newline + 1 - space.text);
		memmove(space.text, newline + 1, space.len);
		return AGAIN;
	case 'g':
		text_set(&space, hold.text, hold.len);
		break;
	case 'G':
		text_add(&space, "\n", 1);
		text_add(&space, hold.text, hold.len);
		break;
	case 'h':
		text_set(&hold, space.text, space.len);
		break;
	case 'H':
		text_add(&hold, "\n", 1);
		text_add(&hold, space.text, space.len);
		break;
	case 'P':
		run_put(space.text, newline ? (size_t)(newline - space.text) : space.len);
		putchar('\n');
		break;
	case 'x':
		old = space;
		space = hold;
		hold = old;
		break;
	case 'y':
		for (size_t i = 0; i < space.len; i++)
			space.text[i] = (char)c->map[(unsigned char)space.text[i]];
		break;
	}
	return NEXT;
}

static enum next run_command(struct command *c)
{
	switch (c->name) {
	case '{':
	case '}':
	case ':':
		return NEXT;
	case 'b':
		return JUMP;
	case 't':
		if (!replaced)
			return NEXT;
		replaced = false;
		return JUMP;
	case 's':
		replaced |= run_substitute(c);
		return NEXT;
	case 'a':
	case 'r':
		later = tool_realloc(later, (nlater + 1) * sizeof(*later), "script");
		later[nlater++] = c;
		return NEXT;
	case 'i':
		run_put(c->text, c->text_len);
		return NEXT;
	case 'c':
		if (!c->active)
			run_put(c->text, c->text_len);
		return NO_PRINT;
	case 'd':
		return NO_PRINT;
	case 'n':
	case 'N':
		if (!has_ahead)
			return QUIT;
		if (c->name == 'n')
			run_end_line();
		else
			run_print_later();
		run_next_line(c->name == 'N');
		return NEXT;
	case 'p':
	case 'w':
		text_print(&space, c->name == 'p' ? stdout : c->file);
		return NEXT;
	case 'l':
		run_show_bytes();
		return NEXT;
	case 'q':
		tool_status = (int)c->nth;
		stopped = true;
		return QUIT;
	case '=':
		run_put("", 0);
		printf("%lu\n", line_number);
		return NEXT;
	default:
		return run_space(c);
	}
}

/* The commands for one line. */
static enum next run_commands(void)
{
	for (size_t i = 0; i < sed.ncommands; i++) {
		struct command *c = &sed.commands[i];
		enum next next = NEXT;

		if (run_is_selected(c) != c->others)
			next = run_command(c);
		else if (c->name == '{')
			i = c->target;
		if (next == JUMP)
			i = c->target;
		else if (next != NEXT)
			return next;
	}
	return END_LINE;
}

bool run_lines(void)
{
	enum next next = END_LINE;

	line_number = 0;
	newline_owed = false;
	for (size_t i = 0; i < sed.ncommands; i++)
		sed.commands[i].active = sed.commands[i].started = false;
	text_set(&hold, "", 0);
	run_read_ahead();
	while (next != QUIT && (next == AGAIN || has_ahead)) {
		if (next != AGAIN)
			run_next_line(false);
		next = run_commands();
		if (next == END_LINE || next == QUIT)
			run_end_line();
		else
			run_print_later();
	}
	return !stopped;
}
