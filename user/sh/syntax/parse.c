/* parse.c - lists, pipelines, simple commands; see parse.h and parser.h. */
#include "syntax/parser.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

static const char *const operators[] = { "&&", "||", ";;", ">>", "<<", "&", "|",
					 ";",  "(",  ")",  "<",  ">",  "\n" };

/* Words that end a list. */
static const char *const closers[] = { "}",  "then", "else", "elif",
				       "fi", "do",   "done", "esac" };

void *parse_fail_here(struct parser *p)
{
	const char *at;
	size_t n;

	scan_blanks(p);
	if (p->result)
		return NULL;
	if (!scan_peek(p))
		return parser_fail(p, SH_INCOMPLETE, "end of file");
	at = p->src->text + p->src->at;
	if (*at == '\n')
		return parser_fail(p, SH_BAD, "newline");
	for (unsigned i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strncmp(at, operators[i], strlen(operators[i])) == 0)
			return parser_fail(p, SH_BAD, operators[i]);
	n = strcspn(at, " \t\n;&|()<>");
	at = arena_copy(p->arena, at, n < 40 ? n : 40);
	return parser_fail(p, at ? SH_BAD : SH_NOMEM, at ? at : "");
}

struct sh_node *parse_node(struct parser *p, enum sh_kind kind)
{
	struct sh_node *node = parser_alloc(p, sizeof(*node));

	if (node)
		node->kind = kind;
	return node;
}

static void parse_newline(struct parser *p)
{
	p->src->at++;
	if (p->here)
		here_read(p);
}

void parse_newlines(struct parser *p)
{
	scan_blanks(p);
	while (!p->result && scan_peek(p) == '\n') {
		parse_newline(p);
		scan_blanks(p);
	}
}

bool parse_take(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	scan_blanks(p);
	(void)scan_peek(p);
	if (p->result || strncmp(p->src->text + p->src->at, token, len) != 0)
		return false;
	if (len == 1 && strchr("&|;", *token) && scan_ahead(p, 1) == *token)
		return false;
	p->src->at += len;
	return true;
}

static size_t parse_word_length(const struct parser *p)
{
	return strcspn(p->src->text + p->src->at, " \t\r\n;&|()<>");
}

static bool parse_at_reserved(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	scan_blanks(p);
	(void)scan_peek(p);
	return !p->result && parse_word_length(p) == len &&
	       strncmp(p->src->text + p->src->at, word, len) == 0;
}

bool sh_is_reserved(const char *text, size_t len)
{
	static const char *const words[] = { "!",    "{",    "}",     "case", "do",  "done",
					     "elif", "else", "esac",  "fi",   "for", "if",
					     "in",   "then", "until", "while" };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && strncmp(words[i], text, len) == 0)
			return true;
	return false;
}

bool parse_at_any_reserved(struct parser *p)
{
	return sh_is_reserved(p->src->text + p->src->at, parse_word_length(p));
}

bool parse_reserved(struct parser *p, const char *word)
{
	if (!parse_at_reserved(p, word))
		return false;
	p->src->at += strlen(word);
	return true;
}

void parse_expect(struct parser *p, const char *word)
{
	if (!p->result && !parse_reserved(p, word))
		parse_fail_here(p);
}

/* --- redirections ------------------------------------------------------------ */

static bool parse_at_redir(struct parser *p)
{
	size_t n = 0;

	(void)scan_peek(p);
	while (isdigit((unsigned char)scan_ahead(p, n)))
		n++;
	return scan_ahead(p, n) == '<' || scan_ahead(p, n) == '>';
}

static void parse_redir_kind(struct parser *p, struct sh_redir *r)
{
	static const struct {
		const char *token;
		enum sh_redir_kind kind;
		int fd;
	} kinds[] = {
		{ "<<", SH_HERE, 0 },    { "<&", SH_DUP, 0 },    { "<>", SH_INOUT, 0 },
		{ "<", SH_IN, 0 },       { ">>", SH_APPEND, 1 }, { ">&", SH_DUP, 1 },
		{ ">|", SH_CLOBBER, 1 }, { ">", SH_OUT, 1 },
	};
	unsigned i = 0;

	while (!parse_take(p, kinds[i].token))
		i++;
	r->kind = kinds[i].kind;
	if (r->fd < 0)
		r->fd = kinds[i].fd;
	if (r->kind == SH_HERE && scan_peek(p) == '-') {
		r->strip = true;
		p->src->at++;
	}
}

