/* text.h - a text in memory that changes, and how its characters look on a screen.
 *
 * The text is any bytes.  They lie in one piece of memory with a gap where the last change
 * was, so that changes nearby move few bytes.  No system calls but for memory, and that of
 * text_read(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct text {
	char *bytes; /* malloc'd; the gap is [gap, gap_end) of its room */
	size_t room, gap, gap_end;
};

static inline size_t text_len(const struct text *t)
{
	return t->room - (t->gap_end - t->gap);
}

/* Byte @at, less than text_len(). */
static inline unsigned char text_byte(const struct text *t, size_t at)
{
	return (unsigned char)t->bytes[at < t->gap ? at : at + (t->gap_end - t->gap)];
}

/* Room for @n bytes at @at, where the gap is then; NULL: there is no memory, and nothing
 * has changed.  text_added() says how many of them are part of the text now. */
char *text_room(struct text *t, size_t at, size_t n);
void text_added(struct text *t, size_t n);

/* Adds what one read() of @fd gives, at most TEXT_BLOCK bytes; returns how many, or -1 with
 * errno set, which is ENOMEM if there is no memory. */
#define TEXT_BLOCK 16384u
ssize_t text_read(struct text *t, int fd);

/* Insert or delete; false: there is no memory, and nothing has changed.  Deleting always
 * works. */
bool text_insert(struct text *t, size_t at, const char *bytes, size_t n);
void text_delete(struct text *t, size_t at, size_t n);

/* Copies @n bytes. */
void text_copy(const struct text *t, size_t at, size_t n, char *to);

/* All bytes in one piece, valid until the text changes. */
const char *text_flat(struct text *t);

/* Where the line of byte @at starts, and where it ends: its newline, or the text's end. */
size_t text_line_start(const struct text *t, size_t at);
size_t text_line_end(const struct text *t, size_t at);

/* The number of lines before byte @at; @m, which starts as { 0 }, is what was counted last.
 * Before the text changes before m->at, the caller counts up to the change. */
struct text_mark {
	size_t at, lines;
};
size_t text_lines_before(const struct text *t, struct text_mark *m, size_t at);

/* The characters before and after @at; a byte that is no UTF-8 is one. */
size_t text_before(const struct text *t, size_t at);
size_t text_after(const struct text *t, size_t at);

/* The start of the word before @at, and the end of the one after it. */
size_t text_word_before(const struct text *t, size_t at);
size_t text_word_after(const struct text *t, size_t at);

/* The start of the line that is @n lines after the one that starts at @start, or before it;
 * the first or the last, if there are fewer. */
size_t text_line_from(const struct text *t, size_t start, long n);

/* One character as it is shown. */
struct glyph {
	unsigned bytes; /* of the text                                               */
	unsigned width; /* columns; 0: it joins the one before it                    */
	bool special;   /* shown otherwise than it is: ^A for a control byte, <FF>   */
	char shown[8];  /* with a NUL; one blank stands for all columns of a tab      */
};

/* The character at byte @at, less than text_len(), that starts in @column of its line. */
void text_glyph(const struct text *t, size_t at, unsigned column, struct glyph *g);

/* The end of what fits into one row of @columns from @at on: the first character of the
 * next row, the newline, or the text's end.  It is after @at, or @at is a line's end. */
size_t text_row_end(const struct text *t, size_t at, unsigned columns);

/* The column of byte @at in its line, without wrapping. */
size_t text_column(const struct text *t, size_t at);

/* The byte of the line from @start on that is in @column; the line's end if it is short. */
size_t text_at_column(const struct text *t, size_t start, size_t column);
