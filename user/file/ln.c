/* ln - give a file another name, or make a symbolic link */
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: ln [-s] FILE NAME\n"
	"Make NAME another name of FILE; if NAME is a directory, give FILE its own name\n"
	"in there.\n"
	"  -s   make NAME a symbolic link with the text FILE, whatever that is\n";

int main(int argc, char **argv)
{
	char buf[MAXPATH];
	struct stat st;
	const char *name;
	bool symbolic = false;
	int c;

	while ((c = tool_getopt(argc, argv, "sh", usage)) != -1)
		symbolic |= c == 's';
	argv += optind;
	if (argc - optind != 2)
		tool_usage(usage);
	name = tool_target(buf, sizeof(buf), argv[1], tool_trim(argv[0]));
	if (!name)
		tool_die(argv[1]);
	if (symbolic) {
		if (symlink(argv[0], name) < 0)
			tool_die(name);
	} else if (stat(argv[0], &st) < 0) {
		tool_die(argv[0]);
	} else if (S_ISDIR(st.st_mode)) {
		tool_warnx(argv[0], "is a directory, and only -s makes links to one");
	} else if (link(argv[0], name) < 0) {
		tool_die(name);
	}
	return tool_status;
}
