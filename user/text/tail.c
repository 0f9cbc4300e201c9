/* tail - print the last lines of files */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: tail [-fqv] [-n [+]LINES | -c [+]BYTES] [FILE...]\n"
	"Print the last 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n"
	"  -c   BYTES bytes             -n +N, -c +N   from the N-th on\n"
	"  -f   go on with what is added to the file, until somebody ends it\n"
	"  -q   no names of files       -v   names of files, also of one\n";

#define LINES_MAX UINT_MAX
#define FOLLOW_US 100000

static long amount = 10;
static struct tool_line *ring; /* amount + 1 slots: line i is in slot i % (amount + 1) */
static bool show_names, printed, from_start, bytes, follow;

static void tail_lines(FILE *file)
{
	long count = 0;

	/* One slot more than lines: the attempt to read past the last line uses a slot. */
	while (amount && tool_line(file, &ring[count % (amount + 1)]))
		count++;
	for (long i = count > amount ? count - amount : 0; i < count; i++) {
		struct tool_line *line = &ring[i % (amount + 1)];

		fwrite(line->text, 1, line->len, stdout);
	}
}

static void tail_bytes(FILE *file)
{
	char *last = tool_realloc(NULL, (size_t)amount + 1, "-c");
	size_t count = 0, room = (size_t)amount;
	int c;

	for (; room && (c = getc(file)) != EOF; count++)
		last[count % room] = (char)c;
	for (size_t i = count > room ? count - room : 0; i < count; i++)
		putchar(last[i % room]);
	free(last);
}

/* Passes over what is before line or byte number `amount`. */
static void tail_skip(FILE *file)
{
	int c = 0;

	for (long n = 1; n < amount && c != EOF; n += bytes || c == '\n')
		c = getc(file);
	while (c != EOF && (c = getc(file)) != EOF)
		putchar(c);
}

/* Prints what is added to the file, which may also become shorter and begin anew. */
static void tail_follow(FILE *file, const char *name)
{
	struct stat st;
	int c;

	for (;;) {
		clearerr(file);
		while ((c = getc(file)) != EOF)
			putchar(c);
		if (ferror(file) || fflush(stdout) == EOF)
			return;
		usleep(FOLLOW_US);
		if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) &&
		    st.st_size < ftello(file)) {
			tool_warnx(name, "is shorter now: from its start");
			rewind(file);
		}
	}
}

static void print_tail(FILE *file, const char *name)
{
	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "",
		       strcmp(name, "-") == 0 ? "standard input" : name);
	printed = true;
	if (from_start)
		tail_skip(file);
	else if (bytes)
		tail_bytes(file);
	else
		tail_lines(file);
	if (follow)
		tail_follow(file, name);
}

/* `-3` and `+3` as the first argument, as old scripts have them. */
static void old_number(int argc, char **argv)
{
	static char option[32];

	if (argc > 1 && argv[1][0] == '+' && argv[1][1] >= '0' && argv[1][1] <= '9' &&
	    snprintf(option, sizeof(option), "-n%s", argv[1]) < (int)sizeof(option))
		argv[1] = option;
	else
		tool_old_number(argc, argv);
}

int main(int argc, char **argv)
{
	int c, names = 0;

	old_number(argc, argv);
	while ((c = tool_getopt(argc, argv, "fqvn:c:h", usage)) != -1) {
		follow |= c == 'f';
		if (c == 'q' || c == 'v')
			names = c;
		if (c != 'n' && c != 'c')
			continue;
		from_start = *optarg == '+';
		bytes = c == 'c';
		optarg += *optarg == '+' || *optarg == '-';
		amount = tool_number(optarg, 0, LINES_MAX);
	}
	ring = from_start || bytes ? NULL : calloc((size_t)amount + 1, sizeof(*ring));
	if (!ring && !from_start && !bytes) {
		tool_warnx("-n", "too many lines");
		return 2;
	}
	show_names = names ? names == 'v' : argc - optind > 1;
	if (follow && argc - optind > 1)
		tool_refuse("-f", "only one file can be followed");
	tool_each(argv + optind, print_tail);
	return tool_finish();
}
