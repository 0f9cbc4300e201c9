// sources: user/sh/word/expand.c user/sh/word/param.c user/sh/word/arith.c user/sh/word/glob.c user/sh/word/match.c user/sh/syntax/parse.c user/sh/syntax/compound.c user/sh/syntax/scan.c user/sh/syntax/heredoc.c user/sh/syntax/arena.c user/sh/syntax/alias.c
// cflags: -iquote user/sh -D_GNU_SOURCE
/* fuzz_shell.c - the shell's parser and expansions take any text: what is understood is
 * expanded, and no failure is without a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/alias.h"
#include "word/expand.h"

static char complained;

static const char *value_get(const char *name)
{
	return *name == 'I' ? NULL : *name == 'x' ? "a b*:\\c" : *name < 'n' ? "7" : NULL;
}

static bool value_set(const char *name, const char *value)
{
	complained = *name == 'r';
	return !complained && value;
}

static char *value_command(struct arena *a, const char *text)
{
	return arena_copy(a, text, strlen(text));
}

static void value_fail(const char *name, const char *why)
{
	complained = name && why;
}

static char *args[] = { "one", "t w o", "", NULL };
static const struct sh_values values = {
	.get = value_get,
	.set = value_set,
	.command = value_command,
	.fail = value_fail,
	.args = args,
	.no_patterns = true,
};

static void expand(struct arena *a, const struct sh_word *words)
{
	struct sh_expansion x = { .arena = a, .values = &values };
	int argc;

	complained = 0;
	if (!sh_expand(&x, words, &argc) && !complained)
		abort();
	complained = 0;
	x.declares = true; /* as arguments of export */
	if (!sh_expand(&x, words, &argc) && !complained)
		abort();
	for (; words; words = words->next) {
		(void)sh_expand_one(&x, words->text);
		(void)sh_expand_value(&x, words->text);
		(void)sh_expand_pattern(&x, words->text);
	}
}

static unsigned lines; /* of the text and of the aliases in it, at most */

static void visit(struct arena *a, const struct sh_node *node)
{
	for (; node; node = node->next) {
		expand(a, node->words);
		expand(a, node->assigns);
		if (node->kind == SH_SIMPLE && (node->line < 1 || node->line > lines))
			abort();
		for (const struct sh_redir *r = node->redirs; r; r = r->next) {
			struct sh_expansion x = { .arena = a, .values = &values };

			(void)sh_expand_here(&x, r->target);
		}
		visit(a, node->parts);
	}
}

/* Some that lead to each other, and halves of commands. */
static struct sh_alias **alias_list(void)
{
	static const char *const all[][2] = {
		{ "a", "b c " },   { "b", "a | d " }, { "c", "if" },
		{ "d", "echo '" }, { "e", "" },
	};
	static struct sh_alias *list;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!alias_set(&list, all[i][0], 1, all[i][1]))
			abort();
	return &list;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(1, size + 1);
	struct sh_source src = { .text = text, .aliases = alias_list() };
	enum sh_result result = SH_OK;

	memcpy(text, data, size);
	lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	while (result == SH_OK && src.text[src.at]) {
		struct arena a = { 0 };
		struct sh_node *tree;
		const char *near;
		size_t before = src.at;

		result = sh_parse(&a, &src, &tree, &near);
		if (result == SH_OK ? src.at == before && src.text[before] : !near || tree)
			abort();
		visit(&a, tree);
		arena_free(&a);
	}
	free(src.own);
	free(text);
	return 0;
}
