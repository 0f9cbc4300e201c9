/* parse.c - the shell's grammar; see parse.h.
 *
 * One function for each rule.  Each leaves the cursor after what it has parsed.  The
 * first failure is kept in `result`; from then on every rule returns NULL. */
#include "parse.h"

#include <ctype.h>
#include <string.h>

struct parser {
	const char *at;
	struct arena *arena;
	enum sh_result result;
	const char *near;
	int depth;
};

static void *fail(struct parser *p, enum sh_result result, const char *near)
{
	if (p->result == SH_OK) {
		p->result = result;
		p->near = near;
	}
	return NULL;
}

/* Fails at what the cursor is at. */
static void *fail_here(struct parser *p)
{
	static const char *const names[] = { "&&", "||", ">>", "&", "|",
					     ";",  "(",  ")",  "<", ">" };

	if (*p->at == '\0')
		return fail(p, SH_INCOMPLETE, "end of input");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(p->at, names[i], strlen(names[i])) == 0)
			return fail(p, SH_BAD, names[i]);
	return fail(p, SH_BAD, *p->at == '\n' ? "end of line" : "word");
}

static void *alloc(struct parser *p, size_t size)
{
	void *mem = arena_alloc(p->arena, size);

	return mem ? mem : fail(p, SH_NOMEM, "");
}

static struct sh_node *node_alloc(struct parser *p, enum sh_kind kind)
{
	struct sh_node *node = alloc(p, sizeof(*node));

	if (node)
		node->kind = kind;
	return node;
}

/* Blanks, a comment, and lines continued with a backslash. */
static void skip_blanks(struct parser *p)
{
	for (;;) {
		if (p->at[0] == '\\' && p->at[1] == '\n') {
			p->at += 2;
			if (*p->at == '\0')
				fail(p, SH_INCOMPLETE, "\\");
		} else if (*p->at && *p->at != '\n' && isspace((unsigned char)*p->at)) {
			p->at++;
		} else {
			break;
		}
	}
	if (*p->at == '#')
		p->at += strcspn(p->at, "\n");
}

static void skip_lines(struct parser *p)
{
	skip_blanks(p);
	while (*p->at == '\n') {
		p->at++;
		skip_blanks(p);
	}
}

/* Take @token if it comes next.  "&" and "|" are not the first half of "&&"
 * and "||". */
static bool take(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	skip_blanks(p);
	if (p->result || strncmp(p->at, token, len) != 0)
		return false;
	if (len == 1 && strchr("&|", *token) && p->at[1] == *token)
		return false;
	p->at += len;
	return true;
}

/* The end of the quoted part whose opening quote is at @s, or NULL. */
static const char *quote_end(const char *s)
{
	char quote = *s++;

	for (; *s && *s != quote; s++)
		if (quote == '"' && *s == '\\' && s[1])
			s++;
	return *s ? s + 1 : NULL;
}

static char *parse_word(struct parser *p)
{
	const char *start, *s;

	skip_blanks(p);
	start = s = p->at;
	while (*s && !strchr(" \t\r\n;&|()<>", *s)) {
		if (*s == '\'' || *s == '"') {
			s = quote_end(s);
			if (!s)
				return fail(p, SH_INCOMPLETE, "quote");
		} else if (*s == '\\') {
			if (s[1] == '\0' || (s[1] == '\n' && s[2] == '\0'))
				return fail(p, SH_INCOMPLETE, "\\");
			s += 2;
		} else {
			s++;
		}
	}
	if (s == start)
		return fail_here(p);
	p->at = s;
	start = arena_copy(p->arena, start, (size_t)(s - start));
	return start ? (char *)start : fail(p, SH_NOMEM, "");
}

/* Whether a redirection comes next, a digit before it included. */
static bool at_redir(struct parser *p)
{
	const char *s = p->at;

	s += isdigit((unsigned char)*s) ? 1 : 0;
	return *s == '<' || *s == '>';
}

static struct sh_redir *parse_redir(struct parser *p)
{
	struct sh_redir *r = alloc(p, sizeof(*r));
	int fd = -1;

	if (!r)
		return NULL;
	if (isdigit((unsigned char)*p->at))
		fd = *p->at++ - '0';
	if (take(p, "<"))
		r->kind = SH_IN;
	else if (take(p, ">>"))
		r->kind = SH_APPEND;
	else if (take(p, ">&"))
		r->kind = SH_DUP;
	else if (take(p, ">"))
		r->kind = SH_OUT;
	r->fd = fd >= 0 ? fd : r->kind == SH_IN ? 0 : 1;
	r->target = parse_word(p);
	if (r->target && r->kind == SH_DUP &&
	    (!isdigit((unsigned char)*r->target) || r->target[1]))
		return fail(p, SH_BAD, ">&");
	return r->target ? r : NULL;
}

