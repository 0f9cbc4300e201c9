/* stats - print what the kernel has counted, since boot or while a command ran */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pagoda.h>
#include <snap.h>
#include <tool.h>

#include "uapi/calltrace.h"

static const char usage[] =
	"usage: stats [-a] [COMMAND [ARGUMENT...]]\n"
	"Print how many copies from user memory (copyin) the kernel has made, and how\n"
	"many strings it has copied (copyinstr), as the device /statistics reports them.\n"
	"With stats=lock (see vmctl), print how often locks were taken.\n"
	"With a COMMAND: run it, then print what the counters have gained meanwhile, to\n"
	"standard error.  They count for the whole machine, but for `syscall`: the calls\n"
	"of the command and what it starts, its exec included.  The status is COMMAND's.\n"
	"  -a   all counters, and what each counts; with a COMMAND, those of locks, too\n";

#define TEXT_SIZE 4096
#define LINES 2
#define COUNTERS_MAX 256

static void print_all(void)
{
	static struct snap_reader r;
	const struct snap_count *c;

	if (!snap_begin(&r, SNAP_STATS, 0, 0))
		tool_die("statistics");
	while ((c = snap_next(&r)) != NULL)
		printf("%-16s %9llu  %s\n", c->name, c->value, c->what);
}

/* --- gains ----------------------------------------------------------------- */

static int counters_read(struct snap_count *to)
{
	static struct snap_reader r;
	const struct snap_count *c;
	int n = 0;

	if (!snap_begin(&r, SNAP_STATS, 0, 0))
		tool_die("statistics");
	while ((c = snap_next(&r)) != NULL && n < COUNTERS_MAX)
		to[n++] = *c;
	return n;
}

/* What the counter of that name was before; new locks start at 0. */
static unsigned long long value_before(const struct snap_count *list, int n,
				       const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i].value;
	return 0;
}

static void count_calls(void)
{
	(void)calltrace(CALLTRACE_COUNT, true);
}

static int print_gains(char **argv, bool all)
{
	static struct snap_count before[COUNTERS_MAX], after[COUNTERS_MAX];
	int nbefore = counters_read(before), status = tool_run_prepared(argv, count_calls);
	int n = counters_read(after);

	for (int i = 0; i < n; i++) {
		const struct snap_count *c = &after[i];
		unsigned long long gain = c->value - value_before(before, nbefore, c->name);

		if (gain && (all || !strchr(c->name, ':')))
			fprintf(stderr, "%-16s %9llu  %s\n", c->name, gain, c->what);
	}
	return tool_run_status(status);
}

/* --- the device ------------------------------------------------------------- */

/* At its end the device returns an error, not 0. */
static size_t text_read(char text[TEXT_SIZE])
{
	size_t length = 0;
	int fd = open("statistics", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		fd = open("/statistics", O_RDONLY);
	if (fd < 0)
		tool_die("statistics");
	while (length < TEXT_SIZE && (n = read(fd, text + length, TEXT_SIZE - length)) > 0)
		length += (size_t)n;
	close(fd);
	return length;
}

/* One byte per write, and only these two lines: a test of the labs counts the copies that
 * printing them costs.  Of the text of the lock labs, all lines. */
static void print_lab(void)
{
	static char text[TEXT_SIZE];
	size_t length = text_read(text);
	bool all = strncmp(text, "lock:", 5) == 0;
	int lines = 0;

	for (size_t i = 0; i < length && (all || lines < LINES); i++) {
		if (write(STDOUT_FILENO, &text[i], 1) != 1)
			tool_die("standard output");
		lines += text[i] == '\n';
	}
}

int main(int argc, char **argv)
{
	bool all = false;
	int c;

	while ((c = tool_getopt(argc, argv, "+ah", usage)) != -1)
		all |= c == 'a';
	if (optind < argc)
		return print_gains(&argv[optind], all);
	if (all)
		print_all();
	else
		print_lab();
	return tool_finish();
}
