/* find.c - searching in less. */
#include "less.h"

#include <stdio.h>
#include <string.h>

bool find_set(const char *pattern)
{
	int error;

	if (less.has_pattern)
		regfree(&less.pattern);
	snprintf(less.wanted, sizeof(less.wanted), "%s", pattern);
	error = regcomp(&less.pattern, pattern,
			REG_EXTENDED | (less.any_case ? REG_ICASE : 0));
	less.has_pattern = error == 0;
	if (error)
		regerror(error, &less.pattern, less.message, sizeof(less.message));
	return error == 0;
}

void find_start(size_t n, bool backwards)
{
	if (!less.has_pattern) {
		snprintf(less.message, sizeof(less.message), "nothing was searched yet");
		return;
	}
	less.backwards = backwards;
	less.goal = GOAL_FIND;
	less.count = n;
	less.from = text_line_start(&less.text, less.top);
	/* From the match that is shown on, or from the first line. */
	if (less.hit < less.hit_end && less.hit >= less.top && less.hit < less.bottom)
		less.from = text_line_start(&less.text, less.hit);
	else if (!backwards)
		return;
	if (!backwards)
		less.from = text_line_end(&less.text, less.from) + 1;
}

/* Looks at the line from @start to @end; true: it is the match that was wanted. */
static bool find_in_line(size_t start, size_t end)
{
	const char *text = text_flat(&less.text);
	regmatch_t parts[PATTERN_PARTS];

	if (!pattern_find(&less.pattern, text + start, 0, end - start, parts) ||
	    --less.count)
		return false;
	less.hit = start + (size_t)parts[0].rm_so;
	less.hit_end = start + (size_t)parts[0].rm_eo;
	less.top = view_row_start(less.hit);
	less.goal = GOAL_NONE;
	return true;
}

static void find_none(void)
{
	less.goal = GOAL_NONE;
	snprintf(less.message, sizeof(less.message), "not found: %s", less.wanted);
}

/* The lines that have been read; it stops at a key. */
void find_go_on(void)
{
	size_t len = text_len(&less.text), end;

	for (unsigned i = 1; less.goal == GOAL_FIND; i++) {
		if (i % 256 == 0 && screen_key_waits())
			return;
		if (less.backwards) {
			if (less.from == 0) {
				find_none();
				return;
			}
			less.from = text_line_start(&less.text, less.from - 1);
			end = text_line_end(&less.text, less.from);
			(void)find_in_line(less.from, end);
			continue;
		}
		end = less.from < len ? text_line_end(&less.text, less.from) : len;
		if (end >= len && !less.all)
			return;
		if (less.from >= len)
			find_none();
		else if (!find_in_line(less.from, end))
			less.from = end + 1;
	}
}
