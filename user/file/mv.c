/* mv - rename files and directories, or move them to another directory */
#include <stdio.h>
#include <unistd.h>

#include <tool.h>

#include "uapi/limits.h"

static const char usage[] =
	"usage: mv [-f] OLD NEW | mv [-f] FILE... DIR\n"
	"Rename OLD to NEW; a file NEW is replaced.  Or move the files, which\n"
	"may be directories, into DIR.\n"
	"  -f   no effect: nobody is asked\n";

int main(int argc, char **argv)
{
	const char *to;

	while (tool_getopt(argc, argv, "fh", usage) != -1)
		;
	if (argc - optind < 2)
		tool_usage(usage);
	to = argv[argc - 1];
	if (argc - optind > 2 && !tool_is_dir(to)) {
		tool_warnx(to, "is not a directory");
		return 1;
	}
	for (int i = optind; i < argc - 1; i++) {
		char buf[MAXPATH];
		const char *target = tool_target(buf, sizeof(buf), to, tool_trim(argv[i]));

		if (!target || rename(argv[i], target) < 0)
			tool_warn(argv[i]);
	}
	return tool_status;
}
