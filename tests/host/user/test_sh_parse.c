// sources: user/sh/parse.c user/sh/expand.c user/sh/glob.c user/sh/arena.c
// cflags: -Iuser/sh -D_GNU_SOURCE -Wl,--wrap=calloc
/* test_sh_parse.c - the shell's grammar and its expansion of words.  Trees are compared as
 * text, lines of any bytes must be understood or refused, and each allocation may fail. */
#include "failing.h"
#include "rig.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expand.h"
#include "parse.h"

/* --- trees as text ----------------------------------------------------------- */

static char shown[4096];

static void show(const char *text)
{
	assert_true(strlen(shown) + strlen(text) < sizeof(shown));
	strcat(shown, text);
}

static void show_redirs(const struct sh_redir *r)
{
	static const char *const kinds[] = { "<", ">", ">>", ">&" };

	for (; r; r = r->next) {
		char fd[8];

		snprintf(fd, sizeof(fd), " %d", r->fd);
		show(fd);
		show(kinds[r->kind]);
		show(r->target);
	}
}

/* Shows `a; b &` as (LIST [a] [b] &).  The other kinds are (ANDOR [a] &&[b] ||[c]),
 * (PIPELINE [a] [b]) and (GROUP ...).  The words of a command are in brackets. */
static void show_node(const struct sh_node *node)
{
	static const char *const kinds[] = { "", "GROUP", "PIPELINE", "ANDOR", "LIST" };

	if (node->kind == SH_SIMPLE) {
		show("[");
		for (const struct sh_word *w = node->words; w; w = w->next) {
			show(w->text);
			show(w->next ? " " : "");
		}
	} else {
		show("(");
		show(kinds[node->kind]);
		for (const struct sh_node *part = node->parts; part; part = part->next) {
			show(" ");
			show(part->join == SH_IF_OK    ? "&&"
			     : part->join == SH_IF_NOT ? "||"
						       : "");
			show_node(part);
			show(part->background ? " &" : "");
		}
	}
	show_redirs(node->redirs);
	show(node->kind == SH_SIMPLE ? "]" : ")");
}

static void check_tree(const char *text, const char *want)
{
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;

	assert_int_equal(sh_parse(&a, text, &tree, &near), SH_OK);
	shown[0] = '\0';
	if (tree)
		show_node(tree);
	assert_string_equal(shown, want);
	arena_free(&a);
}

static void check_fails(const char *text, enum sh_result want, const char *want_near)
{
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;

	assert_int_equal(sh_parse(&a, text, &tree, &near), want);
	assert_string_equal(near, want_near);
	assert_null(tree);
	arena_free(&a);
}

static void test_commands(void **state)
{
	(void)state;
	check_tree("", "");
	check_tree(" \t\n\n # only a comment", "");
	check_tree("ls -l /\n", "(LIST [ls -l /])");
	check_tree("a;b ; c", "(LIST [a] [b] [c])");
	check_tree("a & b&", "(LIST [a] & [b] &)");
	check_tree("a\nb\n\nc", "(LIST [a] [b] [c])");
	check_tree("a|b | c", "(LIST (PIPELINE [a] [b] [c]))");
	check_tree("a && b || c", "(LIST (ANDOR [a] &&[b] ||[c]))");
	check_tree("a && b | c &", "(LIST (ANDOR [a] &&(PIPELINE [b] [c])) &)");
	check_tree("a ||\n\n b", "(LIST (ANDOR [a] ||[b]))");
	check_tree("a | # why\n b", "(LIST (PIPELINE [a] [b]))");
	check_tree("a b#c # d", "(LIST [a b#c])");
}

static void test_groups(void **state)
{
	(void)state;
	check_tree("(a)", "(LIST (GROUP (LIST [a])))");
	check_tree("(a; b) | (c\nd\n)",
		   "(LIST (PIPELINE (GROUP (LIST [a] [b])) (GROUP (LIST [c] [d]))))");
	check_tree("((a)&) > f && b",
		   "(LIST (ANDOR (GROUP (LIST (GROUP (LIST [a])) &) 1>f) &&[b]))");
}

static void test_redirections(void **state)
{
	(void)state;
	check_tree("a < b > c >> d", "(LIST [a 0<b 1>c 1>>d])");
	check_tree("a 2>b 3<c", "(LIST [a 2>b 3<c])");
	check_tree("> f", "(LIST [ 1>f])");
	check_tree("a x2>f", "(LIST [a x2 1>f])");
	check_tree("a 2 >f", "(LIST [a 2 1>f])");
	check_tree("a>f 2>&1 b", "(LIST [a b 1>f 2>&1])");
	check_tree("a >'b c'", "(LIST [a 1>'b c'])");
}

