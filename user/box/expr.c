/* expr.c - arithmetic and texts for scripts: POSIX, "expr". */
#include "box.h"

#include <ctype.h>
#include <errno.h>
#include <pattern.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char usage[] =
	"usage: expr EXPRESSION\n"
	"Print the value of an expression, whose parts are arguments:\n"
	"  A '|' B   A, unless it is empty or 0, else B      A '&' B   A if both are not\n"
	"  = != '<' '<=' '>' '>='   1 or 0: compare numbers or texts\n"
	"  + - '*' / %              integers of 64 bits\n"
	"  A : PATTERN   how much of the start of A matches, or what \\(...\\) matches\n"
	"  match A PATTERN   substr A FROM LENGTH   index A CHARACTERS   length A\n"
	"  '(' ... ')'   + A: A is a text, whatever it says\n"
	"The status is 1 if the value is empty or 0, and 2 after an error.\n";

static char **args; /* what is left */

static const char *expr_or(bool used);

_Noreturn static void expr_fail(const char *reason)
{
	fprintf(stderr, "expr: %s\n", reason);
	exit(2);
}

/* Takes the next argument if it is @word. */
static bool expr_takes(const char *word)
{
	if (!*args || strcmp(*args, word) != 0)
		return false;
	args++;
	return true;
}

static bool expr_number(const char *text, long *n)
{
	char *end;

	if (!isdigit((unsigned char)text[*text == '-']))
		return false;
	errno = 0;
	*n = strtol(text, &end, 10);
	if (!*end && errno)
		expr_fail("a number does not fit into 64 bits");
	return !*end;
}

/* A copy, which nobody frees. */
static const char *expr_text(const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		expr_fail("out of memory");
	return copy;
}

static const char *expr_of(long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n);
	return expr_text(text, sizeof(text));
}

static bool expr_holds(const char *value)
{
	long n;

	return *value && !(expr_number(value, &n) && n == 0);
}

/* --- texts ------------------------------------------------------------------------ */

static const char *expr_match(const char *text, const char *wanted)
{
	regmatch_t parts[PATTERN_PARTS];
	regex_t pattern;
	bool found;

	tool_failed = 2;
	pattern_compile(&pattern, wanted, 0);
	found = pattern_find(&pattern, text, 0, strlen(text), parts) && parts[0].rm_so == 0;
	if (pattern.re_nsub == 0)
		return expr_of(found ? (long)parts[0].rm_eo : 0);
	if (!found || parts[1].rm_so < 0)
		return "";
	return expr_text(text + parts[1].rm_so, (size_t)(parts[1].rm_eo - parts[1].rm_so));
}

static const char *expr_substr(const char *text, const char *from, const char *length)
{
	long at, n, len = (long)strlen(text);

	if (!expr_number(from, &at) || !expr_number(length, &n) || at < 1 || n < 1 ||
	    at > len)
		return "";
	at--;
	return expr_text(text + at, (size_t)(n < len - at ? n : len - at));
}

/* --- the grammar -------------------------------------------------------------------- */

static const char *expr_word(void)
{
	if (!*args)
		expr_fail("an argument is missing; `expr --help` says more");
	return *args++;
}

static const char *expr_part(bool used)
{
	const char *a, *b;

	if (expr_takes("+"))
		return expr_word();
	if (expr_takes("(")) {
		a = expr_or(used);
		if (!expr_takes(")"))
			expr_fail("`)` is missing");
		return a;
	}
	if (!*args || !args[1])
		return expr_word();
	if (expr_takes("length"))
		return expr_of((long)strlen(expr_part(used)));
	if (expr_takes("match")) {
		a = expr_part(used);
		return expr_match(a, expr_part(used));
	}
	if (expr_takes("index")) {
		a = expr_part(used);
		b = expr_part(used);
		return expr_of(a[strcspn(a, b)] ? (long)strcspn(a, b) + 1 : 0);
	}
	if (expr_takes("substr")) {
		a = expr_part(used);
		b = expr_part(used);
		return expr_substr(a, b, expr_part(used));
	}
	return expr_word();
}

