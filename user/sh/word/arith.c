/* arith.c - arithmetic for $((...)); see arith.h. */
#include "word/arith.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 100 /* parentheses, signs and conditions inside each other */

struct arith {
	struct sh_expansion *x;
	const char *at;
	const char *wrong; /* the first failure          */
	int skip;          /* > 0: nothing has an effect */
	int depth;
};

/* Binary operators; a longer one stands before its first half. */
static const struct arith_op {
	const char *text;
	int level; /* a higher one binds closer */
} ops[] = {
	{ "||", 1 }, { "&&", 2 }, { "==", 6 }, { "!=", 6 }, { "<<", 8 }, { ">>", 8 },
	{ "<=", 7 }, { ">=", 7 }, { "|", 3 },  { "^", 4 },  { "&", 5 },  { "<", 7 },
	{ ">", 7 },  { "+", 9 },  { "-", 9 },  { "*", 10 }, { "/", 10 }, { "%", 10 },
};

const char *arith_text(long value, char buf[24])
{
	unsigned long n = value < 0 ? 0 - (unsigned long)value : (unsigned long)value;
	char *s = buf + 23;

	*s = '\0';
	do {
		*--s = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	if (value < 0)
		*--s = '-';
	return s;
}

static long arith_fail(struct arith *a, const char *why)
{
	if (!a->wrong)
		a->wrong = why;
	return 0;
}

static char arith_next(struct arith *a)
{
	while (isspace((unsigned char)*a->at))
		a->at++;
	return *a->at;
}

static bool arith_take(struct arith *a, char c)
{
	if (a->wrong || arith_next(a) != c)
		return false;
	a->at++;
	return true;
}

/* --- variables and numbers ----------------------------------------------------- */

static long arith_number(struct arith *a, const char **at)
{
	char *end;
	long value;

	value = strtol(*at, &end, 0);
	if (end == *at || isalnum((unsigned char)*end) || *end == '_')
		return arith_fail(a, "not a number");
	*at = end;
	return value;
}

/* The name at the cursor, copied; moves after it. */
static char *arith_name(struct arith *a)
{
	size_t n = sh_name_length(a->at);
	char *name = arena_copy(a->x->arena, a->at, n);

	a->at += n;
	if (!name) {
		a->x->nomem = true;
		arith_fail(a, "");
	}
	return name;
}

static long arith_get(struct arith *a, const char *name)
{
	const char *value = a->wrong || a->skip ? "" : a->x->values->get(name);
	long number;

	if (!value && a->x->values->must_be_set) {
		a->x->values->fail(name, "parameter not set");
		return arith_fail(a, "");
	}
	while (value && isspace((unsigned char)*value))
		value++;
	if (!value || !*value)
		return 0;
	number = arith_number(a, &value);
	while (isspace((unsigned char)*value))
		value++;
	return *value ? arith_fail(a, "a variable is not a number") : number;
}

static long arith_set(struct arith *a, const char *name, long value)
{
	char buf[24];

	if (!a->wrong && !a->skip && !a->x->values->set(name, arith_text(value, buf)))
		return arith_fail(a, "");
	return value;
}

/* --- operators ---------------------------------------------------------------- */

static long arith_any(struct arith *a);

static long arith_primary(struct arith *a)
{
	char c = arith_next(a);
	long value;

	if (a->wrong)
		return 0;
	if (isdigit((unsigned char)c))
		return arith_number(a, &a->at);
	if (sh_name_length(a->at))
		return arith_get(a, arith_name(a));
	if (!arith_take(a, '('))
		return arith_fail(a, c ? "not an arithmetic expression"
				       : "an operand is missing");
	value = arith_any(a);
	if (!arith_take(a, ')'))
		arith_fail(a, "a parenthesis is missing");
	return value;
}

static long arith_unary(struct arith *a)
{
	long value;
	char c = arith_next(a);

	if (!c || !strchr("+-!~", c) || a->wrong)
		return arith_primary(a);
	if (++a->depth > DEPTH)
		return arith_fail(a, "nested too deeply");
	a->at++;
	value = arith_unary(a);
	a->depth--;
	switch (c) {
	case '-':
		return (long)(0 - (unsigned long)value);
	case '!':
		return !value;
	case '~':
		return ~value;
	default:
		return value;
	}
}

static long arith_divide(struct arith *a, char op, long left, long right)
{
	if (a->skip || a->wrong)
		return 0;
	if (right == 0)
		return arith_fail(a, "division by zero");
	if (right == -1)
		return op == '/' ? (long)(0 - (unsigned long)left) : 0;
	return op == '/' ? left / right : left % right;
}

static long arith_apply(struct arith *a, const char *op, long left, long right)
{
	unsigned long l = (unsigned long)left, r = (unsigned long)right;
	bool twice = op[1] == op[0], equal = op[1] == '=' && op[0] != '=';

	switch (*op) {
	case '|':
		return twice ? left || right : left | right;
	case '&':
		return twice ? left && right : left & right;
	case '^':
		return left ^ right;
	case '=':
		return left == right;
	case '!':
		return left != right;
	case '<':
		return twice ? (long)(l << (r & 63)) : equal ? left <= right : left < right;
	case '>':
		return twice ? left >> (r & 63) : equal ? left >= right : left > right;
	case '+':
		return (long)(l + r);
	case '-':
		return (long)(l - r);
	case '*':
		return (long)(l * r);
	default:
		return arith_divide(a, *op, left, right);
	}
}

/* The binary operator at the cursor, or NULL; `+=` and the like are none. */
static const struct arith_op *arith_operator(struct arith *a)
{
	(void)arith_next(a);
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t len = strlen(ops[i].text);

		if (strncmp(a->at, ops[i].text, len) == 0)
			return a->at[len] == '=' && !strchr("=!", *ops[i].text) &&
					       (len == 1 || ops[i].level == 8)
				       ? NULL
				       : &ops[i];
	}
	return NULL;
}