static void test_quotes(void **state)
{
	(void)state;
	check_tree("a 'b;c' \"d|e\" f\\ g", "(LIST [a 'b;c' \"d|e\" f\\ g])");
	check_tree("a \"b\\\"c\" 'd\ne'", "(LIST [a \"b\\\"c\" 'd\ne'])");
	check_tree("a \\\n b", "(LIST [a b])");
}

static void test_refused(void **state)
{
	(void)state;
	check_fails(";", SH_BAD, ";");
	check_fails("a ;; b", SH_BAD, ";");
	check_fails("a &; b", SH_BAD, ";");
	check_fails("| a", SH_BAD, "|");
	check_fails("a || && b", SH_BAD, "&&");
	check_fails("a | | b", SH_BAD, "|");
	check_fails("a )", SH_BAD, ")");
	check_fails("()", SH_BAD, ")");
	check_fails("a (b)", SH_BAD, "(");
	check_fails("(a) b", SH_BAD, "word");
	check_fails("a >\nb", SH_BAD, "end of line");
	check_fails("a > | b", SH_BAD, "|");
	check_fails("a 2>&x", SH_BAD, ">&");
	check_fails("a >> >> b", SH_BAD, ">>");
}

static void test_incomplete(void **state)
{
	static const char *const texts[] = { "(a",  "(a;", "a |",      "a &&\n",   "a ||",
					     "a >", "(",   "(a) | (b", "a | # c\n" };

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_fails(texts[i], SH_INCOMPLETE, "end of input");
	check_fails("a 'b", SH_INCOMPLETE, "quote");
	check_fails("a \"b\\\"", SH_INCOMPLETE, "quote");
	check_fails("a \\\n", SH_INCOMPLETE, "\\");
	check_fails("a\\\n", SH_INCOMPLETE, "\\");
}

static void test_depth(void **state)
{
	char text[4 * SH_DEPTH + 8] = "";

	(void)state;
	for (int i = 0; i < SH_DEPTH; i++)
		strcat(text, "(");
	strcat(text, "a");
	for (int i = 0; i < SH_DEPTH; i++)
		strcat(text, ")");
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;

	assert_int_equal(sh_parse(&a, text, &tree, &near), SH_OK);
	arena_free(&a);
	memmove(text + 1, text, strlen(text) + 1);
	check_fails(text, SH_BAD, "(");
}

/* --- words -------------------------------------------------------------------- */

static char *test_args[] = { "one", "t w o", NULL };

static const char *value_of(const char *name)
{
	if (strcmp(name, "?") == 0)
		return "7";
	if (strcmp(name, "V") == 0)
		return "a  b";
	if (strcmp(name, "STAR") == 0)
		return "*";
	if (strcmp(name, "BACK") == 0)
		return "\\n";
	if (strcmp(name, "1") == 0)
		return test_args[0];
	return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static const struct sh_values values = { .get = value_of, .args = test_args };

/* The arguments that @text gives, each in brackets. */
static void check_words(const char *text, const char *want)
{
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;
	char **argv;
	int argc, n = 0;

	assert_int_equal(sh_parse(&a, text, &tree, &near), SH_OK);
	argv = sh_expand(&a, &values, tree->parts->words, &argc);
	assert_non_null(argv);
	shown[0] = '\0';
	for (; argv[n]; n++) {
		show("[");
		show(argv[n]);
		show("]");
	}
	assert_int_equal(argc, n);
	assert_string_equal(shown, want);
	arena_free(&a);
}

static void test_words(void **state)
{
	(void)state;
	check_words("a 'b c' \"d e\" f\\ g", "[a][b c][d e][f g]");
	check_words("a'b'\"c\"d", "[abcd]");
	check_words("'' \"\" ''x", "[][][x]");
	check_words("'$V' \\$V \"\\$V\"", "[$V][$V][$V]");
	check_words("'\\' \"\\\\\" \"\\n\" \\\\", "[\\][\\][\\n][\\]");
	check_words("a\\\nb \"c\\\nd\"", "[ab][cd]");
}

static void test_variables(void **state)
{
	(void)state;
	check_words("$? x${?}y", "[7][x7y]");
	check_words("$V", "[a][b]");
	check_words("\"$V\"", "[a  b]");
	check_words("x$V'y'", "[xa][by]");
	check_words("${V}z $Vz .$V.", "[a][bz][.a][b.]");
	check_words("$NONE $EMPTY x", "[x]");
	check_words("\"$NONE\"", "[]");
	check_words("$ a$ \"$\" ${ ${V", "[$][a$][$][${][${V]");
	check_words("$BACK \"$BACK\"", "[\\n][\\n]");
	check_words("$10", "[one0]");
	check_words("$@ $*", "[one][t][w][o][one][t][w][o]");
	check_words("\"$@\"", "[one][t w o]");
	check_words("\"$*\" \"<$@>\"", "[one t w o][<one][t w o>]");
}

static void test_no_arguments(void **state)
{
	char *none[] = { NULL };
	struct sh_values empty = { .get = value_of, .args = none };
	struct sh_word word = { .text = "\"$@\"" };
	struct arena a = { 0 };
	int argc;

	(void)state;
	assert_non_null(sh_expand(&a, &empty, &word, &argc));
	assert_int_equal(argc, 0);
	arena_free(&a);
}

static void test_one_string(void **state)
{
	struct arena a = { 0 };

	(void)state;
	assert_string_equal(sh_expand_one(&a, &values, "x$V*"), "xa  b*");
	assert_string_equal(sh_expand_one(&a, &values, "'*' \\*"), "* *");
	assert_string_equal(sh_expand_one(&a, &values, ""), "");
	assert_string_equal(sh_expand_one(&a, &values, "$NONE"), "");
	arena_free(&a);
}

static void make_file(const char *name)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	fclose(f);
}

