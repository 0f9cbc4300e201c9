/* stats - print what the kernel has counted since boot */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <snap.h>
#include <tool.h>

static const char usage[] =
	"usage: stats [-a]\n"
	"Print how many copies from user memory (copyin) the kernel has made, and how\n"
	"many strings it has copied (copyinstr), as the device /statistics reports them.\n"
	"With stats=lock (see vmctl), print how often locks were taken.\n"
	"  -a   all counters, and what each counts\n";

#define TEXT_SIZE 4096
#define LINES 2

static void print_all(void)
{
	static struct snap_reader r;
	const struct snap_count *c;

	if (!snap_begin(&r, SNAP_STATS, 0, 0))
		tool_die("statistics");
	while ((c = snap_next(&r)) != NULL)
		printf("%-16s %9llu  %s\n", c->name, c->value, c->what);
}

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

	while ((c = tool_getopt(argc, argv, "ah", usage)) != -1)
		all |= c == 'a';
	if (optind < argc)
		tool_usage(usage);
	if (all)
		print_all();
	else
		print_lab();
	return tool_finish();
}
