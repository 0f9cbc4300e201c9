// sources: user/sh/syntax/parse.c user/sh/syntax/compound.c user/sh/syntax/scan.c user/sh/syntax/heredoc.c user/sh/syntax/arena.c user/sh/syntax/alias.c
// cflags: -iquote user/sh -D_GNU_SOURCE -Wl,--wrap=malloc
/* test_sh_parse.c - the shell's grammar.  Trees are compared as text, lines of any bytes
 * must be understood or refused, and each allocation may fail. */
#include "failing.h"
#include "rig.h"

#include <string.h>

#include "syntax/parse.h"

/* --- trees as text ----------------------------------------------------------- */

static char shown[4096];

static void show(const char *text)
{
	assert_true(strlen(shown) + strlen(text) < sizeof(shown));
	strcat(shown, text);
}

static void show_redirs(const struct sh_redir *r)
{
	static const char *const kinds[] = { "<", ">", ">>", "&", "<>", ">|", "<<", "<<'" };

	for (; r; r = r->next) {
		char fd[16];

		snprintf(fd, sizeof(fd), " %d", r->fd);
		show(fd);
		show(kinds[r->kind]);
		show(r->target);
	}
}

static void show_words(const struct sh_word *w, const char *between)
{
	for (; w; w = w->next) {
		show(w->text);
		show(w->next ? between : "");
	}
}

static void show_node(const struct sh_node *node);

static void show_parts(const struct sh_node *node)
{
	for (const struct sh_node *part = node->parts; part; part = part->next) {
		show(" ");
		show(part->join == SH_IF_OK ? "&&" : part->join == SH_IF_NOT ? "||" : "");
		show_node(part);
		show(part->background ? " &" : "");
	}
}

/* Shows `a; b &` as (LIST [a] [b] &).  The other kinds are (ANDOR [a] &&[b] ||[c]),
 * (PIPELINE [a] [b]), (GROUP ...), (FOR name: words ...) and so on.  The words of a command
 * are in brackets, after its assignments and a comma. */
static void show_node(const struct sh_node *node)
{
	static const char *const kinds[] = { "",        "GROUP", "BRACE", "PIPELINE",
					     "ANDOR",   "LIST",  "IF",    "WHILE",
					     "UNTIL",   "FOR",   "CASE",  "ITEM",
					     "FUNCTION" };

	if (node->kind == SH_SIMPLE) {
		show("[");
		show_words(node->assigns, " ");
		show(node->assigns ? "," : "");
		show_words(node->words, " ");
	} else {
		show("(");
		show(kinds[node->kind]);
		show(node->negated ? "!" : "");
		if (node->name) {
			show(" ");
			show(node->name);
		}
		show(node->over_args ? " @" : node->words ? " " : "");
		show_words(node->words, node->kind == SH_ITEM ? "|" : " ");
		show_parts(node);
	}
	show_redirs(node->redirs);
	show(node->kind == SH_SIMPLE ? "]" : ")");
}

/* A source that gives out a text line by line. */
struct lines {
	struct sh_source src;
	const char *rest;
	char text[8192];
};

static bool lines_more(struct sh_source *src)
{
	struct lines *l = (struct lines *)src;
	size_t n = strcspn(l->rest, "\n"), len = strlen(l->text);

	n += l->rest[n] == '\n';
	memcpy(l->text + len, l->rest, n);
	l->text[len + n] = '\0';
	l->rest += n;
	return n > 0;
}

/* All of @text, whose lines make one list. */
static void show_text(const char *text, struct sh_source *src)
{
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;

	shown[0] = '\0';
	do {
		assert_int_equal(sh_parse(&a, src, &tree, &near), SH_OK);
		if (tree && shown[0])
			show(" ");
		if (tree)
			show_node(tree);
	} while (src->text[src->at] || (src->more && src->more(src)));
	assert_int_equal(src->at, strlen(text));
	arena_free(&a);
}

/* The same in one piece and line by line. */
static void check_tree(const char *text, const char *want)
{
	struct sh_source src = { .text = text };
	struct lines *l = calloc(1, sizeof(*l));

	show_text(text, &src);
	assert_string_equal(shown, want);
	l->src = (struct sh_source){ .text = l->text, .more = lines_more };
	l->rest = text;
	show_text(text, &l->src);
	assert_string_equal(shown, want);
	free(l);
}

