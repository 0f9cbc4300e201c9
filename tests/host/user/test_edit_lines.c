// sources: kernel/dev/tty/tty_line.c user/sh/line/edit.c user/sh/line/search.c user/lib/screen/keys.c
// cflags: -iquote user/sh -iquote user/lib -iquote tests/host/user
/* test_edit_lines.c - the shell edits a command of several lines as one text, and puts back
 * what keys have deleted. */
#include "edit_rig.h"

static void keep(const char *first, const char *more)
{
	assert_true(edit_history_add(&ed, first, strlen(first)));
	if (more)
		edit_history_extend(&ed, more, strlen(more));
}

static void recalls_commands_of_lines(void **state)
{
	(void)state;
	keep("one", NULL);
	keep("if a", "\tthen b");
	edit_history_extend(&ed, "fi", 2);
	keep("last", NULL);
	assert_int_equal(ed.history_count, 3);
	show("$ ", 2);
	enter(UP UP);
	check_screen("$ ", "if a\n\tthen b\nfi", 15);
	enter(UP);
	check_screen("$ ", "one", 3);
	enter(DOWN);
	check_screen("$ ", "if a\n\tthen b\nfi", 15);
	enter("\n");
	check_line("if a\n\tthen b\nfi\n");
	keep("if a", "x"); /* a line that is there already begins another command */
	assert_int_equal(ed.history_count, 5);
	assert_false(edit_history_add(&ed, " \t", 2));
}

static void edits_commands_of_lines(void **state)
{
	(void)state;
	keep("for i in 1", "do echo $i");
	edit_history_extend(&ed, "done", 4);
	show("$ ", 2);
	enter(UP "\x01");
	check_screen("$ ", "for i in 1\ndo echo $i\ndone", 0);
	enter(ESC "f" ESC "f" ESC "f" ESC "f 2");
	check_screen("$ ", "for i in 1 2\ndo echo $i\ndone", 12);
	enter(ESC "d");
	check_screen("$ ", "for i in 1 2 echo $i\ndone", 12);
	enter("\x19");
	check_screen("$ ", "for i in 1 2\ndo echo $i\ndone", 15);
	enter("\x7f\x7f\x7f");
	check_screen("$ ", "for i in 1 2 echo $i\ndone", 12);
	enter("\x0b");
	check_screen("$ ", "for i in 1 2", 12);
	enter("\x19\x01\x02" LEFT "\x05\x02\x02\x02\x02\x02x");
	check_screen("$ ", "for i in 1 2 echo $ix\ndone", 21);
	enter("\n");
	check_line("for i in 1 2 echo $ix\ndone\n");
}

static void finds_commands_of_lines(void **state)
{
	(void)state;
	keep("if a", "then b");
	keep("then", NULL);
	show("$ ", 2);
	enter("\x12n b");
	check_screen("$ ", "(search) `n b': if a\nthen b", 27);
	enter("\n");
	check_line("if a\nthen b\n");
}

/* A line that fills the screen's, and an empty one. */
static void lines_of_all_lengths(void **state)
{
	(void)state;
	for (u32 columns = 10; columns < 16; columns++) {
		start_shell(columns);
		keep("12345678", "");
		edit_history_extend(&ed, "1234567890123", 13);
		edit_history_extend(&ed, "12", 2);
		show("$ ", 2);
		enter(UP);
		for (u32 i = 26; i > 0; i--) {
			check_screen("$ ", "12345678\n\n1234567890123\n12", i);
			enter(LEFT);
		}
		enter("x");
		check_screen("$ ", "x12345678\n\n1234567890123\n12", 1);
		enter("\n");
		check_line("x12345678\n\n1234567890123\n12\n");
	}
}

static void puts_back_what_was_killed(void **state)
{
	(void)state;
	show("$ ", 2);
	enter("\x19"
	      "one two\x17");
	check_screen("$ ", "one ", 4);
	enter("\x19\x19");
	check_screen("$ ", "one twotwo", 10);
	enter("\x01\x0b\x0b\x19\x19");
	check_screen("$ ", "one twotwoone twotwo", 20);
	enter(ESC "b" ESC "b\x15");
	check_screen("$ ", "", 0);
	enter("\x19" ESC "b" ESC "d" ESC "b\x19\n");
	check_line("one twotwotwotwoone \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EDIT_TEST(recalls_commands_of_lines), EDIT_TEST(edits_commands_of_lines),
		EDIT_TEST(finds_commands_of_lines),   EDIT_TEST(lines_of_all_lengths),
		EDIT_TEST(puts_back_what_was_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
