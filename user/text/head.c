/* head - print the first lines of files */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: head [-qv] [-n [-]LINES | -c [-]BYTES] [FILE...]\n"
	"Print the first 10 lines of each file, or of standard input.\n"
	"  -n   LINES lines instead; -3 as the first argument is -n 3\n"
	"  -c   BYTES bytes             -n -N, -c -N   all but the last N\n"
	"  -q   no names of files       -v   names of files, also of one\n";

static long amount = 10;
static bool show_names, printed, bytes, but_last;

/* A ring of up to @most items of @size bytes, zeros at first, which has room for item @i:
 * it grows with the input, as @most may be any number. */
static void *ring_grow(void *ring, size_t *room, size_t i, size_t most, size_t size)
{
	size_t old = *room;

	if (i < old || old == most)
		return ring;
	*room = most - old > old + 64 ? 2 * old + 64 : most;
	ring = tool_realloc(ring, *room * size, "all but the last");
	memset((char *)ring + old * size, 0, (*room - old) * size);
	return ring;
}

/* All but the last `amount` lines or bytes: one comes out when that many others have
 * followed it. */
static void print_but_last(FILE *file)
{
	static struct tool_line *lines;
	static char *last;
	static size_t room;
	size_t held = (size_t)amount, most = held + 1, i;
	int c;

	for (i = 0; bytes && (c = getc(file)) != EOF; i++) {
		last = ring_grow(last, &room, i, most, 1);
		last[i % most] = (char)c;
		if (i >= held)
			putchar(last[(i + 1) % most]);
	}
	for (; !bytes; i++) {
		struct tool_line *line;

		lines = ring_grow(lines, &room, i, most, sizeof(*lines));
		if (!tool_line(file, &lines[i % most]))
			break;
		line = &lines[(i + 1) % most];
		if (i >= held)
			fwrite(line->text, 1, line->len, stdout);
	}
}

static void print_head(FILE *file, const char *name)
{
	long left = but_last ? 0 : amount;
	int c;

	if (show_names)
		printf("%s==> %s <==\n", printed ? "\n" : "",
		       strcmp(name, "-") == 0 ? "standard input" : name);
	printed = true;
	if (but_last)
		print_but_last(file);
	while (left > 0 && (c = getc(file)) != EOF) {
		putchar(c);
		left -= bytes || c == '\n';
	}
}

int main(int argc, char **argv)
{
	int c, names = 0;

	tool_old_number(argc, argv);
	while ((c = tool_getopt(argc, argv, "qvn:c:h", usage)) != -1) {
		if (c == 'q' || c == 'v')
			names = c;
		if (c != 'n' && c != 'c')
			continue;
		bytes = c == 'c';
		but_last = *optarg == '-';
		optarg += but_last;
		amount = tool_number(optarg, 0, LONG_MAX);
	}
	show_names = names ? names == 'v' : argc - optind > 1;
	tool_each(argv + optind, print_head);
	return tool_finish();
}
