/* alias.c - the list of aliases, and their place in the text; see alias.h. */
#include "syntax/alias.h"

#include "syntax/parser.h"

#include <stdlib.h>
#include <string.h>

struct sh_alias *alias_find(struct sh_alias *list, const char *name, size_t len)
{
	while (list && (strncmp(list->name, name, len) != 0 || list->name[len]))
		list = list->next;
	return list;
}

bool alias_set(struct sh_alias **list, const char *name, size_t len, const char *value)
{
	struct sh_alias *a = alias_find(*list, name, len);
	char *copy = strdup(value);

	if (!copy)
		return false;
	if (a) {
		free(a->value);
		a->value = copy;
		return true;
	}
	a = calloc(1, sizeof(*a) + len + 1);
	if (!a) {
		free(copy);
		return false;
	}
	memcpy(a->name, name, len);
	a->value = copy;
	while (*list && strcmp((*list)->name, a->name) < 0)
		list = &(*list)->next;
	a->next = *list;
	*list = a;
	return true;
}

bool alias_unset(struct sh_alias **list, const char *name)
{
	struct sh_alias *a;

	while (*list && strcmp((*list)->name, name) != 0)
		list = &(*list)->next;
	a = *list;
	if (!a)
		return false;
	*list = a->next;
	free(a->value);
	free(a);
	return true;
}

/* --- in the text ------------------------------------------------------------- */

/* The alias that is the word at the cursor.  Within its own value it is a plain word. */
static struct sh_alias *alias_here(struct parser *p, size_t *len)
{
	const char *word = p->src->text + p->src->at;
	struct sh_alias *a;

	*len = strcspn(word, " \t\r\n;&|()<>");
	a = alias_find(*p->src->aliases, word, *len);
	return a && a->end <= p->src->at ? a : NULL;
}

void alias_replace(struct parser *p, bool command)
{
	struct sh_source *src = p->src;
	struct sh_alias *a;
	size_t len, n;

	while (src->aliases && !p->in_command) {
		scan_blanks(p);
		(void)scan_peek(p);
		if (p->result || (command && parse_at_any_reserved(p)))
			return;
		a = alias_here(p, &len);
		if (!a)
			return;
		n = strlen(a->value);
		if (!source_replace(src, src->at, len, a->value, n)) {
			parser_fail(p, SH_NOMEM, "");
			return;
		}
		for (struct sh_alias *b = *src->aliases; b; b = b->next)
			if (b->end > src->at)
				b->end += n - len;
		if (p->alias_blank > src->at)
			p->alias_blank += n - len;
		a->end = src->at + n;
		p->joined = 0;
		if (n && strchr(" \t", a->value[n - 1]))
			p->alias_blank = a->end;
	}
}
