/* expander.h - what the files that expand words share.
 *
 * A field is built as a pattern: a quoted character that is special to match_text() gets a
 * backslash.  If an unquoted one is special, the field becomes the names of the files that
 * match.  Otherwise, or if no file matches, the backslashes are removed. */
#pragma once

#include "word/expand.h"

#include <stddef.h>

enum expand_how {
	EXPAND_FIELDS,  /* split and matched with files             */
	EXPAND_STRING,  /* one string                               */
	EXPAND_PATTERN, /* one string with backslashes              */
	EXPAND_TEXT     /* one string, in which quotes are plain    */
};

struct expander {
	struct sh_expansion *x;
	enum expand_how how;
	const char *ifs;
	bool here;     /* EXPAND_TEXT */
	bool assigned; /* a ~ may follow a colon */
	bool failed;
	int depth; /* of words within words */
	char **fields;
	int count, room;
	/* The field that is being built; none if !open. */
	char *text;
	size_t len, size;
	bool open, pattern;
	bool ended_by_blank; /* the last field; a delimiter that follows goes with it */
	bool no_args;        /* "$@" without arguments was seen                          */
};

/* A copy in the arena, or NULL and failed. */
char *expander_copy(struct expander *e, const char *text, size_t len);

void expander_fail(struct expander *e, const char *name, const char *why);

void expander_put_quoted(struct expander *e, char c);

/* The value of an expansion. */
void expander_put_value(struct expander *e, const char *value, bool quoted);
void expander_end_field(struct expander *e);

/* A "~" at the start of a word, or of a part of an assigned value, stands for $HOME.  The
 * result is what follows it. */
const char *expander_tilde(struct expander *e, const char *s);

/* @s is in a word; @quoted: within double quotes or a here-document. */
void expander_word(struct expander *e, const char *s, bool quoted);

/* What @text makes as one string, with the rest of @e untouched; NULL and failed. */
char *expander_string(struct expander *e, const char *text, enum expand_how how,
		      bool quoted);

/* param.c: $NAME and ${...}, @s after the "$", @len bytes of name or of what is between the
 * braces. */
void param_put(struct expander *e, const char *s, size_t len, bool quoted);
void param_put_braces(struct expander *e, const char *s, size_t len, bool quoted);
