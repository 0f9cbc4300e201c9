/* ln - give a file another name, or make a symbolic link */
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: ln [-sf] FILE NAME\n"
	"Make NAME another name of FILE; if NAME is a directory, give FILE its own name\n"
	"in there.\n"
	"  -s   make NAME a symbolic link with the text FILE, whatever that is\n"
	"  -f   NAME may be there: it is removed first\n";

/* For -f.  False: @name is the file itself, or cannot be removed. */
static bool remove_name(const char *file, const char *name, bool symbolic)
{
	struct stat st, old;

	if (!symbolic && stat(file, &st) < 0)
		return true; /* that is complained about later */
	if (lstat(name, &old) < 0)
		return true;
	if (!symbolic && st.st_ino == old.st_ino) {
		tool_warnx(name, "is that file already");
		return false;
	}
	if (unlink(name) == 0)
		return true;
	tool_warn(name);
	return false;
}

int main(int argc, char **argv)
{
	char buf[MAXPATH];
	struct stat st;
	const char *name;
	bool symbolic = false, force = false;
	int c;

	while ((c = tool_getopt(argc, argv, "sfh", usage)) != -1) {
		symbolic |= c == 's';
		force |= c == 'f';
	}
	argv += optind;
	if (argc - optind != 2)
		tool_usage(usage);
	name = tool_target(buf, sizeof(buf), argv[1], tool_trim(argv[0]));
	if (!name)
		tool_die(argv[1]);
	if (force && !remove_name(argv[0], name, symbolic))
		return tool_status;
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