static void check_fails(const char *text, enum sh_result want, const char *want_near)
{
	struct sh_source src = { .text = text };
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;
	enum sh_result result;

	do
		result = sh_parse(&a, &src, &tree, &near);
	while (result == SH_OK && src.text[src.at]);
	assert_int_equal(result, want);
	assert_string_equal(near, want_near);
	assert_null(tree);
	arena_free(&a);
	free(src.own);
}

static void test_commands(void **state)
{
	(void)state;
	check_tree("", "");
	check_tree(" \t\n\n # only a comment", "");
	check_tree("ls -l /\n", "(LIST [ls -l /])");
	check_tree("a;b ; c", "(LIST [a] [b] [c])");
	check_tree("a & b&", "(LIST [a] & [b] &)");
	check_tree("a\nb\n\nc", "(LIST [a]) (LIST [b]) (LIST [c])");
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
	check_tree("a>f 2>&1 b", "(LIST [a b 1>f 2&1])");
	check_tree("a >'b c'", "(LIST [a 1>'b c'])");
}

static void test_here_documents(void **state)
{
	(void)state;
	check_tree("a <<E\nb\n$c\nE\nd", "(LIST [a 0<<b\n$c\n]) (LIST [d])");
	check_tree("a <<'E'\nE x\nE\n", "(LIST [a 0<<'E x\n])");
	check_tree("a <<\\E\nE", "(LIST [a 0<<'])");
	check_tree("a <<-E | b\n\t\tx\n\tE\nc",
		   "(LIST (PIPELINE [a 0<<x\n] [b])) (LIST [c])");
	check_tree("a <<A 3<<B; b\n1\nA\n2\nB\n", "(LIST [a 0<<1\n 3<<2\n] [b])");
	check_tree("if a <<E\nb\nE\nthen c; fi",
		   "(LIST (IF (LIST [a 0<<b\n]) (LIST [c])))");
	check_tree("a <<E\nb \\\nE\nE\n", "(LIST [a 0<<b \\\nE\n])");
	check_tree("a <<E\nno end", "(LIST [a 0<<no end])");
	check_tree("a <<E", "(LIST [a 0<<])");
	check_tree("a <<E $(b)\nx\nE\n", "(LIST [a $(b) 0<<x\n])");
	check_tree("a <<E $(b <<F\ny\nF\n)\nx\nE\n", "(LIST [a $(b <<F\ny\nF\n) 0<<x\n])");
	check_tree("a $(b <<E\nc)\nE\n) d", "(LIST [a $(b <<E\nc)\nE\n) d])");
}

static void test_compounds(void **state)
{
	(void)state;
	check_tree("if a; then b; fi", "(LIST (IF (LIST [a]) (LIST [b])))");
	check_tree(
		"if a\nthen\nb\nelif c; then d; else e; fi >f",
		"(LIST (IF (LIST [a]) (LIST [b]) (LIST [c]) (LIST [d]) (LIST [e]) 1>f))");
	check_tree("while a; do b; done | c",
		   "(LIST (PIPELINE (WHILE (LIST [a]) (LIST [b])) [c]))");
	check_tree("until a; do b& done", "(LIST (UNTIL (LIST [a]) (LIST [b] &)))");
	check_tree("for x in 1 $y; do z; done", "(LIST (FOR x 1 $y (LIST [z])))");
	check_tree("for x in; do z; done", "(LIST (FOR x (LIST [z])))");
	check_tree("for x\ndo z; done", "(LIST (FOR x @ (LIST [z])))");
	check_tree("for x; do z; done &", "(LIST (FOR x @ (LIST [z])) &)");
	check_tree(
		"case $x in a) b;; (c|d*) e\nf;; *) esac",
		"(LIST (CASE $x (ITEM a (LIST [b])) (ITEM c|d* (LIST [e] [f])) (ITEM *)))");
	check_tree("case x in esac", "(LIST (CASE x))");
	check_tree("case x\nin\na) b\nesac", "(LIST (CASE x (ITEM a (LIST [b]))))");
	check_tree("{ a; b; } > c", "(LIST (BRACE (LIST [a] [b]) 1>c))");
	check_tree("{ (a) }", "(LIST (BRACE (LIST (GROUP (LIST [a])))))");
	check_tree("f() { a; }", "(LIST (FUNCTION f (BRACE (LIST [a]))))");
	check_tree("f ( )\n(a) >b", "(LIST (FUNCTION f (GROUP (LIST [a]) 1>b)))");
	check_tree("! a | b", "(LIST (PIPELINE! [a] [b]))");
	check_tree("! a && b", "(LIST (ANDOR (PIPELINE! [a]) &&[b]))");
	check_tree("echo if then }; done=1", "(LIST [echo if then }] [done=1,])");
}

