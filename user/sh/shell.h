/* shell.h - the state of the shell and how it runs a tree of commands. */
#pragma once

#include <stdbool.h>

#include "arena.h"
#include "expand.h"
#include "parse.h"

#define SH_STATUS_NOT_RUN 126 /* the program is there but could not be run */
#define SH_STATUS_MISSING 127
#define SH_STATUS_INTERRUPTED 130 /* ^C before anything was run */

struct sh_var {
	struct sh_var *next;
	char *value;
	char name[];
};

struct shell {
	int status;        /* of the last command: $?               */
	bool leave;        /* `exit` was run                        */
	bool interactive;  /* lines come from the console           */
	bool prompts;      /* and a person types them               */
	bool dropped;      /* ^C while a line was edited            */
	struct arena line; /* memory of the command line that runs  */
	struct sh_var *vars;
	char **args; /* $0, $1, ...; ends with NULL           */
	struct sh_values values;
};

extern struct shell shell;

/* Run a tree.  With @last the process has nothing to do afterwards, so it may execute the
 * last command itself.  Returns the status, which is also in shell.status. */
int sh_run(const struct sh_node *node, bool last);

/* Whether ^C was typed since the prompt: the rest of the line is not run. */
bool sh_interrupted(void);

/* builtin.c: what only the shell itself can do.  A builtin returns its status. */
typedef int sh_builtin_fn(int argc, char **argv);
sh_builtin_fn *sh_builtin_find(const char *name);

/* Run words that are all NAME=VALUE; false if they are not. */
bool sh_assign(const struct sh_word *words);
void sh_vars_init(char **args);

/* Write the strings, up to a NULL, to descriptor 2 in one piece. */
void sh_say(const char *first, ...);

/* The same for `sh: what: reason of errno`. */
void sh_warn(const char *what);
