/* less.h - what the files of less share: the text, and which part of it is shown. */
#pragma once

#include "screen/screen.h"

#include <pattern.h>

/* What is to be reached; there may have to be read more for it. */
enum less_goal { GOAL_NONE, GOAL_DOWN, GOAL_LINE, GOAL_END, GOAL_PERCENT, GOAL_FIND };

struct less {
	const char *name;
	int fd;
	struct text text; /* what was read                                    */
	bool all;         /* there is no more, or it cannot be had: `trouble` */
	const char *trouble;
	size_t size; /* of the file; 0: unknown */

	size_t top, bottom; /* the first byte on the screen, and the first after it */
	unsigned rows;      /* how many rows have text                              */
	size_t shift;       /* columns left of the screen                           */
	bool numbers, chops, any_case, is_help;
	struct text_mark lines;

	enum less_goal goal;
	size_t count;        /* rows, line, percent                               */
	size_t from;         /* GOAL_FIND: where the search has come to, a line's start */
	size_t hit, hit_end; /* what was found last */

	regex_t pattern;
	bool has_pattern;
	bool backwards, last; /* GOAL_FIND goes back; the last / or ? was ? */
	char wanted[128];     /* the pattern */
	char message[160];
};

extern struct less less;

/* main.c: reads a block of the text. */
void less_read(void);

/* view.c: which rows are shown. */
size_t view_next(size_t at);
size_t view_row_start(size_t at);
void view_up(size_t rows);
void view_draw(void);

/* Goes on towards the goal, as far as the text has been read. */
void view_go_on(void);

/* Whether the text has to be read for the screen or the goal. */
bool view_wants_more(void);

/* find.c: sets the pattern; false, with a message, if it is none. */
bool find_set(const char *pattern);

/* Starts to look for the @n-th match after the first line of the screen, or before it. */
void find_start(size_t n, bool backwards);

/* Goes on with it. */
void find_go_on(void);
