/* expand.c - from words to arguments; see expand.h.
 *
 * A field is built as a pattern: a quoted character that is special to fnmatch() gets a
 * backslash.  If an unquoted one is special, the field becomes the names of the files that
 * match.  Otherwise, or if no file matches, the backslashes are removed. */
#include "expand.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "glob.h"

struct expander {
	struct arena *arena;
	const struct sh_values *values;
	bool whole; /* one string: no patterns, no splitting     */
	bool nomem;
	char **fields;
	int count, room;
	/* The field that is being built; none if !open. */
	char *text;
	size_t len, size;
	bool open, pattern;
};

/* Moves an array of @old bytes into memory of @new bytes; sets nomem if there is none. */
static void *grow(struct expander *e, void *mem, size_t old, size_t new)
{
	void *larger = arena_alloc(e->arena, new);

	if (!larger) {
		e->nomem = true;
		return mem;
	}
	return old ? memcpy(larger, mem, old) : larger;
}

static void put(struct expander *e, char c)
{
	if (e->len + 1 >= e->size) {
		size_t size = e->size ? e->size * 2 : 32;

		e->text = grow(e, e->text, e->size, size);
		if (e->nomem)
			return;
		e->size = size;
	}
	e->text[e->len++] = c;
	e->text[e->len] = '\0';
	e->open = true;
}

static void put_quoted(struct expander *e, char c)
{
	if (!e->whole && strchr("*?[]\\", c))
		put(e, '\\');
	put(e, c);
}

static void put_unquoted(struct expander *e, char c)
{
	if (!e->whole && strchr("*?[", c))
		e->pattern = true;
	put(e, c);
}

static void add_field(void *arg, char *text)
{
	struct expander *e = arg;

	if (e->count + 1 >= e->room) {
		int room = e->room ? e->room * 2 : 8;

		e->fields = grow(e, e->fields, (size_t)e->room * sizeof(char *),
				 (size_t)room * sizeof(char *));
		if (e->nomem)
			return;
		e->room = room;
	}
	e->fields[e->count++] = text;
	e->fields[e->count] = NULL;
}

static void end_field(struct expander *e)
{
	int first = e->count;

	if (!e->open || e->nomem)
		return;
	if (!e->text)
		e->text = grow(e, NULL, 0, 1);
	if (e->pattern && !e->nomem) {
		if (glob_match(e->arena, e->text, add_field, e) < 0)
			e->nomem = true;
		else
			qsort(e->fields + first, (size_t)(e->count - first), sizeof(char *),
			      glob_compare);
	}
	if (e->count == first && !e->nomem) {
		if (!e->whole)
			glob_unescape(e->text);
		add_field(e, e->text);
	}
	e->text = NULL;
	e->len = e->size = 0;
	e->open = e->pattern = false;
}

static void put_value(struct expander *e, const char *value, bool quoted)
{
	for (; value && *value; value++) {
		if (quoted)
			put_quoted(e, *value);
		else if (!e->whole && isspace((unsigned char)*value))
			end_field(e);
		else if (*value == '\\')
			put_quoted(e, *value);
		else
			put_unquoted(e, *value);
	}
}

/* $@ and $*: all arguments; "$@" keeps each as one field. */
static void put_args(struct expander *e, char which, bool quoted)
{
	for (char **arg = e->values->args; *arg; arg++) {
		if (arg != e->values->args) {
			if (e->whole || (quoted && which == '*'))
				put(e, ' ');
			else
				end_field(e);
		}
		if (quoted && !e->whole)
			e->open = true;
		put_value(e, *arg, quoted);
	}
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	if (*s && (isdigit((unsigned char)*s) || strchr("?$#", *s)))
		return 1;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

/* @s is at the "$"; returns what follows the variable. */
static const char *put_variable(struct expander *e, const char *s, bool quoted)
{
	bool braces = s[1] == '{';
	const char *name = s + 1 + braces;
	size_t len = name_length(name);
	char *copy;

	if (!braces && (*name == '@' || *name == '*')) {
		put_args(e, *name, quoted);
		return name + 1;
	}
	if (len == 0 || (braces && name[len] != '}')) {
		put(e, '$');
		return s + 1;
	}
	copy = arena_copy(e->arena, name, len);
	if (!copy)
		e->nomem = true;
	else
		put_value(e, e->values->get(copy), quoted);
	return name + len + braces;
}

/* @s is after the opening quote; returns what follows the closing one. */
static const char *put_double(struct expander *e, const char *s)
{
	while (*s && *s != '"') {
		if (*s == '$') {
			s = put_variable(e, s, true);
		} else if (*s == '\\' && s[1] == '\n') {
			s += 2;
		} else {
			if (*s == '\\' && s[1] && strchr("$\"\\", s[1]))
				s++;
			put_quoted(e, *s++);
		}
	}
	return *s ? s + 1 : s;
}

static void expand_word(struct expander *e, const char *s)
{
	while (*s && !e->nomem) {
		if (*s == '\'') {
			e->open = true;
			for (s++; *s && *s != '\''; s++)
				put_quoted(e, *s);
			s += *s != '\0';
		} else if (*s == '"') {
			/* "" is an empty field, but "$@" without arguments is none. */
			if (strncmp(s, "\"$@\"", 4) != 0)
				e->open = true;
			s = put_double(e, s + 1);
		} else if (*s == '\\') {
			if (s[1] != '\n')
				put_quoted(e, s[1]);
			s += 2;
		} else if (*s == '$') {
			s = put_variable(e, s, false);
		} else {
			put_unquoted(e, *s++);
		}
	}
}

char **sh_expand(struct arena *a, const struct sh_values *v, const struct sh_word *words,
		 int *argc)
{
	struct expander e = { .arena = a, .values = v };

	e.fields = grow(&e, NULL, 0, sizeof(char *));
	for (; words && !e.nomem; words = words->next) {
		expand_word(&e, words->text);
		end_field(&e);
	}
	*argc = e.count;
	return e.nomem ? NULL : e.fields;
}

char *sh_expand_one(struct arena *a, const struct sh_values *v, const char *text)
{
	struct expander e = { .arena = a, .values = v, .whole = true, .open = true };

	expand_word(&e, text);
	end_field(&e);
	return e.nomem ? NULL : e.fields[0];
}
