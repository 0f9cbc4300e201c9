// sources: kernel/dev/tty/tty_line.c user/sh/line/edit.c user/sh/line/search.c user/lib/screen/keys.c
// cflags: -iquote user/sh -iquote user/lib -iquote tests/host/user
/* test_edit.c - the shell edits lines, with the console in its mode for that.  The screen
 * of a VT100 is checked, random keys are compared with a model, and noise does no harm. */
#include "edit_rig.h"

/* --- editing --------------------------------------------------------------- */

static void edits_in_the_middle(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("helo world" LEFT LEFT LEFT LEFT LEFT LEFT LEFT);
	check_screen("$ ", "helo world", 3);
	enter("l");
	check_screen("$ ", "hello world", 4);
	enter("\x01>");
	check_screen("$ ", ">hello world", 1);
	enter(ESC "[3~" ESC "[F"
		  "\x7f");
	check_screen("$ ", ">ello worl", 10);
	enter(ESC "OH" RIGHT RIGHT "\b" ESC "OF"
		  "D" LEFT "\x0b");
	check_screen("$ ", ">llo worl", 9);
	enter("\x02\x02\x06"
	      "!"
	      "\x05"
	      "?\n");
	check_line(">llo wor!l?\n");
}

static void echoes_as_before_until_escape(void **state)
{
	(void)state;
	enter("a b\x7f"
	      "c\n");
	check_echo("a b\b \bc\n");
	check_line("a c\n");
	enter(LEFT "ab" LEFT "\n");
	check_line("ab\n");
	nechoed = 0;
	enter("a \n"); /* the next line is plain again */
	check_echo("a \n");
}

static void kills_words_and_lines(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("one two  three" LEFT RIGHT "\x17");
	check_screen("$ ", "one two  ", 9);
	enter("\x17" ESC "[1;5D");
	check_screen("$ ", "one ", 0);
	enter(ESC "[1;5C"
		  "\x0b");
	check_screen("$ ", "one", 3);
	enter("\x15");
	check_screen("$ ", "", 0);
	enter("x\x15\x17\x0b\b\x7f" LEFT RIGHT ESC "[3~"
	      "y\n");
	check_line("y\n");
}

static void swallows_unknown_sequences(void **state)
{
	(void)state;
	enter(ESC "[24~" ESC "[1;2P" ESC "[?25h" ESC "x" ESC "OP" ESC "[[A" ESC
		  "[200~ok" ESC "[;;;9;9;9999999999999Z" ESC "[E" ESC ESC "[G"
		  "!\n");
	check_line("ok!\n");
	enter(ESC "\n");
	check_line("\n");
	enter(ESC "[\n");
	check_line("\n");
	enter(ESC "O\4");
	check_line("");
	enter("gone" ESC "[1\3");
	check_line("");
	enter("b\n");
	check_line("b\n");
	enter("\t" ESC "z"
	      "\x0c\x0e\t1\n");
	check_line("\t\t1\n");
}

static void recalls_history(void **state)
{
	(void)state;
	enter("first\n\nsecond\nsecond\nthird\n");
	nlines = 0;
	term_init(&term, 80);
	show("$ ", 2);
	enter("new" UP);
	check_screen("$ ", "third", 5);
	enter(UP);
	check_screen("$ ", "second", 6);
	enter(UP UP UP);
	check_screen("$ ", "first", 5);
	enter(DOWN DOWN);
	check_screen("$ ", "third", 5);
	enter(DOWN DOWN);
	check_screen("$ ", "new", 3);
	enter(UP UP LEFT "\b!\n");
	check_line("seco!d\n");
	enter(UP "\n");
	check_line("seco!d\n");
	enter(UP UP "\n");
	check_line("third\n");
}

static void history_is_bounded(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < 3 * EDIT_HISTORY; i++) {
		snprintf(text, sizeof(text), "line %d\n", i);
		enter(text);
		check_line(text);
	}
	for (int i = 0; i < EDIT_HISTORY + 50; i++)
		enter(UP);
	enter("\n");
	snprintf(text, sizeof(text), "line %d\n", 2 * EDIT_HISTORY);
	check_line(text);
}

static void history_is_printable(void **state)
{
	(void)state;
	edit_history_add(&ed, "a\tb\1c", 5);
	edit_history_add(&ed, "\1", 1);
	enter(UP);
	check_screen("", "a bc", 4);
	enter("\n");
	check_line("a\tbc\n");
}

