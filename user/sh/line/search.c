/* search.c - looking for a part of an earlier line (^R); see edit.h.
 *
 * While a search goes on, the text of the line is a label and the line that was found. */
#include "line/edit.h"

#include <stdlib.h>
#include <string.h>

/* The line that is found; the new one if none is. */
static const char *search_line(struct edit *e)
{
	const char *line = edit_history_line(e, e->back);

	return line ? line : "";
}

static void search_show(struct edit *e, bool found)
{
	static const char none[] = "(no such line) `", some[] = "(search) `", end[] = "': ";
	const char *line = search_line(e), *label = found ? some : none;
	size_t len = strlen(label) + strlen(e->search) + strlen(end) + strlen(line);
	char *text = malloc(len + 1);

	if (!text)
		return;
	strcpy(text, label);
	strcat(text, e->search);
	strcat(text, end);
	strcat(text, line);
	edit_set_text(e, text, len);
	free(text);
}

/* Finds the first match from @back lines ago on. */
static void search_from(struct edit *e, unsigned back)
{
	const char *line;

	while ((line = edit_history_line(e, back)) && *e->search &&
	       !strstr(line, e->search))
		back++;
	if (line && *e->search)
		e->back = back;
	search_show(e, line || !*e->search);
}

void edit_search(struct edit *e)
{
	if (!e->searching) {
		(void)edit_history_line(e, 1); /* keeps the new line */
		e->searching = true;
		e->search[0] = '\0';
		search_show(e, true);
	}
}

bool edit_search_key(struct edit *e, int key)
{
	size_t len = strlen(e->search);

	if (key == CTRL('R')) {
		search_from(e, e->back + 1);
		return true;
	}
	if (key == CTRL('H') || key == DEL) {
		e->search[len ? len - 1 : 0] = '\0';
		search_from(e, 1);
		return true;
	}
	if (key >= ' ' && key < KEY_NONE) {
		if (len + 1 < EDIT_SEARCH) {
			e->search[len] = (char)key;
			e->search[len + 1] = '\0';
		}
		search_from(e, e->back ? e->back : 1);
		return true;
	}
	if (key == CTRL('G') || key == CTRL('C'))
		e->back = 0;
	e->searching = false;
	edit_set_text(e, search_line(e), strlen(search_line(e)));
	return key == CTRL('G');
}
