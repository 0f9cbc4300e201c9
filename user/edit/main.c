/* edit - change a text file on the screen */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

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
static size_t top;       /* where the first line on the screen starts       */
static size_t left;      /* columns that are left of the screen             */
static size_t goal;      /* the column that moves up and down aim at        */
static int last_key;     /* the one before                                  */
static struct text cut;  /* for ^U                                          */
static char wanted[128]; /* what was searched last                          */
static char message[256];

static void edit_say(const char *what, const char *why)
{
	snprintf(message, sizeof(message), " %s%s%s", what, why ? ": " : "",
		 why ? why : "");
}

/* Reads the file; one that does not exist yet is empty. */
static void edit_load(void)
{
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY);
	if (fd < 0 && errno == ENOENT && lstat(path, &st) < 0) { /* nor a link to none */
		edit_say(path, "a new file");
		return;
	}
	if (fd < 0 || fstat(fd, &st) < 0)
		tool_die(path);
	if (!S_ISREG(st.st_mode)) {
		tool_warnx(path, S_ISDIR(st.st_mode) ? strerror(EISDIR) : "is a device");
		exit(1);
	}
	/* Room for all of it at once: to make room larger may take twice the memory. */
	(void)text_room(&b.text, 0, (size_t)st.st_size + TEXT_BLOCK);
	while ((n = text_read(&b.text, fd)) > 0)
		;
	if (n < 0)
		tool_die(path);
	close(fd);
}

/* Leaves the old file as it is until all of the new one is on the disk; false, with a
 * message, if that fails.  A symbolic link stays one. */
static bool edit_save(void)
{
	char target[PATH_MAX], fresh[PATH_MAX + 16];
	size_t len = text_len(&b.text);
	bool saved;
	FILE *f;

	if (!realpath(path, target))
		strlcpy(target, path, sizeof(target));
	snprintf(fresh, sizeof(fresh), "%.*s.edit%d", (int)(tool_basename(target) - target),
		 target, getpid());
	f = fopen(fresh, "w");
	saved = f && fwrite(text_flat(&b.text), 1, len, f) == len && fflush(f) == 0 &&
		fsync(fileno(f)) == 0 && rename(fresh, target) == 0;
	edit_say(path, saved ? "saved" : tool_reason());
	if (f)
		fclose(f);
	if (saved)
		buffer_saved(&b);
	else
		unlink(fresh);
	return saved;
}

/* Brings the cursor's line and @column into view; returns the row. */
static unsigned edit_scroll(unsigned rows, size_t column)
{
	size_t line = text_line_start(&b.text, b.cursor);
	size_t least = text_line_from(&b.text, line, 1 - (long)rows);
	unsigned row = 0;

	if (column < left || column >= left + screen.columns)
		left = column < screen.columns ? 0 : column - screen.columns / 2;
	top = text_line_start(&b.text, top < line ? top : line);
	top = top > least ? top : least;
	for (size_t i = top; i < line; i = text_line_end(&b.text, i) + 1)
		row++;
	return row;
}

static void edit_draw(void)
{
	size_t column = text_column(&b.text, b.cursor), e;
	size_t line = text_lines_before(&b.text, &b.lines, b.cursor);
	unsigned rows = screen.rows > 2 ? screen.rows - 2 : 1, end, n;
	unsigned row = edit_scroll(rows, column);
	struct screen_place p = { .skip = left };
	char status[64], place[64];

	screen_clear();
	for (size_t at = top; p.row < rows && at <= text_len(&b.text); at = e + 1) {
		e = text_line_end(&b.text, at);
		screen_text(p, &b.text, at, e);
		p.row++;
	}
	n = (unsigned)snprintf(place, sizeof(place), "line %zu, column %zu ", line + 1,
			       column + 1);
	snprintf(status, sizeof(status), " %.40s%s", tool_basename(path),
		 b.changed ? " (changed)" : "");
	end = screen_string(rows, 0, message[0] ? message : status, SCREEN_REVERSE);
	while (end < screen.columns) /* the place at the right, if there is room */
		end = screen_string(rows, end, end + n == screen.columns ? place : " ",
				    SCREEN_REVERSE);
	screen_string(rows + 1, 0,
		      "^S save  ^Q quit  ^F find  ^Z undo  ^K cut line  ^U paste",
		      SCREEN_PLAIN);
	screen_show(row, (unsigned)(column - left));
}

/* How many lines a key moves the cursor down; 0: it is no such key. */
static long edit_lines(int key)
{
	long page = screen.rows > 4 ? (long)screen.rows - 3 : 1;

	if (key == KEY_UP || key == KEY_DOWN)
		return key == KEY_UP ? -1 : 1;
	return key == KEY_PAGE_UP ? -page : key == KEY_PAGE_DOWN ? page : 0;
}

