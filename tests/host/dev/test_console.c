// sources: kernel/dev/tty/tty_line.c
/* test_console.c - typing at the console, in each of its modes: the exact echo, and what
 * readers get. */
#include "tty_rig.h"

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
	check_echo("^A\t\x7e\x80\xff^_\n");
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

/* A cursor key moves no cursor, and each of its bytes is erased with what it shows. */
static void control_bytes_show_as_two(void **state)
{
	(void)state;
	type("a\x1b[A\x0c");
	check_echo("a^[[A^L");
	type("\b\b\b\b");
	check_echo("\b \b\b \b\b \b\b \b\b \b\b \b");
	type("\x15\n");
	check_echo("\b \b\n");
	check_read("\n");
}

static void ends_at_control_d(void **state)
{
	char c[8];

	(void)state;
	type("\4");
	check_echo("\4");
	assert_int_equal(read_line(c, 8), 0);
	assert_int_equal(read_line(c, 8), -1);
	/* What was typed before ^D is read first, then the end of file. */
	type("ab\4cd\n");
	check_read("ab");
	assert_int_equal(read_line(c, 8), 0);
	check_read("cd\n");
	/* A read that is full just before the ^D leaves it to the next read. */
	type("ab\4");
	assert_int_equal(read_line(c, 2), 2);
	assert_int_equal(read_line(c, 2), 0);
	assert_int_equal(read_line(c, 2), -1);
	assert_int_equal(events[TTY_LINE], 4);
}

