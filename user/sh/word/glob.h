/* glob.h - file names that match a pattern of `*`, `?` and `[...]`.  A character after a
 * backslash stands for itself. */
#pragma once

#include "syntax/arena.h"

/* Call @found with the name of each file that matches @pattern, in memory of @a.
 * Returns 0, or -1 when memory ran out. */
int glob_match(struct arena *a, const char *pattern, void (*found)(void *arg, char *name),
	       void *arg);

/* Remove the backslashes that quote characters of @text. */
void glob_unescape(char *text);

/* For qsort() of an array of names. */
int glob_compare(const void *a, const void *b);
