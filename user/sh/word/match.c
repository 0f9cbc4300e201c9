/* match.c - matching a pattern; see match.h. */
#include "word/match.h"

#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

/* The end of the bracket expression at @p, or NULL if it has none: then "[" is plain. */
static char *match_bracket_end(char *p)
{
	p++;
	p += *p == '!' || *p == '^';
	p += *p == ']';
	for (; *p && *p != ']'; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == '[' && p[1] && strchr(":.=", p[1])) {
			char end[] = { p[1], ']', '\0' }, *close = strstr(p + 2, end);

			if (close)
				p = close + 1;
		}
	}
	return *p ? p + 1 : NULL;
}

/* Whether the first element of @p, no `*`, matches @c; what follows it in @next. */
static bool match_one(char *p, char c, char **next)
{
	char *end = *p == '[' ? match_bracket_end(p) : NULL;

	if (end) {
		char kept = *end, one[2] = { c, '\0' };
		bool match;

		*end = '\0';
		match = fnmatch(p, one, 0) == 0;
		*end = kept;
		*next = end;
		return match;
	}
	if (*p == '\\' && p[1]) {
		*next = p + 2;
		return p[1] == c;
	}
	*next = p + 1;
	return *p == '?' || *p == c;
}

/* If what follows a `*` does not match, the last `*` takes one more character.  Those
 * before it have the shortest text that they can have, which leaves the most. */
bool match_text(char *pattern, const char *text)
{
	char *star = NULL, *next;
	const char *resume = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			resume = text;
		} else if (*pattern && match_one(pattern, *text, &next)) {
			pattern = next;
			text++;
		} else if (star) {
			pattern = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}
