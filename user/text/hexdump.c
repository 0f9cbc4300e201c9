/* hexdump - print bytes as numbers and characters */
#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

#define ROW 16 /* bytes in a line */

static const char usage[] =
	"usage: hexdump [-Cv] [-n LENGTH] [-s SKIP] [FILE]\n"
	"Print FILE, or standard input, as hexadecimal bytes and as characters.\n"
	"A line `*` stands for lines equal to the one before.\n"
	"  -n   LENGTH bytes at most      -s   skip the first SKIP bytes\n"
	"  -v   equal lines as well       -C   no effect: this is the only form\n";

static long length = LONG_MAX, skip;
static bool show_all;

static void print_row(long offset, const unsigned char *row, int n)
{
	printf("%08lx", offset);
	for (int i = 0; i < ROW; i++) {
		printf(i % 8 == 0 ? "  " : " ");
		if (i < n)
			printf("%02x", row[i]);
		else
			printf("  ");
	}
	printf("  |");
	for (int i = 0; i < n; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	puts("|");
}

static int read_row(FILE *file, unsigned char *row, long left)
{
	int n = 0, c;

	while (n < ROW && n < left && (c = getc(file)) != EOF)
		row[n++] = (unsigned char)c;
	return n;
}

static void dump(FILE *file, const char *name)
{
	unsigned char row[ROW], last[ROW];
	bool same = false;
	long offset = 0, done = 0;
	int n;

	(void)name;
	while (offset < skip && getc(file) != EOF)
		offset++;
	while ((n = read_row(file, row, length - done)) > 0) {
		bool repeats = !show_all && n == ROW && done && memcmp(row, last, ROW) == 0;

		if (!repeats)
			print_row(offset, row, n);
		else if (!same)
			puts("*");
		same = repeats;
		memcpy(last, row, ROW);
		offset += n;
		done += n;
	}
	if (done)
		printf("%08lx\n", offset);
}

int main(int argc, char **argv)
{
	int c;

	while ((c = tool_getopt(argc, argv, "Cvn:s:h", usage)) != -1) {
		show_all |= c == 'v';
		if (c == 'n')
			length = tool_number(optarg, 0, LONG_MAX);
		if (c == 's')
			skip = tool_number(optarg, 0, LONG_MAX);
	}
	if (argc - optind > 1)
		tool_usage(usage);
	tool_each(argv + optind, dump);
	return tool_finish();
}
