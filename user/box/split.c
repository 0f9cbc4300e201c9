/* split.c - cuts a file into pieces. */
#include "box.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>
#include <unistd.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: split [-a LENGTH] [-l LINES | -b BYTES] [FILE [PREFIX]]\n"
	"Cut FILE, or standard input, into pieces of 1000 lines: files xaa, xab, ...\n"
	"  -l   LINES lines instead      -b   BYTES bytes; 2k is 2 KiB, 1m is 1 MiB\n"
	"  -a   LENGTH letters (2)       PREFIX instead of x\n";

static struct {
	const char *prefix;
	char name[MAXPATH];
	int letters;
	long size;
	bool bytes;
	FILE *out;
} split = { .prefix = "x", .letters = 2, .size = 1000 };

/* The name of piece @n, in letters. */
static void split_name(long n)
{
	size_t len = strlen(split.prefix) + (size_t)split.letters;

	if (len >= sizeof(split.name)) {
		tool_warnx(split.prefix, "the name is too long");
		exit(1);
	}
	strcpy(split.name, split.prefix);
	split.name[len] = '\0';
	for (int i = 0; i < split.letters; i++, n /= 26)
		split.name[--len] = (char)('a' + n % 26);
	if (n > 0) {
		tool_warnx(split.prefix, "more pieces than names");
		exit(1);
	}
}

static void split_close(void)
{
	if (split.out && fclose(split.out) == EOF)
		tool_die(split.name);
	split.out = NULL;
}

static void split_file(FILE *file, const char *name)
{
	long count = 0, piece = 0;
	int c;

	(void)name;
	while ((c = getc(file)) != EOF) {
		if (!split.out) {
			split_name(piece++);
			split.out = fopen(split.name, "w");
			if (!split.out)
				tool_die(split.name);
			count = 0;
		}
		if (putc(c, split.out) == EOF)
			tool_die(split.name);
		count += split.bytes || c == '\n';
		if (count == split.size)
			split_close();
	}
	split_close();
}

/* "10", "4k" or "1m". */
static long split_bytes(char *text)
{
	size_t len = strlen(text);
	char unit = len ? text[len - 1] : '\0';
	int shift = unit == 'k' || unit == 'K' ? 10 : unit == 'm' || unit == 'M' ? 20 : 0;

	if (shift)
		text[len - 1] = '\0';
	return tool_number(text, 1, LONG_MAX >> shift) << shift;
}

/* split - cut a file into pieces */
int split_main(int argc, char **argv)
{
	char *input[] = { "-", NULL };
	int c;

	while ((c = tool_getopt(argc, argv, "a:b:l:h", usage)) != -1) {
		if (c == 'a')
			split.letters = (int)tool_number(optarg, 1, 12);
		if (c == 'b')
			split.size = split_bytes(optarg);
		if (c == 'l')
			split.size = tool_number(optarg, 1, LONG_MAX);
		if (c != 'a')
			split.bytes = c == 'b';
	}
	if (argc - optind > 2)
		tool_usage(usage);
	if (optind < argc)
		input[0] = argv[optind];
	if (optind + 1 < argc)
		split.prefix = argv[optind + 1];
	tool_each(input, split_file);
	return tool_finish();
}
