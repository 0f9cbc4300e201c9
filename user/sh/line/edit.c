/* edit.c - editing a line at the terminal; see edit.h.
 *
 * Positions on the screen are counted in columns from the start of the screen line on
 * which the text starts: position p is p / columns lines further down.  A terminal that
 * has just written its last column does not wrap before the next character; until
 * edit_settle() makes it wrap, the cursor is not where its position says.
 *
 * A command of several lines is one text with newlines in it, each of which starts another
 * screen line.  A tab is shown as a blank. */
#include "line/edit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* --- the screen ---------------------------------------------------------- */

static bool edit_is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Columns of @n bytes of UTF-8; every character counts as one wide. */
static unsigned edit_width(const char *text, unsigned n)
{
	unsigned columns = 0;

	for (unsigned i = 0; i < n; i++)
		columns += !edit_is_continuation(text[i]);
	return columns;
}

static unsigned edit_position(const struct edit *e, unsigned byte)
{
	unsigned at = e->origin;

	for (unsigned i = 0; i < byte; i++)
		if (e->text[i] == '\n')
			at += e->columns - at % e->columns;
		else
			at += !edit_is_continuation(e->text[i]);
	return at;
}

/* Makes room for @len bytes; false: there is no memory. */
static bool edit_reserve(struct edit *e, size_t len)
{
	size_t room = len < 64 ? 128 : len * 2;
	char *text;

	if (len <= e->room)
		return true;
	text = room < UINT_MAX ? realloc(e->text, room) : NULL;
	if (!text)
		return false;
	e->text = text;
	e->room = (unsigned)room;
	return true;
}

static void edit_put_control(struct edit *e, unsigned n, char final)
{
	char seq[16];
	char *at = seq + sizeof(seq);

	if (n == 0)
		return;
	*--at = final;
	for (; n; n /= 10)
		*--at = (char)('0' + n % 10);
	*--at = '[';
	*--at = '\033';
	e->put(at, (size_t)(seq + sizeof(seq) - at));
}

static void edit_move_to(struct edit *e, unsigned to)
{
	unsigned row = e->at / e->columns, to_row = to / e->columns;
	unsigned column = e->at % e->columns, to_column = to % e->columns;

	if (to_row < row)
		edit_put_control(e, row - to_row, 'A');
	else
		edit_put_control(e, to_row - row, 'B');
	if (to_column + 1 == column)
		e->put("\b", 1);
	else if (to_column < column)
		edit_put_control(e, column - to_column, 'D');
	else
		edit_put_control(e, to_column - column, 'C');
	e->at = to;
}

/* After text was written up to position @at: makes a terminal wrap that has just written
 * its last column. */
static void edit_settle(struct edit *e)
{
	if (e->at > 0 && e->at % e->columns == 0)
		e->put(" \r", 2);
}

static void edit_put_text(struct edit *e, unsigned from)
{
	while (from < e->len) {
		unsigned n = 0;

		while (from + n < e->len && e->text[from + n] != '\n' &&
		       e->text[from + n] != '\t')
			n++;
		if (n)
			e->put(e->text + from, n);
		from += n;
		if (from < e->len && e->text[from] == '\t') {
			e->put(" ", 1);
			from++;
		}
		e->at = edit_position(e, from);
		edit_settle(e);
		if (from < e->len && e->text[from] == '\n') {
			e->put("\033[J\r\n", 5);
			e->at = edit_position(e, ++from);
		}
	}
}

/* Shows the text from byte @from on, which has changed, and moves to the cursor. */
static void edit_redraw_from(struct edit *e, unsigned from)
{
	edit_move_to(e, edit_position(e, from));
	edit_put_text(e, from);
	e->put("\033[J", 3);
	edit_move_to(e, edit_position(e, e->cursor));
}

static void edit_set_origin(struct edit *e, unsigned column)
{
	e->origin = column % e->columns;
	e->at = e->origin;
}

/* Drops control bytes but newlines and tabs; returns the new length. */
static unsigned edit_make_printable(char *text, unsigned len)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < len; i++) {
		char c = text[i];

		if (((unsigned char)c >= ' ' && c != DEL) || c == '\n' || c == '\t')
			text[kept++] = c;
	}
	return kept;
}

