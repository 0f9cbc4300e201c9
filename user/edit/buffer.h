/* buffer.h - the text that is edited: changes, and their undoing. */
#pragma once

#include "screen/text.h"

struct buffer {
	struct text text;
	size_t cursor;          /* the byte before which is typed               */
	struct text_mark lines; /* lines before it                              */
	struct step *steps;     /* changes, the last one first                  */
	bool changed;           /* the text is other than it was saved          */
	bool joins;             /* what is typed next belongs to the last step  */
};

/* Replaces @removed bytes at @at by @n others, and puts the cursor after them.  False:
 * there is no memory, and nothing has changed. */
bool buffer_change(struct buffer *b, size_t at, size_t removed, const char *bytes,
		   size_t n);

/* Takes back the last change; false: there is none, or no memory for it. */
bool buffer_undo(struct buffer *b);

/* Notes that the text was saved as it is. */
void buffer_saved(struct buffer *b);
