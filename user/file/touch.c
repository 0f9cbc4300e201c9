/* touch - make empty files where there are none */
#include <stdbool.h>
#include <fcntl.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: touch [-c] FILE...\n"
	"Make empty files.  A file that exists stays as it is: files have no times.\n"
	"  -c   make none\n";

int main(int argc, char **argv)
{
	bool make = true;
	int c;

	while ((c = tool_getopt(argc, argv, "ch", usage)) != -1)
		make &= c != 'c';
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++) {
		int fd;

		if (!make || access(*argv, F_OK) == 0)
			continue;
		fd = open(*argv, O_WRONLY | O_CREAT, 0666);
		if (fd < 0)
			tool_warn(*argv);
		else
			close(fd);
	}
	return tool_status;
}
