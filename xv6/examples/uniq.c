/* uniq.c - prints each line once that comes several times in a row.
 *
 *     uniq [-c] [-d] [-i] [FILE]   -c: with how often it came   -d: only if it came again
 *                                  -i: large and small letters are the same
 *
 * Two lines are all that has to be kept: the one that was read last, and the first of its
 * run, which is printed when another one comes.  They change places, without a copy. */
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/user.h"

#define MAX_LINE 512

static struct {
	int count, repeated, fold;
} option;

static char input[512]; /* read, and not yet used */
static int next, filled;

static int next_byte(int fd)
{
	if (next == filled) {
		next = 0;
		filled = read(fd, input, sizeof(input));
		if (filled <= 0)
			return filled = 0, -1;
	}
	return (uchar)input[next++];
}

/* One line without its end; what is longer than MAX_LINE is left out.  False at the end. */
static int read_line(int fd, char *line)
{
	int c, n = 0;

	while ((c = next_byte(fd)) >= 0 && c != '\n') {
		if (n < MAX_LINE - 1)
			line[n++] = c;
	}
	line[n] = '\0';
	return c >= 0 || n > 0;
}

static char folded(char c)
{
	return option.fold && c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static int same(const char *a, const char *b)
{
	while (*a && folded(*a) == folded(*b)) {
		a++;
		b++;
	}
	return folded(*a) == folded(*b);
}

static void print_run(const char *line, int times)
{
	if (times == 0 || (option.repeated && times == 1))
		return;
	if (option.count)
		printf("%d ", times);
	printf("%s\n", line);
}

static void uniq(int fd)
{
	static char lines[2][MAX_LINE];
	char *first = lines[0], *line = lines[1], *other;
	int times = 0;

	while (read_line(fd, line)) {
		if (times > 0 && same(first, line)) {
			times++;
			continue;
		}
		print_run(first, times);
		times = 1;
		other = first;
		first = line;
		line = other;
	}
	print_run(first, times);
}

static void usage(void)
{
	fprintf(2, "usage: uniq [-c] [-d] [-i] [FILE]\n");
	exit(1);
}

int main(int argc, char *argv[])
{
	int fd = 0, i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-c") == 0)
			option.count = 1;
		else if (strcmp(argv[i], "-d") == 0)
			option.repeated = 1;
		else if (strcmp(argv[i], "-i") == 0)
			option.fold = 1;
		else
			usage();
	}
	if (argc - i > 1)
		usage();
	if (i < argc)
		fd = open(argv[i], O_RDONLY);
	if (fd >= 0)
		uniq(fd);
	else
		fprintf(2, "uniq: cannot open %s\n", argv[i]);
	exit(fd < 0);
}
