/* parser.h - what the files of the parser share.
 *
 * One function for each rule.  Each leaves the cursor after what it has parsed.  The first
 * failure is kept in `result`; from then on every rule returns NULL or false. */
#pragma once

#include "syntax/parse.h"

struct parser {
	struct sh_source *src;
	size_t begin; /* where in it this parser began */
	struct arena *arena;
	enum sh_result result;
	const char *near;
	int depth;
	bool ended;            /* the source has no more              */
	struct sh_redir *here; /* here-documents whose text is to come */
	struct sh_redir **here_end;
	size_t joined;  /* up to here continued lines were joined */
	bool is_word;   /* the text is a word, in which that is done already */
	int in_command; /* > 0: within $(...), whose aliases are replaced when it runs */
	size_t alias_blank; /* where the value of an alias ends with a blank; the word that
			     * follows may be an alias, too */
};

/* scan.c: characters and words. */
void *parser_fail(struct parser *p, enum sh_result result, const char *near);
void *parser_alloc(struct parser *p, size_t size);

/* Count a level of nesting; false if there are too many. */
bool parser_enter(struct parser *p, const char *near);

/* The next character, 0 at the end; the one @n characters later in the same line. */
char scan_peek(struct parser *p);
char scan_ahead(const struct parser *p, size_t n);

/* The number of the line that the cursor is in. */
unsigned scan_line(struct parser *p);

/* Blanks, a comment, and lines continued with a backslash.  Those are also joined in what
 * comes next, up to a quote or a blank. */
void scan_blanks(struct parser *p);

/* The raw text of the word at the cursor, which is not empty, or NULL. */
char *scan_word(struct parser *p);

/* The copied text from @start to the cursor. */
char *scan_text(struct parser *p, size_t start);

/* Read the texts of the here-documents of the line that has just ended. */
void here_read(struct parser *p);

/* parse.c: rules. */
struct sh_node *parse_node(struct parser *p, enum sh_kind kind);
struct sh_node *parse_list(struct parser *p);

/* A list that must not be empty. */
struct sh_node *parse_body(struct parser *p);

/* Newlines, blanks and comments. */
void parse_newlines(struct parser *p);

/* Take @token, an operator, if it comes next.  "&" and "|" are not the first half of "&&"
 * and "||". */
bool parse_take(struct parser *p, const char *token);

/* The same for a reserved word. */
bool parse_reserved(struct parser *p, const char *word);

/* Whether a reserved word comes next. */
bool parse_at_any_reserved(struct parser *p);

/* Fail at what the cursor is at. */
void *parse_fail_here(struct parser *p);

/* @word, reserved, has to come next. */
void parse_expect(struct parser *p, const char *word);

/* alias.c: replace the word at the cursor, and the first one of what comes in its place, as
 * long as it is an alias.  A reserved word is none where a @command begins. */
void alias_replace(struct parser *p, bool command);

/* compound.c: a compound command without its redirections; NULL without a failure: there
 * is none. */
struct sh_node *parse_compound(struct parser *p);
