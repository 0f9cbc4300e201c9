/* compound.c - compound commands: groups, if, loops, case; see parse.h. */
#include "syntax/parser.h"

#include <string.h>

static struct sh_node *compound_group(struct parser *p, enum sh_kind kind)
{
	struct sh_node *node = parse_node(p, kind);

	if (!node)
		return NULL;
	node->parts = parse_body(p);
	if (kind == SH_BRACE)
		parse_expect(p, "}");
	else if (!p->result && !parse_take(p, ")"))
		parse_fail_here(p);
	return node;
}

/* After `if`. */
static struct sh_node *compound_if(struct parser *p)
{
	struct sh_node *node = parse_node(p, SH_IF), **end;

	if (!node)
		return NULL;
	end = &node->parts;
	do {
		*end = parse_body(p);
		parse_expect(p, "then");
		if (p->result)
			return NULL;
		end = &(*end)->next;
		*end = parse_body(p);
		if (p->result)
			return NULL;
		end = &(*end)->next;
	} while (parse_reserved(p, "elif"));
	if (parse_reserved(p, "else"))
		*end = parse_body(p);
	parse_expect(p, "fi");
	return node;
}

static struct sh_node *compound_do(struct parser *p)
{
	struct sh_node *body;

	parse_newlines(p);
	parse_expect(p, "do");
	body = p->result ? NULL : parse_body(p);
	parse_expect(p, "done");
	return body;
}

/* After `while` or `until`. */
static struct sh_node *compound_loop(struct parser *p, enum sh_kind kind)
{
	struct sh_node *node = parse_node(p, kind);

	if (!node)
		return NULL;
	node->parts = parse_body(p);
	if (!p->result)
		node->parts->next = compound_do(p);
	return node;
}

static void compound_words(struct parser *p, struct sh_word **end)
{
	for (;;) {
		scan_blanks(p);
		if (p->result || !scan_peek(p) || strchr("\n;&|()<>", scan_peek(p)))
			return;
		*end = parser_alloc(p, sizeof(**end));
		if (!*end)
			return;
		(*end)->text = scan_word(p);
		end = &(*end)->next;
	}
}

static struct sh_node *compound_for(struct parser *p)
{
	struct sh_node *node = parse_node(p, SH_FOR);

	if (!node)
		return NULL;
	scan_blanks(p);
	node->name = scan_word(p);
	if (!node->name)
		return NULL;
	if (!*node->name || node->name[sh_name_length(node->name)])
		return parser_fail(p, SH_BAD, node->name);
	scan_blanks(p);
	node->over_args = true;
	if (!parse_take(p, ";")) {
		parse_newlines(p);
		if (parse_reserved(p, "in")) {
			node->over_args = false;
			compound_words(p, &node->words);
			if (!p->result && !parse_take(p, ";") && scan_peek(p) != '\n')
				return parse_fail_here(p);
		}
	}
	node->parts = compound_do(p);
	return node;
}

/* Patterns, ")" and a list. */
static struct sh_node *compound_item(struct parser *p)
{
	struct sh_node *item = parse_node(p, SH_ITEM);
	struct sh_word **end;

	if (!item)
		return NULL;
	(void)parse_take(p, "(");
	end = &item->words;
	do {
		*end = parser_alloc(p, sizeof(**end));
		if (!*end)
			return NULL;
		scan_blanks(p);
		(*end)->text = scan_word(p);
		end = &(*end)->next;
	} while (!p->result && parse_take(p, "|"));
	if (!p->result && !parse_take(p, ")"))
		return parse_fail_here(p);
	item->parts = parse_list(p);
	return item;
}

static struct sh_node *compound_case(struct parser *p)
{
	struct sh_node *node = parse_node(p, SH_CASE), **end;

	if (!node)
		return NULL;
	node->words = parser_alloc(p, sizeof(*node->words));
	if (!node->words)
		return NULL;
	scan_blanks(p);
	node->words->text = scan_word(p);
	parse_newlines(p);
	parse_expect(p, "in");
	end = &node->parts;
	for (;;) {
		parse_newlines(p);
		if (p->result || parse_reserved(p, "esac"))
			return node;
		*end = compound_item(p);
		if (!*end || p->result)
			return NULL;
		end = &(*end)->next;
		if (!parse_take(p, ";;")) {
			parse_newlines(p);
			parse_expect(p, "esac");
			return node;
		}
	}
}

static struct sh_node *compound_any(struct parser *p)
{
	if (parse_take(p, "("))
		return compound_group(p, SH_GROUP);
	if (parse_reserved(p, "{"))
		return compound_group(p, SH_BRACE);
	if (parse_reserved(p, "if"))
		return compound_if(p);
	if (parse_reserved(p, "while"))
		return compound_loop(p, SH_WHILE);
	if (parse_reserved(p, "until"))
		return compound_loop(p, SH_UNTIL);
	if (parse_reserved(p, "for"))
		return compound_for(p);
	return parse_reserved(p, "case") ? compound_case(p) : NULL;
}

struct sh_node *parse_compound(struct parser *p)
{
	struct sh_node *node;

	if (!parser_enter(p, "nesting"))
		return NULL;
	node = compound_any(p);
	p->depth--;
	return p->result ? NULL : node;
}
