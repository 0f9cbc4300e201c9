/* od.c - bytes as numbers and characters. */
#include "box.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char usage[] =
	"usage: od [-v] [-A BASE] [-j SKIP] [-N COUNT] [-t TYPE]... [-w BYTES] [FILE...]\n"
	"Print the bytes of the files, or of standard input, after their offsets.  A\n"
	"line `*` stands for lines equal to the one before; -v shows them.\n"
	"  -t   a characters with names, c as in C, and numbers of SIZE bytes (1, 2, 4,\n"
	"       8, or C S I L): dSIZE signed, uSIZE unsigned, oSIZE octal, xSIZE in hex\n"
	"  -b is -t o1, -c -t c, -d -t u2, -o -t o2 (as without), -s -t d2, -x -t x2\n"
	"  -A   offsets in d, o, x, or n none      -N   COUNT bytes at most\n"
	"  -j   skip SKIP bytes first              -w   BYTES in a line (16)\n"
	"Numbers are decimal, octal after 0, hex after 0x; b (512), k or m may follow.\n";

#define TYPES 16
#define ROW_MAX 1024

struct type {
	char letter;
	int size, width; /* bytes; columns, with the blank before */
};

static struct {
	struct type type[TYPES];
	int count;
	char base;
	bool all;
	unsigned long skip, left;
	int row; /* bytes in a line */
	char **names;
	FILE *file;
	bool opened; /* one of the files, at least */
} od = { .base = 'o', .left = ULONG_MAX, .row = 16 };

/* --- input ---------------------------------------------------------------------- */

/* The next byte of the files, one after the other; EOF after the last. */
static int od_byte(void)
{
	for (;;) {
		int c = od.file ? getc(od.file) : EOF;

		if (c != EOF)
			return c;
		if (od.file)
			tool_close(od.file, od.names[-1]);
		od.file = NULL;
		if (!*od.names)
			return EOF;
		od.file = tool_open(*od.names++);
		od.opened |= od.file != NULL;
	}
}

static int od_read(unsigned char *row)
{
	int n = 0, c;

	while (n < od.row && od.left && (c = od_byte()) != EOF) {
		row[n++] = (unsigned char)c;
		od.left--;
	}
	return n;
}

/* --- output --------------------------------------------------------------------- */

static void od_offset(unsigned long offset)
{
	if (od.base == 'o')
		printf("%07lo", offset);
	else if (od.base == 'd')
		printf("%07lu", offset);
	else if (od.base == 'x')
		printf("%06lx", offset);
}

static const char *od_char(unsigned char c, bool named, char text[8])
{
	static const char *const names[] = {
		"nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs",  "ht",  "nl",
		"vt",  "ff",  "cr",  "so",  "si",  "dle", "dc1", "dc2", "dc3", "dc4", "nak",
		"syn", "etb", "can", "em",  "sub", "esc", "fs",  "gs",  "rs",  "us",  "sp"
	};
	static const char escapes[] = "0......abtnvfr";

	if (named)
		c &= 0x7f;
	if (named && c <= ' ')
		return names[c];
	if (named && c == 0x7f)
		return "del";
	if (c < sizeof(escapes) - 1 && escapes[c] != '.')
		snprintf(text, 8, "\\%c", escapes[c]);
	else if (c < ' ' || c >= 0x7f)
		snprintf(text, 8, "%03o", c);
	else
		snprintf(text, 8, "%c", c);
	return text;
}

static void od_number(const struct type *t, const unsigned char *at, char *text)
{
	unsigned long n = 0;

	for (int i = t->size; i-- > 0;)
		n = n << 8 | at[i];
	if (t->letter == 'd') {
		int shift = 64 - 8 * t->size;

		snprintf(text, 32, "%ld", (long)(n << shift) >> shift);
	} else if (t->letter == 'u') {
		snprintf(text, 32, "%lu", n);
	} else if (t->letter == 'o') {
		snprintf(text, 32, "%0*lo", t->width - 1, n);
	} else {
		snprintf(text, 32, "%0*lx", t->width - 1, n);
	}
}

/* Numbers of several types are in the columns of their bytes: the width of a block of 8
 * bytes is that of the widest type. */
static int od_block_width(void)
{
	int widest = 0;

	for (int i = 0; i < od.count; i++) {
		int width = 8 / od.type[i].size * od.type[i].width;

		widest = width > widest ? width : widest;
	}
	return widest;
}

static void od_print_type(const struct type *t, const unsigned char *row, int n)
{
	int fields = od.row / t->size, have = (n + t->size - 1) / t->size;
	int pad = od_block_width() * od.row / 8 - fields * t->width;

	for (int i = 0; i < have; i++) {
		/* What is left of the padding is spread over the fields. */
		int before = pad * (fields - i) / fields - pad * (fields - i - 1) / fields;
		const unsigned char *at = row + i * t->size;
		char buf[32];
		const char *text = buf;

		if (t->letter == 'a' || t->letter == 'c')
			text = od_char(*at, t->letter == 'a', buf);
		else
			od_number(t, at, buf);
		printf("%*s", t->width + before, text);
	}
	putchar('\n');
}

