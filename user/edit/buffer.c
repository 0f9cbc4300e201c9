/* buffer.c - the text that is edited; see buffer.h. */
#include "buffer.h"

#include <stdlib.h>

/* Undone by putting @removed bytes in place of @added ones. */
struct step {
	struct step *before;
	size_t at, added, removed;
	bool changed; /* whether the text was other than the saved one before the step */
	char bytes[];
};

/* Notes how to undo a change; the @removed bytes are at @from.  Without memory for that,
 * nothing can be undone any more: who has no memory has to be able to delete. */
static void buffer_note(struct buffer *b, size_t at, size_t added, size_t from,
			size_t removed)
{
	struct step *step = malloc(sizeof(*step) + removed);

	if (step) {
		*step = (struct step){ b->steps, at, added, removed, b->changed };
		text_copy(&b->text, from, removed, step->bytes);
		b->steps = step;
		return;
	}
	while ((step = b->steps) != NULL) {
		b->steps = step->before;
		free(step);
	}
}

bool buffer_change(struct buffer *b, size_t at, size_t removed, const char *bytes, size_t n)
{
	struct step *last = b->steps;

	(void)text_lines_before(&b->text, &b->lines, at);
	if (!text_insert(&b->text, at, bytes, n))
		return false;
	if (b->joins && last && removed == 0 && last->at + last->added == at)
		last->added += n;
	else
		buffer_note(b, at, n, at + n, removed);
	text_delete(&b->text, at + n, removed);
	b->cursor = at + n;
	b->changed = true;
	b->joins = removed == 0 && n && bytes[n - 1] != '\n'; /* a line is one step */
	return true;
}

bool buffer_undo(struct buffer *b)
{
	struct step *step = b->steps;

	if (!step)
		return false;
	(void)text_lines_before(&b->text, &b->lines, step->at);
	if (!text_insert(&b->text, step->at, step->bytes, step->removed))
		return false;
	text_delete(&b->text, step->at + step->removed, step->added);
	b->cursor = step->at + step->removed;
	b->changed = step->changed;
	b->joins = false;
	b->steps = step->before;
	free(step);
	return true;
}

void buffer_saved(struct buffer *b)
{
	for (struct step *step = b->steps; step; step = step->before)
		step->changed = true;
	b->changed = b->joins = false;
}
