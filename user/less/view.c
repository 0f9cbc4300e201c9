/* view.c - the part of the text that less shows. */
#include "less.h"

#include <stdio.h>
#include <string.h>

#define NUMBER_COLUMNS 8
#define LONG_LINE 65536u

static unsigned view_margin(void)
{
	return less.numbers && screen.columns > 2 * NUMBER_COLUMNS ? NUMBER_COLUMNS : 0;
}

static unsigned view_height(void)
{
	return screen.rows - 1;
}

/* Whether a row starts at byte @at because a line is too long: at each multiple of
 * LONG_LINE that has no newline in as many bytes before it.  So the rows above a place are
 * found from nearby, however long its line is. */
static bool view_is_break(size_t at)
{
	size_t i = at;

	if (less.chops || at == 0 || at % LONG_LINE)
		return false;
	while (i > at - LONG_LINE && text_byte(&less.text, i - 1) != '\n')
		i--;
	return i == at - LONG_LINE;
}

static size_t view_row_end(size_t at)
{
	size_t end, next = (at / LONG_LINE + 1) * LONG_LINE;

	if (less.chops)
		return text_line_end(&less.text, at);
	end = text_row_end(&less.text, at, screen.columns - view_margin());
	return end > next && view_is_break(next) ? next : end;
}

/* Where the line of byte @at starts, or the part of it that is shown as a line. */
static size_t view_line_start(size_t at)
{
	while (at && text_byte(&less.text, at - 1) != '\n' && !view_is_break(at))
		at--;
	return at;
}

/* The row after the one that starts at @at. */
size_t view_next(size_t at)
{
	size_t end = view_row_end(at);

	return end < text_len(&less.text) && text_byte(&less.text, end) == '\n' ? end + 1
										: end;
}

/* The start of the row that byte @at is in. */
size_t view_row_start(size_t at)
{
	size_t row = view_line_start(at), next;

	while (row < at && (next = view_next(row)) <= at && next > row)
		row = next;
	return row;
}

static size_t view_before(size_t at, size_t rows)
{
	while (at && rows--)
		at = view_row_start(at - 1);
	return at;
}

void view_up(size_t rows)
{
	less.top = view_before(less.top, rows);
}

/* --- drawing -------------------------------------------------------------------- */

static void view_draw_row(unsigned row, size_t at)
{
	size_t end = view_row_end(at), to;
	struct screen_place p = { .row = row, .column = view_margin(), .skip = less.shift };
	bool first = at == 0 || text_byte(&less.text, at - 1) == '\n';
	char number[24];

	if (p.column && first) {
		snprintf(number, sizeof(number), "%7zu ",
			 text_lines_before(&less.text, &less.lines, at) + 1);
		screen_string(row, 0, number, SCREEN_PLAIN);
	}
	screen_text(p, &less.text, at, end);
	if (less.hit >= less.hit_end || less.hit >= end || less.hit_end <= at)
		return;
	/* The row again up to the match's end, and again up to its start. */
	to = less.hit_end < end ? less.hit_end : end;
	p.look = SCREEN_REVERSE;
	screen_text(p, &less.text, at, to);
	p.look = SCREEN_PLAIN;
	if (less.hit > at)
		screen_text(p, &less.text, at, less.hit);
}

static void view_status(char *status, size_t size)
{
	size_t len = text_len(&less.text), whole = less.all || !less.size ? len : less.size;
	const char *keys = less.is_help ? "q: back" : "h: help, q: quit";

	if (less.message[0])
		snprintf(status, size, "%s", less.message);
	else if (less.goal != GOAL_NONE)
		snprintf(status, size, "%.40s: reading, %zu KiB (^C: stop)", less.name,
			 len / 1024);
	else if (less.trouble)
		snprintf(status, size, "%.40s: %s", less.name, less.trouble);
	else if (less.all && less.bottom >= len)
		snprintf(status, size, "%.40s (END)  %s", less.name, keys);
	else if (less.all || less.size)
		snprintf(status, size, "%.40s %zu%%  %s", less.name,
			 whole ? less.bottom * 100 / whole : 100, keys);
	else
		snprintf(status, size, "%.40s, %zu KiB read  %s", less.name, len / 1024,
			 keys);
}

void view_draw(void)
{
	size_t at = less.top, len = text_len(&less.text);
	unsigned row, column;
	char status[200];

	screen_clear();
	for (row = 0; row < view_height() && at < len; row++) {
		view_draw_row(row, at);
		at = view_next(at);
	}
	less.rows = row;
	less.bottom = at;
	for (; row < view_height(); row++)
		screen_string(row, 0, "~", SCREEN_PLAIN);
	view_status(status, sizeof(status));
	column = screen_string(row, 0, status, SCREEN_REVERSE);
	screen_show(row, column);
}

/* --- goals ------------------------------------------------------------------------ */

static void view_measure(void)
{
	size_t at = less.top, len = text_len(&less.text);

	for (less.rows = 0; less.rows < view_height() && at < len; less.rows++)
		at = view_next(at);
	less.bottom = at;
}

/* Whether the row that starts at @at has been read up to its end. */
static bool view_has_row(size_t at)
{
	size_t len = text_len(&less.text);

	return at < len && (less.all || view_row_end(at) < len);
}

static void view_to_end(void)
{
	less.top = view_before(text_len(&less.text), view_height());
}

static void view_down(void)
{
	view_measure();
	while (less.count && view_has_row(less.bottom)) {
		less.top = view_next(less.top);
		less.bottom = view_next(less.bottom);
		less.count--;
	}
	if (!less.count || less.all)
		less.goal = GOAL_NONE;
}

/* Line less.count becomes the first one; the last line, if there are fewer. */
static void view_to_line(void)
{
	size_t len = text_len(&less.text),
	       line = text_lines_before(&less.text, &less.lines, len);
	size_t at = len;

	if (!less.all && line < less.count)
		return;
	less.goal = GOAL_NONE;
	if (line < less.count - 1) {
		view_to_end();
		return;
	}
	while (at && line >= less.count) {
		at = text_line_start(&less.text, at - 1);
		line = text_lines_before(&less.text, &less.lines, at);
	}
	less.top = text_line_start(&less.text, at);
	if (less.top == len)
		view_to_end();
}

void view_go_on(void)
{
	switch (less.goal) {
	case GOAL_DOWN:
		view_down();
		break;
	case GOAL_LINE:
		view_to_line();
		break;
	case GOAL_END:
	case GOAL_PERCENT:
		if (!less.all)
			break;
		if (less.goal == GOAL_END)
			view_to_end();
		else
			less.top = text_line_start(&less.text,
						   text_len(&less.text) / 100 * less.count);
		less.goal = GOAL_NONE;
		break;
	case GOAL_FIND:
		find_go_on();
		break;
	case GOAL_NONE:
		break;
	}
}

bool view_wants_more(void)
{
	if (less.all)
		return false;
	view_measure();
	return less.goal != GOAL_NONE || less.rows < view_height() ||
	       !view_has_row(less.bottom);
}