static struct sh_redir *parse_redir(struct parser *p)
{
	struct sh_redir *r = parser_alloc(p, sizeof(*r));
	char c;

	if (!r)
		return NULL;
	r->fd = isdigit((unsigned char)scan_peek(p)) ? 0 : -1;
	for (; isdigit((unsigned char)(c = scan_peek(p))); p->src->at++)
		r->fd = r->fd > 1000 ? r->fd : r->fd * 10 + (c - '0');
	parse_redir_kind(p, r);
	scan_blanks(p);
	if (p->result)
		return NULL;
	r->target = scan_word(p);
	if (r->target && r->kind == SH_HERE) {
		*p->here_end = r;
		p->here_end = &r->next_here;
	}
	return r->target ? r : NULL;
}

static void parse_redirs(struct parser *p, struct sh_redir **end)
{
	for (;;) {
		scan_blanks(p);
		if (p->result || !parse_at_redir(p))
			return;
		*end = parse_redir(p);
		if (!*end)
			return;
		end = &(*end)->next;
	}
}

/* --- commands ---------------------------------------------------------------- */

/* After NAME "(". */
static struct sh_node *parse_function(struct parser *p, struct sh_node *node)
{
	const char *name = node->words->text;

	if (!parse_take(p, ")") || node->words->next || node->assigns || node->redirs)
		return parse_fail_here(p);
	if (!*name || name[sh_name_length(name)])
		return parser_fail(p, SH_BAD, name);
	node->kind = SH_FUNCTION;
	node->name = node->words->text;
	node->words = NULL;
	parse_newlines(p);
	node->parts = p->result ? NULL : parse_compound(p);
	if (!p->result && !node->parts)
		return parse_fail_here(p);
	if (node->parts)
		parse_redirs(p, &node->parts->redirs);
	return p->result ? NULL : node;
}

static struct sh_node *parse_simple(struct parser *p)
{
	struct sh_node *node = parse_node(p, SH_SIMPLE);
	struct sh_word **assign, **word;
	struct sh_redir **redir;

	if (!node)
		return NULL;
	node->line = scan_line(p);
	assign = &node->assigns;
	word = &node->words;
	redir = &node->redirs;
	for (;;) {
		size_t end = p->src->at;

		scan_blanks(p);
		if (!node->words || (p->alias_blank >= end && p->alias_blank <= p->src->at))
			alias_replace(p, false);
		if (p->result)
			return NULL;
		if (parse_at_redir(p)) {
			*redir = parse_redir(p);
			if (!*redir)
				return NULL;
			redir = &(*redir)->next;
		} else if (scan_peek(p) && !strchr("\n;&|()", scan_peek(p))) {
			struct sh_word *new = parser_alloc(p, sizeof(*new)), ***end;

			if (!new)
				return NULL;
			new->text = scan_word(p);
			if (!new->text)
				return NULL;
			end = !node->words && sh_assigned_name(new->text) ? &assign : &word;
			**end = new;
			*end = &new->next;
		} else if (scan_peek(p) == '(' && node->words) {
			p->src->at++;
			return parse_function(p, node);
		} else {
			break;
		}
	}
	if (!node->words && !node->redirs && !node->assigns)
		return parse_fail_here(p);
	return node;
}

static bool parse_at_closer(struct parser *p)
{
	for (unsigned i = 0; i < sizeof(closers) / sizeof(closers[0]); i++)
		if (parse_at_reserved(p, closers[i]))
			return true;
	return false;
}

static struct sh_node *parse_command(struct parser *p)
{
	struct sh_node *node;

	if (parse_at_closer(p) || parse_at_reserved(p, "!"))
		return parse_fail_here(p);
	node = parse_compound(p);
	if (node)
		parse_redirs(p, &node->redirs);
	else if (!p->result)
		node = parse_simple(p);
	return p->result ? NULL : node;
}

