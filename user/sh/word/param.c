/* param.c - $NAME and ${...}; see expander.h. */
#include "word/expander.h"

#include <ctype.h>
#include <string.h>

#include "word/arith.h"
#include "word/match.h"

/* A parameter, and what ${...} wants of it. */
struct param {
	char *name;
	const char *value; /* NULL: not set; of $@ and $* the first argument */
	bool args;         /* it is $@ or $*                                 */
	bool colon;        /* an empty value is like none                    */
	char op;
	bool longest; /* ## and %% */
	char *word;
};

static bool param_is_args(const char *name)
{
	return *name == '@' || *name == '*';
}

/* $@ and $*: all arguments; "$@" keeps each as one field. */
static void param_put_args(struct expander *e, char which, bool quoted)
{
	char **args = e->x->values->args;
	bool joined = e->how != EXPAND_FIELDS || (quoted && which == '*');
	const char *ifs = e->x->values->get("IFS");
	char between = which == '*' && ifs ? *ifs : ' ';

	if (!*args && quoted && which == '@')
		e->no_args = true;
	for (char **arg = args; *arg && !e->failed; arg++) {
		if (arg != args && joined && between)
			expander_put_quoted(e, between);
		if (arg != args && !joined)
			expander_end_field(e);
		e->ended_by_blank = false;
		if (quoted && e->how == EXPAND_FIELDS)
			e->open = true;
		expander_put_value(e, *arg, quoted);
	}
}

/* Sets the name and finds the value. */
static void param_find(struct expander *e, struct param *p, const char *s, size_t len)
{
	p->name = expander_copy(e, s, len);
	if (e->failed)
		return;
	p->args = param_is_args(p->name);
	p->value = p->args ? e->x->values->args[0] : e->x->values->get(p->name);
}

static void param_put_found(struct expander *e, const struct param *p, bool quoted)
{
	if (e->failed)
		return;
	if (p->args)
		param_put_args(e, *p->name, quoted);
	else if (!p->value && e->x->values->must_be_set)
		expander_fail(e, p->name, "parameter not set");
	else
		expander_put_value(e, p->value, quoted);
}

void param_put(struct expander *e, const char *s, size_t len, bool quoted)
{
	struct param p = { 0 };

	param_find(e, &p, s, len);
	param_put_found(e, &p, quoted);
}

/* ${#NAME} */
static void param_put_length(struct expander *e, const char *s, size_t len)
{
	struct param p = { 0 };
	char number[24];
	long n = 0;

	param_find(e, &p, s, len);
	if (e->failed)
		return;
	if (!p.args && !p.value && e->x->values->must_be_set)
		expander_fail(e, p.name, "parameter not set");
	if (p.args)
		for (; e->x->values->args[n]; n++)
			;
	else if (p.value)
		n = (long)strlen(p.value);
	expander_put_value(e, arith_text(n, number), true);
}

/* --- ${NAME#PATTERN} and the like ---------------------------------------------- */

/* Takes the shortest or longest part that matches off the start of @text, in place. */
static char *param_trim_start(const struct param *p, char *text, const char *pattern)
{
	size_t len = strlen(text);

	for (size_t k = 0; k <= len; k++) {
		size_t n = p->longest ? len - k : k;
		char kept = text[n];
		bool match;

		text[n] = '\0';
		match = match_text(pattern, text);
		text[n] = kept;
		if (match)
			return text + n;
	}
	return text;
}

/* The same for its end. */
static char *param_trim_end(const struct param *p, char *text, const char *pattern)
{
	size_t len = strlen(text);

	for (size_t k = 0; k <= len; k++) {
		size_t n = p->longest ? k : len - k;

		if (match_text(pattern, text + n)) {
			text[n] = '\0';
			break;
		}
	}
	return text;
}

static void param_put_trimmed(struct expander *e, const struct param *p, bool quoted)
{
	const char *value = p->value ? p->value : "";
	char *text, *pattern = expander_string(e, p->word, EXPAND_PATTERN, false);

	if (!p->value && e->x->values->must_be_set)
		expander_fail(e, p->name, "parameter not set");
	text = e->failed ? NULL : expander_copy(e, value, strlen(value));
	if (!text)
		return;
	text = p->op == '#' ? param_trim_start(p, text, pattern)
			    : param_trim_end(p, text, pattern);
	expander_put_value(e, text, quoted);
}

/* --- ${NAME-WORD} and the like ------------------------------------------------- */

static void param_put_word(struct expander *e, const struct param *p, bool quoted)
{
	if (++e->depth > SH_DEPTH)
		expander_fail(e, p->name, "nested too deeply");
	else
		expander_word(e, quoted ? p->word : expander_tilde(e, p->word), quoted);
	e->depth--;
}

/* ${NAME=WORD} of a variable without a value. */
static void param_assign(struct expander *e, const struct param *p, bool quoted)
{
	char *value;

	if (sh_name_length(p->name) == 0) {
		expander_fail(e, p->name, "cannot be set");
		return;
	}
	value = expander_string(e, p->word, EXPAND_STRING, quoted);
	if (!e->failed && !e->x->values->set(p->name, value))
		e->failed = true;
	if (!e->failed)
		expander_put_value(e, value, quoted);
}

static void param_complain(struct expander *e, const struct param *p, bool quoted)
{
	const char *why = p->colon ? "parameter not set or null" : "parameter not set";

	if (*p->word)
		why = expander_string(e, p->word, EXPAND_STRING, quoted);
	if (!e->failed)
		expander_fail(e, p->name, why);
}

static void param_put_op(struct expander *e, const struct param *p, bool quoted)
{
	bool one = p->args && p->value && !e->x->values->args[1];
	bool there = p->value && (!p->colon || *p->value || (p->args && !one));

	if (p->op == '+') {
		if (there)
			param_put_word(e, p, quoted);
	} else if (there) {
		param_put_found(e, p, quoted);
	} else if (p->op == '-') {
		param_put_word(e, p, quoted);
	} else if (p->op == '=') {
		param_assign(e, p, quoted);
	} else {
		param_complain(e, p, quoted);
	}
}

/* --- ${...} ------------------------------------------------------------------- */

static size_t param_name_length(const char *s)
{
	size_t n = 0;

	while (isdigit((unsigned char)s[n]))
		n++;
	return n ? n : sh_parameter_length(s);
}

void param_put_braces(struct expander *e, const char *s, size_t len, bool quoted)
{
	size_t n = param_name_length(s);
	struct param p = { 0 };

	if (*s == '#' && len > 1 && param_name_length(s + 1) == len - 1) {
		param_put_length(e, s + 1, len - 1);
		return;
	}
	if (n == 0 || n > len) {
		expander_fail(e, "${", "bad substitution");
		return;
	}
	param_find(e, &p, s, n);
	if (n == len) {
		param_put_found(e, &p, quoted);
		return;
	}
	p.colon = s[n] == ':';
	n += p.colon;
	p.op = s[n++];
	p.longest = !p.colon && strchr("#%", p.op) && s[n] == p.op;
	n += p.longest;
	p.word = n <= len ? expander_copy(e, s + n, len - n) : NULL;
	if (e->failed)
		return;
	if (!p.word || !p.op || !strchr(p.colon ? "-=?+" : "-=?+#%", p.op))
		expander_fail(e, p.name, "bad substitution");
	else if (p.op == '#' || p.op == '%')
		param_put_trimmed(e, &p, quoted);
	else
		param_put_op(e, &p, quoted);
}
