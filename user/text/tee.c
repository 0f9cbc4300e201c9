/* tee - copy standard input to standard output and to files */
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: tee [-a] [FILE...]\n"
	"Copy standard input to standard output and to each FILE, as it comes.\n"
	"  -a   add to the files, do not replace what is in them\n"
	"  -i   no effect: there is no signal to ignore\n";

static struct {
	const char *name;
	int fd; /* -1 after an error */
} outputs[NOFILE] = { { .name = "standard output", .fd = STDOUT_FILENO } };
static int noutputs = 1;

static void write_all(const char *buf, size_t n)
{
	for (int i = 0; i < noutputs; i++)
		for (size_t done = 0; outputs[i].fd >= 0 && done < n;) {
			ssize_t w = write(outputs[i].fd, buf + done, n - done);

			if (w <= 0) {
				tool_warn(outputs[i].name);
				outputs[i].fd = -1;
				break;
			}
			done += (size_t)w;
		}
}

int main(int argc, char **argv)
{
	static char buf[4096];
	int c, how = O_TRUNC;
	ssize_t n;

	while ((c = tool_getopt(argc, argv, "aih", usage)) != -1)
		how = c == 'a' ? O_APPEND : how;
	for (argv += optind; *argv; argv++) {
		int fd = open(*argv, O_WRONLY | O_CREAT | how, 0666);

		if (fd < 0 || noutputs == NOFILE) {
			tool_warn(*argv);
			continue;
		}
		outputs[noutputs].name = *argv;
		outputs[noutputs++].fd = fd;
	}
	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
		write_all(buf, (size_t)n);
	if (n < 0)
		tool_warn("standard input");
	return tool_status;
}
