/* expand.h - from the words of a command to its arguments: variables, quotes
 * and file name patterns. */
#pragma once

#include "arena.h"
#include "parse.h"

/* Where values come from.  `get` returns NULL for a variable that is not set;
 * names are letters, digits and underscores, or one of "?$#0-9". */
struct sh_values {
	const char *(*get)(const char *name);
	char **args; /* $1, $2, ...: for $@ and $*; ends with NULL */
};

/* The arguments that @words make, ending with NULL and with their number in
 * @argc; NULL: no memory. */
char **sh_expand(struct arena *a, const struct sh_values *v, const struct sh_word *words,
		 int *argc);

/* The one string that @text makes, without patterns and without splitting;
 * NULL: no memory. */
char *sh_expand_one(struct arena *a, const struct sh_values *v, const char *text);
