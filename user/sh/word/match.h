/* match.h - whether a text matches a pattern of `*`, `?` and `[...]`; a character after a
 * backslash stands for itself.
 *
 * In contrast to fnmatch() the time is bounded by the product of the lengths, and the stack
 * does not grow with the pattern. */
#pragma once

#include <stdbool.h>

/* @pattern is changed for a moment only. */
bool match_text(char *pattern, const char *text);
