/* tty_line.c - see tty_line.h.
 *
 * Invariants: head <= tail <= head + TTY_QUEUE (as counters).  After the tail there is
 * always room for the line being typed and its end, so no finished line is ever lost; a
 * byte for which there is no room is ignored when it is typed.  In TTY_KEYS the queue
 * is empty. */

#include "dev/tty/tty_line.h"

#include "lib/string.h"

#define CTRL(c) ((c)&0x1f)
#define DEL 0x7f

void tty_line_init(struct tty_line *t, void (*put)(const char *text, u64 n))
{
	memset(t, 0, sizeof(*t));
	t->put = put;
}

static u32 tty_queue_used(const struct tty_line *t)
{
	return t->tail - t->head;
}

/* Whether @more bytes can be stored and the end of the line still be delivered. */
static bool tty_has_room(const struct tty_line *t, u32 more)
{
	return tty_queue_used(t) + t->len + more < TTY_QUEUE;
}

static void tty_queue_put(struct tty_line *t, char c)
{
	t->queue[t->tail++ % TTY_QUEUE] = c;
}

/* Delivers the line as it stands. */
static void tty_deliver(struct tty_line *t)
{
	for (u32 i = 0; i < t->len; i++)
		tty_queue_put(t, t->text[i]);
	t->len = 0;
	if (t->mode == TTY_KEYS)
		t->mode = TTY_LINES;
}

/* A control byte is shown as ^ and a letter: as it is, it could move the cursor. */
static bool tty_shows_as_two(u8 c)
{
	return c < ' ' && c != '\t';
}

static void tty_echo(struct tty_line *t, u8 c)
{
	char shown[2] = { '^', c ^ 0x40 };

	if (tty_shows_as_two(c))
		t->put(shown, 2);
	else
		t->put((const char *)&c, 1);
}

static void tty_erase_last(struct tty_line *t)
{
	if (t->len == 0)
		return;
	if (tty_shows_as_two((u8)t->text[--t->len]))
		t->put("\b \b", 3);
	t->put("\b \b", 3);
}

static enum tty_event tty_plain_key(struct tty_line *t, u8 c)
{
	switch (c) {
	case CTRL('H'):
	case DEL:
		tty_erase_last(t);
		return TTY_NOTHING;
	case CTRL('U'):
		while (t->len > 0)
			tty_erase_last(t);
		return TTY_NOTHING;
	}
	if (!tty_has_room(t, 1))
		return TTY_NOTHING;
	t->text[t->len++] = c;
	tty_echo(t, c);
	if (t->len < TTY_LINE_MAX)
		return TTY_NOTHING;
	tty_deliver(t);
	return TTY_LINE;
}

/* @c is LF or ^D: delivers the line with it at the end. */
static enum tty_event tty_end_line(struct tty_line *t, u8 c)
{
	if (!tty_has_room(t, 0))
		return TTY_NOTHING;
	t->put((const char *)&c, 1);
	tty_deliver(t);
	tty_queue_put(t, c);
	return TTY_LINE;
}

static enum tty_event tty_drop_line(struct tty_line *t)
{
	t->put("^C\n", 3);
	t->len = 0;
	return TTY_INTERRUPT;
}

/* A control byte that means something to an editor alone. */
static bool tty_is_edit_key(u8 c)
{
	return c < ' ' && !strchr("\b\n\r\x03\x04\x10\x15", c);
}

static void tty_begin_raw(struct tty_line *t)
{
	tty_deliver(t);
	t->mode = TTY_RAW;
	t->raw = t->tail;
}

static enum tty_event tty_raw_key(struct tty_line *t, u8 c)
{
	if (c == CTRL('P'))
		return TTY_LIST;
	if (!tty_has_room(t, 1))
		return TTY_NOTHING;
	tty_queue_put(t, c);
	return TTY_LINE;
}

