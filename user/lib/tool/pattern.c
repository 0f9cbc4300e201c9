/* pattern.c - regular expressions of programs; see pattern.h. */
#include <pattern.h>

#include <stdlib.h>
#include <tool.h>

void pattern_compile(regex_t *pattern, const char *text, int flags)
{
	int error = regcomp(pattern, *text ? text : "^", flags);
	char reason[64];

	if (error == 0)
		return;
	regerror(error, pattern, reason, sizeof(reason));
	tool_warnx(text, reason);
	exit(2);
}

bool pattern_find(const regex_t *pattern, const char *text, size_t from, size_t len,
		  regmatch_t *parts)
{
	regmatch_t whole;

	if (!parts)
		parts = &whole;
	parts->rm_so = (regoff_t)from;
	parts->rm_eo = (regoff_t)len;
	return regexec(pattern, text, parts == &whole ? 1 : PATTERN_PARTS, parts,
		       REG_STARTEND | (from ? REG_NOTBOL : 0)) == 0;
}
