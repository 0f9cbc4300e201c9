/* tty_line.h - the line discipline: what is typed becomes lines to be read.
 *
 * Plain typing behaves as on xv6: every stored byte is echoed, ^H and DEL take
 * one back, ^U the line, and a line is delivered with LF, with ^D, or when it
 * has TTY_LINE_MAX bytes.  The first ESC of a line turns that line into one
 * that can be edited with the cursor keys, and past lines can be recalled.
 *
 * Pure: no locks (the caller holds one over each call), output by a hook. */
#pragma once

#include "lib/types.h"

#define TTY_LINE_MAX 128 /* bytes of a line, its LF included       */
#define TTY_QUEUE 4096   /* bytes that wait to be read; power of 2 */
#define TTY_HISTORY 32   /* lines kept; power of 2                 */

/* What the caller has to do after a byte. */
enum tty_event {
	TTY_NOTHING,
	TTY_LINE,      /* something can be read now                     */
	TTY_LIST,      /* ^P: show the processes                        */
	TTY_INTERRUPT, /* ^C: end the job; the line was dropped already */
};

struct tty_screen {
	void (*put)(const char *text, u64 n);
	u32 (*column)(void); /* columns written since the last line end */
};

enum tty_escape { ESCAPE_NONE, ESCAPE_START, ESCAPE_CSI, ESCAPE_SS3, ESCAPE_SWALLOW };

struct tty_line {
	const struct tty_screen *screen; /* constant */
	u32 columns;                     /* width of the terminal; may change */
	bool end_stays; /* ^D with nothing behind it is there for all readers, for ever */

	char queue[TTY_QUEUE]; /* delivered bytes; ^D stands for itself    */
	u32 head, tail;        /* bytes ever read / ever delivered         */

	char text[TTY_LINE_MAX]; /* the line being typed                     */
	u32 len;

	/* Meaningful while the line is edited: */
	bool editing;
	u32 cursor;               /* byte of text that the next one goes in front of      */
	u32 origin;               /* screen column in which text starts                   */
	u32 at;                   /* where the screen's cursor is: columns from the start
			of the screen line that origin is on               */
	u32 back;                 /* how many lines back in history; 0: the new one       */
	char fresh[TTY_LINE_MAX]; /* the new one, while others are looked at */
	u32 fresh_len;

	/* An escape sequence under way. */
	enum tty_escape escape;
	u32 params[2], nparams;

	char history[TTY_HISTORY][TTY_LINE_MAX];
	u8 history_len[TTY_HISTORY];
	u32 history_count; /* lines ever kept */
};

void tty_line_init(struct tty_line *t, const struct tty_screen *screen, u32 columns);

/* Takes in one typed byte. */
enum tty_event tty_line_input(struct tty_line *t, u8 byte) MUST_CHECK;

/* Draws the line again where the screen's cursor is now, if it is edited. */
void tty_line_redraw(struct tty_line *t);

/* Delivers an empty line, if there is room. */
void tty_line_push_empty(struct tty_line *t);

/* Copies what one read may get now: at most @n bytes, up to and including LF,
 * up to and without ^D.  @end: the line ends there.  0 bytes and @end: ^D. */
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