static void keeps_the_end_for_all_readers(void **state)
{
	char c[8];

	(void)state;
	tty.end_stays = true;
	type("ab\4");
	check_read("ab");
	for (int i = 0; i < 10; i++)
		assert_int_equal(read_line(c, 8), 0);
	/* If more is typed, one reader gets the end, and the next one the new line. */
	type("cd\n\4");
	assert_int_equal(read_line(c, 8), 0);
	check_read("cd\n");
	assert_int_equal(read_line(c, 8), 0);
	assert_int_equal(read_line(c, 8), 0);
	/* Many ^D count as one, and do not fill the queue. */
	for (int i = 0; i < 2 * TTY_QUEUE; i++)
		type("\4");
	for (int i = 0; i < 2 * TTY_QUEUE; i++)
		assert_int_equal(read_line(c, 8), 0);
	type("e\n");
	assert_int_equal(read_line(c, 8), 0);
	check_read("e\n");
	assert_int_equal(read_line(c, 8), -1);
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

static void suspends(void **state)
{
	(void)state;
	type("ab\x1a");
	assert_int_equal(events[TTY_SUSPEND], 1);
	check_echo("ab");
	assert_int_equal(tty_line_suspend(&tty, true), TTY_NOTHING);
	check_echo("^Z\n");
	type("c\n");
	check_echo("c\n");
	check_read("c\n");
	/* Nothing stops: it is a key. */
	type("d\x1a");
	assert_int_equal(tty_line_suspend(&tty, false), TTY_NOTHING);
	type("\n");
	check_echo("d^Z\n");
	check_read("d\x1a\n");
	/* So it is in bytes that were typed for a program which is gone. */
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	type("e\x1a\n");
	assert_false(tty_line_set_mode(&tty, TTY_LINES));
	check_read("e\x1a\n");
}

/* --- modes ---------------------------------------------------------------- */

static void hands_out_raw_bytes(void **state)
{
	(void)state;
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	type("a\b\x7f\x15\r\3\4\033[A\xff");
	check_echo("");
	check_read("a\b\x7f\x15\r\3\4\033[A\xff");
	assert_int_equal(events[TTY_INTERRUPT], 0);
	type("\x10");
	assert_int_equal(events[TTY_LIST], 1);
	assert_false(tty_line_is_ready(&tty)); /* the list comes first */
	tty_line_listed(&tty);
	check_read("\x10");
}

static void raw_takes_what_was_typed(void **state)
{
	(void)state;
	type("one\ntw");
	check_echo("one\ntw");
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	assert_false(tty_line_is_raw(&tty));
	type("o");
	check_read("one\ntwo");
	assert_true(tty_line_is_raw(&tty));
	check_echo("");
}

/* After raw mode, bytes that nobody read are echoed and edited as if typed now.  Those that
 * had been echoed before are not echoed again. */
static void lines_after_raw_mode(void **state)
{
	(void)state;
	type("shown\n");
	check_echo("shown\n");
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	type("xab\x7f\x10");
	tty_line_listed(&tty);
	type("\rmor");
	assert_false(tty_line_set_mode(&tty, TTY_LINES));
	check_echo("xab\b \b\nmor");
	check_read("shown\n");
	check_read("xa\n");
	type("e\n");
	check_read("more\n");
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	type("read, rest\3new\n");
	for (int i = 0; i < 6; i++)
		tty_line_consume(&tty, 1);
	nechoed = 0;
	assert_true(tty_line_set_mode(&tty, TTY_LINES)); /* ^C */
	check_echo("rest^C\nnew\n");
	check_read("new\n");
}

static void raw_mode_loses_nothing_that_fits(void **state)
{
	static char buf[2 * TTY_QUEUE];

	(void)state;
	tty.head = tty.tail = -100u; /* the counters wrap */
	assert_false(tty_line_set_mode(&tty, TTY_RAW));
	for (int i = 0; i < 2 * TTY_QUEUE; i++)
		type(i % 50 == 49 ? "\r" : "r");
	assert_false(tty_line_set_mode(&tty, TTY_LINES));
	assert_int_equal(strlen(echoed), TTY_QUEUE - 1);
	for (int i = 0; i < (TTY_QUEUE - 1) / 50; i++)
		assert_int_equal(read_line(buf, sizeof(buf)), 50);
	type("\n");
	assert_int_equal(read_line(buf, sizeof(buf)), (TTY_QUEUE - 1) % 50 + 1);
}

static void a_key_hands_out_the_line(void **state)
{
	(void)state;
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
	type("a b\x7f\x15one");
	check_echo("a b\b \b\b \b\b \bone");
	assert_false(tty_line_is_ready(&tty));
	type("\033");
	assert_int_equal(events[TTY_LINE], 1);
	assert_false(tty_line_is_raw(&tty));
	check_read("one\033");
	assert_true(tty_line_is_raw(&tty));
	type("[D\r");
	check_read("[D\r");
	check_echo("");
}

static void keys_are_for_one_line(void **state)
{
	(void)state;
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
	type("plain\n\1x\n");
	check_echo("plain\n^Ax\n");
	check_read("plain\n");
	check_read("\1x\n");
	/* A key does not hand out anything while there is a line that nobody has read. */
	type("early\n");
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
	assert_int_equal(tty.mode, TTY_LINES);
	check_read("early\n");
	/* A key that was typed before the mode was set. */
	type("ab\033[Dc");
	assert_false(tty_line_set_mode(&tty, TTY_KEYS));
	check_read("ab\033[Dc");
	assert_int_equal(tty.mode, TTY_RAW);
}

/* Random typing, with long times without a read: the lines whose end was echoed are those
 * that can be read, in order. */
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

/* --- the terminal's second screen ------------------------------------------ */

static struct tty_screen screen;

/* Writes @text in pieces of @size bytes; returns whether the second screen is shown. */
static bool screen_write(const char *text, u64 size)
{
	for (u64 left = strlen(text); left;) {
		u64 n = MIN(left, size);

		if (tty_screen_follows(&screen, text, n))
			tty_screen_after(&screen, text, n);
		text += n;
		left -= n;
	}
	return screen.second;
}

static void follows_the_screen(void **state)
{
	(void)state;
	for (u64 size = 1; size < 12; size++) {
		memset(&screen, 0, sizeof(screen));
		assert_false(screen_write("[?1049h", size));
		assert_false(screen_write("\033[?1047h\033[?104", size));
		assert_false(screen_write("\033[?10499h", size));
		assert_false(screen_write("\033[?1049", size));
		tty_screen_after(&screen, "\0h", 2); /* a NUL is no part of it */
		assert_false(screen.second);
		assert_true(screen_write("text\033\033[?1049h", size));
		assert_true(screen_write("text\033[?1049\033[?1049", size));
		assert_true(screen_write("\033[?25h\033[m", size));
		assert_false(screen_write("\033[m\033[?1049l\r", size));
	}
	assert_false(tty_screen_follows(&screen, "no escape", 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(echoes_and_delivers),
		TEST(ignores_nul),
		TEST(stores_other_bytes),
		TEST(erases),
		TEST(control_bytes_show_as_two),
		TEST(ends_at_control_d),
		TEST(reads_a_line_in_pieces),
		TEST(delivers_at_128_bytes),
		TEST(shows_processes_and_interrupts),
		TEST(suspends),
		TEST(loses_no_finished_line),
		TEST(keeps_room_for_the_line_end),
		TEST(keeps_the_end_for_all_readers),
		TEST(hands_out_raw_bytes),
		TEST(raw_takes_what_was_typed),
		TEST(lines_after_raw_mode),
		TEST(raw_mode_loses_nothing_that_fits),
		TEST(a_key_hands_out_the_line),
		TEST(keys_are_for_one_line),
		TEST(follows_the_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
