/* cat - write files to standard output */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: cat [FILE...]\n"
	"Write the files one after the other; without FILE, or for `-`, standard input.\n";

static void copy(int fd, const char *name)
{
	static char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(STDOUT_FILENO, buf + done, (size_t)(n - done));
			if (w <= 0)
				tool_die("standard output");
		}
	if (n < 0)
		tool_warn(name);
}

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		copy(STDIN_FILENO, "standard input");
	for (; *argv; argv++) {
		int fd = strcmp(*argv, "-") ? open(*argv, O_RDONLY) : STDIN_FILENO;

		if (fd < 0) {
			tool_warn(*argv);
			continue;
		}
		copy(fd, *argv);
		if (fd != STDIN_FILENO)
			close(fd);
	}
	return tool_status;
}
