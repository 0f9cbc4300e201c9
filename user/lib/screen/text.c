/* text.c - a text in memory that changes; see text.h. */
#include "screen/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void text_move_gap(struct text *t, size_t at)
{
	if (at < t->gap)
		memmove(t->bytes + t->gap_end - (t->gap - at), t->bytes + at, t->gap - at);
	else if (at > t->gap)
		memmove(t->bytes + t->gap, t->bytes + t->gap_end, at - t->gap);
	t->gap_end = at + (t->gap_end - t->gap);
	t->gap = at;
}

char *text_room(struct text *t, size_t at, size_t n)
{
	size_t len = text_len(t), after = t->room - t->gap_end, room;
	char *bytes;

	if (t->gap_end - t->gap < n) {
		if (n > SIZE_MAX / 2 || len > SIZE_MAX / 2 - n)
			return NULL;
		room = len + n + len / 4 + 1024;
		bytes = realloc(t->bytes, room);
		if (!bytes) { /* as little as will do */
			room = len + n;
			bytes = realloc(t->bytes, room);
		}
		if (!bytes)
			return NULL;
		memmove(bytes + room - after, bytes + t->gap_end, after);
		t->bytes = bytes;
		t->gap_end = room - after;
		t->room = room;
	}
	text_move_gap(t, at);
	return t->bytes + t->gap;
}

void text_added(struct text *t, size_t n)
{
	t->gap += n;
}

ssize_t text_read(struct text *t, int fd)
{
	char *room = text_room(t, text_len(t), TEXT_BLOCK);
	ssize_t n;

	if (!room) {
		errno = ENOMEM;
		return -1;
	}
	n = read(fd, room, TEXT_BLOCK);
	text_added(t, n > 0 ? (size_t)n : 0);
	return n;
}

bool text_insert(struct text *t, size_t at, const char *bytes, size_t n)
{
	char *room = n ? text_room(t, at, n) : NULL;

	if (!room)
		return n == 0;
	memcpy(room, bytes, n);
	text_added(t, n);
	return true;
}

void text_delete(struct text *t, size_t at, size_t n)
{
	if (n == 0)
		return;
	text_move_gap(t, at);
	t->gap_end += n;
}

void text_copy(const struct text *t, size_t at, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (char)text_byte(t, at + i);
}

const char *text_flat(struct text *t)
{
	text_move_gap(t, text_len(t));
	return t->bytes ? t->bytes : "";
}

/* --- lines and characters ---------------------------------------------------- */

size_t text_line_start(const struct text *t, size_t at)
{
	while (at && text_byte(t, at - 1) != '\n')
		at--;
	return at;
}

size_t text_line_end(const struct text *t, size_t at)
{
	size_t len = text_len(t);

	while (at < len && text_byte(t, at) != '\n')
		at++;
	return at;
}

size_t text_line_from(const struct text *t, size_t start, long n)
{
	size_t end;

	for (; n > 0; n--) {
		end = text_line_end(t, start);
		if (end == text_len(t))
			break;
		start = end + 1;
	}
	for (; n < 0 && start; n++)
		start = text_line_start(t, start - 1);
	return start;
}

size_t text_lines_before(const struct text *t, struct text_mark *m, size_t at)
{
	while (m->at < at)
		m->lines += text_byte(t, m->at++) == '\n';
	while (m->at > at)
		m->lines -= text_byte(t, --m->at) == '\n';
	return m->lines;
}

/* Columns of a character, as terminals have them: none for accents that join the letter
 * before them, two for those of East Asia and for emoji. */
static unsigned text_width(unsigned c)
{
	static const struct {
		unsigned first, last, width;
	} ranges[] = {
		{ 0x300, 0x36f, 0 },     { 0x200b, 0x200f, 0 },   { 0x20d0, 0x20f0, 0 },
		{ 0xfe00, 0xfe0f, 0 },   { 0x1100, 0x115f, 2 },   { 0x2e80, 0x303e, 2 },
		{ 0x3041, 0xa4cf, 2 },   { 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },
		{ 0xfe30, 0xfe6f, 2 },   { 0xff00, 0xff60, 2 },   { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 },
		{ 0x20000, 0x3fffd, 2 },
	};

	for (unsigned i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].width;
	return 1;
}

