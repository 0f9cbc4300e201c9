/* sed.h - what the files of sed share: the commands of a script, and text that grows. */
#pragma once

#include <pattern.h>
#include <stdbool.h>
#include <stdio.h>
#include <tool.h>

enum address_kind { NOWHERE, LINE, LAST, MATCH };

struct address {
	enum address_kind kind;
	unsigned long line;
	regex_t *pattern; /* NULL: the one that was used last */
};

struct command {
	struct address from, to;
	bool others;          /* `!` */
	bool active, started; /* inside of the range; was inside of it */
	char name;
	char *text;              /* of a i c, the file of r, a label, or what s puts in */
	size_t text_len, target; /* where b, t and { jump to */
	regex_t *pattern;
	unsigned long nth; /* of s; the status of q */
	bool global, print;
	FILE *file;
	unsigned char *map; /* of y */
};

struct sed {
	struct command *commands;
	size_t ncommands;
	int pattern_flags; /* of regcomp() */
	bool quiet;        /* -n */
	char **names;      /* of the files that are not opened yet */
	bool unread;       /* a file, or a part of one; there was a complaint */
};

extern struct sed sed;

/* Add @len bytes at the end of @to.  A NUL follows them. */
void text_add(struct tool_line *to, const char *text, size_t len);

/* Fill sed.commands from the text of a script, or complain and exit(2). */
void script_read(const char *script);

/* Run the commands for all lines of the files sed.names.  False: q has ended the script. */
bool run_lines(void);

/* place.c: the same for each of the files alone, which gets the output as its content; if
 * @suffix is not empty, what it was is kept under its name and @suffix. */
void place_edit(char **names, const char *suffix);
