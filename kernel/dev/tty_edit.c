/* tty_edit.c - the editing half of the line discipline: cursor keys, redrawing
 * and history, for a line in which an ESC was typed.
 *
 * Such a line holds no control bytes.  Positions on the screen are counted in
 * columns from the start of the screen line on which the text starts, so
 * position p is p / columns lines further down; a terminal that has just
 * written its last column waits there, which settle() ends.  Needs a terminal
 * with cursor movement, ESC [ J and automatic wrapping: a VT100. */

#include "dev/tty_line.h"

#include "dev/tty_line_priv.h"
#include "lib/fmt.h"
#include "lib/string.h"

enum key { KEY_NONE, KEY_LEFT, KEY_RIGHT, KEY_UP, KEY_DOWN, KEY_HOME, KEY_END, KEY_DELETE };

/* --- the screen ---------------------------------------------------------- */

static bool is_continuation(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

/* Columns of @n bytes of UTF-8; every character counts as one wide. */
static u32 width(const char *text, u32 n)
{
	u32 columns = 0;

	for (u32 i = 0; i < n; i++)
		columns += !is_continuation(text[i]);
	return columns;
}

static u32 position(const struct tty_line *t, u32 byte)
{
	return t->origin + width(t->text, byte);
}

static void put_control(struct tty_line *t, u32 n, char final)
{
	char seq[16];

	if (n > 0)
		t->screen->put(seq, fmt_snprintf(seq, sizeof(seq), "\033[%u%c", n, final));
}

static void move_to(struct tty_line *t, u32 to)
{
	u32 row = t->at / t->columns, to_row = to / t->columns;
	u32 column = t->at % t->columns, to_column = to % t->columns;

	if (to_row < row)
		put_control(t, row - to_row, 'A');
	else
		put_control(t, to_row - row, 'B');
	if (to_column + 1 == column)
		t->screen->put("\b", 1);
	else if (to_column < column)
		put_control(t, column - to_column, 'D');
	else
		put_control(t, to_column - column, 'C');
	t->at = to;
}

/* After text was written up to position @at: leaves the state in which the
 * terminal waits behind its last column. */
static void settle(struct tty_line *t)
{
	if (t->at > 0 && t->at % t->columns == 0)
		t->screen->put(" \r", 2);
}

static void put_text(struct tty_line *t, u32 from)
{
	if (from == t->len)
		return;
	t->screen->put(t->text + from, t->len - from);
	t->at = position(t, t->len);
	settle(t);
}

/* Text changed from byte @from on: shows that, and goes to the cursor. */
static void redraw_from(struct tty_line *t, u32 from)
{
	move_to(t, position(t, from));
	put_text(t, from);
	t->screen->put("\033[J", 3);
	move_to(t, position(t, t->cursor));
}

static void set_origin(struct tty_line *t, u32 column)
{
	t->origin = column % t->columns;
	t->at = t->origin;
}

/* Blanks for tabs, nothing for other control bytes; returns the new length. */
static u32 make_printable(char *text, u32 len)
{
	u32 kept = 0;

	for (u32 i = 0; i < len; i++) {
		u8 c = text[i] == '\t' ? ' ' : text[i];

		if (c >= ' ' && c != DEL)
			text[kept++] = c;
	}
	return kept;
}

static bool has_control(const char *text, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if ((u8)text[i] < ' ' || text[i] == DEL)
			return true;
	}
	return false;
}

void tty_edit_begin(struct tty_line *t)
{
	u32 typed = width(t->text, t->len), column;

	t->editing = true;
	t->back = 0;
	if (has_control(t->text, t->len)) { /* who knows where those went */
		t->len = make_printable(t->text, t->len);
		t->cursor = t->len;
		t->screen->put("\n", 1);
		set_origin(t, 0);
		put_text(t, 0);
		return;
	}
	t->cursor = t->len;
	column = t->screen->column();
	set_origin(t, column > typed ? column - typed : 0);
	t->at = position(t, t->len);
	if (t->len > 0)
		settle(t);
}

void tty_line_redraw(struct tty_line *t)
{
	if (!t->editing)
		return;
	set_origin(t, t->screen->column());
	put_text(t, 0);
	move_to(t, position(t, t->cursor));
}

