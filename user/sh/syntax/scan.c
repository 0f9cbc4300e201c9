/* scan.c - characters, words, and what is quoted or expanded in them; see parser.h. */
#include "syntax/parser.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void *parser_fail(struct parser *p, enum sh_result result, const char *near)
{
	if (p->result == SH_OK) {
		p->result = result;
		p->near = near;
	}
	return NULL;
}

void *parser_alloc(struct parser *p, size_t size)
{
	void *mem = arena_alloc(p->arena, size);

	return mem ? mem : parser_fail(p, SH_NOMEM, "");
}

bool parser_enter(struct parser *p, const char *near)
{
	if (++p->depth > SH_DEPTH)
		parser_fail(p, SH_BAD, near);
	return !p->result;
}

bool source_replace(struct sh_source *src, size_t at, size_t old, const char *text,
		    size_t n)
{
	size_t len = src->own ? src->len : strlen(src->text);

	if (!src->own || len - old + n + 1 > src->room) {
		size_t room = 2 * (len - old + n) + 128;
		char *larger = realloc(src->own, room);

		if (!larger)
			return false;
		if (!src->own)
			memcpy(larger, src->text, len + 1);
		src->text = src->own = larger;
		src->room = room;
	}
	memmove(src->own + at + n, src->own + at + old, len - at - old);
	memcpy(src->own + at, text, n);
	src->len = len - old + n;
	src->own[src->len] = '\0';
	return true;
}

char scan_peek(struct parser *p)
{
	struct sh_source *src = p->src;

	if (!src->text[src->at] && src->more && !p->ended)
		p->ended = !src->more(src);
	return src->text[src->at];
}

char scan_ahead(const struct parser *p, size_t n)
{
	const char *s = p->src->text + p->src->at;

	while (n && *s) {
		s++;
		n--;
	}
	return *s;
}

char *scan_text(struct parser *p, size_t start)
{
	char *copy = arena_copy(p->arena, p->src->text + start, p->src->at - start);

	return copy ? copy : parser_fail(p, SH_NOMEM, "");
}

unsigned scan_line(struct parser *p)
{
	struct sh_source *src = p->src;

	for (; src->counted < src->at; src->counted++)
		src->lines += src->text[src->counted] == '\n';
	if (src->at > src->taken_at) {
		src->lines += src->taken;
		src->taken = 0;
	}
	return src->lines + 1;
}

/* Takes a backslash and a newline out of the text, @at its cursor or later. */
static void scan_join_at(struct parser *p, size_t at)
{
	struct sh_source *src = p->src;

	(void)scan_line(p);
	if (!source_replace(src, at, 2, "", 0)) {
		parser_fail(p, SH_NOMEM, "");
		return;
	}
	src->taken++;
	src->taken_at = at;
	for (struct sh_alias *a = src->aliases ? *src->aliases : NULL; a; a = a->next)
		a->end -= a->end > at ? 2 : 0;
	p->alias_blank -= p->alias_blank > at ? 2 : 0;
	if (!src->text[at] && src->more && !p->ended)
		p->ended = !src->more(src);
}

/* Joins lines in the operator or the start of the word at the cursor, up to a quote. */
static void scan_join(struct parser *p)
{
	size_t at = p->src->at;
	char c;

	if (p->is_word || at < p->joined)
		return;
	while (!p->result && (c = p->src->text[at]) && !strchr(" \t\n'\"`#", c)) {
		if (c != '\\')
			at++;
		else if (p->src->text[at + 1] == '\n')
			scan_join_at(p, at);
		else
			at += p->src->text[at + 1] ? 2 : 1;
	}
	p->joined = at;
}

void scan_blanks(struct parser *p)
{
	char c;

	while ((c = scan_peek(p)) == ' ' || c == '\t' || c == '\r' ||
	       (c == '\\' && scan_ahead(p, 1) == '\n'))
		p->src->at += c == '\\' ? 2 : 1;
	if (c == '#')
		p->src->at += strcspn(p->src->text + p->src->at, "\n");
	else
		scan_join(p);
}

/* The cursor is at a backslash. */
static void scan_backslash(struct parser *p)
{
	bool newline = scan_ahead(p, 1) == '\n';

	p->src->at++;
	if (scan_peek(p))
		p->src->at++;
	if (newline && !scan_peek(p))
		parser_fail(p, SH_INCOMPLETE, "\\");
}

/* The cursor is after the opening quote. */
static void scan_single(struct parser *p)
{
	char c;

	while ((c = scan_peek(p)) && c != '\'')
		p->src->at++;
	if (!c)
		parser_fail(p, SH_INCOMPLETE, "quote");
	else
		p->src->at++;
}

/* The cursor is after the opening tick. */
static void scan_ticks(struct parser *p)
{
	char c;

	while ((c = scan_peek(p)) && c != '`') {
		if (c == '\\')
			p->src->at++;
		if (scan_peek(p))
			p->src->at++;
	}
	if (!c)
		parser_fail(p, SH_INCOMPLETE, "`");
	else
		p->src->at++;
}

/* What "$" begins; moves after it. */
static enum sh_dollar scan_dollar(struct parser *p, bool quoted);

/* A "$" or a "`" at the cursor. */
static void scan_expansion(struct parser *p, bool quoted)
{
	if (scan_peek(p) == '$') {
		(void)scan_dollar(p, quoted);
	} else {
		p->src->at++;
		scan_ticks(p);
	}
}

