/* parse.h - the shell's grammar: from text to a tree of commands (POSIX, XCU 2.10).
 *
 *   list     = and-or { (";" | "&" | newline) and-or } [";" | "&" | newline]
 *   and-or   = pipeline { ("&&" | "||") pipeline }
 *   pipeline = {"!"} command { "|" command }
 *   command  = compound { redirection } | NAME "(" ")" compound { redirection }
 *            | { NAME=word | redirection } { word | redirection }
 *   compound = "(" list ")" | "{" list "}" | if | while | until | for | case
 *   redirection = [digits] operator word
 *   operator = "<" | ">" | ">|" | ">>" | "<>" | "<&" | ">&" | "<<" | "<<-"
 *
 * Words keep their quotes and expansions; word/expand.h replaces them when the command
 * runs.
 * No system call is made here. */
#pragma once

#include <stdbool.h>

#include "syntax/alias.h"
#include "syntax/arena.h"

#define SH_DEPTH 100 /* commands and expansions inside each other */

/* Where text comes from. */
struct sh_source {
	const char *text; /* what has been read of it; a NUL at its end */
	size_t at;        /* what has been parsed                       */
	/* Appends one more line to text, which may move; false: there is none.  NULL: the
	 * text is complete. */
	bool (*more)(struct sh_source *src);
	struct sh_alias **aliases; /* NULL: none */
	unsigned lines;            /* that came before those below */
	size_t counted;            /* up to where newlines were counted */
	unsigned taken;            /* newlines that are to count from here on: */
	size_t taken_at;
	/* The text, if it was changed; malloc'd, for the owner of the source to free. */
	char *own;
	size_t len, room;
};

/* Put the @n bytes at @text in place of @old bytes at @at; false: no memory. */
bool source_replace(struct sh_source *src, size_t at, size_t old, const char *text,
		    size_t n);

struct sh_word {
	struct sh_word *next;
	char *text;
};

enum sh_redir_kind {
	SH_IN,
	SH_OUT,
	SH_APPEND,
	SH_DUP,     /* <& and >&                        */
	SH_INOUT,   /* <>                               */
	SH_CLOBBER, /* >|                               */
	SH_HERE,    /* << with expansions in the text   */
	SH_HERE_RAW /* << with a quoted end: none in it */
};

struct sh_redir {
	struct sh_redir *next, *next_here;
	enum sh_redir_kind kind;
	bool strip;   /* <<- */
	int fd;       /* the descriptor that is changed                    */
	char *target; /* a word; of a here-document its end and then its text */
};

enum sh_kind {
	SH_SIMPLE,   /* assigns, words, redirs                                */
	SH_GROUP,    /* ( parts )                                             */
	SH_BRACE,    /* { parts }                                             */
	SH_PIPELINE, /* parts; negated                                        */
	SH_ANDOR,    /* parts, each with its join                             */
	SH_LIST,     /* parts; those with background were followed by "&"     */
	SH_IF,       /* parts: condition, list, condition, list, ... [else]   */
	SH_WHILE,    /* parts: condition, list                                */
	SH_UNTIL,    /* the same                                              */
	SH_FOR,      /* name, words unless over_args; parts: list             */
	SH_CASE,     /* words: the subject; parts: SH_ITEM                    */
	SH_ITEM,     /* words: the patterns; parts: list, or NULL             */
	SH_FUNCTION  /* name; parts: the body                                 */
};

/* How a part of a list or of an and-or follows the part before it. */
enum sh_join { SH_ALWAYS, SH_IF_OK, SH_IF_NOT };

struct sh_node {
	enum sh_kind kind;
	enum sh_join join;     /* as a part of SH_ANDOR                   */
	struct sh_node *next;  /* the next part of what this is a part of */
	struct sh_node *parts; /* the first part                          */
	unsigned line;         /* of SH_SIMPLE, from 1 on */
	bool background, negated, over_args;
	char *name;
	size_t from, length; /* of a part of a list: where its text is in what sh_parse()
				  * has read                              */
	struct sh_word *assigns; /* NAME=word                             */
	struct sh_word *words;
	struct sh_redir *redirs; /* in order */
};

enum sh_result {
	SH_OK,
	SH_INCOMPLETE, /* more lines could complete it            */
	SH_BAD,        /* more lines would not help               */
	SH_NOMEM
};

/* Parse one line of @src, and what follows as far as it belongs to it, into @tree, with
 * memory of @a; an empty line and a failure give no tree.  After SH_BAD or SH_INCOMPLETE
 * @near is what could not be understood, in memory of @a or static. */
enum sh_result sh_parse(struct arena *a, struct sh_source *src, struct sh_node **tree,
			const char **near);

/* Whether the @len bytes at @text are a word of the grammar. */
bool sh_is_reserved(const char *text, size_t len);

/* What a "$" or "`" in a word begins. */
enum sh_dollar {
	SH_DOLLAR_NONE,    /* it stands for itself              */
	SH_DOLLAR_NAME,    /* $NAME, $1, $@, ...                */
	SH_DOLLAR_BRACE,   /* ${...}                            */
	SH_DOLLAR_COMMAND, /* $(...)                            */
	SH_DOLLAR_TICKS,   /* `...`                             */
	SH_DOLLAR_ARITH,   /* $((...))                          */
	SH_DOLLAR_BAD      /* without an end, or too deep       */
};

/* Find out what begins at @text and where it ends; @quoted: in double quotes.  @scratch is
 * used and given back. */
enum sh_dollar sh_dollar(struct arena *scratch, const char *text, bool quoted,
			 const char **end);

/* Bytes of the name of a variable at @text, or of a parameter such as `1` and `@`; 0: none
 * is there. */
size_t sh_name_length(const char *text);
size_t sh_parameter_length(const char *text);

/* The length of NAME in NAME=VALUE, or 0. */
size_t sh_assigned_name(const char *text);
