/* match.c - matching a pattern; see match.h. */
#include "word/match.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* The end of the bracket expression at @p, or NULL if it has none: then "[" is plain. */
static const char *match_bracket_end(const char *p)
{
	p++;
	p += *p == '!' || *p == '^';
	p += *p == ']';
	for (; *p && *p != ']'; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == '[' && p[1] && strchr(":.=", p[1])) {
			char end[] = { p[1], ']', '\0' };
			const char *close = strstr(p + 2, end);

			if (close)
				p = close + 1;
		}
	}
	return *p ? p + 1 : NULL;
}

/* Whether @c is in the class @name, of @n bytes. */
static bool match_class(const char *name, size_t n, unsigned char c)
{
	static const struct {
		const char *name;
		int (*has)(int c);
	} classes[] = {
		{ "alpha", isalpha }, { "digit", isdigit }, { "alnum", isalnum },
		{ "upper", isupper }, { "lower", islower }, { "space", isspace },
		{ "blank", isblank }, { "punct", ispunct }, { "print", isprint },
		{ "graph", isgraph }, { "cntrl", iscntrl }, { "xdigit", isxdigit },
	};

	for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == n && strncmp(classes[i].name, name, n) == 0)
			return classes[i].has(c);
	return false;
}

/* The character at *@p, which a backslash may quote; moves after it. */
static unsigned char match_bracket_char(const char **p)
{
	if (**p == '\\' && (*p)[1])
		++*p;
	return (unsigned char)*(*p)++;
}

/* Whether the bracket expression from @p up to @end has @c. */
static bool match_bracket(const char *p, const char *end, unsigned char c)
{
	bool negated = p[1] == '!' || p[1] == '^', found = false;

	end--; /* the "]" */
	for (p += 1 + negated; p < end;) {
		const char *close = strncmp(p, "[:", 2) == 0 ? strstr(p + 2, ":]") : NULL;
		unsigned char low, high;

		if (close && close < end) {
			found |= match_class(p + 2, (size_t)(close - p - 2), c);
			p = close + 2;
			continue;
		}
		low = high = match_bracket_char(&p);
		if (*p == '-' && p + 1 < end) {
			p++;
			high = match_bracket_char(&p);
		}
		found |= low <= c && c <= high;
	}
	return found != negated;
}

/* Whether the first element of @p, no `*`, matches @c; what follows it in @next. */
static bool match_one(const char *p, char c, const char **next)
{
	const char *end = *p == '[' ? match_bracket_end(p) : NULL;

	if (end) {
		*next = end;
		return match_bracket(p, end, (unsigned char)c);
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
bool match_text(const char *pattern, const char *text)
{
	const char *star = NULL, *next, *resume = NULL;

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