static bool edit_has_control(const char *text, unsigned len)
{
	for (unsigned i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == DEL)
			return true;
	}
	return false;
}

void edit_redraw(struct edit *e, unsigned column)
{
	edit_set_origin(e, column);
	edit_put_text(e, 0);
	edit_move_to(e, edit_position(e, e->cursor));
}

void edit_begin(struct edit *e, const char *text, size_t len, unsigned columns, int column)
{
	int typed;

	e->len = edit_reserve(e, len) ? (unsigned)len : 0;
	if (e->len)
		memcpy(e->text, text, e->len);
	e->columns = columns;
	e->searching = false;
	e->keys.state = KEYS_PLAIN;
	e->placed = e->tabbed = false;
	e->back = 0;
	if (column < 0 || edit_has_control(text, e->len)) {
		e->cursor = e->len = edit_make_printable(e->text, e->len);
		e->put("\n", 1);
		edit_redraw(e, 0);
		return;
	}
	e->cursor = e->len;
	typed = (int)edit_width(text, e->len);
	edit_set_origin(e, column > typed ? (unsigned)(column - typed) : 0);
	e->at = edit_position(e, e->len);
	if (e->len > 0)
		edit_settle(e);
}

void edit_end_line(struct edit *e, const char *mark)
{
	edit_move_to(e, edit_position(e, e->len));
	e->cursor = e->len;
	e->put(mark, strlen(mark));
}

/* --- changing the text --------------------------------------------------- */

static unsigned edit_char_before(const struct edit *e, unsigned i)
{
	if (i > 0)
		i--;
	while (i > 0 && edit_is_continuation(e->text[i]))
		i--;
	return i;
}

static unsigned edit_char_after(const struct edit *e, unsigned i)
{
	if (i < e->len)
		i++;
	while (i < e->len && edit_is_continuation(e->text[i]))
		i++;
	return i;
}

static bool edit_is_blank(const struct edit *e, unsigned i)
{
	return e->text[i] == ' ' || e->text[i] == '\t' || e->text[i] == '\n';
}

static unsigned edit_word_before(const struct edit *e, unsigned i)
{
	while (i > 0 && edit_is_blank(e, i - 1))
		i--;
	while (i > 0 && !edit_is_blank(e, i - 1))
		i--;
	return i;
}

static unsigned edit_word_after(const struct edit *e, unsigned i)
{
	while (i < e->len && edit_is_blank(e, i))
		i++;
	while (i < e->len && !edit_is_blank(e, i))
		i++;
	return i;
}

static void edit_cursor_to(struct edit *e, unsigned byte)
{
	e->cursor = byte;
	edit_move_to(e, edit_position(e, byte));
}

/* Deletes [from, to) and leaves the cursor there. */
static void edit_delete_range(struct edit *e, unsigned from, unsigned to)
{
	if (from == to)
		return;
	memmove(e->text + from, e->text + to, e->len - to);
	e->len -= to - from;
	e->cursor = from;
	edit_redraw_from(e, from);
}

/* The same, and keeps what was deleted for ^Y. */
static void edit_kill_range(struct edit *e, unsigned from, unsigned to)
{
	char *killed = to > from ? malloc(to - from + 1) : NULL;

	if (killed) {
		memcpy(killed, e->text + from, to - from);
		killed[to - from] = '\0';
		free(e->killed);
		e->killed = killed;
	}
	edit_delete_range(e, from, to);
}

