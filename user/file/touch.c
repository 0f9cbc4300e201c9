/* touch - make empty files where there are none */
#include <fcntl.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: touch FILE...\n"
	"Make empty files.  A file that exists stays as it is: files have no times.\n";

int main(int argc, char **argv)
{
	while (tool_getopt(argc, argv, "h", usage) != -1)
		;
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++) {
		int fd;

		if (access(*argv, F_OK) == 0)
			continue;
		fd = open(*argv, O_WRONLY | O_CREAT, 0666);
		if (fd < 0)
			tool_warn(*argv);
		else
			close(fd);
	}
	return tool_status;
}