void tty_edit_finish(struct tty_line *t)
{
	move_to(t, position(t, t->len));
	t->cursor = t->len;
	t->editing = false;
	t->escape = ESCAPE_NONE;
}

/* --- changing the text --------------------------------------------------- */

static u32 char_before(const struct tty_line *t, u32 i)
{
	if (i > 0)
		i--;
	while (i > 0 && is_continuation(t->text[i]))
		i--;
	return i;
}

static u32 char_after(const struct tty_line *t, u32 i)
{
	if (i < t->len)
		i++;
	while (i < t->len && is_continuation(t->text[i]))
		i++;
	return i;
}

static u32 word_before(const struct tty_line *t, u32 i)
{
	while (i > 0 && t->text[i - 1] == ' ')
		i--;
	while (i > 0 && t->text[i - 1] != ' ')
		i--;
	return i;
}

static u32 word_after(const struct tty_line *t, u32 i)
{
	while (i < t->len && t->text[i] == ' ')
		i++;
	while (i < t->len && t->text[i] != ' ')
		i++;
	return i;
}

static void cursor_to(struct tty_line *t, u32 byte)
{
	t->cursor = byte;
	move_to(t, position(t, byte));
}

/* Takes out [from, to) and leaves the cursor there. */
static void delete_range(struct tty_line *t, u32 from, u32 to)
{
	if (from == to)
		return;
	memmove(t->text + from, t->text + to, t->len - to);
	t->len -= to - from;
	t->cursor = from;
	redraw_from(t, from);
}

