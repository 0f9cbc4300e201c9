// sources: user/sh/word/expand.c user/sh/word/param.c user/sh/word/arith.c user/sh/word/glob.c user/sh/word/match.c user/sh/syntax/parse.c user/sh/syntax/compound.c user/sh/syntax/scan.c user/sh/syntax/heredoc.c user/sh/syntax/arena.c user/sh/syntax/alias.c
// cflags: -iquote user/sh -D_GNU_SOURCE -Wl,--wrap=malloc
/* test_sh_expand.c - how the shell makes arguments of words: tables of words and what
 * becomes of them, random words, and each allocation may fail. */
#include "failing.h"
#include "rig.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "word/arith.h"
#include "word/expand.h"
#include "word/match.h"

static char shown[65536];

static void show(const char *text)
{
	assert_true(strlen(shown) + strlen(text) < sizeof(shown));
	strcat(shown, text);
}

/* --- words -------------------------------------------------------------------- */

static char *test_args[] = { "one", "t w o", NULL };

static char set_name[40], set_value[40]; /* by ${...=...} or arithmetic */
static char complaint[2000];
static const char *ifs;

static const char *value_of(const char *name)
{
	static const char *const list[][2] = {
		{ "?", "7" },
		{ "V", "a  b" },
		{ "STAR", "*" },
		{ "BACK", "\\n" },
		{ "1", "one" },
		{ "2", "t w o" },
		{ "EMPTY", "" },
		{ "#", "2" },
		{ "N", "12" },
		{ "BAD", "1x" },
		{ "COLONS", ":a::b c:" },
		{ "P", "/lib/a.tgz.x" },
		{ "BLANKS", "  x  y  " },
		{ "10", "ten" },
		{ "HOME", "/home" },
		{ "MIXED", "a  : b:  :c" },
	};

	if (strcmp(name, "IFS") == 0)
		return ifs;
	if (*set_name && strcmp(name, set_name) == 0)
		return set_value;
	for (unsigned i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (strcmp(list[i][0], name) == 0)
			return list[i][1];
	return NULL;
}

static bool value_set(const char *name, const char *value)
{
	if (strcmp(name, "CONST") == 0)
		return false;
	snprintf(set_name, sizeof(set_name), "%s", name);
	snprintf(set_value, sizeof(set_value), "%s", value);
	return true;
}

/* Gives back the command between brackets. */
static char *value_command(struct arena *a, const char *text)
{
	size_t n = strlen(text);
	char *output = arena_alloc(a, n + 3);

	if (output)
		sprintf(output, "<%s>", text);
	return output;
}

static void value_fail(const char *name, const char *why)
{
	snprintf(complaint, sizeof(complaint), "%s: %s", name, why);
}

static struct sh_values values = {
	.get = value_of,
	.set = value_set,
	.command = value_command,
	.fail = value_fail,
	.args = test_args,
};

/* The arguments that @text gives, each in brackets; or "!" and the complaint. */
static void check_words(const char *text, const char *want)
{
	struct sh_source src = { .text = text };
	struct arena a = { 0 };
	struct sh_expansion x = { .arena = &a, .values = &values };
	struct sh_node *tree;
	const char *near;
	char **argv;
	int argc, n = 0;

	assert_int_equal(sh_parse(&a, &src, &tree, &near), SH_OK);
	complaint[0] = set_name[0] = '\0';
	argv = sh_expand(&x, tree->parts->words, &argc);
	shown[0] = '\0';
	for (; argv && argv[n]; n++) {
		show("[");
		show(argv[n]);
		show("]");
	}
	if (argv) {
		assert_int_equal(argc, n);
	} else {
		show("!");
		show(complaint);
	}
	assert_string_equal(shown, want);
	arena_free(&a);
	free(src.own);
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
	check_words("$ a$ \"$\" $. $=", "[$][a$][$][$.][$=]");
	check_words("$BACK \"$BACK\"", "[\\n][\\n]");
	check_words("$10", "[one0]");
	check_words("$((0 && (N = 5) || 1)) $N", "[1][12]");
	check_words("$@ $*", "[one][t][w][o][one][t][w][o]");
	check_words("\"$@\"", "[one][t w o]");
	check_words("\"$*\" \"<$@>\"", "[one t w o][<one][t w o>]");
}

static void test_no_arguments(void **state)
{
	char *none[] = { NULL };

	(void)state;
	values.args = none;
	check_words("\"$@\" x", "[x]");
	check_words("\"$*\" x", "[][x]");
	check_words("\"\"\"$@\" x", "[][x]");
	check_words("$@ $* x", "[x]");
	check_words("\"${@:-none}\" ${*+some}", "[none]");
	values.args = test_args;
}

static void test_splitting(void **state)
{
	(void)state;
	check_words("$BLANKS", "[x][y]");
	check_words("a$BLANKS'b'", "[a][x][y][b]");
	check_words("$COLONS", "[:a::b][c:]");
	ifs = ":";
	check_words("$COLONS", "[][a][][b c]");
	check_words("\"$*\" $*", "[one:t w o][one][t w o]");
	check_words("$BLANKS", "[  x  y  ]");
	ifs = " :";
	check_words("$MIXED", "[a][b][][c]");
	check_words("$BLANKS", "[x][y]");
	ifs = "";
	check_words("$V \"$*\"", "[a  b][onet w o]");
	ifs = NULL;
	check_words("$(echo a b) \"$(c  d)\"", "[<echo][a][b>][<c  d>]");
	check_words("`echo \\`x\\``", "[<echo][`x`>]");
	check_words("\"`a \\\"b\\\" \\$c`\"", "[<a \"b\" $c>]");
}

static void test_operators(void **state)
{
	(void)state;
	check_words("${V:-x} ${NONE:-x y} ${EMPTY:-z} ${EMPTY-z}a", "[a][b][x][y][z][a]");
	check_words("\"${NONE:-x  y}\" \"${NONE-\"x  y\"}\" ${NONE-'x  y'}",
		    "[x  y][x  y][x  y]");
	check_words("${NONE:-$V} \"${NONE:-$V}\" ${NONE-${NONE-$(c)}}",
		    "[a][b][a  b][<c>]");
	check_words("${V:+x} ${NONE:+x} ${EMPTY:+x} ${EMPTY+x}", "[x][x]");
	check_words("${NONE:=x} $NONE ${NONE=y}", "[x][x][x]");
	check_words("${1:=x} ${3:=x}", "!3: cannot be set");
	check_words("${CONST=x}", "!");
	check_words("${V:?x} ${NONE:?is  not here}", "!NONE: is  not here");
	check_words("${EMPTY?x}${EMPTY:?}", "!EMPTY: parameter not set or null");
	check_words("${#V} ${#NONE} ${#} ${##} ${#@} ${#1}", "[4][0][2][1][2][3]");
	check_words("${P##*/} ${P#*/} ${P%.*} ${P%%.*} ${P%y}",
		    "[a.tgz.x][lib/a.tgz.x][/lib/a.tgz][/lib/a][/lib/a.tgz.x]");
	check_words("${P%\"${P#????}\"} ${STAR#'*'}x ${STAR#?}x", "[/lib][x][x]");
	check_words("\"${V%%'  '*}\" \"${V#\"a \"}\" ${NONE#a}b", "[a][ b][b]");
	check_words("${10} $10", "[ten][one0]");
	check_words("\"${NONE-a}\"'b' ${NONE-}c \"${NONE-\\}}\"", "[ab][c][}]");
	check_words("${V!} x", "!V: bad substitution");
	check_words("${}", "!${: bad substitution");
	values.must_be_set = true;
	check_words("$NONE", "!NONE: parameter not set");
	check_words("${NONE-x}${NONE+y}", "[x]");
	check_words("${#NONE}", "!NONE: parameter not set");
	check_words("$@ $((1))", "[one][t][w][o][1]");
	check_words("$((NONE))", "!NONE: parameter not set");
	values.must_be_set = false;
}

static void test_arithmetic(void **state)
{
	static const struct {
		const char *text, *want;
	} table[] = {
		{ "1 + 2 * 3", "[7]" },
		{ "(1 + 2) * 3", "[9]" },
		{ "-7 / 2", "[-3]" },
		{ "-7 % 3", "[-1]" },
		{ "0x1f + 010", "[39]" },
		{ "!5 + !0 + ~0 - -1", "[1]" },
		{ "1 << 4 | 3 & 2 ^ 1", "[19]" },
		{ "5 > 3 && 2 >= 3 || 4 < 3 == 0", "[1]" },
		{ "1 ? 2 : 0 ? 3 : 4", "[2]" },
		{ "0 ? 2 : 0 ? 3 : 4", "[4]" },
		{ "10 - 3 - 2", "[5]" },
		{ "N + $N", "[24]" },
		{ "N += 3", "[15]" },
		{ "X = Y = 4", "[4]" },
		{ "N <<= 2", "[48]" },
		{ "NONE + EMPTY", "[0]" },
		{ "0 && (N = 1 / 0)", "[0]" },
		{ "1 || 1 / 0", "[1]" },
		{ "1 != 2 != 0", "[1]" },
		{ "", "!: an operand is missing" },
		{ "1 / 0", "!1 / 0: division by zero" },
		{ "5 % (N - 12)", "!5 % (N - 12): division by zero" },
		{ "1 +", "!1 +: an operand is missing" },
		{ "1 2", "!1 2: not an arithmetic expression" },
		{ "1 ? 2", "!1 ? 2: `:` is missing" },
		{ "08", "!08: not a number" },
		{ "BAD", "!BAD: not a number" },
		{ "CONST = 1", "!" },
		{ "9223372036854775807 + 1", "[-9223372036854775808]" },
		{ "(-9223372036854775807 - 1) / -1", "[-9223372036854775808]" },
		{ "(-9223372036854775807 - 1) % -1", "[0]" },
		{ "1 << 65", "[2]" },
		{ "9223372036854775807 * 3", "[9223372036854775805]" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[100];

		snprintf(text, sizeof(text), "$((%s))", table[i].text);
		check_words(text, table[i].want);
	}
	char deep[1000] = "$((";

	memset(deep + 3, '(', 400);
	strcat(deep, "1");
	memset(deep + strlen(deep), ')', 402);
	struct arena a = { 0 };
	struct sh_expansion x = { .arena = &a, .values = &values };

	complaint[0] = '\0';
	assert_null(sh_expand_one(&x, deep));
	assert_non_null(strstr(complaint, "nested too deeply"));
	arena_free(&a);
}

static void test_one_string(void **state)
{
	struct arena a = { 0 };
	struct sh_expansion x = { .arena = &a, .values = &values };

	(void)state;
	assert_string_equal(sh_expand_one(&x, "x$V*"), "xa  b*");
	assert_string_equal(sh_expand_one(&x, "'*' \\*"), "* *");
	assert_string_equal(sh_expand_one(&x, ""), "");
	assert_string_equal(sh_expand_one(&x, "$NONE"), "");
	assert_string_equal(sh_expand_one(&x, "\"$@\""), "one t w o");
	assert_string_equal(sh_expand_pattern(&x, "a*'*'\\?$STAR\"$STAR\""),
			    "a*\\*\\?*\\*");
	assert_string_equal(sh_expand_here(&x, "'$V' \"\\$V\" \\x $((1+1))\n"),
			    "'a  b' \"$V\" \\x 2\n");
	assert_null(sh_expand_here(&x, "${V"));
	arena_free(&a);
}

static void test_match(void **state)
{
	static const struct {
		char pattern[20];
		const char *text;
		bool match;
	} table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "a*b*c", "a1b2c", true },
		{ "a*b*c", "abcd", false },
		{ "*ab", "aab", true },
		{ "*aab*", "aaab", true },
		{ "?", "", false },
		{ "??", "ab", true },
		{ "[ab]c", "bc", true },
		{ "[!ab]", "b", false },
		{ "[]a]", "]", true },
		{ "[a-c]x", "bx", true },
		{ "[", "[", true },
		{ "[a", "[a", true },
		{ "\\*", "*", true },
		{ "\\*", "x", false },
		{ "[[:digit:]]", "5", true },
		{ "[[:alpha:]]", "5", false },
		{ "*[0-9]*", "a7b", true },
		{ "[a-]", "-", true },
		{ "[!a-cx-z]", "y", false },
		{ "[a\\]b]", "]", true },
		{ "[[:no:]]", "n", false },
		{ "[[:", "[[:", true },
		{ "a\\", "a\\", true },
	};
	static char stars[40001], as[40001];

	(void)state;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char pattern[20];

		strcpy(pattern, table[i].pattern);
		assert_int_equal(match_text(pattern, table[i].text), table[i].match);
	}
	/* As many recursions, or 2 to the power of them, would not end. */
	for (unsigned i = 0; i < 40000; i += 2)
		memcpy(stars + i, "*a", 2);
	memset(as, 'a', 30000);
	assert_true(match_text(stars, as));
	as[19990] = '\0';
	assert_false(match_text(stars, as));
}

