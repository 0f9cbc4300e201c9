/* diff - show in which lines two files differ */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: diff [-biqru] [-U N] OLD NEW\n"
	"Show which lines to delete (<, or -) and add (>, or +) to make NEW of OLD.\n"
	"  -u  with 3 lines around, as patch reads it    -U N  with N lines around\n"
	"  -b  all blanks are alike, and none at the end  -i  ignore the case of letters\n"
	"  -q  only whether they differ                   -r  directories in directories\n"
	"Status 0: no difference, 1: some, 2: an error.\n";

struct line {
	const char *text;
	size_t len;
	unsigned id; /* equal lines have equal ones */
};

struct file {
	const char *name;
	char *bytes;
	struct line *lines;
	long count;
	bool *changed;   /* for each line, and one more that is false */
	bool no_newline; /* at the end */
};

static bool ignore_blanks, ignore_case, brief, recursive, unified;
static long around = 3;
static bool differs;

/* --- files and lines -------------------------------------------------------- */

static bool file_read(struct file *f, const char *name)
{
	FILE *in = tool_open(name);
	size_t room = 0, len = 0, n;
	long line = 0;

	*f = (struct file){ .name = name };
	if (!in)
		return false;
	do {
		if (room - len < 4096) {
			room = 2 * room + 8192;
			f->bytes = tool_realloc(f->bytes, room, name);
		}
		n = fread(f->bytes + len, 1, room - len, in);
		len += n;
	} while (n);
	tool_close(in, name);
	for (size_t i = 0; i < len; i++)
		f->count += f->bytes[i] == '\n';
	f->no_newline = len && f->bytes[len - 1] != '\n';
	f->count += f->no_newline;
	f->lines = tool_realloc(NULL, (size_t)(f->count + 1) * sizeof(*f->lines), name);
	f->changed = calloc((size_t)f->count + 1, sizeof(*f->changed));
	if (!f->changed)
		tool_die(name);
	for (char *at = f->bytes, *end = at + len; at < end; line++) {
		char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		f->lines[line] = (struct line){ .text = at, .len = (size_t)(stop - at) };
		at = stop + 1;
	}
	return true;
}

static void file_free(struct file *f)
{
	free(f->bytes);
	free(f->lines);
	free(f->changed);
}

/* The next character that counts of @line, or -1. */
static int line_next(const struct line *line, size_t *at)
{
	const unsigned char *text = (const unsigned char *)line->text;
	int c;

	if (*at == line->len)
		return -1;
	c = text[(*at)++];
	if (ignore_blanks && isspace(c)) {
		while (*at < line->len && isspace(text[*at]))
			++*at;
		return *at == line->len ? -1 : ' ';
	}
	return ignore_case ? tolower(c) : c;
}

static bool is_equal(const struct line *a, const struct line *b)
{
	size_t i = 0, k = 0;
	int c;

	if (!ignore_blanks && !ignore_case)
		return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
	do {
		c = line_next(a, &i);
		if (c != line_next(b, &k))
			return false;
	} while (c >= 0);
	return true;
}

static unsigned line_hash(const struct line *line)
{
	unsigned hash = 2166136261u;
	size_t at = 0;

	for (int c; (c = line_next(line, &at)) >= 0;)
		hash = (hash ^ (unsigned)c) * 16777619u;
	return hash;
}

/* Numbers the lines of both files.  A last line without a newline equals only one like it,
 * so it gets a number of its own. */
static void lines_number(struct file *a, struct file *b)
{
	size_t size = 64;
	unsigned next = 1, ends[2] = { 0, 0 };
	const struct line **table;

	while (size < 2 * (size_t)(a->count + b->count))
		size *= 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		tool_die("lines");
	for (struct file *f = a; f; f = f == a ? b : NULL)
		for (struct line *line = f->lines; line < f->lines + f->count; line++) {
			size_t slot = line_hash(line) & (size - 1);

			while (table[slot] && !is_equal(table[slot], line))
				slot = (slot + 1) & (size - 1);
			if (!table[slot]) {
				line->id = next++;
				table[slot] = line;
			}
			line->id = table[slot]->id;
		}
	free(table);
	if (ignore_blanks)
		return;
	for (struct file *f = a; f; f = f == a ? b : NULL)
		if (f->no_newline)
			ends[f == b] = f->lines[f->count - 1].id + 1;
	if (ends[0])
		a->lines[a->count - 1].id = 0;
	if (ends[1])
		b->lines[b->count - 1].id = ends[0] == ends[1] ? 0 : next;
}