/* Bytes of the character that starts with @lead. */
static u32 char_bytes(u8 lead)
{
	if (lead < 0xc0)
		return 1;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* Shows the byte that was put in before the cursor: with its whole character,
 * once that is there. */
static void show_inserted(struct tty_line *t)
{
	u32 start = char_before(t, t->cursor);

	if (t->cursor - start < char_bytes(t->text[start]))
		return;
	if (t->cursor == t->len && t->at == position(t, start))
		put_text(t, start);
	else
		redraw_from(t, start);
}

static enum tty_event insert(struct tty_line *t, u8 c)
{
	bool at_end = t->cursor == t->len;

	if (!tty_line_has_room(t, 1) || (!at_end && t->len == TTY_LINE_MAX - 1))
		return TTY_NOTHING;
	memmove(t->text + t->cursor + 1, t->text + t->cursor, t->len - t->cursor);
	t->text[t->cursor++] = c;
	t->len++;
	show_inserted(t);
	if (t->len < TTY_LINE_MAX)
		return TTY_NOTHING;
	tty_edit_finish(t);
	tty_line_deliver(t);
	return TTY_LINE;
}

enum tty_event tty_edit_key(struct tty_line *t, u8 c)
{
	switch (c) {
	case CTRL('A'):
		cursor_to(t, 0);
		break;
	case CTRL('B'):
		cursor_to(t, char_before(t, t->cursor));
		break;
	case CTRL('E'):
		cursor_to(t, t->len);
		break;
	case CTRL('F'):
		cursor_to(t, char_after(t, t->cursor));
		break;
	case CTRL('H'):
	case DEL:
		delete_range(t, char_before(t, t->cursor), t->cursor);
		break;
	case CTRL('K'):
		delete_range(t, t->cursor, t->len);
		break;
	case CTRL('U'):
		delete_range(t, 0, t->len);
		break;
	case CTRL('W'):
		delete_range(t, word_before(t, t->cursor), t->cursor);
		break;
	case '\t':
		return insert(t, ' ');
	default:
		if (c >= ' ')
			return insert(t, c);
	}
	return TTY_NOTHING;
}

/* --- history ------------------------------------------------------------- */

void tty_history_add(struct tty_line *t)
{
	u32 slot = t->history_count % TTY_HISTORY;
	u32 last = (t->history_count - 1) % TTY_HISTORY;
	char *kept = t->history[slot];
	u32 len = t->len;

	memcpy(kept, t->text, len);
	len = make_printable(kept, len);
	if (len == 0)
		return;
	if (t->history_count > 0 && t->history_len[last] == len &&
	    memcmp(t->history[last], kept, len) == 0)
		return;
	t->history_len[slot] = len;
	t->history_count++;
}

static void show_line(struct tty_line *t, const char *text, u32 len)
{
	memcpy(t->text, text, len);
	t->len = len;
	t->cursor = len;
	redraw_from(t, 0);
}

/* Shows the line @back lines ago. */
static void recall(struct tty_line *t, u32 back)
{
	u32 slot = (t->history_count - back) % TTY_HISTORY;
	u32 len = back > 0 ? t->history_len[slot] : t->fresh_len;

	if (len > t->len && !tty_line_has_room(t, len - t->len))
		return;
	if (t->back == 0) {
		memcpy(t->fresh, t->text, t->len);
		t->fresh_len = t->len;
	}
	t->back = back;
	show_line(t, back > 0 ? t->history[slot] : t->fresh, len);
}

/* --- escape sequences ---------------------------------------------------- */

static void do_key(struct tty_line *t, enum key key, bool by_word)
{
	u32 i = t->cursor;

	switch (key) {
	case KEY_LEFT:
		cursor_to(t, by_word ? word_before(t, i) : char_before(t, i));
		break;
	case KEY_RIGHT:
		cursor_to(t, by_word ? word_after(t, i) : char_after(t, i));
		break;
	case KEY_HOME:
		cursor_to(t, 0);
		break;
	case KEY_END:
		cursor_to(t, t->len);
		break;
	case KEY_DELETE:
		delete_range(t, i, char_after(t, i));
		break;
	case KEY_UP:
		/* The slot after the newest one is where the next line goes. */
		if (t->back < MIN(t->history_count, TTY_HISTORY - 1u))
			recall(t, t->back + 1);
		break;
	case KEY_DOWN:
		if (t->back > 0)
			recall(t, t->back - 1);
		break;
	case KEY_NONE:
		break;
	}
}

static enum key key_of_final(u8 c)
{
	switch (c) {
	case 'A':
		return KEY_UP;
	case 'B':
		return KEY_DOWN;
	case 'C':
		return KEY_RIGHT;
	case 'D':
		return KEY_LEFT;
	case 'H':
		return KEY_HOME;
	case 'F':
		return KEY_END;
	}
	return KEY_NONE;
}

/* ESC [ number ~ */
static enum key key_of_number(u32 n)
{
	switch (n) {
	case 1:
	case 7:
		return KEY_HOME;
	case 4:
	case 8:
		return KEY_END;
	case 3:
		return KEY_DELETE;
	}
	return KEY_NONE;
}

/* ESC [ parameters final; the second parameter says Shift, Alt (3), Ctrl (5). */
static bool csi_input(struct tty_line *t, u8 c)
{
	if (c >= '0' && c <= '9') {
		u32 *p = &t->params[MIN(t->nparams, 1u)];

		if (t->nparams < 2 && *p < 1000)
			*p = *p * 10 + (c - '0');
	} else if (c == ';') {
		t->nparams = MIN(t->nparams + 1, 2u);
	} else if (c == '[' && t->nparams == 0 && t->params[0] == 0) {
		t->escape = ESCAPE_SWALLOW; /* the Linux console's ESC [ [ A */
	} else if (c >= '@') {
		enum key key = c == '~' ? key_of_number(t->params[0]) : key_of_final(c);

		t->escape = ESCAPE_NONE;
		do_key(t, key, t->params[1] == 3 || t->params[1] == 5);
	}
	return true;
}

bool tty_edit_escape(struct tty_line *t, u8 c)
{
	enum tty_escape state = t->escape;

	if (c < ' ' || c == DEL) { /* a key of its own: the sequence was none */
		t->escape = ESCAPE_NONE;
		return false;
	}
	if (state == ESCAPE_CSI)
		return csi_input(t, c);
	t->escape = ESCAPE_NONE;
	if (state == ESCAPE_SS3) {
		do_key(t, key_of_final(c), false);
	} else if (state == ESCAPE_START && c == '[') {
		t->params[0] = t->params[1] = t->nparams = 0;
		t->escape = ESCAPE_CSI;
	} else if (state == ESCAPE_START && c == 'O') {
		t->escape = ESCAPE_SS3;
	}
	return true;
}
