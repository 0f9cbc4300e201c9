/* cmp - compare two files byte by byte */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: cmp [-l | -s] FILE FILE\n"
	"Compare two files; `-` is standard input.  Print the first difference: byte and\n"
	"line, counted from 1.  Status 0: the files are equal, 1: they differ, 2: error.\n"
	"  -l   all bytes that differ: number, and both values in octal\n"
	"  -s   say nothing about a difference\n";

#define TROUBLE 2

static bool list, silent;

static FILE *input(const char *name)
{
	FILE *file = tool_open(name);

	if (!file)
		exit(TROUBLE);
	return file;
}

/* @name ended after @bytes bytes; the other file is longer. */
static int ended(const char *name, unsigned long bytes)
{
	fflush(stdout);
	if (silent)
		;
	else if (bytes)
		fprintf(stderr, "cmp: EOF on %s after byte %lu\n", name, bytes);
	else
		fprintf(stderr, "cmp: EOF on %s, which is empty\n", name);
	return 1;
}

/* Returns cmp's status, 0 or 1; the caller looks for errors of reading. */
static int compare(FILE *file[2], char *const name[2])
{
	unsigned long at = 0, line = 1;
	int status = 0, a, b;

	for (;;) {
		a = getc(file[0]);
		b = getc(file[1]);
		if (a == EOF || b == EOF)
			break;
		at++;
		if (a != b) {
			status = 1;
			if (list)
				printf("%lu %o %o\n", at, (unsigned)a, (unsigned)b);
			else if (!silent)
				printf("%s %s differ: char %lu, line %lu\n", name[0],
				       name[1], at, line);
			if (!list)
				return status;
		}
		line += a == '\n';
	}
	if (a == b || ferror(file[0]) || ferror(file[1]))
		return status;
	return ended(name[a == EOF ? 0 : 1], at);
}

int main(int argc, char **argv)
{
	FILE *file[2];
	int c, status;

	while ((c = tool_getopt(argc, argv, "lsh", usage)) != -1) {
		list |= c == 'l';
		silent |= c == 's';
	}
	if (argc - optind != 2 || (list && silent))
		tool_usage(usage);
	argv += optind;
	if (strcmp(argv[0], "-") == 0 && strcmp(argv[1], "-") == 0)
		return 0; /* standard input equals itself */
	file[0] = input(argv[0]);
	file[1] = input(argv[1]);
	status = compare(file, argv);
	tool_close(file[0], argv[0]);
	tool_close(file[1], argv[1]);
	if (tool_finish())
		return TROUBLE;
	return status;
}