/* --- comparing: Myers, "An O(ND) Difference Algorithm", with linear space ---- */

struct part {
	long from_a, to_a, from_b, to_b;
};

static const struct line *old, *new;
static bool *old_changed, *new_changed;
static long *forward, *backward; /* by diagonal: the furthest line of old */

/* The search may leave the part at its edges; it does not meet the other one there. */
static bool is_inside(const struct part *p, long i, long k)
{
	return i <= p->to_a - p->from_a && i - k >= 0 && i - k <= p->to_b - p->from_b;
}

/* One step of the search from the start.  True: it met the one from the end at (*x, *y). */
static bool step_forward(const struct part *p, long d, long *x, long *y)
{
	long n = p->to_a - p->from_a, m = p->to_b - p->from_b, delta = n - m;

	for (long k = -d; k <= d; k += 2) {
		long i = k == -d || (k != d && forward[k - 1] < forward[k + 1])
				 ? forward[k + 1]
				 : forward[k - 1] + 1;

		while (i < n && i - k < m && i - k >= 0 &&
		       old[p->from_a + i].id == new[p->from_b + i - k].id)
			i++;
		forward[k] = i;
		if (delta % 2 && is_inside(p, i, k) && k >= delta - d + 1 &&
		    k <= delta + d - 1 && i + backward[delta - k] >= n) {
			*x = p->from_a + i;
			*y = p->from_b + i - k;
			return true;
		}
	}
	return false;
}

static bool step_backward(const struct part *p, long d, long *x, long *y)
{
	long n = p->to_a - p->from_a, m = p->to_b - p->from_b, delta = n - m;

	for (long k = -d; k <= d; k += 2) {
		long i = k == -d || (k != d && backward[k - 1] < backward[k + 1])
				 ? backward[k + 1]
				 : backward[k - 1] + 1;

		while (i < n && i - k < m && i - k >= 0 &&
		       old[p->to_a - i - 1].id == new[p->to_b - i + k - 1].id)
			i++;
		backward[k] = i;
		if (delta % 2 == 0 && is_inside(p, i, k) && k >= delta - d &&
		    k <= delta + d && i + forward[delta - k] >= n) {
			*x = p->to_a - i;
			*y = p->to_b - i + k;
			return true;
		}
	}
	return false;
}

/* Marks the lines of a part that are not in both files. */
static void compare(struct part p)
{
	long x = 0, y = 0;

	while (p.from_a < p.to_a && p.from_b < p.to_b &&
	       old[p.from_a].id == new[p.from_b].id)
		p.from_a++, p.from_b++;
	while (p.from_a < p.to_a && p.from_b < p.to_b &&
	       old[p.to_a - 1].id == new[p.to_b - 1].id)
		p.to_a--, p.to_b--;
	if (p.from_a == p.to_a || p.from_b == p.to_b) {
		while (p.from_a < p.to_a)
			old_changed[p.from_a++] = true;
		while (p.from_b < p.to_b)
			new_changed[p.from_b++] = true;
		return;
	}
	forward[1] = backward[1] = 0;
	for (long d = 0; !step_forward(&p, d, &x, &y) && !step_backward(&p, d, &x, &y);)
		d++;
	compare((struct part){ p.from_a, x, p.from_b, y });
	compare((struct part){ x, p.to_a, y, p.to_b });
}

/* Of equal lines in a row, the last ones are those that are marked.  What is not marked
 * stays the same text. */
