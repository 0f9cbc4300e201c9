/* expand.c - quotes, fields and file names; see expand.h and expander.h. */
#include "word/expander.h"

#include <stdlib.h>
#include <string.h>

#include "word/arith.h"
#include "word/glob.h"

/* Moves an array of @old bytes into memory of @new bytes; fails if there is none. */
static void *expander_grow(struct expander *e, void *mem, size_t old, size_t new)
{
	void *larger = arena_alloc(e->x->arena, new);

	if (!larger) {
		e->failed = e->x->nomem = true;
		return mem;
	}
	return old ? memcpy(larger, mem, old) : larger;
}

char *expander_copy(struct expander *e, const char *text, size_t len)
{
	char *copy = arena_copy(e->x->arena, text, len);

	if (!copy)
		e->failed = e->x->nomem = true;
	return copy;
}

void expander_fail(struct expander *e, const char *name, const char *why)
{
	if (!e->failed)
		e->x->values->fail(name, why);
	e->failed = true;
}

/* --- fields ------------------------------------------------------------------ */

static void expander_put(struct expander *e, char c)
{
	if (e->len + 1 >= e->size) {
		size_t size = e->size ? e->size * 2 : 32;

		e->text = expander_grow(e, e->text, e->size, size);
		if (e->failed)
			return;
		e->size = size;
	}
	e->text[e->len++] = c;
	e->text[e->len] = '\0';
	e->open = true;
	e->ended_by_blank = false;
}

void expander_put_quoted(struct expander *e, char c)
{
	if (e->how != EXPAND_STRING && strchr("*?[]\\", c))
		expander_put(e, '\\');
	expander_put(e, c);
}

static void expander_put_unquoted(struct expander *e, char c)
{
	if (e->how == EXPAND_FIELDS && strchr("*?[", c))
		e->pattern = true;
	expander_put(e, c);
}

static void expander_add_field(void *arg, char *text)
{
	struct expander *e = arg;

	if (e->count + 1 >= e->room) {
		int room = e->room ? e->room * 2 : 8;

		e->fields = expander_grow(e, e->fields, (size_t)e->room * sizeof(char *),
					  (size_t)room * sizeof(char *));
		if (e->failed)
			return;
		e->room = room;
	}
	e->fields[e->count++] = text;
	e->fields[e->count] = NULL;
}

void expander_end_field(struct expander *e)
{
	int first = e->count;

	if (!e->open || e->failed)
		return;
	if (!e->text)
		e->text = expander_copy(e, "", 0);
	if (e->pattern && !e->failed && !e->x->values->no_patterns) {
		if (glob_match(e->x->arena, e->text, expander_add_field, e) < 0)
			e->failed = e->x->nomem = true;
		else
			qsort(e->fields + first, (size_t)(e->count - first), sizeof(char *),
			      glob_compare);
	}
	if (e->count == first && !e->failed) {
		if (e->how == EXPAND_FIELDS)
			glob_unescape(e->text);
		expander_add_field(e, e->text);
	}
	e->text = NULL;
	e->len = e->size = 0;
	e->open = e->pattern = false;
}

/* @c separates fields.  Blanks around another delimiter belong to it. */
static void expander_separate(struct expander *e, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\n', open = e->open;

	if (!blank && !open && !e->ended_by_blank)
		e->open = true; /* nothing between two delimiters: an empty field */
	expander_end_field(e);
	e->ended_by_blank = blank && (open || e->ended_by_blank);
}

void expander_put_value(struct expander *e, const char *value, bool quoted)
{
	for (; value && *value && !e->failed; value++) {
		if (quoted)
			expander_put_quoted(e, *value);
		else if (e->how == EXPAND_FIELDS && strchr(e->ifs, *value))
			expander_separate(e, *value);
		else if (*value == '\\' && e->how != EXPAND_PATTERN)
			expander_put_quoted(e, *value);
		else
			expander_put_unquoted(e, *value);
	}
}

/* --- words ------------------------------------------------------------------- */

