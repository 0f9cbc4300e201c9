/* edit_rig.h - a shell that edits lines at a terminal, for tests: what is typed, the line
 * that the shell gets, and what the screen shows. */
#pragma once

#include "tty_rig.h"

#include "line/edit.h"

#define ESC "\033"
#define UP ESC "[A"
#define DOWN ESC "[B"
#define RIGHT ESC "[C"
#define LEFT ESC "[D"

/* --- a shell that reads lines ----------------------------------------------- */

static struct edit ed;
static bool editing;
static char typed[TTY_QUEUE]; /* of a line that nobody edits */
static u32 ntyped;
#define LINE_SIZE 4096
static char got[LINE_SIZE + 1]; /* the last line that it has got */
static u32 nlines;

static void end_line(const char *text, u32 len, const char *end)
{
	snprintf(got, sizeof(got), "%.*s%s", (int)len, text, end);
	nlines++;
	edit_history_add(&ed, text, len);
	editing = false;
	ntyped = 0;
	assert_false(tty_line_set_mode(&tty, TTY_LINES));
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
}

static void edit_byte(char c)
{
	switch (edit_key(&ed, c)) {
	case EDIT_MORE:
		break;
	case EDIT_CLEAR:
	case EDIT_REDRAW:
		edit_redraw(&ed, column);
		break;
	case EDIT_COMPLETE:
		edit_insert_text(&ed, "<>", 2);
		break;
	case EDIT_LIST:
		edit_insert_text(&ed, "+", 1);
		break;
	case EDIT_LINE:
		end_line(ed.text, ed.len, "\n");
		break;
	case EDIT_END:
	case EDIT_INTERRUPT:
		end_line(ed.text, ed.len, "");
	}
}

static void shell_byte(char c)
{
	if (!editing && c > 0 && c < ' ' && c != '\n') {
		assert_false(tty_line_set_mode(&tty, TTY_RAW));
		edit_begin(&ed, typed, ntyped, term.columns,
			   tty_line_is_raw(&tty) ? (int)column : -1);
		editing = true;
	}
	if (editing)
		edit_byte(c);
	else if (c == '\n')
		end_line(typed, ntyped, "\n");
	else
		typed[ntyped++] = c;
}

static void shell_read_byte(void)
{
	bool end;
	char c;
	u32 n = tty_line_peek(&tty, &c, 1, &end);

	tty_line_consume(&tty, n);
	if (n) {
		shell_byte(c);
	} else {
		tty_line_take_end(&tty);
		end_line(typed, ntyped, "");
	}
}

static void shell_read(void)
{
	while (tty_line_is_ready(&tty))
		shell_read_byte();
}

static inline void enter_bytes(const char *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		type_bytes(keys + i, 1);
		shell_read();
	}
}

static inline void enter(const char *keys)
{
	enter_bytes(keys, strlen(keys));
}

static inline void check_line(const char *want)
{
	assert_int_equal(nlines, 1);
	assert_string_equal(got, want);
	nlines = 0;
}

static void start_shell(u32 columns)
{
	start(columns);
	for (u32 i = 0; i < EDIT_HISTORY; i++)
		free(ed.history[i]);
	free(ed.text);
	free(ed.fresh);
	free(ed.killed);
	memset(&ed, 0, sizeof(ed));
	ed.put = show;
	editing = false;
	ntyped = nlines = 0;
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
}

static inline int begin_shell(void **state)
{
	(void)state;
	start_shell(80);
	return 0;
}

#define EDIT_TEST(fn) cmocka_unit_test_setup(fn, begin_shell)

/* The screen shows the prompt and @text from its start, the cursor before byte
 * @cursor of it, and nothing after it. */
static inline void check_screen(const char *prompt, const char *text, u32 cursor)
{
	u32 at = 0, want_at, row;
	u64 cells[1024];

	for (const char *p = prompt; *p; p++)
		cells[at++] = (u8)*p;
	want_at = at;
	for (u32 i = 0; text[i]; i++) {
		bool more = ((u8)text[i] & 0xc0) == 0x80;

		if (text[i] == '\n') {
			do
				cells[at++] = ' ';
			while (at % term.columns);
			want_at = i < cursor ? at : want_at;
			continue;
		}
		if (more)
			cells[at - 1] = term_join(cells[at - 1], text[i]);
		else
			cells[at++] = text[i] == '\t' ? ' ' : (u8)text[i];
		if (i < cursor && !more)
			want_at++;
	}
	assert_false(term.at_margin);
	assert_int_equal(term.column, want_at % term.columns);
	assert_true(term.row >= want_at / term.columns);
	row = term.row - want_at / term.columns;
	for (u32 i = 0; row + i / term.columns < TERM_ROWS; i++)
		assert_int_equal(term.cell[row + i / term.columns][i % term.columns],
				 i < at ? cells[i] : ' ');
}
