/* tty_line.c - the plain half of the line discipline; see tty_line.h.
 *
 * Invariant: head <= tail <= head + TTY_QUEUE (as counters), and the line
 * being typed always fits behind tail together with its end, so that no
 * finished line is ever lost: what does not fit is ignored when typed. */

#include "dev/tty_line.h"

#include "dev/tty_line_priv.h"
#include "lib/string.h"

void tty_line_init(struct tty_line *t, const struct tty_screen *screen, u32 columns)
{
	memset(t, 0, sizeof(*t));
	t->screen = screen;
	t->columns = columns >= 2 ? columns : 80;
}

static u32 queue_used(const struct tty_line *t)
{
	return t->tail - t->head;
}

bool tty_line_has_room(const struct tty_line *t, u32 more)
{
	return queue_used(t) + t->len + more < TTY_QUEUE;
}

static void queue_put(struct tty_line *t, char c)
{
	t->queue[t->tail++ % TTY_QUEUE] = c;
}

void tty_line_deliver(struct tty_line *t)
{
	for (u32 i = 0; i < t->len; i++)
		queue_put(t, t->text[i]);
	t->len = 0;
	t->editing = false;
}

static void put(struct tty_line *t, char c)
{
	t->screen->put(&c, 1);
}

static void erase_last(struct tty_line *t)
{
	if (t->len > 0) {
		t->len--;
		t->screen->put("\b \b", 3);
	}
}

static enum tty_event plain_key(struct tty_line *t, u8 c)
{
	switch (c) {
	case CTRL('H'):
	case DEL:
		erase_last(t);
		return TTY_NOTHING;
	case CTRL('U'):
		while (t->len > 0)
			erase_last(t);
		return TTY_NOTHING;
	}
	if (!tty_line_has_room(t, 1))
		return TTY_NOTHING;
	t->text[t->len++] = c;
	put(t, c);
	if (t->len < TTY_LINE_MAX)
		return TTY_NOTHING;
	tty_line_deliver(t);
	return TTY_LINE;
}

/* LF or ^D: the line goes to its reader, with @c as its end. */
static enum tty_event end_line(struct tty_line *t, u8 c)
{
	if (!tty_line_has_room(t, 0))
		return TTY_NOTHING;
	if (t->editing)
		tty_edit_finish(t);
	if (c == '\n')
		tty_history_add(t);
	put(t, c);
	tty_line_deliver(t);
	queue_put(t, c);
	return TTY_LINE;
}

static enum tty_event drop_line(struct tty_line *t)
{
	if (t->editing)
		tty_edit_finish(t);
	t->screen->put("^C\n", 3);
	t->len = 0;
	return TTY_INTERRUPT;
}

enum tty_event tty_line_input(struct tty_line *t, u8 c)
{
	if (c == '\0')
		return TTY_NOTHING;
	if (c == '\r')
		c = '\n';
	if (t->escape != ESCAPE_NONE && tty_edit_escape(t, c))
		return TTY_NOTHING;
	switch (c) {
	case ESC:
		if (!t->editing)
			tty_edit_begin(t);
		t->escape = ESCAPE_START;
		return TTY_NOTHING;
	case '\n':
	case CTRL('D'):
		return end_line(t, c);
	case CTRL('C'):
		return drop_line(t);
	case CTRL('P'):
		return TTY_LIST;
	}
	return t->editing ? tty_edit_key(t, c) : plain_key(t, c);
}

void tty_line_push_empty(struct tty_line *t)
{
	if (tty_line_has_room(t, 1))
		queue_put(t, '\n');
}

u32 tty_line_peek(const struct tty_line *t, char *buf, u32 n, bool *end)
{
	u32 got = 0;

	*end = false;
	while (got < n && got < queue_used(t) && !*end) {
		char c = t->queue[(t->head + got) % TTY_QUEUE];

		*end = c == '\n' || c == CTRL('D');
		if (c != CTRL('D'))
			buf[got++] = c;
	}
	return got;
}

void tty_line_consume(struct tty_line *t, u32 n)
{
	t->head += n;
}

void tty_line_take_end(struct tty_line *t)
{
	if (!t->end_stays || queue_used(t) > 1)
		t->head++;
}

u32 tty_column_after(u32 column, const char *text, u64 n)
{
	for (u64 i = 0; i < n; i++) {
		u8 c = text[i];

		if (c == '\n' || c == '\r')
			column = 0;
		else if (c == '\b')
			column -= column > 0;
		else if (c == '\t')
			column = ALIGN_DOWN(column + 8, 8u);
		else if (c >= ' ' && c != DEL && (c & 0xc0) != 0x80)
			column++;
	}
	return column;
}