static void test_substitutions(void **state)
{
	(void)state;
	check_tree("a $(b; c) d", "(LIST [a $(b; c) d])");
	check_tree("a \"$(b \")\" ')' # )\n)\" d", "(LIST [a \"$(b \")\" ')' # )\n)\" d])");
	check_tree("a $(case x in y) z;; esac)e f",
		   "(LIST [a $(case x in y) z;; esac)e f])");
	check_tree("a `b \\` c` d", "(LIST [a `b \\` c` d])");
	check_tree("a $((1 + (2 * 3))) b", "(LIST [a $((1 + (2 * 3))) b])");
	check_tree("a $((b) | c) d", "(LIST [a $((b) | c) d])");
	check_tree("a ${b:-c d} ${e-\"}\"} f", "(LIST [a ${b:-c d} ${e-\"}\"} f])");
	check_tree("a \"${b-'}\" c", "(LIST [a \"${b-'}\" c])");
	check_tree("a \"${b#'}'}\" c", "(LIST [a \"${b#'}'}\" c])");
}

static void test_assignments(void **state)
{
	(void)state;
	check_tree("a=1 b=$c", "(LIST [a=1 b=$c,])");
	check_tree("a=1 b c=2", "(LIST [a=1,b c=2])");
	check_tree(">f a=1 b", "(LIST [a=1,b 1>f])");
	check_tree("1a=2 'a'=1", "(LIST [1a=2 'a'=1])");
}

static void test_quotes(void **state)
{
	(void)state;
	check_tree("a 'b;c' \"d|e\" f\\ g", "(LIST [a 'b;c' \"d|e\" f\\ g])");
	check_tree("a \"b\\\"c\" 'd\ne'", "(LIST [a \"b\\\"c\" 'd\ne'])");
	check_tree("a \\\n b", "(LIST [a b])");
}

static struct sh_alias *aliases;

static void define(const char *name, const char *value)
{
	assert_true(alias_set(&aliases, name, strlen(name), value));
}

/* A text that the parser changes: it becomes the source's own. */
static void check_alias(const char *text, const char *want)
{
	struct sh_source src = { .text = text, .aliases = &aliases };
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;

	shown[0] = '\0';
	do {
		assert_int_equal(sh_parse(&a, &src, &tree, &near), SH_OK);
		if (tree)
			show_node(tree);
	} while (src.text[src.at]);
	assert_string_equal(shown, want);
	arena_free(&a);
	free(src.own);
}

/* A backslash and a newline are nothing, in words and operators, too. */
static void test_joined_lines(void **state)
{
	(void)state;
	check_alias("a\\\nb c\\\n\\\nd\\\n", "(LIST [ab cd])");
	check_alias("i\\\nf a; t\\\nhen b; f\\\ni", "(LIST (IF (LIST [a]) (LIST [b])))");
	check_alias("a &\\\n& b |\\\n| c", "(LIST (ANDOR [a] &&[b] ||[c]))");
	check_alias("a >\\\n>f 2\\\n>g", "(LIST [a 1>>f 2>g])");
	check_alias("a $\\\n{b}$(\\\nc) \\\\\nd", "(LIST [a ${b}$(c) \\\\])(LIST [d])");
	check_alias("a 'b\\\nc' # d\\\ne", "(LIST [a 'b\\\nc'])(LIST [e])");
	check_alias("a \\\n", "(LIST [a])");
	define("al", "x\\\ny z ");
	define("z", "w");
	check_alias("al z", "(LIST [xy z w])");
	while (aliases)
		(void)alias_unset(&aliases, aliases->name);
}

static unsigned line_of(const struct sh_node *node)
{
	while (node->parts)
		node = node->parts;
	return node->line;
}

static void test_line_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned lines[3];
	} cases[] = {
		{ "a\nb\n\nc\n", { 1, 2, 4 } },
		{ "a '\n'\nb\\\n\\\nd\ne", { 1, 3, 6 } },
		{ "a <<E\nx\nE\nb\n(\nc)", { 1, 4, 6 } },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sh_source src = { .text = cases[i].text };
		struct arena a = { 0 };
		struct sh_node *tree;
		const char *near;
		unsigned n = 0;

		while (src.text[src.at]) {
			assert_int_equal(sh_parse(&a, &src, &tree, &near), SH_OK);
			if (tree)
				assert_int_equal(line_of(tree), cases[i].lines[n++]);
		}
		assert_int_equal(n, 3);
		arena_free(&a);
		free(src.own);
	}
}