/* Puts the output of the command in @s, a text of @len bytes.  In `...` a backslash before
 * some characters goes away first. */
static void expander_command(struct expander *e, const char *s, size_t len,
			     const char *escaped, bool quoted)
{
	char *text = expander_copy(e, s, len), *to = text;

	if (e->failed)
		return;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1] && strchr(escaped, from[1]))
			from++;
		*to++ = *from;
	}
	*to = '\0';
	text = e->x->values->command(e->x->arena, text);
	if (!text)
		e->failed = true;
	else
		expander_put_value(e, text, quoted);
}

static void expander_arith(struct expander *e, const char *s, size_t len, bool quoted)
{
	char number[24], *text = expander_copy(e, s, len);
	const char *wrong;
	long value;

	if (text)
		text = expander_string(e, text, EXPAND_TEXT, true);
	if (e->failed)
		return;
	wrong = arith_value(e->x, text, &value);
	if (e->x->nomem || (wrong && !*wrong))
		e->failed = true;
	else if (wrong)
		expander_fail(e, text, wrong);
	else
		expander_put_value(e, arith_text(value, number), quoted);
}

/* @s is at a "$" or "`"; returns what follows the expansion. */
static const char *expander_dollar(struct expander *e, const char *s, bool quoted)
{
	const char *end;
	enum sh_dollar kind = sh_dollar(e->x->arena, s, quoted, &end);
	size_t len = (size_t)(end - s);

	switch (kind) {
	case SH_DOLLAR_NONE:
		expander_put_quoted(e, '$');
		return s + 1;
	case SH_DOLLAR_NAME:
		param_put(e, s + 1, len - 1, quoted);
		break;
	case SH_DOLLAR_BRACE:
		param_put_braces(e, s + 2, len - 3, quoted);
		break;
	case SH_DOLLAR_COMMAND:
		expander_command(e, s + 2, len - 3, "", quoted);
		break;
	case SH_DOLLAR_TICKS:
		expander_command(e, s + 1, len - 2, quoted ? "$`\\\"" : "$`\\", quoted);
		break;
	case SH_DOLLAR_ARITH:
		expander_arith(e, s + 3, len - 5, quoted);
		break;
	case SH_DOLLAR_BAD:
		expander_fail(e, s, "bad substitution");
	}
	return end;
}

/* @s is at a backslash; in double quotes it is plain before most characters. */
static const char *expander_backslash(struct expander *e, const char *s,
				      const char *escapes)
{
	if (s[1] == '\n')
		return s + 2;
	if (s[1] && (!escapes || strchr(escapes, s[1])))
		s++;
	expander_put_quoted(e, *s);
	return s + 1;
}

/* @s is after the opening quote; returns what follows the closing one.  "" is an empty
 * field, but "$@" without arguments is none. */
static const char *expander_double(struct expander *e, const char *s)
{
	bool was_open = e->open;

	e->no_args = false;
	while (*s && *s != '"' && !e->failed) {
		if (*s == '$' || *s == '`')
			s = expander_dollar(e, s, true);
		else if (*s == '\\')
			s = expander_backslash(e, s, "$`\"\\");
		else
			expander_put_quoted(e, *s++);
	}
	if (!e->no_args || was_open)
		e->open = true;
	e->no_args = false;
	return *s ? s + 1 : s;
}

const char *expander_tilde(struct expander *e, const char *s)
{
	const char *home;

	if (s[0] != '~' || (s[1] && s[1] != '/' && !(e->assigned && s[1] == ':')))
		return s;
	home = e->x->values->get("HOME");
	expander_put_value(e, home && *home ? home : "/", true);
	return s + (s[1] == '/' && (!home || !*home || strcmp(home, "/") == 0) ? 2 : 1);
}