static void marks_move(struct file *f)
{
	for (long from = 0, to; from < f->count; from = to) {
		to = from + 1;
		if (!f->changed[from])
			continue;
		while (f->changed[to])
			to++;
		while (to < f->count && f->lines[from].id == f->lines[to].id) {
			f->changed[from++] = false;
			f->changed[to++] = true;
			while (f->changed[to])
				to++;
		}
	}
}

static void files_compare(struct file *a, struct file *b)
{
	long room = a->count + b->count + 3;
	long *steps = tool_realloc(NULL, 4 * (size_t)room * sizeof(*steps), "lines");

	lines_number(a, b);
	old = a->lines;
	new = b->lines;
	old_changed = a->changed;
	new_changed = b->changed;
	forward = steps + room;
	backward = steps + 3 * room;
	compare((struct part){ 0, a->count, 0, b->count });
	free(steps);
	marks_move(a);
	marks_move(b);
}

/* --- printing --------------------------------------------------------------- */

static void print_lines(const struct file *f, long from, long to, const char *mark)
{
	for (long i = from; i < to; i++) {
		fputs(mark, stdout);
		fwrite(f->lines[i].text, 1, f->lines[i].len, stdout);
		putchar('\n');
		if (f->no_newline && i == f->count - 1)
			puts("\\ No newline at end of file");
	}
}

/* The next change from *@part on; false if there is none. */
static bool next_change(const struct file *a, const struct file *b, struct part *part)
{
	long i = part->to_a, k = part->to_b;

	for (; i < a->count || k < b->count; i++, k++) {
		if (!a->changed[i] && !b->changed[k])
			continue;
		*part = (struct part){ i, i, k, k };
		while (a->changed[part->to_a])
			part->to_a++;
		while (b->changed[part->to_b])
			part->to_b++;
		return true;
	}
	return false;
}

static void print_range(long from, long to)
{
	if (to - from <= 1)
		printf("%ld", to);
	else
		printf("%ld,%ld", from + 1, to);
}

static void print_normal(const struct file *a, const struct file *b)
{
	struct part p = { 0 };

	while (next_change(a, b, &p)) {
		print_range(p.from_a, p.to_a);
		putchar(p.from_a == p.to_a ? 'a' : p.from_b == p.to_b ? 'd' : 'c');
		print_range(p.from_b, p.to_b);
		putchar('\n');
		print_lines(a, p.from_a, p.to_a, "< ");
		if (p.from_a < p.to_a && p.from_b < p.to_b)
			puts("---");
		print_lines(b, p.from_b, p.to_b, "> ");
	}
}

static void print_count(char sign, long from, long to)
{
	printf(" %c%ld", sign, to > from ? from + 1 : from);
	if (to - from != 1)
		printf(",%ld", to - from);
}

/* Changes with few lines between them share a piece. */
static void print_unified(const struct file *a, const struct file *b)
{
	struct part p = { 0 }, next;
	bool more = next_change(a, b, &p);

	printf("--- %s\n+++ %s\n", a->name, b->name);
	while (more) {
		struct part piece = p, last = p;
		long before = p.from_a < around ? p.from_a : around, after;

		next = p;
		while ((more = next_change(a, b, &next)) &&
		       next.from_a - last.to_a <= 2 * around)
			last = next;
		after = a->count - last.to_a < around ? a->count - last.to_a : around;
		printf("@@");
		print_count('-', piece.from_a - before, last.to_a + after);
		print_count('+', piece.from_b - before, last.to_b + after);
		puts(" @@");
		piece = (struct part){ p.from_a - before, p.from_a - before,
				       p.from_b - before, p.from_b - before };
		while (piece.to_a < last.to_a || piece.to_b < last.to_b) {
			long at = piece.to_a;

			(void)next_change(a, b, &piece);
			print_lines(a, at, piece.from_a, " ");
			print_lines(a, piece.from_a, piece.to_a, "-");
			print_lines(b, piece.from_b, piece.to_b, "+");
		}
		print_lines(a, last.to_a, last.to_a + after, " ");
		p = next;
	}
}

static bool is_binary(const struct file *f)
{
	for (long i = 0; i < f->count; i++)
		if (f->lines[i].len && memchr(f->lines[i].text, '\0', f->lines[i].len))
			return true;
	return false;
}