static const char *expr_colon(bool used)
{
	const char *a = expr_part(used);

	while (expr_takes(":")) {
		const char *pattern = expr_part(used);

		a = used ? expr_match(a, pattern) : "";
	}
	return a;
}

/* @a and @b with one of + - * / %; @used is false where only the grammar counts. */
static const char *expr_calculate(const char *a, char op, const char *b, bool used)
{
	long x, y, n = 0;
	bool over;

	if (!used)
		return "";
	if (!expr_number(a, &x) || !expr_number(b, &y))
		expr_fail("not an integer");
	if ((op == '/' || op == '%') && y == 0)
		expr_fail("division by zero");
	if (op == '+')
		over = __builtin_add_overflow(x, y, &n);
	else if (op == '-')
		over = __builtin_sub_overflow(x, y, &n);
	else if (op == '*')
		over = __builtin_mul_overflow(x, y, &n);
	else if (y == -1) /* the processor would not say that it does not fit */
		over = op == '/' && __builtin_sub_overflow(0, x, &n);
	else {
		over = false;
		n = op == '/' ? x / y : x % y;
	}
	if (over)
		expr_fail("a number does not fit into 64 bits");
	return expr_of(n);
}

/* One of the operators in @ops, each one character; 0: none is next. */
static char expr_op(const char *ops)
{
	char op = *args && (*args)[0] && !(*args)[1] ? (*args)[0] : '\0';

	if (!op || !strchr(ops, op))
		return '\0';
	args++;
	return op;
}

static const char *expr_product(bool used)
{
	const char *a = expr_colon(used);
	char op;

	while ((op = expr_op("*/%")) != '\0')
		a = expr_calculate(a, op, expr_colon(used), used);
	return a;
}

static const char *expr_sum(bool used)
{
	const char *a = expr_product(used);
	char op;

	while ((op = expr_op("+-")) != '\0')
		a = expr_calculate(a, op, expr_product(used), used);
	return a;
}

static const char *expr_comparison(bool used)
{
	static const char *const names[] = { "<", "<=", "=", "==", "!=", ">=", ">" };
	const char *a = expr_sum(used);

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *b;
		bool holds;
		long x, y;
		int order;

		if (!expr_takes(names[i]))
			continue;
		b = expr_sum(used);
		order = expr_number(a, &x) && expr_number(b, &y) ? (x > y) - (x < y)
								 : strcmp(a, b);
		holds = i == 0   ? order < 0
			: i == 1 ? order <= 0
			: i <= 3 ? order == 0
			: i == 4 ? order != 0
			: i == 5 ? order >= 0
				 : order > 0;
		a = holds ? "1" : "0";
		i = (unsigned)-1; /* again from the first */
	}
	return a;
}

static const char *expr_and(bool used)
{
	const char *a = expr_comparison(used);

	while (expr_takes("&")) {
		bool first = expr_holds(a);
		const char *b = expr_comparison(used && first);

		a = first && expr_holds(b) ? a : "0";
	}
	return a;
}

static const char *expr_or(bool used)
{
	const char *a = expr_and(used);

	while (expr_takes("|")) {
		bool first = expr_holds(a);
		const char *b = expr_and(used && !first);

		a = first ? a : expr_holds(b) ? b : "0";
	}
	return a;
}

/* expr - calculate, compare and match, for scripts */
int expr_main(int argc, char **argv)
{
	const char *value;

	tool_failed = 3;
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage, stdout);
		return tool_finish();
	}
	args = argv + 1;
	if (*args && strcmp(*args, "--") == 0)
		args++;
	if (!*args)
		tool_usage(usage);
	value = expr_or(true);
	if (*args)
		expr_fail("an operator is missing; `expr --help` says more");
	puts(value);
	return tool_finish() ? tool_status : !expr_holds(value);
}