static int enter_folder(void **state)
{
	static char name[] = "/tmp/test_sh_XXXXXX";

	if (!mkdtemp(name) || chdir(name) < 0)
		return -1;
	*state = name;
	make_file("b1");
	make_file("a1");
	make_file("a2");
	make_file(".hidden");
	make_file("a*");
	mkdir("d", 0777);
	make_file("d/x");
	mkdir("e", 0777);
	make_file("e/x");
	return 0;
}

static int leave_folder(void **state)
{
	static const char *const files[] = {
		"b1", "a1", "a2", ".hidden", "a*", "d/x", "e/x"
	};

	for (unsigned i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("d");
	rmdir("e");
	return chdir("/") || rmdir(*state);
}

static void test_patterns(void **state)
{
	(void)state;
	check_words("a?", "[a*][a1][a2]");
	check_words("*1 [ab]2", "[a1][b1][a2]");
	check_words("*/x ./*/x", "[d/x][e/x][./d/x][./e/x]");
	check_words("*/y z*", "[*/y][z*]");
	check_words("'*'1 \\*1 \"a*\" a\\*", "[*1][*1][a*][a*]");
	check_words("a\\* a'*'?", "[a*][a*?]");
	check_words("$STAR", "[a*][a1][a2][b1][d][e]");
	check_words("\"$STAR\"", "[*]");
	check_words(".h*", "[.hidden]");
	check_words("/t[m]p", "[/tmp]");
	check_words("[!a]1 [", "[b1][[]");
}

/* --- anything ------------------------------------------------------------------ */

/* Random texts of the bytes that have a meaning.  Nothing crashes or leaks, and a text that
 * is refused has a reason. */
static void test_random(void **state)
{
	static const char bytes[] = " \t\n;&|()<>'\"\\$#{}*?[ab12";

	(void)state;
	for (int round = 0; round < 200000; round++) {
		struct arena a = { 0 };
		struct sh_node *tree;
		const char *near;
		char text[40];
		u64 len = rig_below(sizeof(text));

		for (u64 i = 0; i < len; i++)
			text[i] = bytes[rig_below(sizeof(bytes) - 1)];
		text[len] = '\0';
		switch (sh_parse(&a, text, &tree, &near)) {
		case SH_OK:
			shown[0] = '\0';
			if (tree)
				show_node(tree);
			break;
		default:
			assert_null(tree);
			assert_true(near && *near);
		}
		arena_free(&a);
	}
}

/* Memory of an arena comes from calloc(). */
static struct failing failing;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return failing_now(&failing) ? NULL : __real_calloc(n, size);
}

/* Parses and expands while the @k-th allocation is refused, with @more all after it, too.
 * Returns false if one was refused. */
static bool try_without(int k, bool more, const char *text)
{
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;
	bool all = false;
	int argc;

	failing_set(&failing, k, more);
	switch (sh_parse(&a, text, &tree, &near)) {
	case SH_OK:
		all = sh_expand(&a, &values, tree->parts->words, &argc) != NULL;
		break;
	default:
		assert_null(tree);
	}
	assert_true(all == (failing_end(&failing) == 0));
	arena_free(&a);
	return all;
}

static void test_no_memory(void **state)
{
	char text[8000] = "a*";
	int k = 1;

	(void)state;
	while (strlen(text) < 3000)
		strcat(text, " \"$V\"xxxxxxxxxxxxxxxx/[a-z]* $@");
	memset(text + strlen(text), 'x', 4000);
	while (!try_without(k, true, text)) {
		assert_false(try_without(k, false, text));
		k++;
	}
	assert_true(k > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_redirections),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_no_arguments),
		cmocka_unit_test(test_one_string),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test_setup_teardown(test_patterns, enter_folder, leave_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