static void od_dump(void)
{
	static unsigned char row[ROW_MAX], last[ROW_MAX];
	unsigned long offset = od.skip;
	bool has_last = false, starred = false;
	int n;

	while ((n = od_read(row)) > 0) {
		bool same = !od.all && has_last && n == od.row &&
			    memcmp(row, last, (size_t)n) == 0;

		memset(row + n, 0, sizeof(row) - (size_t)n);
		if (same && !starred)
			puts("*");
		for (int i = 0; i < od.count && !same; i++) {
			if (i == 0)
				od_offset(offset);
			else
				printf("%*s",
				       od.base == 'n'   ? 0
				       : od.base == 'x' ? 6
							: 7,
				       "");
			od_print_type(&od.type[i], row, n);
		}
		starred = same;
		memcpy(last, row, sizeof(last));
		has_last = true;
		offset += (unsigned long)n;
	}
	if (od.base != 'n' && (od.opened || !od.left)) {
		od_offset(offset);
		putchar('\n');
	}
}

/* --- options ---------------------------------------------------------------------- */

static int od_width(char letter, int size)
{
	static const int octal[] = { 4, 7, 0, 12, 0, 0, 0, 23 };
	static const int decimal[] = { 5, 7, 0, 12, 0, 0, 0, 21 };
	static const int natural[] = { 4, 6, 0, 11, 0, 0, 0, 21 };

	if (letter == 'x')
		return 2 * size + 1;
	return (letter == 'o' ? octal : letter == 'd' ? decimal : natural)[size - 1];
}

static void od_add(char letter, int size)
{
	if (od.count == TYPES)
		tool_refuse("-t", "too many types");
	od.type[od.count++] =
		(struct type){ letter, size,
			       strchr("ac", letter) ? 4 : od_width(letter, size) };
}

/* One or more types, such as `x1c`. */
static void od_types(const char *text)
{
	const char *at = text;

	while (*at) {
		static const char sizes[] = "1C2S4I8L";
		char letter = *at++;
		const char *size;

		if (!strchr("acdoux", letter))
			tool_refuse(text, "not types like x1 or c");
		if (letter == 'a' || letter == 'c') {
			od_add(letter, 1);
			continue;
		}
		size = *at ? strchr(sizes, *at) : NULL;
		at += size != NULL;
		od_add(letter, size ? 1 << (size - sizes) / 2 : 4);
	}
	if (at == text)
		tool_refuse("-t", "no type");
}

static unsigned long od_bytes(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);
	bool unit = *end && strchr("bkm", *end);
	int shift = !unit ? 0 : *end == 'b' ? 9 : *end == 'k' ? 10 : 20;

	if (*text < '0' || *text > '9' || end[unit] || n > ULONG_MAX >> shift)
		tool_refuse(text, "not a number of bytes");
	return n << shift;
}

static void od_option(int c)
{
	static const char short_types[] = "b o1 c c1 d u2 o o2 s d2 x x2 ";

	if (c == 'A' && (strlen(optarg) != 1 || !strchr("doxn", *optarg)))
		tool_refuse(optarg, "not d, o, x or n");
	if (c == 'A')
		od.base = *optarg;
	else if (c == 'v')
		od.all = true;
	else if (c == 'j')
		od.skip = od_bytes(optarg);
	else if (c == 'N')
		od.left = od_bytes(optarg);
	else if (c == 'w')
		od.row = (int)tool_number(optarg, 1, ROW_MAX);
	else if (c == 't')
		od_types(optarg);
	else
		for (const char *at = short_types; *at; at += 5)
			if (*at == c)
				od_add(at[2], at[3] - '0');
}

/* od - print bytes as octal or other numbers, or characters */
int od_main(int argc, char **argv)
{
	static char *standard_input[] = { "-", NULL };
	int c;

	while ((c = tool_getopt(argc, argv, "A:N:bcdj:ost:vw:xh", usage)) != -1)
		od_option(c);
	if (!od.count)
		od_add('o', 2);
	for (int i = 0; i < od.count; i++)
		if (od.row % od.type[i].size)
			tool_refuse("-w", "not a multiple of the size of a number");
	od.names = argv[optind] ? argv + optind : standard_input;
	for (unsigned long n = 0; n < od.skip; n++)
		if (od_byte() == EOF) {
			tool_warnx("-j", "past the end of the input");
			return tool_status;
		}
	od_dump();
	return tool_finish();
}
