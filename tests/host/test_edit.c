// sources: kernel/dev/tty_line.c kernel/dev/tty_edit.c kernel/lib/fmt.c
/* test_edit.c - line editing at the console as seen on a VT100, at random against
 * a model of a line, and with noise. */
#include "tty_rig.h"

/* --- editing --------------------------------------------------------------- */

/* The screen shows the prompt and @text from its start, the cursor before byte
 * @cursor of it, and nothing behind. */
static void check_screen(const char *prompt, const char *text, u32 cursor)
{
	u32 at = 0, want_at, row;
	u64 cells[1024];

	for (const char *p = prompt; *p; p++)
		cells[at++] = (u8)*p;
	want_at = at;
	for (u32 i = 0; text[i]; i++) {
		bool more = ((u8)text[i] & 0xc0) == 0x80;

		if (more)
			cells[at - 1] = term_join(cells[at - 1], text[i]);
		else
			cells[at++] = (u8)text[i];
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

static void edits_in_the_middle(void **state)
{
	(void)state;
	show("$ ", 2);
	type("helo world" LEFT LEFT LEFT LEFT LEFT LEFT LEFT);
	check_screen("$ ", "helo world", 3);
	type("l");
	check_screen("$ ", "hello world", 4);
	type("\x01>");
	check_screen("$ ", ">hello world", 1);
	type(ESC "[3~" ESC "[F"
		 "\x7f");
	check_screen("$ ", ">ello worl", 10);
	type(ESC "OH" RIGHT RIGHT "\b" ESC "OF"
		 "D" LEFT "\x0b");
	check_screen("$ ", ">llo worl", 9);
	type("\x02\x02\x06"
	     "!"
	     "\x05"
	     "?\n");
	check_read(">llo wor!l?\n");
}

static void echoes_as_before_until_escape(void **state)
{
	(void)state;
	type("a\tb\1\x17\n");
	check_echo("a\tb\1\x17\n");
	check_read("a\tb\1\x17\n");
	type(LEFT "ab" LEFT "\n");
	check_read("ab\n");
	nechoed = 0;
	type("a\1\n"); /* the next line is plain again */
	check_echo("a\1\n");
}

static void kills_words_and_lines(void **state)
{
	(void)state;
	show("$ ", 2);
	type("one two  three" LEFT RIGHT "\x17");
	check_screen("$ ", "one two  ", 9);
	type("\x17" ESC "[1;5D");
	check_screen("$ ", "one ", 0);
	type(ESC "[1;5C"
		 "\x0b");
	check_screen("$ ", "one", 3);
	type("\x15");
	check_screen("$ ", "", 0);
	type("x\x15\x17\x0b\b\x7f" LEFT RIGHT ESC "[3~"
	     "y\n");
	check_read("y\n");
}

static void swallows_unknown_sequences(void **state)
{
	(void)state;
	type(ESC "[24~" ESC "[1;2P" ESC "[?25h" ESC "x" ESC "OP" ESC "[[A" ESC "[200~ok" ESC
		 "[;;;9;9;9999999999999Z" ESC "[E" ESC ESC "[G"
		 "!\n");
	check_read("ok!\n");
	type(ESC "\n");
	check_read("\n");
	type(ESC "[\n" ESC "O\4");
	check_read("\n");
	check_read("");
	type("gone" ESC "[1\3"
	     "b\n");
	check_read("b\n");
	type("\t" ESC "z"
	     "\x0c\x0e\t1\n");
	check_read("  1\n");
}

static void recalls_history(void **state)
{
	(void)state;
	type("first\n\nsecond\nsecond\nthird\n");
	start(80); /* forgets */
	type("first\n\nsecond\nsecond\nthird\n");
	while (tty_line_is_ready(&tty))
		tty_line_consume(&tty, 1);
	show("$ ", 2);
	type("new" UP);
	check_screen("$ ", "third", 5);
	type(UP);
	check_screen("$ ", "second", 6);
	type(UP UP UP);
	check_screen("$ ", "first", 5);
	type(DOWN DOWN);
	check_screen("$ ", "third", 5);
	type(DOWN DOWN);
	check_screen("$ ", "new", 3);
	type(UP UP LEFT "\b!\n");
	check_read("seco!d\n");
	type(UP "\n");
	check_read("seco!d\n");
	type(UP UP "\n");
	check_read("third\n");
}

static void history_is_bounded(void **state)
{
	char text[32];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "line %d\n", i);
		type(text);
		check_read(text);
	}
	for (int i = 0; i < 60; i++)
		type(UP);
	type("\n");
	snprintf(text, sizeof(text), "line %d\n", 100 - (TTY_HISTORY - 1));
	check_read(text);
}

static void history_is_printable(void **state)
{
	(void)state;
	type("a\tb\1c\n\1\n");
	check_read("a\tb\1c\n");
	check_read("\1\n");
	type(UP);
	check_screen("", "a bc", 4);
	type("\n");
	check_read("a bc\n");
	type("x\ty" LEFT); /* tabs that were typed become blanks, too */
	check_screen("", "x y", 2);
	type("\n");
	check_read("x y\n");
}

