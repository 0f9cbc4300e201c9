/* rmdir - remove directories that are empty */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: rmdir [-p] DIR...\n"
	"Remove directories that are empty.  `rm -r` removes others, with all in them.\n"
	"  -p   then the directories that the path names above it as well\n";

/* Cut off the last part of @path; false if there is only one. */
static bool cut_part(char *path)
{
	char *slash = strrchr(path, '/');

	while (slash && slash > path && slash[-1] == '/')
		slash--;
	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

int main(int argc, char **argv)
{
	bool parents = false;
	int c;

	while ((c = tool_getopt(argc, argv, "ph", usage)) != -1)
		parents |= c == 'p';
	argv += optind;
	if (!*argv)
		tool_usage(usage);
	for (; *argv; argv++) {
		char *path = tool_trim(*argv);

		do {
			if (rmdir(path) < 0) {
				tool_warn(path);
				break;
			}
		} while (parents && cut_part(path));
	}
	return tool_status;
}
