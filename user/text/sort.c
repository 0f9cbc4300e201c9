/* sort - sort lines of text */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: sort [-cCmsu] [-bdfinr] [-t C] [-k KEY]... [-o OUT] [FILE...]\n"
	"Print the lines of all files in order.  They must fit into memory.\n"
	"  -n  by numbers     -r  backwards     -f  ignore the case of letters\n"
	"  -b  ignore blanks before a key       -d  letters, digits and blanks count\n"
	"  -i  only printable characters count  -u  one line of those that are equal\n"
	"  -k F[.C][bdfinr][,F[.C][bdfinr]]     from field F, character C, up to a field\n"
	"  -t C  fields end with C              -s  lines with equal keys stay in order\n"
	"  -o OUT  write to OUT, which may be one of the files\n"
	"  -c  only check the order (status 1: it is not)    -C  without a message\n"
	"  -m  the files are in order already\n";

#define FLAGS "bdfinr"
enum flag {
	BLANKS = 1,
	DICTIONARY = 2,
	FOLD = 4,
	PRINTABLE = 8,
	NUMBER = 16,
	REVERSE = 32
};

struct place {
	unsigned long field, column; /* from 1 on; column 0: the end of the field */
	int flags;
};

struct key {
	struct place from, to; /* to.field 0: the end of the line */
};

struct text {
	const char *at, *end;
};

struct line {
	struct text text;
	size_t number;
};

static struct key *keys;
static size_t nkeys;
static struct line *lines;
static size_t nlines, lines_room;
static int global_flags;
static int separator = -1;
static bool stable, unique;

/* --- keys ------------------------------------------------------------------- */

/* The start of field @n, or the end of the line.  Without -t a field begins with the blanks
 * before it. */
static const char *field_start(struct text line, unsigned long n)
{
	const char *at = line.at;

	for (; n > 1 && at < line.end; n--) {
		if (separator >= 0) {
			at = memchr(at, separator, (size_t)(line.end - at));
			at = at ? at + 1 : line.end;
			continue;
		}
		while (at < line.end && isblank((unsigned char)*at))
			at++;
		while (at < line.end && !isblank((unsigned char)*at))
			at++;
	}
	return at;
}

static const char *place_find(struct text line, const struct place *place, bool is_end)
{
	const char *at;

	if (is_end && !place->column) {
		at = field_start(line, place->field + 1);
		/* field_start() has passed the separator if there is another field. */
		return separator >= 0 && at > line.at && at[-1] == separator &&
				       field_start(line, place->field) < at
			       ? at - 1
			       : at;
	}
	at = field_start(line, place->field);
	while (place->flags & BLANKS && at < line.end && isblank((unsigned char)*at))
		at++;
	at = (size_t)(line.end - at) < place->column - 1 ? line.end
							 : at + place->column - 1;
	return is_end && at < line.end ? at + 1 : at;
}

static struct text key_find(struct text line, const struct key *key)
{
	struct text found = { place_find(line, &key->from, false), line.end };

	if (key->to.field)
		found.end = place_find(line, &key->to, true);
	if (found.end < found.at)
		found.end = found.at;
	return found;
}

static int flags_read(const char **at)
{
	int flags = 0;

	for (const char *flag; **at && (flag = strchr(FLAGS, **at)) != NULL; ++*at)
		flags |= 1 << (flag - FLAGS);
	return flags;
}

static const char *place_read(struct place *place, const char *at, bool is_end)
{
	char *end;

	place->field = isdigit((unsigned char)*at) ? strtoul(at, &end, 10) : 0;
	if (!place->field)
		return NULL;
	place->column = is_end ? 0 : 1;
	if (*end == '.') {
		if (!isdigit((unsigned char)end[1]))
			return NULL;
		place->column = strtoul(end + 1, &end, 10);
		if (!place->column && !is_end)
			return NULL;
	}
	at = end;
	place->flags = flags_read(&at);
	return at;
}

static void key_add(const char *text)
{
	struct key key = { 0 };
	const char *at = place_read(&key.from, text, false);

	if (at && *at == ',')
		at = place_read(&key.to, at + 1, true);
	if (!at || *at) {
		tool_warnx(text, "not a key like 2 or 1.3,1.5n");
		exit(2);
	}
	keys = tool_realloc(keys, (nkeys + 1) * sizeof(key), "keys");
	keys[nkeys++] = key;
}

/* A key without flags of its own gets those of the command line. */
static void keys_finish(void)
{
	if (!nkeys)
		key_add("1");
	for (struct key *key = keys; key < keys + nkeys; key++) {
		if (!key->from.flags && !key->to.flags)
			key->from.flags = key->to.flags = global_flags;
		key->from.flags |= key->to.flags & ~BLANKS;
	}
}

/* --- comparing -------------------------------------------------------------- */

struct number {
	bool negative;
	struct text whole, part; /* without zeros that do not count */
};

static struct text digits_read(const char **at, const char *end)
{
	struct text digits = { *at, *at };

	while (*at < end && isdigit((unsigned char)**at))
		++*at;
	digits.end = *at;
	return digits;
}

static struct number number_read(struct text key)
{
	struct number n = { 0 };
	const char *at = key.at;

	while (at < key.end && isblank((unsigned char)*at))
		at++;
	if (at < key.end && *at == '-') {
		n.negative = true;
		at++;
	}
	n.whole = digits_read(&at, key.end);
	while (n.whole.at < n.whole.end && *n.whole.at == '0')
		n.whole.at++;
	if (at < key.end && *at == '.') {
		at++;
		n.part = digits_read(&at, key.end);
	}
	while (n.part.at < n.part.end && n.part.end[-1] == '0')
		n.part.end--;
	if (n.whole.at == n.whole.end && n.part.at == n.part.end)
		n.negative = false;
	return n;
}