static void interrupt_ends_editing(void **state)
{
	(void)state;
	show("$ ", 2);
	type("abc" LEFT LEFT "\3");
	assert_int_equal(term.column, 0);
	assert_int_equal(term.row, 1);
	assert_int_equal(term.cell[0][5], '^');
	type("x\n");
	check_read("x\n");
}

static void redraws_after_a_list(void **state)
{
	(void)state;
	show("$ ", 2);
	type("abc" LEFT);
	show("\n1 init\n", 8);
	tty_line_redraw(&tty);
	check_screen("", "abc", 2);
	type("x\n");
	check_read("abxc\n");
}

static void edits_utf8(void **state)
{
	(void)state;
	show("$ ", 2);
	type("a\xc3\xa4"
	     "b" LEFT LEFT "\xe2\x82\xac");
	check_screen("$ ",
		     "a\xe2\x82\xac\xc3\xa4"
		     "b",
		     4);
	type(RIGHT "\b\b");
	check_screen("$ ", "ab", 1);
	type("\x9f\xc3" LEFT "\xff\n"); /* broken on purpose */
	assert_true(tty_line_is_ready(&tty));
}

/* --- random editing against a model ---------------------------------------- */

struct model {
	char text[TTY_LINE_MAX + 1];
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
	if (m->len == TTY_LINE_MAX - 1)
		return;
	memmove(m->text + m->cursor + 1, m->text + m->cursor, m->len - m->cursor + 1);
	m->text[m->cursor++] = c;
	m->len++;
}

static void model_move(struct model *m, u64 what)
{
	static const char *const keys[] = { LEFT, RIGHT, ESC "[H", "\x05" };

	type(keys[what]);
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
		type("\x0b");
		model_delete(m, i, m->len);
	} else if (what == 1) {
		type("\x17");
		while (i > 0 && m->text[i - 1] == ' ')
			i--;
		while (i > 0 && m->text[i - 1] != ' ')
			i--;
		model_delete(m, i, m->cursor);
	} else if (!rig_below(10)) {
		type("\x15");
		model_delete(m, 0, m->len);
	}
}

static void model_step(struct model *m)
{
	char c = rig_below(6) ? 'a' + rig_below(26) : ' ';
	u64 what = rig_below(100);

	if (what < 55) {
		if (m->len < TTY_LINE_MAX - 1)
			type_bytes(&c, 1);
		model_insert(m, c);
	} else if (what < 85) {
		model_move(m, what < 68 ? 0 : what < 78 ? 1 : what < 82 ? 2 : 3);
	} else if (what < 91) {
		type("\x7f");
		if (m->cursor > 0)
			model_delete(m, m->cursor - 1, m->cursor);
	} else if (what < 96) {
		type(ESC "[3~");
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

	start(columns);
	for (u32 i = rig_below(TERM_ROWS + 2); i > 0; i--)
		show("\n", 1);
	show(prompt, strlen(prompt));
	while (m.len < plain) {
		type("k");
		model_insert(&m, 'k');
	}
	for (int i = 0; i < 300; i++) {
		if (i == 0)
			model_move(&m, 0);
		model_step(&m);
		assert_int_equal(tty.len, m.len);
		check_screen(prompt, m.text, m.cursor);
	}
	end_row = term.row - (strlen(prompt) + m.cursor) / columns +
		  (strlen(prompt) + m.len) / columns;
	type("\n");
	assert_int_equal(term.row, MIN(end_row + 1, TERM_ROWS - 1u));
	m.text[m.len] = '\n';
	m.text[m.len + 1] = '\0';
	check_read(m.text);
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

/* Any bytes at all: nothing out of bounds, and lines still come through. */
static void survives_noise(void **state)
{
	static const char common[] = "\033[ABCD~;13O\n\b\x15\x17\x0b\t\xc3\xa4 x\4";

	(void)state;
	for (int i = 0; i < 300000; i++) {
		char c = rig_below(3) ? common[rig_below(sizeof(common))]
				      : (char)rig_random();

		nechoed = 0;
		type_bytes(&c, 1);
		assert_true(tty.len < TTY_LINE_MAX);
		assert_true(!tty.editing || tty.cursor <= tty.len);
		if (!rig_below(50))
			tty_line_consume(&tty, rig_below(tty.tail - tty.head + 1));
	}
	type("\3\3");
	tty_line_consume(&tty, tty.tail - tty.head);
	type("still here\n");
	check_read("still here\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(edits_in_the_middle),   TEST(echoes_as_before_until_escape),
		TEST(kills_words_and_lines), TEST(swallows_unknown_sequences),
		TEST(recalls_history),       TEST(history_is_bounded),
		TEST(history_is_printable),  TEST(interrupt_ends_editing),
		TEST(redraws_after_a_list),  TEST(edits_utf8),
		TEST(matches_the_model),     TEST(survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