static void parse_redirs(struct parser *p, struct sh_redir **end)
{
	for (;;) {
		skip_blanks(p);
		if (p->result || !at_redir(p))
			return;
		*end = parse_redir(p);
		if (!*end)
			return;
		end = &(*end)->next;
	}
}

static struct sh_node *parse_list(struct parser *p);

static struct sh_node *parse_group(struct parser *p)
{
	struct sh_node *node = node_alloc(p, SH_GROUP);

	if (!node)
		return NULL;
	if (++p->depth > SH_DEPTH)
		return fail(p, SH_BAD, "(");
	node->parts = parse_list(p);
	p->depth--;
	if (!p->result && !node->parts)
		return fail_here(p);
	if (!take(p, ")"))
		return fail_here(p);
	parse_redirs(p, &node->redirs);
	return p->result ? NULL : node;
}

static struct sh_node *parse_simple(struct parser *p)
{
	struct sh_node *node = node_alloc(p, SH_SIMPLE);
	struct sh_word **word;
	struct sh_redir **redir;

	if (!node)
		return NULL;
	word = &node->words;
	redir = &node->redirs;
	for (;;) {
		skip_blanks(p);
		if (at_redir(p)) {
			*redir = parse_redir(p);
			if (!*redir)
				return NULL;
			redir = &(*redir)->next;
		} else if (*p->at && !strchr("\n;&|()", *p->at)) {
			*word = alloc(p, sizeof(**word));
			if (!*word)
				return NULL;
			(*word)->text = parse_word(p);
			if (!(*word)->text)
				return NULL;
			word = &(*word)->next;
		} else {
			break;
		}
	}
	if (!node->words && !node->redirs)
		return fail_here(p);
	return p->result ? NULL : node;
}

static struct sh_node *parse_command(struct parser *p)
{
	return take(p, "(") ? parse_group(p) : parse_simple(p);
}

/* A node of @kind whose first part is @first. */
static struct sh_node *wrap(struct parser *p, enum sh_kind kind, struct sh_node *first)
{
	struct sh_node *node = node_alloc(p, kind);

	if (node)
		node->parts = first;
	return node;
}

static struct sh_node *parse_pipeline(struct parser *p)
{
	struct sh_node *first = parse_command(p), *last = first;

	while (last && take(p, "|")) {
		skip_lines(p);
		last->next = parse_command(p);
		last = last->next;
	}
	if (!last || p->result)
		return NULL;
	return first->next ? wrap(p, SH_PIPELINE, first) : first;
}

static struct sh_node *parse_andor(struct parser *p)
{
	struct sh_node *first = parse_pipeline(p), *last = first;

	while (last) {
		enum sh_join join;

		if (take(p, "&&"))
			join = SH_IF_OK;
		else if (take(p, "||"))
			join = SH_IF_NOT;
		else
			break;
		skip_lines(p);
		last->next = parse_pipeline(p);
		last = last->next;
		if (last)
			last->join = join;
	}
	if (!last || p->result)
		return NULL;
	return first->next ? wrap(p, SH_ANDOR, first) : first;
}

/* NULL without a failure: there is no command. */
static struct sh_node *parse_list(struct parser *p)
{
	struct sh_node *list = wrap(p, SH_LIST, NULL);
	struct sh_node **end;

	if (!list)
		return NULL;
	end = &list->parts;
	for (;;) {
		skip_lines(p);
		if (p->result || *p->at == '\0' || *p->at == ')')
			break;
		*end = parse_andor(p);
		if (!*end)
			return NULL;
		(*end)->background = take(p, "&");
		if (!(*end)->background && !take(p, ";") && *p->at &&
		    !strchr("\n)", *p->at))
			return fail_here(p);
		end = &(*end)->next;
	}
	return p->result || !list->parts ? NULL : list;
}

enum sh_result sh_parse(struct arena *a, const char *text, struct sh_node **tree,
			const char **near)
{
	struct parser p = { .at = text, .arena = a };

	*tree = parse_list(&p);
	if (!p.result && *p.at)
		fail_here(&p);
	if (p.result)
		*tree = NULL;
	*near = p.near;
	return p.result;
}
