// sources: kernel/dev/tty_line.c kernel/dev/tty_edit.c kernel/lib/fmt.c tests/host/shim/shim.c
/* test_console.c - the line discipline: the exact echo of plain typing, what
 * readers get, and line editing as seen on a VT100. */
#include "rig.h"

#include <string.h>

#include "dev/tty_line.h"
#include "terminal.h"

#define ESC "\033"
#define UP ESC "[A"
#define DOWN ESC "[B"
#define RIGHT ESC "[C"
#define LEFT ESC "[D"

static struct tty_line tty;
static struct terminal term;
static char echoed[1 << 16];
static size_t nechoed;
static u32 column;
static int events[8]; /* how often each came */

static void show(const char *text, u64 n)
{
	column = tty_column_after(column, text, n);
	for (u64 i = 0; i < n; i++) {
		term_put(&term, text[i]);
		if (nechoed < sizeof(echoed) - 1)
			echoed[nechoed++] = text[i];
	}
	echoed[nechoed] = '\0';
}

static u32 get_column(void)
{
	return column;
}

static const struct tty_screen screen = { .put = show, .column = get_column };

static void start(u32 columns)
{
	tty_line_init(&tty, &screen, columns);
	term_init(&term, columns);
	memset(events, 0, sizeof(events));
	nechoed = column = 0;
	echoed[0] = '\0';
}

static int begin(void **state)
{
	(void)state;
	start(80);
	return 0;
}

static void type_bytes(const char *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		events[tty_line_input(&tty, keys[i])]++;
}

static void type(const char *keys)
{
	type_bytes(keys, strlen(keys));
}

/* What read(@n) returns, as the console's read does it; -1: it would wait. */
static int read_line(char *buf, u32 n)
{
	bool end = false;
	u32 done = 0;

	while (done < n && !end) {
		u32 got;

		if (!tty_line_is_ready(&tty))
			return -1;
		got = tty_line_peek(&tty, buf + done, MIN(n - done, 16u), &end);
		tty_line_consume(&tty, got);
		if (end && got == 0 && done == 0)
			tty_line_consume(&tty, 1);
		done += got;
	}
	return done;
}

static void check_read(const char *want)
{
	char buf[1024];
	int n = read_line(buf, sizeof(buf) - 1);

	assert_int_equal(n, strlen(want));
	buf[n] = '\0';
	assert_string_equal(buf, want);
}

static void check_echo(const char *want)
{
	assert_string_equal(echoed, want);
	nechoed = 0;
	echoed[0] = '\0';
}

/* --- plain typing --------------------------------------------------------- */

static void echoes_and_delivers(void **state)
{
	(void)state;
	type("ls -l");
	check_echo("ls -l");
	assert_false(tty_line_is_ready(&tty));
	assert_int_equal(events[TTY_LINE], 0);
	type("\r");
	check_echo("\n");
	assert_int_equal(events[TTY_LINE], 1);
	check_read("ls -l\n");
	assert_false(tty_line_is_ready(&tty));
	type("\n");
	check_read("\n");
}

static void ignores_nul(void **state)
{
	(void)state;
	type_bytes("a\0b\0\n", 5);
	check_echo("ab\n");
	check_read("ab\n");
}

static void stores_other_bytes(void **state)
{
	(void)state;
	type("\1\t\x7e\x80\xff\x1f\n");
	check_echo("\1\t\x7e\x80\xff\x1f\n");
	check_read("\1\t\x7e\x80\xff\x1f\n");
}

static void erases(void **state)
{
	(void)state;
	type("\b\x7f");
	check_echo("");
	type("abc\b\x7fx");
	check_echo("abc\b \b\b \bx");
	type("\b\b\b\b");
	check_echo("\b \b\b \b");
	type("abc\x15");
	check_echo("abc\b \b\b \b\b \b");
	type("\x15k\n");
	check_echo("k\n");
	check_read("k\n");
}

static void ends_at_control_d(void **state)
{
	char c[8];

	(void)state;
	type("\4");
	check_echo("\4");
	assert_int_equal(read_line(c, 8), 0);
	assert_int_equal(read_line(c, 8), -1);
	/* With something before it: that first, then the end of file. */
	type("ab\4cd\n");
	check_read("ab");
	assert_int_equal(read_line(c, 8), 0);
	check_read("cd\n");
	/* A read that is full just before it leaves it. */
	type("ab\4");
	assert_int_equal(read_line(c, 2), 2);
	assert_int_equal(read_line(c, 2), 0);
	assert_int_equal(read_line(c, 2), -1);
	assert_int_equal(events[TTY_LINE], 4);
}

static void reads_a_line_in_pieces(void **state)
{
	char c[8];

	(void)state;
	type("one\ntwo\n");
	assert_int_equal(read_line(c, 1), 1);
	assert_int_equal(c[0], 'o');
	assert_int_equal(read_line(c, 2), 2);
	check_read("\n");
	check_read("two\n");
	assert_int_equal(read_line(c, 0), 0);
}

