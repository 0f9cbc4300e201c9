/* join.c - joins lines of two sorted files that have a field in common. */
#include "box.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

static const char usage[] =
	"usage: join [-a N] [-v N] [-1 FIELD] [-2 FIELD] [-j FIELD] [-e TEXT] [-o LIST]\n"
	"            [-t C] FILE1 FILE2\n"
	"For each two lines of the files that have the same join field, print this field\n"
	"and the other fields of both.  The files are sorted by it; - is standard input.\n"
	"  -1, -2, -j   the number of the join field in FILE1, in FILE2, in both (1)\n"
	"  -a   lines of file N without a partner, too      -v   only those\n"
	"  -t   fields end with C, instead of blanks        -e   for missing fields\n"
	"  -o   the fields to print: FILE.FIELD or 0 for the join field, with commas\n";

#define OUTPUTS 64

struct field {
	const char *at;
	size_t len;
};

struct record {
	struct tool_line line;
	struct field *fields;
	size_t count, room;
};

/* The records of a file with the same join field, and the one after them. */
struct side {
	FILE *file;
	const char *name;
	size_t key; /* from 0 on */
	struct record *group;
	size_t count, room;
	bool more, alone; /* a record comes after the group; print those without partner */
};

static struct side sides[2];
static struct {
	int file; /* 0, 1, or -1 for the join field */
	size_t field;
} outputs[OUTPUTS];
static int noutputs, separator = -1;
static const char *empty = "";
static bool pairs = true;

/* --- records --------------------------------------------------------------------- */

static void record_add(struct record *r, const char *at, const char *end)
{
	if (r->count == r->room) {
		r->room = 2 * r->room + 8;
		r->fields = tool_realloc(r->fields, r->room * sizeof(*r->fields), "a line");
	}
	r->fields[r->count++] = (struct field){ at, (size_t)(end - at) };
}

static bool join_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool record_read(FILE *file, struct record *r)
{
	const char *at, *end, *from;

	r->count = 0;
	if (!tool_line(file, &r->line))
		return false;
	at = r->line.text;
	end = at + r->line.len - (at[r->line.len - 1] == '\n');
	while (separator < 0 && at < end && join_is_blank(*at))
		at++;
	while (separator >= 0 || at < end) {
		for (from = at; at < end && (separator < 0 ? !join_is_blank(*at)
							   : *at != (char)separator);)
			at++;
		record_add(r, from, at);
		if (at == end)
			break;
		at++;
		while (separator < 0 && at < end && join_is_blank(*at))
			at++;
	}
	return true;
}

static struct field record_field(const struct record *r, size_t i)
{
	return i < r->count ? r->fields[i] : (struct field){ "", 0 };
}

