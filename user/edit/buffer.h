/* buffer.h - the text that is edited: changes, their undoing, and its file. */
#pragma once

#include "screen/text.h"

struct step;

struct buffer {
	struct text text;
	size_t cursor;          /* the byte before which is typed                    */
	struct text_mark lines; /* lines before it                                   */
	struct step *steps;     /* changes, the last one first                       */
	size_t nsteps, saved;   /* how many were made; how many when it was saved    */
	bool joins;             /* what is typed next belongs to the last step       */
};

/* Replaces @removed bytes at @at by @n others, and puts the cursor after them.  False:
 * there is no memory, and nothing has changed. */
bool buffer_change(struct buffer *b, size_t at, size_t removed, const char *bytes,
		   size_t n);

/* Takes back the last change; false: there is none, or no memory for it. */
bool buffer_undo(struct buffer *b);

/* Whether the text is other than it was saved. */
bool buffer_is_changed(const struct buffer *b);

/* file.c: NULL, or what is wrong, in words.  Reading a file that does not exist yet gives
 * an empty text.  Writing leaves the old file as it is until all is written. */
const char *file_read(struct buffer *b, const char *path, bool *exists);
const char *file_write(struct buffer *b, const char *path);
