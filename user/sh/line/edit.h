/* edit.h - editing a line at the terminal: cursor keys, redrawing, history.
 *
 * Needs a terminal with cursor movement, ESC [ J and automatic wrapping: a VT100.
 * Output goes through a hook; no system call is made here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "screen/keys.h"

#define EDIT_HISTORY 100 /* lines kept                          */
#define EDIT_SEARCH 40   /* bytes to search for, the NUL included */

enum edit_event {
	EDIT_MORE,
	EDIT_LINE,      /* Enter                                      */
	EDIT_END,       /* ^D: the line, if there is one, and the end */
	EDIT_INTERRUPT, /* ^C: the line is empty now                  */
	EDIT_REDRAW,    /* ^P: others write now; see edit_redraw()    */
	EDIT_COMPLETE,  /* Tab, after a word                          */
	EDIT_LIST,      /* one more Tab, and no key between           */
	EDIT_CLEAR,     /* ^L: the screen is to be cleared            */
};

struct edit {
	void (*put)(const char *text, size_t n);

	char *text; /* malloc'd, without a NUL, and without control bytes but \n and \t */
	unsigned len, room;
	unsigned cursor;  /* the byte of text before which keys insert       */
	unsigned columns; /* width of the terminal, at least 2               */
	unsigned origin;  /* screen column in which text starts              */
	unsigned at;      /* where the screen's cursor is: columns from the start of the
			     screen line that origin is on */

	unsigned back; /* how many lines back in history; 0: the new one */
	char *fresh;   /* malloc'd: the new one, while an older one is shown */
	char *killed;  /* malloc'd: what ^K, ^U, ^W and Alt-D deleted, or NULL */

	/* ^R: the line that is shown is a label and line `back`. */
	bool searching;
	char search[EDIT_SEARCH];

	struct keys keys;
	bool tabbed; /* the last key was Tab */

	/* The terminal's size. */
	unsigned asked;                   /* answers that have to come              */
	unsigned asked_at;                /* what `at` was then                     */
	unsigned seen;                    /* the column of the cursor by the first one */
	bool answers;                     /* there was an answer once               */
	unsigned told_rows, told_columns; /* its size by the last one */
	bool placed;                      /* and one in this line                   */

	char *history[EDIT_HISTORY]; /* line i in slot i % EDIT_HISTORY */
	unsigned history_count;      /* lines ever kept                 */
};

/* Starts to edit.  @len bytes at @text were typed already; the terminal, @columns wide,
 * shows them before its cursor, which is in @column.  If @column is -1 or the text has
 * control bytes, its place on the screen is unknown, and it is shown on the next line. */
void edit_begin(struct edit *e, const char *text, size_t len, unsigned columns, int column);

/* Takes in one typed byte.  After EDIT_LINE, EDIT_END and EDIT_INTERRUPT the line has
 * ended on the screen, too. */
enum edit_event edit_key(struct edit *e, unsigned char c);

/* Asks the terminal for its size, unless an answer has to come yet.  The answer comes among
 * the keys; if the size is another one, the line is drawn again. */
void edit_ask(struct edit *e);

/* Takes in a KEY_PLACE that came when the line was done.  True: the size is known now. */
bool edit_answer(struct edit *e);

/* Shows the line where the terminal's cursor is now, in @column. */
void edit_redraw(struct edit *e, unsigned column);

/* Moves to the end of the line and writes @mark, after which others may write. */
void edit_end_line(struct edit *e, const char *mark);

/* Inserts text before the cursor. */
void edit_insert_text(struct edit *e, const char *text, size_t len);

/* Replaces the line, on the screen, too, and puts the cursor at its end. */
void edit_set_text(struct edit *e, const char *text, size_t len);

/* Adds a line to the history, unless it is blank or equal to the last.  Returns whether it
 * is the last one now; then edit_history_extend() makes the next line part of it. */
bool edit_history_add(struct edit *e, const char *text, size_t len);
void edit_history_extend(struct edit *e, const char *text, size_t len);

/* Puts @text in place of the last line. */
void edit_history_replace(struct edit *e, const char *text);

/* The line @back lines ago; NULL: there is none.  0 is the new line, which this keeps while
 * an older one is shown. */
const char *edit_history_line(struct edit *e, unsigned back);

/* search.c: looking for a part of an earlier line.  edit_search() begins, or takes the next
 * match; edit_search_key() returns false if the key ends the search and is for the line. */
void edit_search(struct edit *e);
bool edit_search_key(struct edit *e, int key);