static void interrupt_ends_editing(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("abc" LEFT LEFT "\3");
	check_line("");
	assert_int_equal(term.column, 0);
	assert_int_equal(term.row, 1);
	assert_int_equal(term.cell[0][5], '^');
	enter("x\n");
	check_line("x\n");
}

static void redraws_after_a_list(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("abc" LEFT);
	show("\n1 init\n", 8);
	tty_line_listed(&tty);
	shell_read();
	check_screen("", "abc", 2);
	enter("x\n");
	check_line("abxc\n");
}

static void edits_utf8(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("a\xc3\xa4"
	      "b" LEFT LEFT "\xe2\x82\xac");
	check_screen("$ ",
		     "a\xe2\x82\xac\xc3\xa4"
		     "b",
		     4);
	enter(RIGHT "\b\b");
	check_screen("$ ", "ab", 1);
	enter("\x9f\xc3" LEFT "\xff\n"); /* broken on purpose */
	assert_int_equal(nlines, 1);
}

/* --- random editing against a model ---------------------------------------- */

#define MODEL_SIZE 128 /* fits the screen */

struct model {
	char text[MODEL_SIZE + 1];
	u32 len, cursor;
};

static void model_delete(struct model *m, u32 from, u32 to)
{
	memmove(m->text + from, m->text + to, m->len - to + 1);
	m->len -= to - from;
	m->cursor = from;
}

static void model_insert(struct model *m, char c)
{
	memmove(m->text + m->cursor + 1, m->text + m->cursor, m->len - m->cursor + 1);
	m->text[m->cursor++] = c;
	m->len++;
}

static void model_move(struct model *m, u64 what)
{
	static const char *const keys[] = { LEFT, RIGHT, ESC "[H", "\x05" };

	enter(keys[what]);
	if (what == 0 && m->cursor > 0)
		m->cursor--;
	else if (what == 1 && m->cursor < m->len)
		m->cursor++;
	else if (what == 2)
		m->cursor = 0;
	else if (what == 3)
		m->cursor = m->len;
}

static void model_kill(struct model *m, u64 what)
{
	u32 i = m->cursor;

	if (what == 0) {
		enter("\x0b");
		model_delete(m, i, m->len);
	} else if (what == 1) {
		enter("\x17");
		while (i > 0 && m->text[i - 1] == ' ')
			i--;
		while (i > 0 && m->text[i - 1] != ' ')
			i--;
		model_delete(m, i, m->cursor);
	} else if (!rig_below(10)) {
		enter("\x15");
		model_delete(m, 0, m->len);
	}
}

static void model_step(struct model *m)
{
	char c = rig_below(6) ? 'a' + rig_below(26) : ' ';
	u64 what = rig_below(100);

	if (what < 55) {
		if (m->len < MODEL_SIZE - 1) {
			enter_bytes(&c, 1);
			model_insert(m, c);
		}
	} else if (what < 85) {
		model_move(m, what < 68 ? 0 : what < 78 ? 1 : what < 82 ? 2 : 3);
	} else if (what < 91) {
		enter("\x7f");
		if (m->cursor > 0)
			model_delete(m, m->cursor - 1, m->cursor);
	} else if (what < 96) {
		enter(ESC "[3~");
		if (m->cursor < m->len)
			model_delete(m, m->cursor, m->cursor + 1);
	} else {
		model_kill(m, rig_below(3));
	}
}

static void edit_randomly(u32 columns, const char *prompt)
{
	struct model m = { .len = 0 };
	u32 plain = rig_below(30), end_row;

	start_shell(columns);
	for (u32 i = rig_below(TERM_ROWS + 2); i > 0; i--)
		show("\n", 1);
	show(prompt, strlen(prompt));
	while (m.len < plain) {
		enter("k");
		model_insert(&m, 'k');
	}
	for (int i = 0; i < 300; i++) {
		if (i == 0)
			model_move(&m, 0);
		model_step(&m);
		assert_int_equal(ed.len, m.len);
		check_screen(prompt, m.text, m.cursor);
	}
	end_row = term.row - (strlen(prompt) + m.cursor) / columns +
		  (strlen(prompt) + m.len) / columns;
	enter("\n");
	assert_int_equal(term.row, MIN(end_row + 1, TERM_ROWS - 1u));
	m.text[m.len] = '\n';
	m.text[m.len + 1] = '\0';
	check_line(m.text);
	assert_int_equal(term.column, 0);
}