static void edit_move(int key)
{
	static const struct {
		int key;
		size_t (*to)(const struct text *t, size_t at);
	} moves[] = {
		{ KEY_LEFT, text_before },           { KEY_RIGHT, text_after },
		{ KEY_WORD_LEFT, text_word_before }, { KEY_WORD_RIGHT, text_word_after },
		{ KEY_HOME, text_line_start },       { KEY_END, text_line_end },
		{ CTRL('A'), text_line_start },      { CTRL('E'), text_line_end }
	};
	size_t end;
	long n = edit_lines(key);

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i].key == key)
			b.cursor = moves[i].to(&b.text, b.cursor);
	if (n == 0)
		return;
	if (edit_lines(last_key) == 0)
		goal = text_column(&b.text, b.cursor);
	b.cursor = text_line_from(&b.text, text_line_start(&b.text, b.cursor), n);
	b.cursor = text_at_column(&b.text, b.cursor, goal);
	if (key == KEY_UP || key == KEY_DOWN)
		return;
	/* The screen moves along, but not past the end. */
	end = text_line_start(&b.text, text_len(&b.text));
	top = text_line_from(&b.text, top < end ? top : end, n);
	end = text_line_from(&b.text, end, n < 0 ? n : -n);
	top = top < end ? top : end;
}

static void edit_find(void)
{
	char answer[sizeof(wanted)] = "", label[sizeof(wanted) + 32];
	size_t len = text_len(&b.text), from = text_after(&b.text, b.cursor), n;
	const char *bytes = text_flat(&b.text), *found;

	snprintf(label, sizeof(label), wanted[0] ? "find (empty: %s): " : "find: ", wanted);
	if (!screen_ask(label, answer, sizeof(answer), edit_draw) ||
	    !(answer[0] || wanted[0]))
		return;
	if (answer[0])
		strcpy(wanted, answer);
	n = strlen(wanted);
	found = memmem(bytes + from, len - from, wanted, n);
	if (!found && (found = memmem(bytes, len, wanted, n)) != NULL)
		edit_say("found from the start on", NULL);
	if (found)
		b.cursor = (size_t)(found - bytes);
	else
		edit_say(wanted, "not found");
}

static void edit_change(size_t at, size_t removed, const char *bytes, size_t n)
{
	if (removed + n && !buffer_change(&b, at, removed, bytes, n))
		edit_say("not changed", strerror(ENOMEM));
}

/* Cuts the cursor's line; one more after the last. */
static void edit_cut(void)
{
	size_t start = text_line_start(&b.text, b.cursor);
	size_t n = text_after(&b.text, text_line_end(&b.text, start)) - start;

	if (n && last_key != CTRL('K'))
		text_delete(&cut, 0, text_len(&cut));
	if (text_insert(&cut, text_len(&cut), text_flat(&b.text) + start, n))
		edit_change(start, n, "", 0);
	else
		edit_say("not cut", strerror(ENOMEM));
}

/* Whether the program may end. */
static bool edit_quit(void)
{
	while (b.changed) {
		int key;

		edit_say("Save the changes?  y: yes, n: no, ^C: go on editing", NULL);
		edit_draw();
		key = screen_key(-1);
		message[0] = '\0';
		if (key == 'y' || key == 'Y')
			return edit_save();
		if (key == 'n' || key == 'N' || key == SCREEN_END)
			return true;
		if (key == CTRL('C') || key == KEY_ESCAPE)
			return false;
	}
	return true;
}

static void edit_key(int key)
{
	size_t at = b.cursor;
	char c = key == '\r' ? '\n' : (char)key;

	if (key == DEL || key == CTRL('H')) {
		at = text_before(&b.text, at);
		edit_change(at, b.cursor - at, "", 0);
	} else if (key == KEY_DELETE) {
		edit_change(at, text_after(&b.text, at) - at, "", 0);
	} else if (key == CTRL('K')) {
		edit_cut();
	} else if (key == CTRL('U')) {
		edit_change(at, 0, text_flat(&cut), text_len(&cut));
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
	bool quit = false;
	int key;

	(void)tool_getopt(argc, argv, "h", usage);
	if (argc - optind != 1)
		tool_usage(usage);
	path = argv[optind];
	edit_load();
	if (!isatty(STDOUT_FILENO) || !screen_begin(STDIN_FILENO))
		tool_die("terminal");
	while (!quit) {
		if (!screen_key_waits())
			edit_draw();
		key = screen_key(-1);
		if (key == SCREEN_DRAW)
			continue;
		if (key == SCREEN_END)
			break;
		message[0] = '\0';
		if (key == CTRL('Q'))
			quit = edit_quit();
		else
			edit_key(key);
		last_key = key;
	}
	screen_end();
	return !quit;
}
