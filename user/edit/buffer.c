/* buffer.c - the text that is edited; see buffer.h. */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>

#define NEVER ((size_t)-1)

/* Undone by putting @removed bytes in place of @added ones. */
struct step {
	struct step *before;
	size_t at, added, removed;
	char bytes[];
};

static void buffer_forget_steps(struct buffer *b)
{
	while (b->steps) {
		struct step *step = b->steps;

		b->steps = step->before;
		free(step);
	}
	b->joins = false;
}

/* Notes how to undo a change.  Without memory for that, nothing can be undone any more:
 * who has no memory has to be able to delete. */
static void buffer_note(struct buffer *b, size_t at, size_t removed, size_t added)
{
	struct step *last = b->steps, *step;

	if (b->joins && last && removed == 0 && last->at + last->added == at) {
		last->added += added;
		return;
	}
	step = removed < NEVER / 2 ? malloc(sizeof(*step) + removed) : NULL;
	if (!step) {
		buffer_forget_steps(b);
		b->saved = NEVER;
		return;
	}
	*step = (struct step){ .before = last,
			       .at = at,
			       .added = added,
			       .removed = removed };
	text_copy(&b->text, at, removed, step->bytes);
	b->steps = step;
	if (b->saved != NEVER && b->saved > b->nsteps)
		b->saved = NEVER;
	b->nsteps++;
	b->joins = removed == 0;
}

bool buffer_change(struct buffer *b, size_t at, size_t removed, const char *bytes, size_t n)
{
	if (!text_room(&b->text, at, n) && n)
		return false;
	(void)text_lines_before(&b->text, &b->lines, at);
	buffer_note(b, at, removed, n);
	text_delete(&b->text, at, removed);
	(void)text_insert(&b->text, at, bytes, n);
	b->cursor = at + n;
	b->joins &= n && bytes[n - 1] != '\n'; /* a line is one step */
	return true;
}

bool buffer_undo(struct buffer *b)
{
	struct step *step = b->steps;

	if (!step || (step->removed && !text_room(&b->text, step->at, step->removed)))
		return false;
	(void)text_lines_before(&b->text, &b->lines, step->at);
	text_delete(&b->text, step->at, step->added);
	(void)text_insert(&b->text, step->at, step->bytes, step->removed);
	b->cursor = step->at + step->removed;
	b->steps = step->before;
	b->nsteps--;
	b->joins = false;
	free(step);
	return true;
}

bool buffer_is_changed(const struct buffer *b)
{
	return b->saved != b->nsteps;
}
