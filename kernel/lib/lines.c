/* lines.c - see lines.h. */
#include "lib/lines.h"

#include "lib/string.h"

#define PIECE 64 /* bytes that are read together: they are on the kernel's stack */
#define FOOTER 16
#define FOOTER_MARK 6

enum lines_field { FIELD_NAME, FIELD_FILE, FIELD_ADDRESS, FIELD_LINE, FIELD_ROWS };

struct lines_scan {
	va_t pc;
	enum lines_field field;
	struct line_place now, best;
	char before[LINES_NAME]; /* the function of the last line of the table */
	u64 at, number;          /* number: what is read of a field or of a row's number */
	u64 step;                /* the first number of the row                          */
	unsigned used, shift;
	bool second; /* the row's second number comes next */
	bool found, over;
};

static int lines_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A row is complete. */
static void lines_place(struct lines_scan *s)
{
	if (s->at > s->pc) {
		s->over = true;
		return;
	}
	s->best = s->now;
	s->found = true;
}

static void lines_end_field(struct lines_scan *s)
{
	switch (s->field) {
	case FIELD_ADDRESS:
		s->at = s->number;
		if (strcmp(s->now.function, s->before) != 0)
			s->now.start = s->at;
		break;
	case FIELD_LINE:
		s->now.line = (u32)s->number;
		lines_place(s);
		break;
	default:
		break;
	}
	s->field++;
	s->used = 0;
	s->number = 0;
	s->shift = 0;
	s->second = false;
}

static void lines_add_char(struct lines_scan *s, char *name, char c)
{
	if (s->used < LINES_NAME - 1)
		name[s->used++] = c;
	name[s->used] = '\0';
}

static void lines_add_digit(struct lines_scan *s, u64 base, char c)
{
	int digit = lines_hex(c);

	s->over |= digit < 0 || (u64)digit >= base;
	s->number = s->number * base + (u64)MAX(digit, 0);
}

static void lines_end_number(struct lines_scan *s)
{
	if (!s->second) {
		s->step = s->number;
	} else {
		u64 n = s->number;

		s->at += 2 * s->step;
		s->now.line += (u32)(n & 1 ? 0 - (n + 1) / 2 : n / 2);
		lines_place(s);
	}
	s->second = !s->second;
	s->number = 0;
	s->shift = 0;
}

static void lines_add_row(struct lines_scan *s, char c)
{
	unsigned v = (unsigned)c - '0';

	if (c < '0' || v >= 64 || s->shift > 30) {
		s->over = true;
		return;
	}
	s->number |= (u64)(v & 31) << s->shift;
	s->shift += 5;
	if (v < 32)
		lines_end_number(s);
}

static void lines_byte(struct lines_scan *s, char c)
{
	if (c == '\n') {
		memcpy(s->before, s->now.function, LINES_NAME);
		s->field = FIELD_NAME;
		s->used = 0;
	} else if (c == ' ' && s->field < FIELD_ROWS) {
		lines_end_field(s);
	} else if (c <= ' ' || c > '~') {
		s->over = true;
	} else if (s->field == FIELD_NAME) {
		lines_add_char(s, s->now.function, c);
	} else if (s->field == FIELD_FILE) {
		lines_add_char(s, s->now.file, c);
	} else if (s->field == FIELD_ROWS) {
		lines_add_row(s, c);
	} else {
		lines_add_digit(s, s->field == FIELD_ADDRESS ? 16 : 10, c);
	}
}

/* The bytes of the table, at the end of a file of @size bytes; 0: there is none. */
static s64 lines_length(const struct symtab_file *f, u64 size)
{
	char end[FOOTER];
	u64 length = 0;
	s64 got = size < FOOTER ? 0 : f->read(f->file, end, size - FOOTER, FOOTER);

	if (got < 0)
		return got;
	if (got < FOOTER || memcmp(end, "@lines", FOOTER_MARK) != 0)
		return 0;
	for (int i = FOOTER_MARK; i < FOOTER - 1; i++) {
		int digit = lines_hex(end[i]);

		if (digit < 0)
			return 0;
		length = length << 4 | (u64)digit;
	}
	return length <= MIN(size - FOOTER, (u64)LINES_BYTES) ? (s64)length : 0;
}

int lines_find(const struct symtab_file *f, u64 size, va_t pc, struct line_place *out)
{
	struct lines_scan s = { .pc = pc };
	s64 length = lines_length(f, size);
	u64 off, end = size - FOOTER;
	char piece[PIECE];

	if (length <= 0)
		return (int)length;
	for (off = end - (u64)length; off < end && !s.over;) {
		s64 got = f->read(f->file, piece, off, MIN(end - off, (u64)PIECE));

		if (got <= 0)
			return (int)got;
		for (s64 i = 0; i < got && !s.over; i++)
			lines_byte(&s, piece[i]);
		off += (u64)got;
	}
	*out = s.best;
	return s.found && strcmp(s.best.function, "-") != 0;
}
