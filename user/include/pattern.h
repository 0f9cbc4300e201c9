/* pattern.h - regular expressions of programs; picolibc's, with complaints. */
#pragma once

#include <stdbool.h>
#include <stddef.h> /* for picolibc 1.8.10's regex.h, which does not include it */

#include <regex.h>

#define PATTERN_PARTS 10 /* the whole match, and \1 to \9 */

/* regcomp(), or complain about @text and exit(2).  An empty pattern matches every line. */
void pattern_compile(regex_t *pattern, const char *text, int flags);

/* The first match in @text from byte @from on, which may have any bytes and ends at @len.
 * ^ stands for the start of @text only.  Fills PATTERN_PARTS of @parts, unless NULL. */
bool pattern_find(const regex_t *pattern, const char *text, size_t from, size_t len,
		  regmatch_t *parts);
