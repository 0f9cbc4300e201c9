/* terminal.h - a VT100 for tests: what a person sees after some output. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "lib/types.h"

#define TERM_ROWS 12
#define TERM_COLUMNS_MAX 160

struct terminal {
	u32 columns;
	u32 row, column;
	bool at_margin; /* wrote the last column, wraps with the next character */
	bool in_csi;
	u32 param;
	u8 last;
	/* A cell has the bytes of its character, the first one lowest. */
	u64 cell[TERM_ROWS][TERM_COLUMNS_MAX];
};

static inline void term_init(struct terminal *t, u32 columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	for (u32 r = 0; r < TERM_ROWS; r++)
		for (u32 c = 0; c < columns; c++)
			t->cell[r][c] = ' ';
}

static inline void term_line_feed(struct terminal *t)
{
	if (t->row + 1 < TERM_ROWS) {
		t->row++;
		return;
	}
	memmove(t->cell[0], t->cell[1], sizeof(t->cell[0]) * (TERM_ROWS - 1));
	for (u32 c = 0; c < t->columns; c++)
		t->cell[TERM_ROWS - 1][c] = ' ';
}

static inline void term_csi(struct terminal *t, u8 final)
{
	u32 n = t->param ? t->param : 1;

	t->in_csi = false;
	t->at_margin = false;
	if (final == 'A')
		t->row -= MIN(n, t->row);
	else if (final == 'B')
		t->row = MIN(t->row + n, TERM_ROWS - 1u);
	else if (final == 'C')
		t->column = MIN(t->column + n, t->columns - 1);
	else if (final == 'D')
		t->column -= MIN(n, t->column);
	else if (final == 'J') {
		for (u32 r = t->row; r < TERM_ROWS; r++)
			for (u32 c = r == t->row ? t->column : 0; c < t->columns; c++)
				t->cell[r][c] = ' ';
	} else {
		fprintf(stderr, "the terminal does not know ESC [ %c\n", final);
		abort();
	}
}

/* Adds byte @c to the character of a cell. */
static inline u64 term_join(u64 cell, u8 c)
{
	return cell | (u64)c << (cell < 0x100 ? 8 : cell < 0x10000 ? 16 : 24);
}

static inline void term_print(struct terminal *t, u8 c)
{
	if ((c & 0xc0) == 0x80) { /* belongs to the character before */
		u32 before = t->column - (t->column > 0 && !t->at_margin);

		t->cell[t->row][before] = term_join(t->cell[t->row][before], c);
		return;
	}
	if (t->at_margin) {
		t->at_margin = false;
		t->column = 0;
		term_line_feed(t);
	}
	t->cell[t->row][t->column] = c;
	if (t->column + 1 == t->columns)
		t->at_margin = true;
	else
		t->column++;
}

static inline void term_put(struct terminal *t, u8 c)
{
	if (t->in_csi) {
		if (c == '[')
			t->param = 0;
		else if (c >= '0' && c <= '9')
			t->param = t->param * 10 + (c - '0');
		else
			term_csi(t, c);
	} else if (c == 0x1b) {
		t->in_csi = true;
	} else if (c == '\n') { /* the serial line adds a carriage return */
		t->column = 0;
		t->at_margin = false;
		term_line_feed(t);
	} else if (c == '\r') {
		t->column = 0;
		t->at_margin = false;
	} else if (c == '\b') {
		t->column -= t->column > 0;
		t->at_margin = false;
	} else if (c >= ' ' && c != 0x7f) {
		term_print(t, c);
	}
}
