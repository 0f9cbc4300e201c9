/* grep - print the lines that match a pattern */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pattern.h>
#include <tool.h>
#include <walk.h>

static const char usage[] =
	"usage: grep [-EFHLachilnoqrsvwx] [-m N] [-ABC N] PATTERN [FILE...]\n"
	"       grep [OPTION...] -e PATTERN | -f FILE ... [FILE...]\n"
	"Print the lines of the files, or of standard input, that match the regular\n"
	"expression.\n"
	"  -E   an extended one: + ? | ( ) { } are special    -F   a plain text\n"
	"  -e   a PATTERN, also one of several                -f   FILE has one a line\n"
	"  -r   all files in directories and below, or in .   -i   ignore case\n"
	"  -v   lines that do not match                       -o   only what matches\n"
	"  -w   whole words      -x   whole lines             -n   line numbers\n"
	"  -c   only the number of lines                      -q   print nothing\n"
	"  -l   only names of files that match; -L: of others\n"
	"  -h   no names of files; -H: also of one            -m   N lines of each file\n"
	"  -A   N lines after a match; -B: before; -C: both   -s   no complaints\n"
	"  -a   print lines of files that are no text\n"
	"  --color   marks what matches; =always also in a pipe, =never nowhere\n"
	"egrep is grep -E, fgrep is grep -F.\n"
	"The status is 0 if a line was found, 1 if none was, 2 after an error.\n";

static bool show_count, show_numbers, show_names, quiet, invert, found, any_text, recursive;
static bool only_matches, words, whole, list_names, list_others, silent, is_plain;
static bool from_here, any_printed;
static long before, after, most = LONG_MAX;
static int flags;

static struct {
	regex_t *at;
	size_t count, room;
} patterns;

/* --- patterns ------------------------------------------------------------------- */

/* Adds the pattern of @len bytes at @text. */
static void pattern_add(const char *text, size_t len)
{
	char *copy = tool_realloc(NULL, 2 * len + 1, "a pattern"), *to = copy;

	for (size_t i = 0; i < len; i++) {
		if (is_plain && strchr(".[\\*^$", text[i]) && text[i])
			*to++ = '\\';
		*to++ = text[i];
	}
	*to = '\0';
	if (patterns.count == patterns.room) {
		patterns.room = 2 * patterns.room + 4;
		patterns.at = tool_realloc(
			patterns.at, patterns.room * sizeof(*patterns.at), "patterns");
	}
	pattern_compile(&patterns.at[patterns.count++], copy,
			is_plain ? flags & ~REG_EXTENDED : flags);
	free(copy);
}

/* Each line of @text is a pattern. */
static void patterns_add(const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");

		pattern_add(text, len);
		if (!text[len])
			return;
		text += len + 1;
	}
}