void expander_word(struct expander *e, const char *s, bool quoted)
{
	while (*s && !e->failed) {
		if (*s == '$' || *s == '`') {
			s = expander_dollar(e, s, quoted);
		} else if (*s == '\\') {
			s = expander_backslash(e, s,
					       e->here  ? "$`\\"
					       : quoted ? "$`\\}\""
							: NULL);
		} else if (*s == '"' && (!e->here || e->depth)) {
			s = expander_double(e, s + 1);
		} else if (*s == '\'' && !quoted) {
			e->open = true;
			for (s++; *s && *s != '\''; s++)
				expander_put_quoted(e, *s);
			s += *s != '\0';
		} else if (quoted) {
			expander_put_quoted(e, *s++);
		} else if (e->assigned && *s == ':') {
			expander_put_unquoted(e, *s);
			s = expander_tilde(e, s + 1);
		} else if (e->depth && e->how == EXPAND_FIELDS && strchr(e->ifs, *s)) {
			expander_separate(e,
					  *s++); /* in ${x-a b} the blank is not quoted */
		} else {
			expander_put_unquoted(e, *s++);
		}
	}
}

/* --- the interface ------------------------------------------------------------ */

static struct expander expander_of(struct sh_expansion *x, enum expand_how how)
{
	return (struct expander){
		.x = x,
		.how = how == EXPAND_TEXT ? EXPAND_STRING : how,
		.here = how == EXPAND_TEXT,
		.open = how != EXPAND_FIELDS,
	};
}

static char *expander_only(struct expander *e)
{
	expander_end_field(e);
	return e->failed ? NULL : e->fields[0];
}

/* NAME=word as one field, the word as in an assignment. */
static void expander_assignment(struct expander *e, const char *text)
{
	size_t n = sh_assigned_name(text) + 1;
	char *value = sh_expand_value(e->x, text + n), *field = NULL;

	if (value)
		field = arena_alloc(e->x->arena, n + strlen(value) + 1);
	if (value && !field)
		e->x->nomem = true;
	if (!field) {
		e->failed = true;
		return;
	}
	memcpy(field, text, n);
	strcpy(field + n, value);
	expander_add_field(e, field);
}

char **sh_expand(struct sh_expansion *x, const struct sh_word *words, int *argc)
{
	struct expander e = expander_of(x, EXPAND_FIELDS);

	e.ifs = x->values->get("IFS");
	if (!e.ifs)
		e.ifs = " \t\n";
	e.fields = expander_grow(&e, NULL, 0, sizeof(char *));
	for (; words && !e.failed; words = words->next) {
		e.ended_by_blank = false;
		if (x->declares && sh_assigned_name(words->text)) {
			expander_assignment(&e, words->text);
			continue;
		}
		expander_word(&e, expander_tilde(&e, words->text), false);
		expander_end_field(&e);
	}
	*argc = e.count;
	return e.failed ? NULL : e.fields;
}

char *sh_expand_one(struct sh_expansion *x, const char *text)
{
	struct expander e = expander_of(x, EXPAND_STRING);

	expander_word(&e, expander_tilde(&e, text), false);
	return expander_only(&e);
}

char *sh_expand_value(struct sh_expansion *x, const char *text)
{
	struct expander e = expander_of(x, EXPAND_STRING);

	e.assigned = true;
	expander_word(&e, expander_tilde(&e, text), false);
	return expander_only(&e);
}

char *sh_expand_pattern(struct sh_expansion *x, const char *text)
{
	struct expander e = expander_of(x, EXPAND_PATTERN);

	expander_word(&e, expander_tilde(&e, text), false);
	return expander_only(&e);
}

char *sh_expand_here(struct sh_expansion *x, const char *text)
{
	struct expander e = expander_of(x, EXPAND_TEXT);

	expander_word(&e, text, true);
	return expander_only(&e);
}

char *expander_string(struct expander *e, const char *text, enum expand_how how,
		      bool quoted)
{
	struct expander inner = expander_of(e->x, how);
	char *string = NULL;

	inner.depth = e->depth + 1;
	if (inner.depth > SH_DEPTH) {
		expander_fail(e, "${", "nested too deeply");
		return NULL;
	}
	expander_word(&inner, quoted ? text : expander_tilde(&inner, text), quoted);
	if (!inner.failed)
		string = expander_only(&inner);
	e->failed |= inner.failed;
	return string;
}