/* A node of @kind whose first part is @first. */
static struct sh_node *parse_wrap(struct parser *p, enum sh_kind kind,
				  struct sh_node *first)
{
	struct sh_node *node = parse_node(p, kind);

	if (node)
		node->parts = first;
	return node;
}

static struct sh_node *parse_pipeline(struct parser *p)
{
	bool negated = false;
	struct sh_node *first, *last;

	alias_replace(p, true);
	while (parse_reserved(p, "!")) {
		negated = !negated;
		alias_replace(p, true);
	}
	first = last = p->result ? NULL : parse_command(p);
	while (last && parse_take(p, "|")) {
		parse_newlines(p);
		alias_replace(p, true);
		last->next = parse_command(p);
		last = last->next;
	}
	if (!last || p->result)
		return NULL;
	if (!first->next && !negated)
		return first;
	first = parse_wrap(p, SH_PIPELINE, first);
	if (first)
		first->negated = negated;
	return first;
}

static struct sh_node *parse_andor(struct parser *p)
{
	struct sh_node *first = parse_pipeline(p), *last = first;

	while (last) {
		enum sh_join join;

		if (parse_take(p, "&&"))
			join = SH_IF_OK;
		else if (parse_take(p, "||"))
			join = SH_IF_NOT;
		else
			break;
		parse_newlines(p);
		last->next = parse_pipeline(p);
		last = last->next;
		if (last)
			last->join = join;
	}
	if (!last || p->result)
		return NULL;
	return first->next ? parse_wrap(p, SH_ANDOR, first) : first;
}

/* An and-or with the "&" or ";" after it. */
static struct sh_node *parse_part(struct parser *p)
{
	size_t start = p->src->at;
	struct sh_node *part = parse_andor(p);

	if (!part)
		return NULL;
	part->from = start - p->begin;
	part->length = p->src->at - start;
	if (parse_take(p, "&"))
		part->background = true;
	if (!part->background && !parse_take(p, ";") && !p->result && scan_peek(p) &&
	    !strchr("\n);", scan_peek(p)) && !parse_at_closer(p))
		return parse_fail_here(p);
	return part;
}

struct sh_node *parse_list(struct parser *p)
{
	struct sh_node *list = parse_wrap(p, SH_LIST, NULL), **end;

	if (!list)
		return NULL;
	end = &list->parts;
	for (;;) {
		do {
			parse_newlines(p);
			alias_replace(p, true);
		} while (!p->result && scan_peek(p) == '\n');
		if (p->result || !scan_peek(p) || strchr(");", scan_peek(p)) ||
		    parse_at_closer(p))
			break;
		*end = parse_part(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return p->result || !list->parts ? NULL : list;
}

struct sh_node *parse_body(struct parser *p)
{
	struct sh_node *list = p->result ? NULL : parse_list(p);

	if (!list && !p->result)
		parse_fail_here(p);
	return list;
}

/* The and-ors of one line, and the newline. */
static struct sh_node *parse_line(struct parser *p)
{
	struct sh_node *list = parse_wrap(p, SH_LIST, NULL), **end;

	if (!list)
		return NULL;
	end = &list->parts;
	for (;;) {
		scan_blanks(p);
		alias_replace(p, true);
		if (p->result)
			return NULL;
		if (!scan_peek(p))
			break;
		if (scan_peek(p) == '\n') {
			parse_newline(p);
			break;
		}
		*end = parse_part(p);
		if (!*end)
			return NULL;
		end = &(*end)->next;
	}
	return p->result || !list->parts ? NULL : list;
}

enum sh_result sh_parse(struct arena *a, struct sh_source *src, struct sh_node **tree,
			const char **near)
{
	struct parser p = { .src = src, .arena = a, .begin = src->at };

	p.here_end = &p.here;
	for (struct sh_alias *al = src->aliases ? *src->aliases : NULL; al; al = al->next)
		al->end = 0;
	*tree = parse_line(&p);
	if (!p.result && p.here)
		here_read(&p);
	if (p.result)
		*tree = NULL;
	*near = p.near;
	return p.result;
}
