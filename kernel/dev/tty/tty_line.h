/* tty_line.h - the line discipline: makes lines of what is typed.
 *
 * As on xv6, every stored byte is echoed; ^H and DEL erase the last byte, ^U the line; a
 * line is delivered at LF, at ^D, or when it has TTY_LINE_MAX bytes.  In the other modes
 * (uapi/console.h) programs get bytes as they come, and do the editing.
 *
 * Pure: no locks (the caller holds one over each call); output goes through a hook. */
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
	TTY_SUSPEND,   /* ^Z: stop the job, and say so by tty_line_suspend() */
};

/* CONSOLE_LINES, CONSOLE_KEYS, CONSOLE_RAW. */
enum tty_mode { TTY_LINES, TTY_KEYS, TTY_RAW };

struct tty_line {
	void (*put)(const char *text, u64 n); /* constant */
	bool end_stays; /* a ^D at the end of the queue stays there: each reader gets it */
	enum tty_mode mode;

	char queue[TTY_QUEUE]; /* delivered bytes, ^D among them   */
	u32 head, tail;        /* bytes ever read / ever delivered */
	u32 raw;               /* TTY_RAW: tail when it began      */

	char text[TTY_LINE_MAX]; /* the line being typed                     */
	u32 len;
};

void tty_line_init(struct tty_line *t, void (*put)(const char *text, u64 n));

/* Takes in one typed byte. */
enum tty_event tty_line_input(struct tty_line *t, u8 byte) MUST_CHECK;

/* After TTY_SUSPEND: if a job @stops, the line is dropped; else ^Z is a key like others. */
enum tty_event tty_line_suspend(struct tty_line *t, bool stops) MUST_CHECK;

/* Changes the mode, but not to TTY_KEYS while a line is ready.  True: a ^C was among
 * the raw bytes that nobody had read, and the caller has to obey it. */
bool tty_line_set_mode(struct tty_line *t, enum tty_mode mode) MUST_CHECK;

/* Whether the bytes that are read next were not echoed. */
bool tty_line_is_raw(const struct tty_line *t);

/* After TTY_LIST: tells a reader in TTY_RAW, by a ^P, that the processes were shown. */
void tty_line_listed(struct tty_line *t);

/* Delivers an empty line, if there is room. */
void tty_line_push_empty(struct tty_line *t);

/* Copies what one read may get now, at most @n bytes: up to an LF, which is copied, or
 * a ^D, which is not; in TTY_RAW, all there is.  Returns how many; they stay in the
 * queue.  *end: the line ends there; with 0 bytes it is a ^D. */
u32 tty_line_peek(const struct tty_line *t, char *buf, u32 n, bool *end);

/* Takes @n bytes off the queue, after a peek. */
void tty_line_consume(struct tty_line *t, u32 n);

/* A reader got the ^D at the head of the queue as end of input: takes it off, if it
 * does not stay. */
void tty_line_take_end(struct tty_line *t);

static inline bool tty_line_is_ready(const struct tty_line *t)
{
	return t->head != t->tail;
}

/* The column of the cursor after @text was written from @column on. */
u32 tty_column_after(u32 column, const char *text, u64 n);

/* Which of its two screens the terminal shows.  All 0 at the start. */
struct tty_screen {
	bool second;
	u8 matched; /* bytes of ESC [ ? 1049 that were the last ones written */
};

/* Whether tty_screen_after() needs to see @text. */
bool tty_screen_follows(const struct tty_screen *s, const char *text, u64 n);

/* @text was written: ESC [ ? 1049 h goes to the second screen, and l back. */
void tty_screen_after(struct tty_screen *s, const char *text, u64 n);