static int text_compare(struct text a, struct text b)
{
	size_t na = (size_t)(a.end - a.at), nb = (size_t)(b.end - b.at),
	       n = na < nb ? na : nb;
	int order = n ? memcmp(a.at, b.at, n) : 0;

	return order ? order : (na > nb) - (na < nb);
}

/* Digit by digit, so that numbers may be of any length. */
static int number_compare(struct text a, struct text b)
{
	struct number x = number_read(a), y = number_read(b);
	size_t nx = (size_t)(x.whole.end - x.whole.at),
	       ny = (size_t)(y.whole.end - y.whole.at);
	int order;

	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	order = nx != ny ? (nx > ny) - (nx < ny) : text_compare(x.whole, y.whole);
	if (!order)
		order = text_compare(x.part, y.part);
	return x.negative ? -order : order;
}

/* The next character that counts, or -1. */
static int text_next(struct text *text, int flags)
{
	while (text->at < text->end) {
		int c = (unsigned char)*text->at++;

		if (flags & DICTIONARY && !isalnum(c) && !isblank(c))
			continue;
		if (flags & PRINTABLE && !isprint(c))
			continue;
		return flags & FOLD ? toupper(c) : c;
	}
	return -1;
}

static int key_compare(struct text a, struct text b, int flags)
{
	int x, y;

	if (flags & NUMBER)
		return number_compare(a, b);
	if (!(flags & (DICTIONARY | PRINTABLE | FOLD)))
		return text_compare(a, b);
	do {
		x = text_next(&a, flags);
		y = text_next(&b, flags);
	} while (x == y && x >= 0);
	return x - y;
}

/* 0: the lines are equal, as -u sees it. */
static int line_compare(const struct line *a, const struct line *b)
{
	int order;

	for (struct key *key = keys; key < keys + nkeys; key++) {
		order = key_compare(key_find(a->text, key), key_find(b->text, key),
				    key->from.flags);
		if (order)
			return key->from.flags & REVERSE ? -order : order;
	}
	if (stable || unique)
		return 0;
	order = text_compare(a->text, b->text);
	return global_flags & REVERSE ? -order : order;
}

static int line_order(const void *left, const void *right)
{
	const struct line *a = left, *b = right;
	int order = line_compare(a, b);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* --- reading and writing ---------------------------------------------------- */

#define CHUNK 16384

/* The text goes into pieces of memory that many lines share. */
static const char *line_keep(const char *text, size_t len)
{
	static char *room;
	static size_t left;

	if (len > left) {
		left = len > CHUNK ? len : CHUNK;
		room = tool_realloc(NULL, left, "lines");
	}
	memcpy(room, text, len);
	room += len;
	left -= len;
	return room - len;
}

static void file_read(FILE *file, const char *name)
{
	static struct tool_line line;

	(void)name;
	while (tool_line(file, &line)) {
		size_t len = line.len - (line.text[line.len - 1] == '\n');
		const char *text = line_keep(line.text, len);

		if (nlines == lines_room) {
			lines_room = 2 * lines_room + 64;
			lines = tool_realloc(lines, lines_room * sizeof(*lines), "lines");
		}
		lines[nlines] =
			(struct line){ .text = { text, text + len }, .number = nlines };
		nlines++;
	}
}

static int order_check(const char *name, bool quiet)
{
	for (size_t i = 1; i < nlines; i++) {
		int order = line_compare(&lines[i - 1], &lines[i]);

		if (order < 0 || (order == 0 && !unique))
			continue;
		if (!quiet)
			fprintf(stderr, "sort: %s:%zu: disorder: %.*s\n", name, i + 1,
				(int)(lines[i].text.end - lines[i].text.at),
				lines[i].text.at);
		return 1;
	}
	return 0;
}

static void lines_write(void)
{
	for (struct line *line = lines; line < lines + nlines; line++) {
		if (unique && line > lines && line_compare(line - 1, line) == 0)
			continue;
		fwrite(line->text.at, 1, (size_t)(line->text.end - line->text.at), stdout);
		putchar('\n');
	}
}

int main(int argc, char **argv)
{
	const char *out = NULL;
	int c, check = 0;

	tool_failed = 2;
	while ((c = tool_getopt(argc, argv, "cCmsut:k:o:" FLAGS "h", usage)) != -1) {
		const char *flag = strchr(FLAGS, c);

		global_flags |= flag ? 1 << (flag - FLAGS) : 0;
		stable |= c == 's';
		unique |= c == 'u';
		check = c == 'c' || c == 'C' ? c : check;
		if (c == 'k')
			key_add(optarg);
		else if (c == 'o')
			out = optarg;
		else if (c == 't' && strcmp(optarg, "\\0") && (!*optarg || optarg[1])) {
			tool_warnx(optarg, "-t takes one character");
			return 2;
		} else if (c == 't')
			separator = optarg[1] ? '\0' : (unsigned char)*optarg;
	}
	keys_finish();
	argv += optind;
	if (check && *argv && argv[1])
		tool_usage(usage);
	tool_each(argv, file_read);
	if (tool_status)
		return tool_status;
	if (check)
		return order_check(*argv ? *argv : "-", check == 'C');
	if (nlines)
		qsort(lines, nlines, sizeof(*lines), line_order);
	if (out && !freopen(out, "w", stdout))
		tool_die(out);
	lines_write();
	return tool_finish();
}