static void matches_the_model(void **state)
{
	(void)state;
	for (int i = 0; i < 150; i++) {
		edit_randomly(80, "$ ");
		edit_randomly(20, "$ ");
		edit_randomly(16, "a prompt of one screen line and more $ ");
		edit_randomly(13 + rig_below(20), "");
	}
}

/* After any bytes at all, nothing was out of bounds, and lines can still be typed. */
static void survives_noise(void **state)
{
	static const char common[] = "\033[ABCD~;13O\n\b\x15\x17\x0b\t\xc3\xa4 x\4";

	(void)state;
	for (int i = 0; i < 300000; i++) {
		char c = rig_below(3) ? common[rig_below(sizeof(common))]
				      : (char)rig_random();

		nechoed = 0;
		enter_bytes(&c, 1);
		assert_true(ed.len <= ed.room && ed.cursor <= ed.len);
		if (ntyped == sizeof(typed) - 1 || ed.len > LINE_SIZE - 100)
			enter("\n");
	}
	enter("\n");
	nlines = 0;
	enter("still here\n");
	check_line("still here\n");
}

/* A line with editing keys, and another key, were typed while another program ran. */
static void edits_text_that_was_typed_ahead(void **state)
{
	(void)state;
	enter("recalled\n");
	nlines = 0;
	assert_false(tty_line_set_mode(&tty, TTY_LINES));
	type("ac" LEFT "b\n" UP);
	show("$ ", 2);
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
	while (tty_line_is_ready(&tty) && !nlines)
		shell_read_byte();
	check_line("abc\n");
	while (tty_line_is_ready(&tty))
		shell_read_byte();
	enter(UP "\n");
	check_line("recalled\n");
}

static void takes_long_lines(void **state)
{
	static char want[LINE_SIZE + 1];

	(void)state;
	enter(LEFT);
	for (u32 i = 0; i < LINE_SIZE - 1; i++) {
		enter("f");
		want[i] = 'f';
	}
	want[LINE_SIZE - 1] = '\n';
	enter("\n");
	check_line(want);
}

static void completes_words(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("ab\t");
	check_screen("$ ", "ab<>", 4);
	enter(" x" LEFT "\t\n");
	check_line("ab<> <>x\n");
	enter("\t\ta\n"); /* where no word is, it is one */
	check_line("\t\ta\n");
	enter("a\t\t\tb\t\n"); /* the second lists, however long after the first it comes */
	check_line("a<>++b<>\n");
	enter("a\t" ESC "[1;3R" ESC
	      "[24;80R\t\n"); /* the terminal tells its size between */
	check_line("a<>+\n");
	enter("a\t" LEFT RIGHT "\t\n");
	check_line("a<><>\n");
}

static void searches_history(void **state)
{
	(void)state;
	enter("one two\nthree\ntwo four\n");
	nlines = 0;
	term_init(&term, 80);
	show("$ ", 2);
	enter("new\x12");
	check_screen("$ ", "(search) `': new", 16);
	enter("t");
	check_screen("$ ", "(search) `t': two four", 22);
	enter("h");
	check_screen("$ ", "(search) `th': three", 20);
	enter("\x7f\x12\x12");
	check_screen("$ ", "(search) `t': one two", 21);
	enter("\x12");
	check_screen("$ ", "(no such line) `t': one two", 27);
	enter(LEFT "\b!\n");
	check_line("one t!o\n");
	term_init(&term, 80);
	show("$ ", 2);
	enter("kept\x12zzz");
	check_screen("$ ", "(no such line) `zzz': kept", 26);
	enter("\x07");
	check_screen("$ ", "kept", 4);
	enter("\x12three\n");
	check_line("three\n");
	enter("x\x12"
	      "four\3");
	check_line("");
	enter("y" UP "\n");
	check_line("three\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDIT_TEST(edits_in_the_middle),
		EDIT_TEST(echoes_as_before_until_escape),
		EDIT_TEST(kills_words_and_lines),
		EDIT_TEST(swallows_unknown_sequences),
		EDIT_TEST(recalls_history),
		EDIT_TEST(history_is_bounded),
		EDIT_TEST(history_is_printable),
		EDIT_TEST(interrupt_ends_editing),
		EDIT_TEST(redraws_after_a_list),
		EDIT_TEST(edits_utf8),
		EDIT_TEST(matches_the_model),
		EDIT_TEST(survives_noise),
		EDIT_TEST(takes_long_lines),
		EDIT_TEST(completes_words),
		EDIT_TEST(searches_history),
		EDIT_TEST(edits_text_that_was_typed_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