/* The cursor is after the opening quote. */
static void scan_double(struct parser *p)
{
	char c;

	while ((c = scan_peek(p)) && c != '"' && !p->result) {
		if (c == '\\')
			scan_backslash(p);
		else if (c == '$' || c == '`')
			scan_expansion(p, true);
		else
			p->src->at++;
	}
	if (!c)
		parser_fail(p, SH_INCOMPLETE, "quote");
	else
		p->src->at++;
}

/* The cursor is after "${".  In double quotes a single quote is a plain character, but for
 * the patterns of ${NAME#...} and ${NAME%...}. */
static void scan_brace(struct parser *p, bool quoted)
{
	const char *s = p->src->text + p->src->at;
	char c, op = s[sh_parameter_length(s)];

	if (op == '#' || op == '%')
		quoted = false;
	if (!parser_enter(p, "${"))
		return;
	while ((c = scan_peek(p)) && c != '}' && !p->result) {
		if (c == '\\') {
			scan_backslash(p);
		} else if (c == '$' || c == '`') {
			scan_expansion(p, quoted);
		} else {
			p->src->at++;
			if (c == '"')
				scan_double(p);
			else if (c == '\'' && !quoted)
				scan_single(p);
		}
	}
	p->depth--;
	if (!c)
		parser_fail(p, SH_INCOMPLETE, "${");
	else
		p->src->at++;
}

/* The cursor is after "$((".  False, with the cursor somewhere, if no "))" ends it. */
static bool scan_arith(struct parser *p)
{
	int open = 0;
	char c;

	while ((c = scan_peek(p)) && !p->result) {
		if (c == ')' && open == 0) {
			p->src->at++;
			if (scan_peek(p) != ')')
				return false;
			p->src->at++;
			return true;
		}
		if (c == '\\') {
			scan_backslash(p);
		} else if (c == '$' || c == '`') {
			scan_expansion(p, true);
		} else {
			open += c == '(';
			open -= c == ')';
			p->src->at++;
		}
	}
	parser_fail(p, SH_INCOMPLETE, "$((");
	return true;
}

/* The cursor is after "$(".  Only the grammar knows where it ends. */
static void scan_command(struct parser *p)
{
	struct sh_redir *here = p->here, **here_end = p->here_end;

	if (!parser_enter(p, "$("))
		return;
	p->here = NULL;
	p->here_end = &p->here;
	p->in_command++;
	(void)parse_list(p);
	p->in_command--;
	if (!p->result && scan_peek(p) != ')')
		parse_fail_here(p);
	else if (!p->result)
		p->src->at++;
	p->depth--;
	p->here = here;
	p->here_end = here ? here_end : &p->here;
}

static enum sh_dollar scan_dollar(struct parser *p, bool quoted)
{
	size_t n;
	size_t start = p->src->at;
	char next = scan_ahead(p, 1);

	if (next == '{') {
		p->src->at += 2;
		scan_brace(p, quoted);
		return SH_DOLLAR_BRACE;
	}
	if (next == '(' && scan_ahead(p, 2) == '(') {
		bool arith;

		if (!parser_enter(p, "$(("))
			return SH_DOLLAR_BAD;
		p->src->at += 3;
		arith = scan_arith(p);
		p->depth--;
		if (arith || p->result)
			return SH_DOLLAR_ARITH;
		p->src->at = start;
	}
	if (next == '(') {
		p->src->at += 2;
		scan_command(p);
		return SH_DOLLAR_COMMAND;
	}
	p->src->at++;
	n = sh_parameter_length(p->src->text + p->src->at);
	p->src->at += n;
	return n ? SH_DOLLAR_NAME : SH_DOLLAR_NONE;
}

char *scan_word(struct parser *p)
{
	size_t start = p->src->at;
	char c;

	while (!p->result && (c = scan_peek(p)) && !strchr(" \t\r\n;&|()<>", c)) {
		if (c == '\\') {
			scan_backslash(p);
		} else if (c == '$' || c == '`') {
			scan_expansion(p, false);
		} else {
			p->src->at++;
			if (c == '\'')
				scan_single(p);
			else if (c == '"')
				scan_double(p);
		}
	}
	if (p->result)
		return NULL;
	return p->src->at > start ? scan_text(p, start) : parse_fail_here(p);
}

enum sh_dollar sh_dollar(struct arena *scratch, const char *text, bool quoted,
			 const char **end)
{
	struct sh_source src = { .text = text };
	struct arena mark = *scratch;
	struct parser p = { .src = &src, .arena = scratch, .is_word = true };
	enum sh_dollar kind = SH_DOLLAR_TICKS;

	p.here_end = &p.here;
	if (*text == '$') {
		kind = scan_dollar(&p, quoted);
	} else {
		src.at++;
		scan_ticks(&p);
	}
	arena_release(scratch, mark);
	*end = text + src.at;
	return p.result ? SH_DOLLAR_BAD : kind;
}

/* --- names ------------------------------------------------------------------- */

size_t sh_name_length(const char *text)
{
	size_t n = 0;

	if (isdigit((unsigned char)*text))
		return 0;
	while (isalnum((unsigned char)text[n]) || text[n] == '_')
		n++;
	return n;
}

size_t sh_parameter_length(const char *text)
{
	return *text && (isdigit((unsigned char)*text) || strchr("@*#?-$!", *text))
		       ? 1
		       : sh_name_length(text);
}

size_t sh_assigned_name(const char *text)
{
	size_t n = sh_name_length(text);

	return text[n] == '=' ? n : 0;
}
