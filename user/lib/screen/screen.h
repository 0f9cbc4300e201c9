/* screen.h - programs that use the whole screen: keys, the terminal's size, and drawing.
 *
 * A program draws into cells in memory; screen_show() writes those that have changed.  It
 * needs a terminal as line/edit.h does, and ESC [ H and ESC [ K.
 *
 * A serial line does not tell when the terminal's size changes.  So it is asked for at the
 * start, in each second without a key, and when no key came in time.  A terminal that does
 * not answer has the size of tcgetwinsize(). */
#pragma once

#include "screen/keys.h"
#include "screen/text.h"

enum {
	SCREEN_DRAW = 0x200, /* size or contents of the screen changed: draw all */
	SCREEN_INPUT,        /* the other descriptor can be read                 */
	SCREEN_END,          /* no more keys will come                           */
	SCREEN_TIME,         /* none came in time                                */
};

/* How text looks; a glyph that is special is REVERSE in any case. */
enum screen_look { SCREEN_PLAIN, SCREEN_REVERSE };

/* At least 2 rows of 8 columns; they change in screen_key() alone. */
struct screen_size {
	unsigned rows, columns;
};
extern struct screen_size screen;

/* Takes over the terminal, of which @fd is open for reading and standard output for
 * writing.  False, with errno set: nothing has changed. */
bool screen_begin(int fd);

/* Gives the terminal back as it was; does nothing if it was not taken. */
void screen_end(void);

/* ^Z: gives the terminal back and stops the job; takes it over again when that goes on.
 * False, with errno set: that has failed. */
bool screen_suspend(void);

/* Waits for a key, or, unless @fd is -1, until @fd can be read.  A key comes first. */
int screen_key(int fd);

/* Waits for a key, at most @ms milliseconds: else SCREEN_TIME. */
int screen_key_within(int ms);

/* Whether a key waits: then drawing can wait, too. */
bool screen_key_waits(void);

/* Makes all cells blank. */
void screen_clear(void);

/* Where text goes: its line starts @skip columns left of @column.  A place outside of the
 * screen is ignored. */
struct screen_place {
	unsigned row, column;
	size_t skip;
	enum screen_look look;
};

/* Draws bytes [from, to) of a text, up to the right edge; returns the column after them. */
unsigned screen_text(struct screen_place place, const struct text *t, size_t from,
		     size_t to);

/* Draws a string. */
unsigned screen_string(unsigned row, unsigned column, const char *s, enum screen_look look);

/* Writes what has changed, and puts the cursor there. */
void screen_show(unsigned row, unsigned column);

/* Asks for a line in the last row; @draw draws the rest.  @answer, of @size bytes, begins
 * as it is.  False: ESC, ^C or ^G. */
bool screen_ask(const char *label, char *answer, size_t size, void (*draw)(void));
