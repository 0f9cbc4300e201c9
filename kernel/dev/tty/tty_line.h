/* tty_line.h - the line discipline: what is typed becomes lines to be read.
 *
 * As on xv6 every stored byte is echoed, ^H and DEL take one back, ^U the line, and a
 * line is delivered with LF, with ^D, or when it has TTY_LINE_MAX bytes.  In the other
 * modes (uapi/console.h) programs get bytes as they come, and edit for themselves.
 *
 * Pure: no locks (the caller holds one over each call), output by a hook. */
#pragma once

#include "lib/types.h"

#define TTY_LINE_MAX 128 /* bytes of a line, its LF included       */
#define TTY_QUEUE 4096   /* bytes that wait to be read; power of 2 */

/* What the caller has to do after a byte. */
enum tty_event {
	TTY_NOTHING,
	TTY_LINE,      /* something can be read now                     */
	TTY_LIST,      /* ^P: show the processes                        */
	TTY_INTERRUPT, /* ^C: end the job; the line was dropped already */
};

/* CONSOLE_LINES, CONSOLE_KEYS, CONSOLE_RAW. */
enum tty_mode { TTY_LINES, TTY_KEYS, TTY_RAW };

struct tty_line {
	void (*put)(const char *text, u64 n); /* constant */
	bool end_stays; /* a ^D that nothing follows is there for all readers, for ever */
	enum tty_mode mode;

	char queue[TTY_QUEUE]; /* delivered bytes; ^D stands for itself    */
	u32 head, tail;        /* bytes ever read / ever delivered         */
	u32 raw;               /* TTY_RAW: tail when it began              */

	char text[TTY_LINE_MAX]; /* the line being typed                     */
	u32 len;
};

void tty_line_init(struct tty_line *t, void (*put)(const char *text, u64 n));

/* Takes in one typed byte. */
enum tty_event tty_line_input(struct tty_line *t, u8 byte) MUST_CHECK;

/* Changes the mode; TTY_KEYS only when no line is ready.  True: with it came a ^C. */
bool tty_line_set_mode(struct tty_line *t, enum tty_mode mode) MUST_CHECK;

/* Whether what is read from here on was not echoed. */
bool tty_line_is_raw(const struct tty_line *t);

/* After TTY_LIST: tells a reader in TTY_RAW that the processes were shown. */
void tty_line_listed(struct tty_line *t);

/* Delivers an empty line, if there is room. */
void tty_line_push_empty(struct tty_line *t);

/* Copies what one read may get now: at most @n bytes, up to and including LF,
 * up to and without ^D.  @end: the line ends there.  0 bytes and @end: ^D.  In TTY_RAW it
 * is what there is. */
u32 tty_line_peek(const struct tty_line *t, char *buf, u32 n, bool *end);

/* Takes @n bytes off the queue, after a peek. */
void tty_line_consume(struct tty_line *t, u32 n);

/* A reader got the ^D that the queue starts with, as its end of input. */
void tty_line_take_end(struct tty_line *t);

static inline bool tty_line_is_ready(const struct tty_line *t)
{
	return t->head != t->tail;
}

/* The column after @text was written by somebody who was in @column. */
u32 tty_column_after(u32 column, const char *text, u64 n);
