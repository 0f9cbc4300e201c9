/* xargs.c - runs a command for each line of its input, with the words of the line added.
 *
 *     find . b | xargs grep hello
 *
 * The input is read byte by byte: xv6 has no way to put back what belongs to the next line,
 * and the command may want to read on from here. */
#include "kernel/types.h"
#include "kernel/param.h"
#include "user/user.h"

static char line[512];
static char *words[MAXARG]; /* of the command, then of the line, then the NULL */

/* One line without its end; -1 at the end of the input, -2 if it is too long. */
static int read_line(void)
{
	int n = 0, got;
	char c;

	while ((got = read(0, &c, 1)) == 1 && c != '\n') {
		if (n == sizeof(line) - 1)
			return -2;
		line[n++] = c;
	}
	line[n] = '\0';
	return got == 1 || n > 0 ? n : -1;
}

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the line into words, and adds them after the first @n.  Returns how many there are
 * then, or -1 if that is too many. */
static int add_words(int n)
{
	char *p = line;

	for (;;) {
		while (is_blank(*p))
			*p++ = '\0';
		if (*p == '\0')
			break;
		if (n == MAXARG - 1)
			return -1;
		words[n++] = p;
		while (*p && !is_blank(*p))
			p++;
	}
	words[n] = 0;
	return n;
}

static void fail(const char *what)
{
	fprintf(2, "xargs: %s\n", what);
	exit(1);
}

static int run(void)
{
	int status = 1, pid = fork();

	if (pid < 0)
		fail("no process");
	if (!pid) {
		exec(words[0], words);
		fprintf(2, "xargs: cannot run %s\n", words[0]);
		exit(1);
	}
	wait(&status);
	return status;
}

int main(int argc, char *argv[])
{
	int n, total, failed = 0;

	if (argc < 2 || argc - 1 >= MAXARG) {
		fprintf(2, "usage: xargs COMMAND [ARGUMENT...]\n");
		exit(1);
	}
	for (int i = 1; i < argc; i++)
		words[i - 1] = argv[i];
	while ((n = read_line()) != -1) {
		total = n < 0 ? -1 : add_words(argc - 1);
		if (total < 0)
			fail("a line is too long");
		if (total >= argc && run() != 0)
			failed = 1;
	}
	exit(failed);
}
