/* match.h - whether a text matches a pattern of `*`, `?` and `[...]`; a character after a
 * backslash stands for itself.
 *
 * In contrast to picolibc's fnmatch() there are classes such as [:alpha:], the time is
 * bounded by the product of the lengths, and the stack does not grow with the pattern. */
#pragma once

#include <stdbool.h>

bool match_text(const char *pattern, const char *text);