static int field_compare(struct field a, struct field b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Makes the record after the group the first of a new one, and reads those like it. */
static void side_next(struct side *s)
{
	struct record first;

	if (!s->more) {
		s->count = 0;
		return;
	}
	first = s->group[s->count];
	s->group[s->count] = s->group[0];
	s->group[0] = first;
	for (s->count = 1;; s->count++) {
		struct record *r;
		int order;

		if (s->count == s->room) {
			s->room *= 2;
			s->group = tool_realloc(s->group, s->room * sizeof(*r), s->name);
			memset(s->group + s->count, 0, (s->room - s->count) * sizeof(*r));
		}
		r = &s->group[s->count];
		s->more = record_read(s->file, r);
		order = s->more ? field_compare(record_field(&s->group[0], s->key),
						record_field(r, s->key))
				: 1;
		if (order == 0)
			continue;
		if (s->more && order > 0)
			tool_warnx(s->name, "is not sorted");
		return;
	}
}

static void side_open(struct side *s, const char *name)
{
	s->name = name;
	s->file = tool_open(name);
	if (!s->file)
		exit(tool_status);
	s->room = 4;
	s->group = tool_realloc(NULL, s->room * sizeof(*s->group), name);
	memset(s->group, 0, s->room * sizeof(*s->group));
	s->more = record_read(s->file, &s->group[0]);
	side_next(s);
}

/* --- output ---------------------------------------------------------------------- */

static void join_field(struct field f, bool *first)
{
	if (!*first)
		putchar(separator < 0 ? ' ' : separator);
	*first = false;
	if (f.len)
		fwrite(f.at, 1, f.len, stdout);
	else
		fputs(empty, stdout);
}

static void join_others(const struct record *r, size_t key, bool *first)
{
	for (size_t i = 0; r && i < r->count; i++)
		if (i != key)
			join_field(r->fields[i], first);
}

/* One of the two may be NULL. */
static void join_print(const struct record *a, const struct record *b)
{
	const struct record *records[] = { a, b };
	struct field key = a ? record_field(a, sides[0].key)
			     : record_field(b, sides[1].key);
	bool first = true;

	for (int i = 0; i < noutputs; i++) {
		const struct record *r = outputs[i].file < 0 ? NULL
							     : records[outputs[i].file];

		if (outputs[i].file < 0)
			join_field(key, &first);
		else
			join_field(r ? record_field(r, outputs[i].field)
				     : (struct field){ "", 0 },
				   &first);
	}
	if (!noutputs) {
		join_field(key, &first);
		join_others(a, sides[0].key, &first);
		join_others(b, sides[1].key, &first);
	}
	putchar('\n');
}

static void join_alone(const struct side *s)
{
	for (size_t i = 0; s->alone && i < s->count; i++)
		join_print(s == sides ? &s->group[i] : NULL,
			   s == sides ? NULL : &s->group[i]);
}

static void join_files(void)
{
	struct side *a = &sides[0], *b = &sides[1];

	while (a->count || b->count) {
		int order = !a->count   ? 1
			    : !b->count ? -1
					: field_compare(record_field(&a->group[0], a->key),
							record_field(&b->group[0], b->key));

		if (order < 0)
			join_alone(a);
		else if (order > 0)
			join_alone(b);
		for (size_t i = 0; order == 0 && pairs && i < a->count; i++)
			for (size_t k = 0; k < b->count; k++)
				join_print(&a->group[i], &b->group[k]);
		if (order <= 0)
			side_next(a);
		if (order >= 0)
			side_next(b);
	}
}

/* --- options ------------------------------------------------------------------------ */

static size_t join_key(const char *text)
{
	return (size_t)tool_number(text, 1, LONG_MAX) - 1;
}

static void join_outputs(char *list)
{
	for (char *word = strtok(list, ", \t"); word; word = strtok(NULL, ", \t")) {
		if (noutputs == OUTPUTS)
			tool_refuse(word, "too many fields");
		if (strcmp(word, "0") == 0) {
			outputs[noutputs++].file = -1;
			continue;
		}
		if ((*word != '1' && *word != '2') || word[1] != '.')
			tool_refuse(word, "not FILE.FIELD or 0");
		outputs[noutputs].file = *word - '1';
		outputs[noutputs++].field = join_key(word + 2);
	}
}

/* join - join lines of two sorted files that have a field in common */
int join_main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "a:v:1:2:j:e:o:t:h", usage)) != -1) {
		if (c == 'a' || c == 'v') {
			sides[tool_number(optarg, 1, 2) - 1].alone = true;
			pairs &= c != 'v';
		}
		if (c == '1' || c == 'j')
			sides[0].key = join_key(optarg);
		if (c == '2' || c == 'j')
			sides[1].key = join_key(optarg);
		if (c == 'e')
			empty = optarg;
		if (c == 'o')
			join_outputs(optarg);
		if (c == 't' && strlen(optarg) != 1)
			tool_refuse(optarg, "not one character");
		if (c == 't')
			separator = (unsigned char)*optarg;
	}
	if (argc - optind != 2)
		tool_usage(usage);
	side_open(&sides[0], argv[optind]);
	side_open(&sides[1], argv[optind + 1]);
	join_files();
	tool_close(sides[0].file, sides[0].name);
	tool_close(sides[1].file, sides[1].name);
	return tool_finish();
}
