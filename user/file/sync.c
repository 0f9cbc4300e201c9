/* sync - write to disk what is only in memory */
#include <fcntl.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] = "usage: sync [FILE...]\n"
			    "Write the files, or without FILE everything, to disk.  When\n"
			    "the command ends, the data is on the disk.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		sync();
	for (; *argv; argv++) {
		int fd = open(*argv, O_RDONLY);

		if (fd < 0 || fsync(fd) < 0)
			tool_warn(*argv);
		if (fd >= 0)
			close(fd);
	}
	return tool_status;
}