static bool is_changed(const struct file *f)
{
	return f->count && memchr(f->changed, true, (size_t)f->count);
}

/* @header is printed before what differs. */
static void diff_files(const char *a_name, const char *b_name, const char *header)
{
	struct file a, b = { 0 };

	if (file_read(&a, a_name) && file_read(&b, b_name)) {
		files_compare(&a, &b);
		if (is_changed(&a) || is_changed(&b)) {
			differs = true;
			if (brief)
				printf("Files %s and %s differ\n", a_name, b_name);
			else if (is_binary(&a) || is_binary(&b))
				printf("Binary files %s and %s differ\n", a_name, b_name);
			else
				fputs(header, stdout);
			if (!brief && !is_binary(&a) && !is_binary(&b))
				(unified ? print_unified : print_normal)(&a, &b);
		}
	}
	file_free(&a);
	file_free(&b);
}

/* --- directories ------------------------------------------------------------ */

static char **names_read(const char *path)
{
	char **names = tool_names(path);

	if (!names)
		tool_warn(path);
	return names;
}

static void diff_dirs(const char *a, const char *b);

static void diff_entry(const char *dir_a, const char *dir_b, const char *name)
{
	char a[MAXPATH], b[MAXPATH], header[2 * MAXPATH + 32];
	bool both;

	if (!tool_join(a, sizeof(a), dir_a, name) ||
	    !tool_join(b, sizeof(b), dir_b, name)) {
		tool_warn(name);
		return;
	}
	both = tool_is_dir(a) && tool_is_dir(b);
	if (both && recursive) {
		diff_dirs(a, b);
	} else if (both) {
		printf("Common subdirectories: %s and %s\n", a, b);
	} else if (tool_is_dir(a) || tool_is_dir(b)) {
		printf("File %s is a %s while file %s is a %s\n", a,
		       tool_is_dir(a) ? "directory" : "regular file", b,
		       tool_is_dir(b) ? "directory" : "regular file");
		differs = true;
	} else {
		snprintf(header, sizeof(header), "diff %s%s%s %s\n", unified ? "-u " : "",
			 recursive ? "-r " : "", a, b);
		diff_files(a, b, header);
	}
}

static void diff_dirs(const char *a, const char *b)
{
	char **names_a = names_read(a), **names_b = names_read(b);

	for (char **x = names_a, **y = names_b; x && y && (*x || *y);) {
		int order = !*x ? 1 : !*y ? -1 : strcmp(*x, *y);

		if (order == 0) {
			diff_entry(a, b, *x);
		} else {
			printf("Only in %s: %s\n", order < 0 ? a : b, order < 0 ? *x : *y);
			differs = true;
		}
		x += order <= 0;
		y += order >= 0;
	}
	free(names_a);
	free(names_b);
}

/* A file and a directory: the file of that name in it. */
static void diff_paths(char *a, char *b)
{
	char path[MAXPATH];
	bool a_is_dir = tool_is_dir(a), b_is_dir = tool_is_dir(b);

	if (a_is_dir && b_is_dir) {
		diff_dirs(tool_trim(a), tool_trim(b));
		return;
	}
	if (a_is_dir || b_is_dir) {
		if (!tool_target(path, sizeof(path), a_is_dir ? a : b, a_is_dir ? b : a)) {
			tool_warn(a);
			return;
		}
		*(a_is_dir ? &a : &b) = path;
	}
	diff_files(a, b, "");
}

int main(int argc, char **argv)
{
	int c;

	tool_failed = 2;
	while ((c = tool_getopt(argc, argv, "biqruU:h", usage)) != -1) {
		ignore_blanks |= c == 'b';
		ignore_case |= c == 'i';
		brief |= c == 'q';
		recursive |= c == 'r';
		unified |= c == 'u' || c == 'U';
		if (c == 'U')
			around = tool_number(optarg, 0, INT_MAX);
	}
	if (argc - optind != 2)
		tool_usage(usage);
	diff_paths(argv[optind], argv[optind + 1]);
	return tool_finish() ? 2 : differs;
}