static void delivers_at_128_bytes(void **state)
{
	char line[131], buf[256];

	(void)state;
	memset(line, 'x', 130);
	line[130] = '\0';
	type_bytes(line, 127);
	assert_false(tty_line_is_ready(&tty));
	type("x");
	assert_int_equal(events[TTY_LINE], 1);
	assert_int_equal(read_line(buf, 128), 128);
	/* What was delivered cannot be erased any more. */
	type_bytes(line, 128);
	nechoed = 0;
	type("\b\x15");
	assert_int_equal(nechoed, 0);
	type("yz\n");
	assert_int_equal(read_line(buf, 256), 131);
	assert_memory_equal(buf + 127, "xyz\n", 4);
	/* 127 and the line end fit exactly. */
	type_bytes(line, 127);
	type("\n");
	assert_int_equal(read_line(buf, 256), 128);
}

static void shows_processes_and_interrupts(void **state)
{
	(void)state;
	type("ab\x10");
	assert_int_equal(events[TTY_LIST], 1);
	check_echo("ab");
	type("\3");
	assert_int_equal(events[TTY_INTERRUPT], 1);
	check_echo("^C\n");
	assert_false(tty_line_is_ready(&tty));
	type("c\n");
	check_read("c\n");
	/* Lines that are complete stay. */
	type("d\ne\3f\n");
	check_read("d\n");
	check_read("f\n");
	tty_line_push_empty(&tty);
	check_read("\n");
}

/* Random typing without reading for long: what was echoed with its line end
 * is what can be read, in order. */
static void loses_no_finished_line(void **state)
{
	static char want[1 << 20], got[1 << 20];
	size_t nwant = 0, ngot = 0, line = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		u32 before;
		char c = rig_below(20) ? 'a' + rig_below(26) : '\n';

		nechoed = 0;
		before = tty.tail;
		type_bytes(&c, 1);
		if (nechoed) {
			want[line++] = c;
			assert_int_equal(echoed[0], c);
		}
		if (tty.tail != before)
			nwant = line;
		assert_true(tty.tail - tty.head <= TTY_QUEUE);
		if (!rig_below(6000)) {
			while (tty_line_is_ready(&tty))
				ngot += read_line(got + ngot, 1);
		}
	}
	assert_in_range(nwant, 20000, 199000); /* some did not fit */
	while (tty_line_is_ready(&tty))
		ngot += read_line(got + ngot, 1);
	assert_int_equal(ngot, nwant);
	assert_memory_equal(got, want, nwant);
}

static void keeps_room_for_the_line_end(void **state)
{
	char buf[TTY_QUEUE];
	u32 n = 0;

	(void)state;
	for (int i = 0; i < TTY_QUEUE * 2; i++)
		type(i % 100 == 99 ? "\n" : "q");
	type("\n\n\n");
	assert_true(tty.tail - tty.head >= TTY_QUEUE - 1);
	for (u32 lines = 0; tty_line_is_ready(&tty); lines++) {
		int got = read_line(buf, sizeof(buf));

		assert_true(got > 0 && buf[got - 1] == '\n');
		n += got;
	}
	assert_true(n <= TTY_QUEUE);
	type("back\n");
	check_read("back\n");
}

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
	type(ESC "[3~" ESC "[F" "\x7f");
	check_screen("$ ", ">ello worl", 10);
	type(ESC "OH" RIGHT RIGHT "\b" ESC "OF" "D" LEFT "\x0b");
	check_screen("$ ", ">llo worl", 9);
	type("\x02\x02\x06" "!" "\x05" "?\n");
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
	type(ESC "[1;5C" "\x0b");
	check_screen("$ ", "one", 3);
	type("\x15");
	check_screen("$ ", "", 0);
	type("x\x15\x17\x0b\b\x7f" LEFT RIGHT ESC "[3~" "y\n");
	check_read("y\n");
}

static void swallows_unknown_sequences(void **state)
{
	(void)state;
	type(ESC "[24~" ESC "[1;2P" ESC "[?25h" ESC "x" ESC "OP" ESC "[[A" ESC "[200~ok"
	     ESC "[;;;9;9;9999999999999Z" ESC "[E" ESC ESC "[G" "!\n");
	check_read("ok!\n");
	type(ESC "\n");
	check_read("\n");
	type(ESC "[\n" ESC "O\4");
	check_read("\n");
	check_read("");
	type("gone" ESC "[1\3" "b\n");
	check_read("b\n");
	type("\t" ESC "z" "\x0c\x0e\t1\n");
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
	type("a\xc3\xa4" "b" LEFT LEFT "\xe2\x82\xac");
	check_screen("$ ", "a\xe2\x82\xac\xc3\xa4" "b", 4);
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
		char c = rig_below(3) ? common[rig_below(sizeof(common))] : (char)rig_random();

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

#define TEST(fn) cmocka_unit_test_setup(fn, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(echoes_and_delivers),
		TEST(ignores_nul),
		TEST(stores_other_bytes),
		TEST(erases),
		TEST(ends_at_control_d),
		TEST(reads_a_line_in_pieces),
		TEST(delivers_at_128_bytes),
		TEST(shows_processes_and_interrupts),
		TEST(loses_no_finished_line),
		TEST(keeps_room_for_the_line_end),
		TEST(edits_in_the_middle),
		TEST(echoes_as_before_until_escape),
		TEST(kills_words_and_lines),
		TEST(swallows_unknown_sequences),
		TEST(recalls_history),
		TEST(history_is_bounded),
		TEST(interrupt_ends_editing),
		TEST(redraws_after_a_list),
		TEST(edits_utf8),
		TEST(matches_the_model),
		TEST(survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
