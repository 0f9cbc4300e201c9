/* parse.h - the shell's grammar: from text to a tree of commands.
 *
 *   list     = and-or { (";" | "&" | newline) and-or } [";" | "&" | newline]
 *   and-or   = pipeline { ("&&" | "||") pipeline }
 *   pipeline = command { "|" command }
 *   command  = "(" list ")" { redirection } | { word | redirection }
 *   redirection = [digit] ("<" | ">" | ">>" | ">&") word
 *
 * Words keep their quotes; expand.h removes them when the command runs.
 * No system call is made here. */
#pragma once

#include <stdbool.h>

#include "arena.h"

#define SH_DEPTH 50 /* groups inside each other */

struct sh_word {
	struct sh_word *next;
	char *text;
};

enum sh_redir_kind { SH_IN, SH_OUT, SH_APPEND, SH_DUP };

struct sh_redir {
	struct sh_redir *next;
	enum sh_redir_kind kind;
	int fd;       /* the descriptor that is changed            */
	char *target; /* file name, or descriptor number for SH_DUP */
};

enum sh_kind { SH_SIMPLE, SH_GROUP, SH_PIPELINE, SH_ANDOR, SH_LIST };

/* How a part of a list or of an and-or follows the part before it. */
enum sh_join { SH_ALWAYS, SH_IF_OK, SH_IF_NOT };

struct sh_node {
	enum sh_kind kind;
	struct sh_node *next;    /* the next part of what this is a part of   */
	struct sh_node *parts;   /* all but SH_SIMPLE: the first part         */
	enum sh_join join;       /* as a part of SH_ANDOR                     */
	bool background;         /* as a part of SH_LIST: followed by "&"     */
	struct sh_word *words;   /* SH_SIMPLE                                 */
	struct sh_redir *redirs; /* SH_SIMPLE, SH_GROUP; in order            */
};

enum sh_result {
	SH_OK,
	SH_INCOMPLETE, /* more lines could complete it            */
	SH_BAD,        /* more lines would not help               */
	SH_NOMEM
};

/* Parse @text into @tree, with memory of @a; an empty text and a
 * failure give no tree.  After SH_BAD or SH_INCOMPLETE @near is what could not
 * be understood. */
enum sh_result sh_parse(struct arena *a, const char *text, struct sh_node **tree,
			const char **near);
