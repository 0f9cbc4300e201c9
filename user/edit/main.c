/* edit - change a text file on the screen */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

#include "buffer.h"
#include "screen/screen.h"

static const char usage[] =
	"usage: edit FILE\n"
	"Change a file, or make a new one, on the screen of the terminal.\n"
	"  arrows, Home, End, PgUp, PgDn   move; Ctrl-left, Ctrl-right: by words\n"
	"  ^S save     ^Q quit      ^Z undo       ^F find; empty: again\n"
	"  ^K cut the line          ^U paste      ^L draw the screen again\n"
	"Bytes that are no text stay as they are, and are shown as ^A or <FF>.  What is\n"
	"saved replaces FILE only when all of it is on the disk.\n";

static struct buffer b;
static const char *path;
static size_t top;  /* where the first line on the screen starts           */
static size_t left; /* columns that are left of the screen                 */
static size_t goal; /* the column that moves up and down aim at            */
static char *cut;   /* malloc'd: for ^U                                    */
static size_t cut_len;
static int last_key;     /* the one before                                      */
static char wanted[128]; /* what was searched last                              */
static char message[256];

/* --- the screen --------------------------------------------------------------- */

static void edit_say(const char *what, const char *why)
{
	snprintf(message, sizeof(message), "%s%s%s", what, why ? ": " : "", why ? why : "");
}

/* Brings the cursor's line and column into view; returns the row and the column. */
static unsigned edit_scroll(unsigned rows, unsigned *column)
{
	size_t line = text_line_start(&b.text, b.cursor),
	       at = text_column(&b.text, b.cursor);
	unsigned row = 0;

	if (at < left || at >= left + screen.columns)
		left = at < screen.columns ? 0 : at - screen.columns / 2;
	*column = (unsigned)(at - left);
	if (top > text_len(&b.text) || (top && text_byte(&b.text, top - 1) != '\n') ||
	    line < top)
		top = line;
	for (size_t i = top; i < line && row < rows; row++)
		i = text_line_end(&b.text, i) + 1;
	if (row < rows)
		return row;
	/* Below the screen: it becomes the last line. */
	for (top = line, row = 0; row + 1 < rows && top; row++)
		top = text_line_start(&b.text, top - 1);
	return row;
}

static void edit_draw(void)
{
	unsigned rows = screen.rows > 2 ? screen.rows - 2 : 1, column, end;
	unsigned row = edit_scroll(rows, &column);
	struct screen_place p = { .skip = left };
	char status[64], place[64];

	screen_clear();
	for (size_t at = top, e; p.row < rows && at <= text_len(&b.text);
	     p.row++, at = e + 1) {
		e = text_line_end(&b.text, at);
		screen_text(p, &b.text, at, e);
	}
	for (unsigned i = 0; i < screen.columns; i++)
		screen_string(rows, i, " ", SCREEN_REVERSE);
	snprintf(place, sizeof(place), "line %zu, column %zu ",
		 text_lines_before(&b.text, &b.lines, b.cursor) + 1, left + column + 1);
	snprintf(status, sizeof(status), "%.40s%s", tool_basename(path),
		 buffer_is_changed(&b) ? " (changed)" : "");
	end = screen_string(rows, 1, message[0] ? message : status, SCREEN_REVERSE);
	if (end + strlen(place) < screen.columns)
		screen_string(rows, screen.columns - (unsigned)strlen(place), place,
			      SCREEN_REVERSE);
	screen_string(rows + 1, 0,
		      "^S save  ^Q quit  ^F find  ^Z undo  ^K cut line  ^U paste",
		      SCREEN_PLAIN);
	screen_show(row, column);
}

/* --- moving --------------------------------------------------------------------- */

/* Moves @n lines down, or up, to the column that was left first. */
static void edit_move_lines(long n)
{
	if (last_key != KEY_UP && last_key != KEY_DOWN && last_key != KEY_PAGE_UP &&
	    last_key != KEY_PAGE_DOWN)
		goal = text_column(&b.text, b.cursor);
	b.cursor = text_at_column(
		&b.text, text_line_from(&b.text, text_line_start(&b.text, b.cursor), n),
		goal);
}

static void edit_find(void)
{
	char answer[sizeof(wanted)] = "", label[sizeof(wanted) + 32];
	size_t len = text_len(&b.text), from = text_after(&b.text, b.cursor), n;
	const char *bytes, *found;

	snprintf(label, sizeof(label), wanted[0] ? "find (empty: %s): " : "find: ", wanted);
	if (!screen_ask(label, answer, sizeof(answer), edit_draw))
		return;
	if (answer[0])
		strcpy(wanted, answer);
	n = strlen(wanted);
	if (n == 0)
		return;
	bytes = text_flat(&b.text);
	found = bytes ? memmem(bytes + from, len - from, wanted, n) : NULL;
	if (!found && bytes && (found = memmem(bytes, len, wanted, n)) != NULL)
		edit_say("found from the start on", NULL);
	if (found)
		b.cursor = (size_t)(found - bytes);
	else
		edit_say(wanted, "not found");
}