/* The bytes of the character of UTF-8 (RFC 3629) at @at, and what it is; 0: it is none. */
static unsigned text_utf8(const struct text *t, size_t at, unsigned *c)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char lead = text_byte(t, at);
	unsigned n = lead < 0x80   ? 1
		     : lead < 0xc0 ? 0
		     : lead < 0xe0 ? 2
		     : lead < 0xf0 ? 3
				   : 4;

	if (n == 0 || lead >= 0xf8 || text_len(t) - at < n)
		return 0;
	*c = n == 1 ? lead : lead & (0xffu >> (n + 1));
	for (unsigned i = 1; i < n; i++) {
		unsigned char more = text_byte(t, at + i);

		if ((more & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (more & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

size_t text_after(const struct text *t, size_t at)
{
	unsigned c, n;

	if (at >= text_len(t))
		return at;
	n = text_utf8(t, at, &c);
	return at + (n ? n : 1);
}

size_t text_before(const struct text *t, size_t at)
{
	for (size_t n = 4; n > 1; n--)
		if (at >= n && text_after(t, at - n) == at)
			return at - n;
	return at ? at - 1 : 0;
}

static bool text_is_blank(const struct text *t, size_t at)
{
	return text_byte(t, at) <= ' ';
}

size_t text_word_before(const struct text *t, size_t at)
{
	while (at && text_is_blank(t, at - 1))
		at--;
	while (at && !text_is_blank(t, at - 1))
		at--;
	return at;
}

size_t text_word_after(const struct text *t, size_t at)
{
	while (at < text_len(t) && text_is_blank(t, at))
		at++;
	while (at < text_len(t) && !text_is_blank(t, at))
		at++;
	return at;
}

void text_glyph(const struct text *t, size_t at, unsigned column, struct glyph *g)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char byte = text_byte(t, at);
	unsigned c = 0, n = text_utf8(t, at, &c);

	*g = (struct glyph){ .bytes = n ? n : 1, .width = 1, .shown = " " };
	if (byte == '\t') {
		g->width = 8 - column % 8;
	} else if (byte < ' ' || byte == 0x7f) {
		g->width = 2;
		g->special = true;
		g->shown[0] = '^';
		g->shown[1] = (char)(byte ^ 0x40);
	} else if (n == 0 || (c >= 0x80 && c < 0xa0)) {
		g->bytes = 1;
		g->width = 4;
		g->special = true;
		memcpy(g->shown, "<  >", 4);
		g->shown[1] = digits[byte >> 4];
		g->shown[2] = digits[byte & 15];
	} else {
		g->width = text_width(c);
		for (unsigned i = 0; i < n; i++)
			g->shown[i] = (char)text_byte(t, at + i);
	}
}

/* --- rows ---------------------------------------------------------------------- */

size_t text_row_end(const struct text *t, size_t at, unsigned columns)
{
	size_t start = at, len = text_len(t);
	unsigned column = 0;
	struct glyph g;

	while (at < len && text_byte(t, at) != '\n') {
		text_glyph(t, at, column, &g);
		if (column + g.width > columns && at > start && text_byte(t, at) != '\t')
			break;
		if (column >= columns && g.width)
			break;
		column += g.width;
		at += g.bytes;
	}
	return at;
}

size_t text_column(const struct text *t, size_t at)
{
	size_t column = 0;
	struct glyph g;

	for (size_t i = text_line_start(t, at); i < at; i += g.bytes) {
		text_glyph(t, i, (unsigned)(column % 8), &g);
		column += g.width;
	}
	return column;
}

size_t text_at_column(const struct text *t, size_t start, size_t column)
{
	size_t len = text_len(t), at = 0;
	struct glyph g;

	while (start < len && text_byte(t, start) != '\n') {
		text_glyph(t, start, (unsigned)(at % 8), &g);
		if (at + g.width > column)
			break;
		at += g.width;
		start += g.bytes;
	}
	return start;
}
