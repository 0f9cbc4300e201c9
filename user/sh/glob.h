/* glob.h - file names that fit a pattern of `*`, `?` and `[...]`.  A backslash
 * takes the meaning from the character after it. */
#pragma once

#include "arena.h"

/* Call @found with the name of each file that fits @pattern, in memory of @a.
 * Returns 0, or -1 when memory ran out. */
int glob_match(struct arena *a, const char *pattern, void (*found)(void *arg, char *name),
	       void *arg);

/* Take the backslashes out of @text. */
void glob_unescape(char *text);

/* For qsort() of an array of names. */
int glob_compare(const void *a, const void *b);
