/* expand.h - from the words of a command to its arguments (POSIX, XCU 2.6): variables,
 * commands, arithmetic, quotes, fields and file name patterns.
 *
 * No system call is made here but for file names; the rest comes from struct sh_values. */
#pragma once

#include "syntax/arena.h"
#include "syntax/parse.h"

/* Where values come from. */
struct sh_values {
	/* The value of a variable or parameter, or NULL if it is not set.  A name has
	 * letters, digits and underscores, or is a number or one of "#?-$!". */
	const char *(*get)(const char *name);

	/* Set a variable; false after a complaint. */
	bool (*set)(const char *name, const char *value);

	/* The output of a command, in memory of the arena; NULL after a complaint. */
	char *(*command)(struct arena *a, const char *text);

	/* Complain about @name, because of @why. */
	void (*fail)(const char *name, const char *why);

	char **args;      /* $1, $2, ...: for $@ and $*; ends with NULL */
	bool must_be_set; /* set -u                                     */
	bool no_patterns; /* set -f                                     */
};

/* Each returns NULL after a failure.  values->fail() or another of its functions was told
 * of it, unless memory ran out: then nomem becomes true. */
struct sh_expansion {
	struct arena *arena;
	const struct sh_values *values;
	bool declares; /* NAME=word among the words is an assignment: one field */
	bool nomem;
};

/* The arguments that @words make, ending with NULL and with their number in @argc. */
char **sh_expand(struct sh_expansion *x, const struct sh_word *words, int *argc);

/* The one string that @text makes, without patterns and without splitting. */
char *sh_expand_one(struct sh_expansion *x, const char *text);

/* The same for the value of a variable: a "~" may follow each colon. */
char *sh_expand_value(struct sh_expansion *x, const char *text);

/* The same for a pattern: what was quoted has backslashes for match_text(). */
char *sh_expand_pattern(struct sh_expansion *x, const char *text);

/* The same for the text of a here-document, in which quotes are plain characters. */
char *sh_expand_here(struct sh_expansion *x, const char *text);