/* Bytes of the character that starts with @lead. */
static unsigned edit_char_bytes(unsigned char lead)
{
	if (lead < 0xc0)
		return 1;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Shows the character before the cursor, once all its bytes were inserted. */
static void edit_show_inserted(struct edit *e)
{
	unsigned start = edit_char_before(e, e->cursor);

	if (e->cursor - start < edit_char_bytes(e->text[start]))
		return;
	if (e->cursor == e->len && e->at == edit_position(e, start))
		edit_put_text(e, start);
	else
		edit_redraw_from(e, start);
}

static void edit_insert(struct edit *e, char c)
{
	if (!edit_reserve(e, e->len + 1u))
		return;
	memmove(e->text + e->cursor + 1, e->text + e->cursor, e->len - e->cursor);
	e->text[e->cursor++] = c;
	e->len++;
	edit_show_inserted(e);
}

void edit_insert_text(struct edit *e, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		edit_insert(e, text[i]);
}

void edit_set_text(struct edit *e, const char *text, size_t len)
{
	if (!edit_reserve(e, len))
		return;
	if (len)
		memcpy(e->text, text, len);
	e->cursor = e->len = (unsigned)len;
	edit_redraw_from(e, 0);
}

/* Whether there is only blank space before the cursor: nothing to complete. */
static bool edit_at_start(const struct edit *e)
{
	for (unsigned i = e->cursor; i > 0 && e->text[i - 1] != '\n'; i--)
		if (!edit_is_blank(e, i - 1))
			return false;
	return true;
}

/* --- history ------------------------------------------------------------- */

bool edit_history_add(struct edit *e, const char *text, size_t len)
{
	char **slot = &e->history[e->history_count % EDIT_HISTORY];
	char *last = e->history[(e->history_count - 1) % EDIT_HISTORY];
	char *kept = len < UINT_MAX ? malloc(len + 1) : NULL;
	bool same;

	if (!kept)
		return false;
	memcpy(kept, text, len);
	kept[edit_make_printable(kept, (unsigned)len)] = '\0';
	same = last && strcmp(last, kept) == 0;
	if (same || !kept[strspn(kept, " \t\n")]) {
		free(kept);
		return same;
	}
	free(*slot);
	*slot = kept;
	e->history_count++;
	return true;
}

void edit_history_extend(struct edit *e, const char *text, size_t len)
{
	char **last = &e->history[(e->history_count - 1) % EDIT_HISTORY];
	size_t before = strlen(*last);
	char *longer = before + len < UINT_MAX - 2 ? realloc(*last, before + len + 2)
						   : NULL;

	if (!longer)
		return;
	*last = longer;
	longer[before++] = '\n';
	memcpy(longer + before, text, len);
	longer[before + edit_make_printable(longer + before, (unsigned)len)] = '\0';
}

void edit_history_replace(struct edit *e, const char *text)
{
	char **last = &e->history[(e->history_count - 1) % EDIT_HISTORY];
	char *copy = e->history_count ? strdup(text) : NULL;

	if (!copy)
		return;
	free(*last);
	*last = copy;
}

const char *edit_history_line(struct edit *e, unsigned back)
{
	if (back == 0)
		return e->fresh;
	if (e->back == 0 && !e->searching) {
		free(e->fresh);
		e->fresh = malloc(e->len + 1u);
		if (!e->fresh)
			return NULL;
		if (e->len)
			memcpy(e->fresh, e->text, e->len);
		e->fresh[e->len] = '\0';
	}
	if (back > e->history_count || back > EDIT_HISTORY)
		return NULL;
	return e->history[(e->history_count - back) % EDIT_HISTORY];
}

/* Shows the line @back lines ago, if there is one. */
static void edit_recall(struct edit *e, unsigned back)
{
	const char *line = edit_history_line(e, back);

	if (!line)
		return;
	e->back = back;
	edit_set_text(e, line, strlen(line));
}

/* --- the terminal's size -------------------------------------------------- */

void edit_ask(struct edit *e)
{
	if (e->asked)
		return;
	e->put(KEYS_ASK, strlen(KEYS_ASK));
	e->asked = 2;
	e->asked_at = e->at;
}

/* The terminal is @columns wide now, and its cursor is in @column.  A terminal that wraps
 * again has the cursor where position `at` is now; another one has left it where it was. */
static void edit_resize(struct edit *e, unsigned columns, unsigned column)
{
	unsigned rows = e->at / e->columns, at;

	e->columns = columns;
	at = edit_position(e, e->cursor);
	if (column == at % columns)
		rows = at / columns;
	edit_put_control(e, rows, 'A');
	e->put("\r", 1);
	e->at = 0;
	edit_redraw_from(e, 0);
}

/* The first answer in a line: the kernel does not always know where the line starts, but
 * the terminal has wrapped it from there on. */
static void edit_place(struct edit *e, unsigned columns, unsigned column)
{
	unsigned width = edit_width(e->text, e->cursor);
	unsigned origin = (column + columns * (width / columns + 1) - width) % columns;

	e->placed = true;
	if (e->cursor && memchr(e->text, '\n', e->cursor))
		origin = e->origin % columns; /* the cursor is on another line */
	if (columns == e->columns && origin == e->origin)
		return;
	e->columns = columns;
	e->origin = origin;
	e->at = edit_position(e, e->cursor);
	edit_redraw_from(e, 0);
}

bool edit_answer(struct edit *e)
{
	if (e->asked == 0)
		return false;
	if (--e->asked) {
		e->seen = e->keys.params[1] - 1;
		return false;
	}
	e->answers = true;
	e->told_rows = e->keys.params[0];
	e->told_columns = e->keys.params[1];
	return true;
}

static void edit_answered(struct edit *e)
{
	unsigned columns = e->keys.params[1];

	if (!edit_answer(e) || columns < 2 || (e->placed && columns == e->columns))
		return;
	if (e->at != e->asked_at)
		edit_ask(e); /* the cursor was moved since */
	else if (e->placed)
		edit_resize(e, columns, e->seen);
	else
		edit_place(e, columns, e->seen);
}

/* --- keys ----------------------------------------------------------------- */

static void edit_do_key(struct edit *e, int key)
{
	unsigned i = e->cursor;

	switch (key) {
	case KEY_LEFT:
	case CTRL('B'):
		edit_cursor_to(e, edit_char_before(e, i));
		break;
	case KEY_RIGHT:
	case CTRL('F'):
		edit_cursor_to(e, edit_char_after(e, i));
		break;
	case KEY_WORD_LEFT:
		edit_cursor_to(e, edit_word_before(e, i));
		break;
	case KEY_WORD_RIGHT:
		edit_cursor_to(e, edit_word_after(e, i));
		break;
	case KEY_HOME:
	case CTRL('A'):
		edit_cursor_to(e, 0);
		break;
	case KEY_END:
	case CTRL('E'):
		edit_cursor_to(e, e->len);
		break;
	case KEY_DELETE:
		edit_delete_range(e, i, edit_char_after(e, i));
		break;
	case CTRL('H'):
	case DEL:
		edit_delete_range(e, edit_char_before(e, i), i);
		break;
	case CTRL('K'):
		edit_kill_range(e, i, e->len);
		break;
	case CTRL('U'):
		edit_kill_range(e, 0, e->len);
		break;
	case CTRL('W'):
		edit_kill_range(e, edit_word_before(e, i), i);
		break;
	case KEY_WORD_DELETE:
		edit_kill_range(e, i, edit_word_after(e, i));
		break;
	case CTRL('Y'):
		edit_insert_text(e, e->killed ? e->killed : "",
				 e->killed ? strlen(e->killed) : 0);
		break;
	case KEY_UP:
		edit_recall(e, e->back + 1);
		break;
	case KEY_DOWN:
		if (e->back > 0)
			edit_recall(e, e->back - 1);
		break;
	}
}

static enum edit_event edit_take_key(struct edit *e, int key)
{
	bool again = e->tabbed;

	e->tabbed = key == '\t';
	if (key >= ' ' && key < KEY_NONE && key != DEL) {
		edit_insert(e, (char)key);
		return EDIT_MORE;
	}
	switch (key) {
	case '\n':
	case '\r':
		edit_end_line(e, "\n");
		return EDIT_LINE;
	case CTRL('D'):
		edit_end_line(e, "\4");
		return EDIT_END;
	case CTRL('C'):
		edit_end_line(e, "^C\n");
		e->len = e->cursor = 0;
		return EDIT_INTERRUPT;
	case CTRL('P'):
		return EDIT_REDRAW;
	case CTRL('L'):
		return EDIT_CLEAR;
	case CTRL('R'):
		edit_search(e);
		break;
	case '\t':
		if (!edit_at_start(e))
			return again ? EDIT_LIST : EDIT_COMPLETE;
		edit_insert(e, '\t');
		break;
	default:
		edit_do_key(e, key);
	}
	return EDIT_MORE;
}

enum edit_event edit_key(struct edit *e, unsigned char c)
{
	int key = keys_input(&e->keys, c);

	if (key == KEY_PLACE)
		edit_answered(e);
	else if (key != KEY_NONE && !(e->searching && edit_search_key(e, key)))
		return edit_take_key(e, key);
	return EDIT_MORE;
}