static void test_aliases(void **state)
{
	(void)state;
	define("l", "ls -l");
	define("e", "echo ");
	define("none", "");
	define("one", "two 1");
	define("two", "one 2");
	define("open", "if a; then");
	define("fi", "never");
	check_alias("l", "(LIST [ls -l])");
	check_alias("l x; a l; \\l", "(LIST [ls -l x] [a l] [\\l])");
	check_alias("a | l && l || l",
		    "(LIST (ANDOR (PIPELINE [a] [ls -l]) &&[ls -l] ||[ls -l]))");
	check_alias("! l", "(LIST (PIPELINE! [ls -l]))");
	check_alias("e l e l; e a l", "(LIST [echo ls -l e l] [echo a l])");
	check_alias("none", "");
	check_alias("none l\nnone\nl", "(LIST [ls -l])(LIST [ls -l])");
	check_alias("one; two", "(LIST [one 2 1] [two 1 2])");
	check_alias("open l; fi", "(LIST (IF (LIST [a]) (LIST [ls -l])))");
	check_alias("x=1 l", "(LIST [x=1,ls -l])");
	check_alias("a $(l) `l`", "(LIST [a $(l) `l`])");
	check_alias("l <<E\nl\nE\nl", "(LIST [ls -l 0<<l\n])(LIST [ls -l])");
	check_alias("(l); { l; }; f() { l; }",
		    "(LIST (GROUP (LIST [ls -l])) (BRACE (LIST [ls -l])) "
		    "(FUNCTION f (BRACE (LIST [ls -l]))))");
	assert_true(alias_unset(&aliases, "l"));
	assert_false(alias_unset(&aliases, "l"));
	check_alias("l", "(LIST [l])");
	while (aliases)
		assert_true(alias_unset(&aliases, aliases->name));
}

static void test_refused(void **state)
{
	(void)state;
	check_fails(";", SH_BAD, ";");
	check_fails("a ;; b", SH_BAD, ";;");
	check_fails("a &; b", SH_BAD, ";");
	check_fails("| a", SH_BAD, "|");
	check_fails("a || && b", SH_BAD, "&&");
	check_fails("a | | b", SH_BAD, "|");
	check_fails("a )", SH_BAD, ")");
	check_fails("()", SH_BAD, ")");
	check_fails("{ }", SH_BAD, "}");
	check_fails("a (b)", SH_BAD, "b");
	check_fails("(a) b", SH_BAD, "b");
	check_fails("a >\nb", SH_BAD, "newline");
	check_fails("a > | b", SH_BAD, "|");
	check_fails("a >> >> b", SH_BAD, ">>");
	check_fails("fi", SH_BAD, "fi");
	check_fails("if a; fi", SH_BAD, "fi");
	check_fails("if ; then", SH_BAD, ";");
	check_fails("for 1 in a; do b; done", SH_BAD, "1");
	check_fails("for a in b; c; done", SH_BAD, "c");
	check_fails("while a; do done", SH_BAD, "done");
	check_fails("case a in b c) d;; esac", SH_BAD, "c");
	check_fails("f() a", SH_BAD, "a");
	check_fails("a.b() { c; }", SH_BAD, "a.b");
	check_fails("a && }", SH_BAD, "}");
	check_fails("echo $(a;;)", SH_BAD, ";;");
}

static void test_incomplete(void **state)
{
	static const char *const texts[] = { "(a",  "(a;", "a |",      "a &&\n",   "a ||",
					     "a >", "(",   "(a) | (b", "a | # c\n" };

	(void)state;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_fails(texts[i], SH_INCOMPLETE, "end of file");
	check_fails("if a; then b", SH_INCOMPLETE, "end of file");
	check_fails("for a in b", SH_INCOMPLETE, "end of file");
	check_fails("case a in b) c;;", SH_INCOMPLETE, "end of file");
	check_fails("f()", SH_INCOMPLETE, "end of file");
	check_fails("a $(b", SH_INCOMPLETE, "end of file");
	check_fails("a ${b", SH_INCOMPLETE, "${");
	check_fails("a `b", SH_INCOMPLETE, "`");
	check_fails("a $((1", SH_INCOMPLETE, "$((");
	check_fails("a 'b", SH_INCOMPLETE, "quote");
	check_fails("a \"b\\\"", SH_INCOMPLETE, "quote");
}