static void test_tilde(void **state)
{
	(void)state;
	check_words("~ ~/a '~' a~ \\~ ~x", "[/home][/home/a][~][a~][~][~x]");
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

/* Random words.  Nothing crashes or leaks, and a failure has a reason. */
static void test_random(void **state)
{
	static const char *const parts[] = {
		"$", "{",  "}", "V",   "NONE", "1",        "@",  "*",  "#",
		"%", ":",  "-", "=",   "?",    "+",        "((", "))", "(",
		")", "\"", "'", "\\",  "`",    " ",        "${", "$(", "a",
		"/", "\n", "!", "$((", "${V",  "${NONE:-", "[",  "N",  "~",
	};

	(void)state;
	for (int round = 0; round < 400000; round++) {
		struct arena a = { 0 };
		struct sh_expansion x = { .arena = &a, .values = &values };
		struct sh_word word;
		char text[200] = "";
		int argc;

		for (u64 i = rig_below(16); i > 0; i--)
			strcat(text, parts[rig_below(sizeof(parts) / sizeof(parts[0]))]);
		word = (struct sh_word){ .text = text };
		complaint[0] = set_name[0] = '\0';
		values.no_patterns = true;
		if (!sh_expand(&x, &word, &argc))
			assert_true(complaint[0] && !x.nomem);
		(void)sh_expand_one(&x, text);
		(void)sh_expand_pattern(&x, text);
		(void)sh_expand_here(&x, text);
		arena_free(&a);
	}
	values.no_patterns = false;
}

/* Memory of an arena comes from malloc(). */
static struct failing failing;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
	return failing_now(&failing) ? NULL : __real_malloc(size);
}

/* Expands while the @k-th allocation is refused, with @more all after it, too.  Returns
 * false if one was refused. */
static bool try_without(u64 k, bool more, char *text)
{
	struct arena a = { 0 };
	struct sh_expansion x = { .arena = &a, .values = &values };
	struct sh_word word = { .text = text };
	bool all;
	int argc;

	failing_set(&failing, k, more);
	all = sh_expand(&x, &word, &argc) != NULL;
	assert_true(all == (failing_end(&failing) == 0));
	assert_true(all == !x.nomem);
	arena_free(&a);
	return all;
}

static void test_no_memory(void **state)
{
	char text[9000] = "a*";
	u64 k = 1;

	(void)state;
	while (strlen(text) < 3000)
		strcat(text, "\"$V\"xxxxxxxxxxxxxxxx/[a-z]* $@${P#*/}$((N+1))${NONE-$V}");
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
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_no_arguments),
		cmocka_unit_test(test_splitting),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_tilde),
		cmocka_unit_test(test_one_string),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test_setup_teardown(test_patterns, enter_folder, leave_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