/* Operators of @level and closer. */
static long arith_binary(struct arith *a, int level)
{
	long left = arith_unary(a);
	const struct arith_op *op;

	while (!a->wrong && (op = arith_operator(a)) && op->level >= level) {
		bool skips = (op->level == 1 && left) || (op->level == 2 && !left);
		long right;

		a->at += strlen(op->text);
		a->skip += skips;
		right = arith_binary(a, op->level + 1);
		a->skip -= skips;
		left = arith_apply(a, op->text, left, right);
	}
	return left;
}

static long arith_condition(struct arith *a)
{
	long condition = arith_binary(a, 1), yes, no;

	if (!arith_take(a, '?'))
		return condition;
	a->skip += !condition;
	yes = arith_any(a);
	a->skip -= !condition;
	if (!arith_take(a, ':'))
		return arith_fail(a, "`:` is missing");
	a->skip += condition != 0;
	no = arith_any(a);
	a->skip -= condition != 0;
	return condition ? yes : no;
}

/* NAME = ..., NAME += ..., or no assignment. */
static long arith_assignment(struct arith *a)
{
	static const char *const assigns[] = { "=",  "+=", "-=", "*=",  "/=", "%=",
					       "&=", "|=", "^=", "<<=", ">>=" };
	const char *start;
	char *name;

	(void)arith_next(a);
	start = a->at;
	if (a->wrong || !sh_name_length(a->at))
		return arith_condition(a);
	name = arith_name(a);
	(void)arith_next(a);
	for (unsigned i = 0; i < sizeof(assigns) / sizeof(assigns[0]); i++) {
		size_t len = strlen(assigns[i]);
		long value;

		if (strncmp(a->at, assigns[i], len) != 0 || (len == 1 && a->at[1] == '='))
			continue;
		a->at += len;
		value = arith_any(a);
		if (len > 1)
			value = arith_apply(a, assigns[i], arith_get(a, name), value);
		return arith_set(a, name, value);
	}
	a->at = start;
	return arith_condition(a);
}

static long arith_any(struct arith *a)
{
	long value;

	if (a->wrong || ++a->depth > DEPTH)
		return arith_fail(a, "nested too deeply");
	value = arith_assignment(a);
	a->depth--;
	return value;
}

const char *arith_value(struct sh_expansion *x, const char *text, long *value)
{
	struct arith a = { .x = x, .at = text };

	*value = arith_any(&a);
	if (arith_next(&a))
		arith_fail(&a, "not an arithmetic expression");
	return a.wrong;
}