/* @n times @open, a command, and @n times @close. */
static char *nested(const char *open, int n, const char *close)
{
	char *text = calloc(1, (size_t)n * (strlen(open) + strlen(close)) + 8);

	for (int i = 0; i < n; i++)
		strcat(text, open);
	strcat(text, "a");
	for (int i = 0; i < n; i++)
		strcat(text, close);
	return text;
}

static void test_depth(void **state)
{
	static const char *const kinds[][2] = {
		{ "(", ")" },
		{ "{ ", "; }" },
		{ "b $(", ")" },
		{ "b ${c-", "}" },
		{ "if ", "; then b; fi" },
		{ "b \"$(", ")\"" },
		{ "b $((", "))" },
		{ "f() { ", "; }" },
		{ "while ", "; do b; done" },
		{ "case x in y) ", ";; esac" },
		{ "b \"${c-", "}\"" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (int n = 10; n <= 20000; n = n == 10 ? 20000 : n + 1) {
			char *text = nested(kinds[i][0], n, kinds[i][1]);
			struct sh_source src = { .text = text };
			struct arena a = { 0 };
			struct sh_node *tree;
			const char *near;

			assert_int_equal(sh_parse(&a, &src, &tree, &near),
					 n == 10 ? SH_OK : SH_BAD);
			arena_free(&a);
			free(src.own);
			free(text);
		}
	}
}

/* --- anything ------------------------------------------------------------------ */

/* Random texts of the bytes that have a meaning.  Nothing crashes or leaks, and a text that
 * is refused has a reason. */
static void test_random(void **state)
{
	static const char bytes[] = " \t\n;&|()<>'\"\\$#{}`!=-ab12";
	static const char *const words[] = { "if ",   "then ", "fi ",   "while ", "do ",
					     "done ", "case ", "in ",   "esac ",  "for ",
					     "$((",   "${a#",  "<<E\n", "E\n",    "f() ",
					     "{ ",    "}",     "$(" };

	(void)state;
	for (int round = 0; round < 400000; round++) {
		struct arena a = { 0 };
		struct sh_node *tree;
		const char *near;
		char text[200] = "";
		u64 len = rig_below(30);

		for (u64 i = 0; i < len; i++) {
			char c[2] = { bytes[rig_below(sizeof(bytes) - 1)] };

			strcat(text, rig_below(3) ? c
						  : words[rig_below(sizeof(words) /
								    sizeof(words[0]))]);
		}
		struct sh_source src = { .text = text };

		switch (sh_parse(&a, &src, &tree, &near)) {
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
		free(src.own);
	}
}

/* Memory of an arena comes from malloc(). */
static struct failing failing;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
	return failing_now(&failing) ? NULL : __real_malloc(size);
}

/* Parses while the @k-th allocation is refused, with @more all after it, too.  Returns
 * false if one was refused. */
static bool try_without(u64 k, bool more, const char *text)
{
	struct sh_source src = { .text = text };
	struct arena a = { 0 };
	struct sh_node *tree;
	const char *near;
	bool all;

	failing_set(&failing, k, more);
	all = sh_parse(&a, &src, &tree, &near) == SH_OK;
	assert_true(all == (tree != NULL) && all == (failing_end(&failing) == 0));
	arena_free(&a);
	free(src.own);
	return all;
}

static void test_no_memory(void **state)
{
	char text[9000] =
		"f() { case x in a|b) (c) >d | while e; do g=1 h; done<<E\nx\nE\n;; esac }";
	u64 k = 1;

	(void)state;
	while (strlen(text) < 5000)
		strcat(text, "; if a; then ! b && c $(d) & fi");
	while (!try_without(k, true, text)) {
		assert_false(try_without(k, false, text));
		k++;
	}
	assert_true(k > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),      cmocka_unit_test(test_groups),
		cmocka_unit_test(test_compounds),     cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_redirections),  cmocka_unit_test(test_here_documents),
		cmocka_unit_test(test_substitutions), cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_aliases),       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_joined_lines),  cmocka_unit_test(test_line_numbers),
		cmocka_unit_test(test_incomplete),    cmocka_unit_test(test_depth),
		cmocka_unit_test(test_random),        cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
