/* mkdir - make directories */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

static const char usage[] =
	"usage: mkdir [-p] DIR...\n"
	"Make directories.\n"
	"  -p   missing parents as well; a directory that exists is no error\n";

/* Make one directory; true as well if it exists. */
static bool make_or_find(const char *path)
{
	int error;

	if (mkdir(path, 0777) == 0)
		return true;
	error = errno;
	if (tool_is_dir(path))
		return true;
	errno = error == EEXIST ? ENOTDIR : error;
	return false;
}

static bool make_all(char *path)
{
	for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		bool made;

		*slash = '\0';
		made = make_or_find(path);
		*slash = '/';
		if (!made)
			return false;
	}
	return make_or_find(path);
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
	for (; *argv; argv++)
		if (parents ? !make_all(*argv) : mkdir(*argv, 0777) < 0)
			tool_warn(*argv);
	return tool_status;
}