static void patterns_read(const char *name)
{
	struct tool_line line = { 0 };
	FILE *file = tool_open(name);

	if (!file)
		exit(2);
	while (tool_line(file, &line))
		pattern_add(line.text, line.len - (line.text[line.len - 1] == '\n'));
	tool_close(file, name);
	free(line.text);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether the match of a pattern is one that -w and -x want. */
static bool match_counts(const char *text, size_t len, const regmatch_t *m)
{
	if (whole)
		return m->rm_so == 0 && (size_t)m->rm_eo == len;
	return !words || !((m->rm_so > 0 && is_word(text[m->rm_so - 1])) ||
			   ((size_t)m->rm_eo < len && is_word(text[m->rm_eo])));
}

/* The first match from @from on, of several that begin there the longest. */
static bool match_find(const char *text, size_t from, size_t len, regmatch_t *match)
{
	regmatch_t parts[PATTERN_PARTS];
	bool any = false;

	for (size_t i = 0; i < patterns.count; i++) {
		size_t at = from;

		while (pattern_find(&patterns.at[i], text, at, len, parts)) {
			if (match_counts(text, len, parts)) {
				if (!any || parts->rm_so < match->rm_so ||
				    (parts->rm_so == match->rm_so &&
				     parts->rm_eo > match->rm_eo))
					*match = *parts;
				any = true;
				break;
			}
			at = (size_t)parts->rm_so + 1;
			if (whole || at > len)
				break;
		}
	}
	return any;
}

/* --- output --------------------------------------------------------------------- */

/* The file that is read. */
static struct search {
	const char *name;
	unsigned long number, count, printed; /* of lines; printed: the last one */
	long follow;                          /* lines to print after a match */
	bool binary;
} at;

/* `name:12:`, or with dashes for a line around a match. */
static void print_head(unsigned long number, char mark)
{
	if (show_names)
		printf("%s%c", at.name, mark);
	if (show_numbers)
		printf("%lu%c", number, mark);
}

/* Prints a line, with what matches in colour; or with -o only what matches. */
static void print_line(const char *text, size_t len, unsigned long number, char mark)
{
	bool marks = mark == ':' && !invert && *tool_colour(RED);
	regmatch_t m = { 0 };
	size_t from = 0;

	if (!only_matches)
		print_head(number, mark);
	while ((marks || only_matches) && from <= len && match_find(text, from, len, &m)) {
		size_t size = (size_t)(m.rm_eo - m.rm_so);

		if (!only_matches)
			fwrite(text + from, 1, (size_t)m.rm_so - from, stdout);
		else if (size)
			print_head(number, mark);
		if (size) {
			fputs(tool_colour(RED), stdout);
			fwrite(text + m.rm_so, 1, size, stdout);
			fputs(tool_colour(PLAIN), stdout);
			if (only_matches)
				putchar('\n');
		} else if (!only_matches && (size_t)m.rm_so < len) {
			putchar(text[m.rm_so]);
		}
		from = (size_t)m.rm_eo + (size == 0);
	}
	if (only_matches)
		return;
	if (from < len)
		fwrite(text + from, 1, len - from, stdout);
	putchar('\n');
}

/* --- lines before a match: line n is in slot n % room ------------------------------ */

static struct {
	struct tool_line *at;
	unsigned long room, first; /* of the lines that are kept: its number */
} kept;

static void kept_add(struct tool_line *line)
{
	struct tool_line *slot = &kept.at[at.number % kept.room], old = *slot;

	*slot = *line;
	*line = old; /* its room is used again */
	if (at.number - kept.first >= kept.room)
		kept.first = at.number - kept.room + 1;
}

static void print_before(void)
{
	unsigned long from = kept.first;
	unsigned long first = kept.room ? from : at.number;

	if ((before || after) && any_printed && (!at.printed || first > at.printed + 1))
		puts("--");
	for (; kept.room && from < at.number; from++) {
		struct tool_line *line = &kept.at[from % kept.room];

		print_line(line->text, line->len - (line->text[line->len - 1] == '\n'),
			   from, '-');
	}
	kept.first = at.number + 1;
}

/* --- files ---------------------------------------------------------------------- */

/* A line that is wanted.  False: the rest of the file need not be read. */
static bool line_found(const char *text, size_t len)
{
	found = true;
	at.count++;
	if (quiet || list_names || list_others)
		return false;
	if (show_count)
		return true;
	if (at.binary && !any_text) {
		fflush(stdout);
		fprintf(stderr, "grep: %s: binary file matches\n", at.name);
		return false;
	}
	print_before();
	if (!(only_matches && invert))
		print_line(text, len, at.number, ':');
	at.printed = at.number;
	any_printed = true;
	at.follow = after;
	return true;
}

static void line_other(struct tool_line *line, size_t len)
{
	if (at.follow > 0 && !show_count) {
		at.follow--;
		if (!only_matches)
			print_line(line->text, len, at.number, '-');
		at.printed = at.number;
		kept.first = at.number + 1;
	} else if (kept.room) {
		kept_add(line);
	}
}

/* Whether a file begins as one that is no text; of a pipe it is not known yet. */
static bool is_binary(FILE *file)
{
	char start[1024];
	ssize_t n = pread(fileno(file), start, sizeof(start), 0);

	return n > 0 && memchr(start, '\0', (size_t)n);
}

static void search(FILE *file, const char *name)
{
	static struct tool_line line;
	regmatch_t match;

	at = (struct search){ .name = strcmp(name, "-") == 0 ? "(standard input)" : name };
	at.binary = is_binary(file);
	kept.first = 1;
	while ((long)at.count < most || at.follow > 0) {
		size_t len;

		if (!tool_line(file, &line))
			break;
		len = line.len - (line.text[line.len - 1] == '\n');
		at.number++;
		at.binary |= memchr(line.text, '\0', line.len) != NULL;
		if ((long)at.count < most &&
		    match_find(line.text, 0, len, &match) != invert) {
			if (!line_found(line.text, len))
				break;
		} else {
			line_other(&line, len);
		}
	}
	if (show_count && !quiet && !list_names && !list_others) {
		if (show_names)
			printf("%s:", at.name);
		printf("%lu\n", at.count);
	}
	if ((list_names && at.count) || (list_others && !at.count))
		puts(at.name);
}

static void search_path(const char *path)
{
	FILE *file;

	if (silent && strcmp(path, "-") != 0 && access(path, F_OK) < 0) {
		tool_status = 2;
		return;
	}
	file = tool_open(path);
	if (!file)
		return;
	search(file, path);
	tool_close(file, path);
}

static bool search_step(struct walk *walk)
{
	const char *path = walk->path;

	if (S_ISREG(walk->st.st_mode))
		search_path(from_here && strncmp(path, "./", 2) == 0 ? path + 2 : path);
	return true;
}

static void search_all(char **names)
{
	static char *none[] = { "-", NULL }, *here[] = { ".", NULL };

	from_here = !*names;
	if (!*names)
		names = recursive ? here : none;
	for (; *names && !(quiet && found); names++) {
		struct walk walk = { .before = search_step };

		if (recursive && tool_is_dir(*names))
			walk_tree(&walk, *names);
		else
			search_path(*names);
	}
}

/* --- options -------------------------------------------------------------------- */

/* Those with a letter only. */
static void read_flag(int c)
{
	static const struct {
		char letter;
		bool *flag;
	} all[] = {
		{ 'c', &show_count }, { 'n', &show_numbers }, { 'q', &quiet },
		{ 'v', &invert },     { 'o', &only_matches }, { 'w', &words },
		{ 'x', &whole },      { 'l', &list_names },   { 'L', &list_others },
		{ 's', &silent },     { 'a', &any_text },     { 'r', &recursive },
		{ 'R', &recursive },  { 'F', &is_plain },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		*all[i].flag |= all[i].letter == c;
	flags |= c == 'E' ? REG_EXTENDED : c == 'i' ? REG_ICASE : 0;
}

static void read_number(int c)
{
	long n = tool_number(optarg, 0, INT_MAX);

	if (c == 'm')
		most = n;
	if (c == 'A' || c == 'C')
		after = n;
	if (c == 'B' || c == 'C')
		before = n;
}

int main(int argc, char **argv)
{
	/* The patterns wait until all that changes their meaning is known. */
	struct {
		int option;
		char *text;
	} given[argc];
	int c, names = 0, ngiven = 0;

	tool_failed = 2;
	/* egrep and fgrep are links */
	read_flag(toupper((unsigned char)*tool_basename(argv[0])));
	while ((c = tool_getopt_colour(argc, argv, "EFHLRachilnoqrsvwxe:f:m:A:B:C:", usage,
				       "auto")) != -1) {
		read_flag(c);
		if (c == 'e' || c == 'f') {
			given[ngiven].option = c;
			given[ngiven++].text = optarg;
		}
		if (strchr("mABC", c))
			read_number(c);
		if (c == 'h' || c == 'H')
			names = c;
	}
	argv += optind;
	for (int i = 0; i < ngiven; i++)
		(given[i].option == 'e' ? patterns_add : patterns_read)(given[i].text);
	if (!ngiven && !*argv)
		tool_usage(usage);
	if (!ngiven)
		patterns_add(*argv++);
	if (before) {
		kept.room = (unsigned long)before;
		kept.at = calloc(kept.room, sizeof(*kept.at));
		if (!kept.at)
			tool_die("-B");
	}
	show_names = names ? names == 'H' : (*argv && argv[1]) || recursive;
	search_all(argv);
	c = tool_finish();
	return c && !(quiet && found) ? 2 : !found;
}