static void edit_move(int key)
{
	long rows = screen.rows > 4 ? (long)screen.rows - 3 : 1;
	size_t end;

	switch (key) {
	case KEY_LEFT:
		b.cursor = text_before(&b.text, b.cursor);
		break;
	case KEY_RIGHT:
		b.cursor = text_after(&b.text, b.cursor);
		break;
	case KEY_WORD_LEFT:
		b.cursor = text_word_before(&b.text, b.cursor);
		break;
	case KEY_WORD_RIGHT:
		b.cursor = text_word_after(&b.text, b.cursor);
		break;
	case KEY_HOME:
	case CTRL('A'):
		b.cursor = text_line_start(&b.text, b.cursor);
		break;
	case KEY_END:
	case CTRL('E'):
		b.cursor = text_line_end(&b.text, b.cursor);
		break;
	case KEY_UP:
	case KEY_DOWN:
		edit_move_lines(key == KEY_UP ? -1 : 1);
		break;
	case KEY_PAGE_UP:
	case KEY_PAGE_DOWN:
		edit_move_lines(key == KEY_PAGE_UP ? -rows : rows);
		/* The screen moves along, but not past the end. */
		top = text_line_from(&b.text, top, key == KEY_PAGE_UP ? -rows : rows);
		end = text_line_start(&b.text, text_len(&b.text));
		end = text_line_from(&b.text, end, -rows);
		top = top < end ? top : end;
		break;
	}
}

/* --- changing --------------------------------------------------------------------- */

static void edit_change(size_t at, size_t removed, const char *bytes, size_t n)
{
	if (!buffer_change(&b, at, removed, bytes, n))
		edit_say("not changed", strerror(ENOMEM));
}

/* Cuts the cursor's line; one more after the last. */
static void edit_cut(void)
{
	size_t start = text_line_start(&b.text, b.cursor);
	size_t n = text_line_end(&b.text, start) - start, old;
	char *larger;

	n += start + n < text_len(&b.text);
	if (n == 0)
		return;
	old = last_key == CTRL('K') ? cut_len : 0;
	larger = realloc(cut, old + n);
	if (!larger) {
		edit_say("not cut", strerror(ENOMEM));
		return;
	}
	cut = larger;
	cut_len = old + n;
	text_copy(&b.text, start, n, cut + old);
	edit_change(start, n, "", 0);
}

static bool edit_save(void)
{
	const char *why = file_write(&b, path);

	edit_say(path, why ? why : "saved");
	return !why;
}

/* Whether the program may end. */
static bool edit_quit(void)
{
	int key = 0;

	while (buffer_is_changed(&b)) {
		if (key == 'n' || key == 'N' || key == SCREEN_END)
			return true;
		if (key == CTRL('C') || key == KEY_ESCAPE)
			return false;
		if (key == 'y' || key == 'Y')
			return edit_save();
		edit_say("Save the changes?  y: yes, n: no, ^C: go on editing", NULL);
		edit_draw();
		key = screen_key(-1);
		message[0] = '\0';
	}
	return true;
}

static void edit_key(int key)
{
	size_t at = b.cursor;
	char c = (char)(key == '\r' ? '\n' : key);

	if (key == DEL || key == CTRL('H')) {
		at = text_before(&b.text, at);
		edit_change(at, b.cursor - at, "", 0);
	} else if (key == KEY_DELETE) {
		edit_change(at, text_after(&b.text, at) - at, "", 0);
	} else if (key == CTRL('K')) {
		edit_cut();
	} else if (key == CTRL('U')) {
		edit_change(at, 0, cut, cut_len);
	} else if (key == CTRL('Z')) {
		if (!buffer_undo(&b))
			edit_say("nothing to undo", NULL);
	} else if (key == CTRL('F')) {
		edit_find();
	} else if (key == CTRL('S')) {
		(void)edit_save();
	} else if (key == CTRL('C') || key == KEY_ESCAPE) {
		edit_say("^Q quits", NULL);
	} else if (key == '\r' || key == '\n' || key == '\t' ||
		   (key >= ' ' && key <= 0xff)) {
		edit_change(at, 0, &c, 1);
	} else {
		edit_move(key);
	}
}

int main(int argc, char **argv)
{
	const char *why;
	bool exists, quit = false;

	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	if (argc - optind != 1)
		tool_usage(usage);
	path = argv[optind];
	why = file_read(&b, path, &exists);
	if (why) {
		tool_warnx(path, why);
		return 1;
	}
	if (!isatty(STDOUT_FILENO) || !screen_begin(STDIN_FILENO))
		tool_die("terminal");
	if (!exists)
		edit_say(path, "a new file");
	while (!quit) {
		int key;

		if (!screen_key_waits())
			edit_draw();
		key = screen_key(-1);
		if (key == SCREEN_DRAW)
			continue;
		message[0] = '\0';
		if (key == SCREEN_END)
			break;
		if (key == CTRL('Q'))
			quit = edit_quit();
		else
			edit_key(key);
		last_key = key;
	}
	screen_end();
	return !quit;
}