enum tty_event tty_line_input(struct tty_line *t, u8 c)
{
	if (c == '\0')
		return TTY_NOTHING;
	if (t->mode == TTY_KEYS && tty_is_edit_key(c))
		tty_begin_raw(t);
	if (t->mode == TTY_RAW)
		return tty_raw_key(t, c);
	if (c == '\r')
		c = '\n';
	switch (c) {
	case '\n':
	case CTRL('D'):
		return tty_end_line(t, c);
	case CTRL('C'):
		return tty_drop_line(t);
	case CTRL('P'):
		return TTY_LIST;
	case CTRL('Z'):
		return TTY_SUSPEND;
	}
	return tty_plain_key(t, c);
}

enum tty_event tty_line_suspend(struct tty_line *t, bool stops)
{
	if (!stops)
		return tty_plain_key(t, CTRL('Z'));
	t->put("^Z\n", 3);
	t->len = 0;
	return TTY_NOTHING;
}

bool tty_line_is_raw(const struct tty_line *t)
{
	return t->mode == TTY_RAW && (s32)(t->head - t->raw) >= 0;
}

/* Takes the raw bytes that nobody has read as if they were typed now.  Each stores at
 * most one byte, so none is overwritten before its turn.  True: ^C was among them. */
static bool tty_end_raw(struct tty_line *t)
{
	u32 from = tty_line_is_raw(t) ? t->head : t->raw, end = t->tail;
	bool interrupted = false;

	t->mode = TTY_LINES;
	t->tail = from;
	for (; from != end; from++) {
		enum tty_event event = tty_line_input(t, t->queue[from % TTY_QUEUE]);

		/* ^P was obeyed when it was typed; what ^Z was for has gone on. */
		if (event == TTY_SUSPEND)
			event = tty_line_suspend(t, false);
		interrupted |= event == TTY_INTERRUPT;
	}
	return interrupted;
}

bool tty_line_set_mode(struct tty_line *t, enum tty_mode mode)
{
	bool interrupted = t->mode == TTY_RAW && mode != TTY_RAW && tty_end_raw(t);

	if (mode != TTY_RAW)
		t->mode = mode == TTY_KEYS && tty_line_is_ready(t) ? TTY_LINES : mode;
	else if (t->mode != TTY_RAW)
		tty_begin_raw(t);
	for (u32 i = 0; t->mode == TTY_KEYS && i < t->len; i++) {
		if (tty_is_edit_key(t->text[i]))
			tty_begin_raw(t);
	}
	return interrupted;
}

void tty_line_listed(struct tty_line *t)
{
	if (t->mode == TTY_RAW && tty_has_room(t, 1))
		tty_queue_put(t, CTRL('P'));
}

void tty_line_push_empty(struct tty_line *t)
{
	if (tty_has_room(t, 1))
		tty_queue_put(t, '\n');
}

u32 tty_line_peek(const struct tty_line *t, char *buf, u32 n, bool *end)
{
	u32 got = 0;

	*end = t->mode == TTY_RAW && n > 0;
	while (t->mode == TTY_RAW && got < MIN(n, tty_queue_used(t))) {
		buf[got] = t->queue[(t->head + got) % TTY_QUEUE];
		got++;
	}
	while (got < n && got < tty_queue_used(t) && !*end) {
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
	if (!t->end_stays || tty_queue_used(t) > 1)
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

static const char tty_screen_switch[] = "\033[?1049";

bool tty_screen_follows(const struct tty_screen *s, const char *text, u64 n)
{
	return __atomic_load_n(&s->matched, __ATOMIC_RELAXED) ||
	       memchr(text, tty_screen_switch[0], n);
}

void tty_screen_after(struct tty_screen *s, const char *text, u64 n)
{
	u8 matched = s->matched;

	for (u64 i = 0; i < n; i++) {
		char c = text[i];

		if (matched == sizeof(tty_screen_switch) - 1 && (c == 'h' || c == 'l'))
			s->second = c == 'h';
		matched = c && c == tty_screen_switch[matched] ? matched + 1
							       : c == tty_screen_switch[0];
	}
	__atomic_store_n(&s->matched, matched, __ATOMIC_RELAXED);
}
